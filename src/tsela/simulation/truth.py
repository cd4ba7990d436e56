"""The truth behind the simulated events: what happened to whom, whether or not it was recorded.

Written from the lives themselves, never from the events and never by the evaluation's code, so that the evaluation can
be held against it. Dates are day numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tsela.kernel.dates import add, from_civil, to_civil

LATE = 28  # days after the end of a supply from which a client counts as lost (PEPFAR MER 2.6.1)
YEAR = 365.25  # days


@dataclass(frozen=True)
class Baby:
    """A live-born child. `final` is the day of a documented final outcome; `first_nat` the sample date."""

    client: str
    site: str
    birth: int
    exposed: bool
    infected: bool
    first_nat: int | None
    final: int | None
    outcome: str | None

    def aged(self, months: int) -> int | None:
        return add(self.birth, months, "months")

    @property
    def has_final(self) -> bool:
        """A documented final result by 24 months of age."""
        known = self.outcome in ("infected", "uninfected_not_breastfeeding")
        return known and _by(self.final, self.aged(24))

    @property
    def found_infected(self) -> bool:
        return self.outcome == "infected" and self.has_final

    @property
    def tested_by_2_months(self) -> bool:
        limit = self.aged(2)
        return self.first_nat is not None and limit is not None and self.first_nat < limit


@dataclass(frozen=True)
class Treatment:
    """A woman's start of ART. `pick_ups`: date and days supplied; `left` is the day of transfer out."""

    client: str
    site: str
    start: int
    pick_ups: tuple[tuple[int, int], ...]
    left: int | None
    died: int | None

    @property
    def year_on(self) -> int | None:
        return add(self.start, 12, "months")

    @property
    def stayed_or_lost(self) -> bool:
        return not _by(self.left, self.year_on)

    @property
    def retained(self) -> bool:
        """Alive a year after the start, and at most 28 days late for her supply on that day (TX_CURR)."""
        day = self.year_on
        if day is None or _by(self.died, day):
            return False
        return any(date <= day <= date + supply + LATE for date, supply in self.pick_ups)

    @property
    def followed_or_lost(self) -> bool:
        """Within 365 days. Whoever moves says nothing about what would have become of her."""
        return not _by(self.left, self.start + 365) or not self.uninterrupted

    @property
    def uninterrupted(self) -> bool:
        """Never more than 28 days late within 365 days, or until she moved; alive."""
        end = self.start + 365 if self.left is None else min(self.left, self.start + 365)
        covered = self.start + LATE
        for date, supply in self.pick_ups:
            if date > covered + 1:
                break
            covered = max(covered, date + supply + LATE)
        return covered >= end and not _by(self.died, end)


@dataclass(frozen=True)
class Negative:
    """A woman whose first test was negative: her second and last test, her first positive one, and the infection itself."""

    client: str
    site: str
    first_negative: int
    second_test: int | None
    last_test: int | None
    positive: int | None
    infected: int | None

    @property
    def followed_until(self) -> int | None:
        """Pregnancy and about a year of breastfeeding."""
        return add(self.first_negative, 18, "months")

    @property
    def retested(self) -> bool:
        return _by(self.second_test, self.followed_until)

    @property
    def seroconverted(self) -> bool:
        return _by(self.positive, self.followed_until)

    @property
    def years(self) -> float:
        """Between her first test and her last, or her infection."""
        assert self.last_test is not None
        end = self.infected if self.seroconverted and self.infected is not None else self.last_test
        return (end - self.first_negative) / YEAR


class Measure(NamedTuple):
    """Who: a list of Truth. `joins`: the day that puts a person into a period; then who counts, and as what."""

    people: str
    joins: Callable[[Any], int | None]
    counted: Callable[[Any], bool]
    event: Callable[[Any], bool]
    size: Callable[[Any], float] = lambda _: 1  # a person's share of the denominator


# By the documented definitions of programmes/mentor_mother/indicators.
MEASURES = {
    "MTCT_M2M": Measure("exposed", lambda b: b.aged(24), lambda b: b.has_final, lambda b: b.found_infected),
    "MTCT_FINAL": Measure("exposed", lambda b: b.aged(24), lambda _: True, lambda b: b.has_final),
    "MTCT_BOUNDS": Measure("exposed", lambda b: b.aged(24), lambda _: True, lambda b: b.found_infected),
    "EID_2M": Measure("exposed", lambda b: b.aged(2), lambda _: True, lambda b: b.tested_by_2_months),
    "RET12": Measure("treatments", lambda t: t.year_on, lambda t: t.stayed_or_lost, lambda t: t.retained),
    "RET12_KM": Measure(
        "treatments", lambda t: t.year_on, lambda t: t.followed_or_lost, lambda t: t.uninterrupted
    ),
    "SEROCONV": Measure(
        "negatives", lambda n: n.followed_until, lambda n: n.retested, lambda n: n.seroconverted
    ),
    "SEROCONV_PY": Measure(
        "negatives",
        lambda n: n.followed_until,
        lambda n: n.retested,
        lambda n: n.seroconverted,
        lambda n: n.years,
    ),
}
ESTIMATED = ("RET12_KM", "SEROCONV_PY")  # of these the evaluation can only come near the truth


@dataclass
class Truth:
    """What came out, for the years of the simulation."""

    until: int
    babies: list[Baby] = field(default_factory=list)
    treatments: list[Treatment] = field(default_factory=list)
    negatives: list[Negative] = field(default_factory=list)

    @property
    def exposed(self) -> list[Baby]:
        return [baby for baby in self.babies if baby.exposed]

    def realised(self, start: int) -> dict[str, dict[str, dict[str, float]]]:
        """For each indicator, numerator and denominator of the whole run and of each year."""
        years = range(to_civil(start)[0], to_civil(self.until)[0] + 1)
        spans = {str(year): (from_civil(year, 1, 1), from_civil(year, 12, 31)) for year in years}
        cells = {name: self.within(*span) for name, span in {"all": (start, self.until), **spans}.items()}
        return {name: {cell: counts[name] for cell, counts in cells.items()} for name in MEASURES}

    def within(self, first: int, last: int) -> dict[str, dict[str, float]]:
        """The same of one period, both days included, as far as the simulation goes."""
        last = min(last, self.until)
        return {name: self._count(measure, first, last) for name, measure in MEASURES.items()}

    def _count(self, measure: Measure, first: int, last: int) -> dict[str, float]:
        people = [
            one for one in getattr(self, measure.people)
            if (day := measure.joins(one)) is not None and first <= day <= last and measure.counted(one)
        ]  # fmt: skip
        size = sum(measure.size(one) for one in people)
        return {"numerator": sum(measure.event(one) for one in people), "denominator": round(size, 6)}


def _by(day: int | None, limit: int | None) -> bool:
    return day is not None and limit is not None and day <= limit
