"""Integer cells, the sufficient statistics of every figure: they simply add, over clients, sites, files and engines.

A cell is named by its place (country, site, quarter of the index date) and a measure:
`cohort`, `excluded:REASON`, `denominator`, `numerator`, `unknown`, `half_days` (person-time), and for survival
`lost:DAY` and `censored:DAY`, days after the index date.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from tsela.evaluation.statistics import Ints


class Place(NamedTuple):
    """Where and when someone is counted: home site, its country, quarter of the index date."""

    country: str
    site: str
    quarter: str


Cells = Counter[tuple[Place, str]]
Counts = Mapping[str, int]


def by_group(cells: Cells, dimensions: Iterable[str] = ()) -> dict[tuple[str, ...], Counts]:
    """The measures of each group of places: by country, by site, by country and quarter; `()` is everyone."""
    fields = [Place._fields.index(name) for name in dimensions]
    groups: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for (place, measure), n in cells.items():
        groups[tuple(place[field] for field in fields)][measure] += n
    return {key: groups[key] for key in sorted(groups)}


def excluded(counts: Counts) -> dict[str, int]:
    """How many were left out, by reason."""
    return {measure.partition(":")[2]: n for measure, n in counts.items() if measure.startswith("excluded:")}


def by_day(counts: Counts) -> tuple[Ints, Ints]:
    """(lost, censored) on each day after the start, as arrays of one length."""
    days = {
        measure: int(measure.partition(":")[2])
        for measure in counts
        if measure.startswith(("lost:", "censored:"))
    }
    lost, censored = (np.zeros(max(days.values(), default=0) + 1, np.int64) for _ in range(2))
    for measure, day in days.items():
        (lost if measure.startswith("lost:") else censored)[day] += counts[measure]
    return lost, censored
