"""Small cells are hidden, and enough others that no hidden one can be computed from what is shown.

A group is small where a published count of it is 1 to 4. All tables of a report are audited together: the rows that are
shown (and the total) are sums over places; a hidden row that is a linear combination of them would be disclosed, so
further rows are hidden, the smallest first, until none is. Which rows were small and which were hidden to protect them is
not told: that alone could give a number away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tsela.evaluation.cells import Place

SMALL = 5
Group = tuple[str, ...]  # of values of a table's dimensions
Row = tuple[str, Group]  # table, group
Vector = NDArray[np.float64]
TINY, NEAR = 1e-10, 1e-6  # what counts as zero: of eigenvalues, and of sums of ones


@dataclass(frozen=True)
class Table:
    """One breakdown: its dimensions and, for every group, the counts that would be published."""

    name: str
    dimensions: tuple[str, ...]
    counts: Mapping[Group, Sequence[int]]


def hidden(tables: Sequence[Table], places: Sequence[Place]) -> set[Row]:
    """The rows that may not be shown."""
    counts = {(table.name, group): counts for table in tables for group, counts in table.counts.items()}
    vectors = {row: vector for table in tables for row, vector in _members(table, places).items()}
    rows = {
        row: vector for row, vector in vectors.items() if not vector.all()
    }  # who is everyone is the total
    sizes = {row: max(counts[row], default=0) for row in rows}
    hide = {row for row in rows if _is_small(counts[row])}
    while (leak := _first_leak(rows, hide)) is not None:
        row, protectors = leak
        hide.add(min(protectors, key=lambda one: (one[0] != row[0], sizes[one], one)))
    return hide


def _is_small(counts: Sequence[int]) -> bool:
    return any(0 < n < SMALL for n in counts)


def _members(table: Table, places: Sequence[Place]) -> dict[Row, Vector]:
    """For each group, 1 at every place that it sums over."""
    fields = [Place._fields.index(name) for name in table.dimensions]
    vectors = {group: np.zeros(len(places)) for group in table.counts}
    for number, place in enumerate(places):
        vectors[tuple(place[field] for field in fields)][number] = 1
    return {(table.name, group): vector for group, vector in vectors.items()}


def _first_leak(rows: Mapping[Row, Vector], hide: set[Row]) -> tuple[Row, list[Row]] | None:
    """A hidden row that follows from the shown ones and the total, and the shown rows of which hiding one helps.

    The shown rows are the columns of a matrix of zeros and ones. A hidden row leaks if least squares leave nothing of it.
    Hiding a column ends the leak if the sum needs it and no other columns can replace it; else it is a step on the way.
    """
    if not hide:
        return None
    secret, shown = sorted(hide), sorted(row for row in rows if row not in hide)
    wanted = np.stack([rows[row] for row in secret], axis=1)
    known = np.stack([np.ones(len(wanted)), *(rows[row] for row in shown)], axis=1)
    weights, vectors = np.linalg.eigh(known.T @ known)
    none = weights < weights.max() * TINY
    kept = vectors[:, ~none]
    sums = (kept / weights[~none]) @ (kept.T @ (known.T @ wanted))
    leaking = np.flatnonzero(np.abs(known @ sums - wanted).max(axis=0) < NEAR)
    if not leaking.size:
        return None
    needed = np.abs(sums[1:, leaking[0]]) > NEAR
    alone = np.linalg.norm(vectors[1:][:, none], axis=1) < NEAR
    chosen = needed & alone if (needed & alone).any() else needed
    return secret[leaking[0]], [row for row, use in zip(shown, chosen, strict=True) if use]
