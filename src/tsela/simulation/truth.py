"""The truth behind the simulated events: what happened to whom, whether or not it was recorded.

Written from the lives themselves, never from the events and never by the evaluation's code, so that the evaluation can
be held against it. Dates are day numbers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tsela.kernel.dates import add, format_date


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


@dataclass(frozen=True)
class Treatment:
    """A woman's start of ART. `covered_until` of each stretch of supply; `left` is the day of transfer out."""

    client: str
    site: str
    start: int
    pick_ups: tuple[tuple[int, int], ...]
    left: int | None
    died: int | None

    def on_art(self, day: int) -> bool:
        """Not dead, and at most 28 days late for her supply (PEPFAR MER 2.6.1, TX_CURR)."""
        if self.died is not None and self.died <= day:
            return False
        return any(date <= day <= date + supply + 28 for date, supply in self.pick_ups)


@dataclass(frozen=True)
class Negative:
    """A woman whose first test was negative; the days of her second test and of her first positive one."""

    client: str
    site: str
    first_negative: int
    second_test: int | None
    positive: int | None

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


@dataclass
class Truth:
    """What came out, for the years of the simulation; proportions are numerator, denominator."""

    until: int
    babies: list[Baby] = field(default_factory=list)
    treatments: list[Treatment] = field(default_factory=list)
    negatives: list[Negative] = field(default_factory=list)

    def realised(self) -> dict[str, Any]:
        """For each indicator, the whole run and each year of the date that puts a person into the cohort."""
        babies = [baby for baby in self.babies if baby.exposed]
        return {
            "MTCT_M2M": self._by_year(babies, self._aged(24), self._has_final, self._infected),
            "MTCT_BOUNDS": self._by_year(babies, self._aged(24), _all, self._infected),
            "EID_2M": self._by_year(babies, self._aged(2), _all, self._tested_by_2_months),
            "RET12": self._by_year(self.treatments, self._year_on_art, self._stayed_or_lost, self._retained),
            "SEROCONV": self._by_year(
                self.negatives, lambda n: n.followed_until, lambda n: n.retested, lambda n: n.seroconverted
            ),
        }

    def _by_year(
        self,
        people: Iterable[Any],
        index: Callable[[Any], int | None],
        counted: Callable[[Any], bool],
        event: Callable[[Any], bool],
    ) -> dict[str, dict[str, int]]:
        cells: dict[str, dict[str, int]] = {}
        for person in people:
            day = index(person)
            if day is None or day > self.until or not counted(person):
                continue
            for cell in ("all", format_date(day)[:4]):
                counts = cells.setdefault(cell, {"numerator": 0, "denominator": 0})
                counts["denominator"] += 1
                counts["numerator"] += event(person)
        return cells

    def _aged(self, months: int) -> Callable[[Baby], int | None]:
        return lambda baby: add(baby.birth, months, "months")

    def _has_final(self, baby: Baby) -> bool:
        end = add(baby.birth, 24, "months")
        known = baby.outcome in ("infected", "uninfected_not_breastfeeding")
        return known and baby.final is not None and end is not None and baby.final <= end

    def _infected(self, baby: Baby) -> bool:
        return baby.outcome == "infected" and self._has_final(baby)

    def _tested_by_2_months(self, baby: Baby) -> bool:
        limit = add(baby.birth, 2, "months")
        return baby.first_nat is not None and limit is not None and baby.first_nat < limit

    def _year_on_art(self, treatment: Treatment) -> int | None:
        return add(treatment.start, 12, "months")

    def _stayed_or_lost(self, treatment: Treatment) -> bool:
        day = self._year_on_art(treatment)
        return treatment.left is None or day is None or treatment.left > day

    def _retained(self, treatment: Treatment) -> bool:
        day = self._year_on_art(treatment)
        return day is not None and treatment.on_art(day)


def _all(person: object) -> bool:
    return True


def _by(day: int | None, limit: int | None) -> bool:
    return day is not None and limit is not None and day <= limit
