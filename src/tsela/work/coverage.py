"""Which rules the worked examples show: each item and flag there and not there, each item on the days it turns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tsela.programme import Programme
from tsela.programme.cases import ABSENT, Case
from tsela.work import boundaries
from tsela.work.cases import Expected, PlanOf, Task, cases_of, expectations, named, planners_of

GONE = (ABSENT, "cancelled")
Shown = set[tuple[str, str]]  # (item or flag, what of it)


@dataclass(frozen=True)
class Covered:
    """A rule and what of it is to be shown: `positive`, `negative`, and an item's boundaries; true where a case does."""

    kind: str
    id: str
    cells: Mapping[str, bool]

    @property
    def missing(self) -> list[str]:
        return [name for name, shown in self.cells.items() if not shown]

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "id": self.id, "cells": dict(self.cells), "missing": self.missing}


@dataclass(frozen=True)
class Coverage:
    """All rules of a programme, in their order."""

    rules: tuple[Covered, ...]

    @property
    def percent(self) -> float:
        """Share of what is to be shown; 100 only where nothing is missing."""
        cells = [shown for rule in self.rules for shown in rule.cells.values()]
        return 100 * sum(cells) / len(cells) if cells else 100.0

    @property
    def missing(self) -> tuple[Covered, ...]:
        return tuple(rule for rule in self.rules if rule.missing)

    def as_dict(self) -> dict[str, Any]:
        rules = [rule.as_dict() for rule in self.rules]
        return {"percent": self.percent, "complete": not self.missing, "rules": rules}


def coverage(programme: Programme) -> Coverage:
    """What the programme's cases show of its rules, whether or not they hold."""
    shown: Shown = set()
    for case, tables, plan_of in planners_of(programme, cases_of(programme)[0]):
        shown |= set(_shown(case, tables, plan_of))
    items = [
        _covered("item", item["id"], boundaries.boundaries(programme.tables, item), shown)
        for item in programme.tables["items"]
    ]
    flags = [_covered("flag", flag["id"], (), shown) for flag in programme.tables["flags"]]
    return Coverage((*items, *flags))


def _covered(kind: str, name: str, days: tuple[str, ...], shown: Shown) -> Covered:
    return Covered(kind, name, {what: (name, what) in shown for what in ("positive", "negative", *days)})


def _shown(case: Case, tables: Mapping[str, Any], plan_of: PlanOf) -> Iterator[tuple[str, str]]:
    yield from ((name, "positive") for _, name in case.flags)
    yield from ((name, "negative") for _, name in case.no_flags)
    items = {item["id"]: item for item in tables["items"]}
    for expected in expectations(case, tables, plan_of):
        status = expected.cells.get("status")
        item = expected.task.partition(":")[0]
        yield item, "negative" if status in GONE else "positive"
        if status in (*boundaries.TURNING, ABSENT):
            for task in _meant(expected, case, plan_of):
                days = boundaries.days(tables, items[item], task)
                yield from ((item, name) for name, day in days.items() if day == expected.day)


def _meant(expected: Expected, case: Case, plan_of: PlanOf) -> list[Task]:
    """The tasks that a row is about; of one that is not there on that day, as it is on the day of the case."""
    day = case.today if expected.cells.get("status") == ABSENT else expected.day
    return named(expected.task, plan_of(expected.who, day)["tasks"])
