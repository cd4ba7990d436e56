"""Every worked example of the programme holds in all three executors.

All examples are put into one record, each with people of its own, so that an executor is asked few times.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from differential.executors import ROOT, TypeScript
from tsela.care.engine.sql import flags_sql, plan_sql
from tsela.evaluation.clean import in_memory
from tsela.kernel.dates import format_date
from tsela.programme import load
from tsela.programme.cases import Case
from tsela.work.cases import PlanOf, cases_of, differences, expectations, planners_of

Plan = dict[str, Any]
Asks = set[tuple[str, int]]  # client, day
NO_DAY = "1900-02-03"  # stands for the parameter in SQL that is prepared once


@dataclass(frozen=True)
class Asked:
    """A case, what Python's plans say, and who is asked about on which days."""

    case: Case
    tables: Mapping[str, Any]
    plan_of: PlanOf

    def client(self, who: str) -> str:
        return self.own(self.case.people[who])

    def own(self, name: str) -> str:
        """An id that no other case has. The first part of an event's id, which gives the order, stays."""
        return f"{name[:18]}-{str(uuid.uuid5(uuid.NAMESPACE_URL, self.case.where + name))[19:]}"

    @cached_property
    def rows(self) -> list[tuple[str, str, int]]:
        """(client, item, day) of every task that the case speaks of."""
        expected = expectations(self.case, self.tables, self.plan_of)
        return [(self.client(one.who), one.task.partition(":")[0], one.day) for one in expected]

    @property
    def asks(self) -> Asks:
        return {(client, day) for client, _, day in self.rows} | {
            (self.client(who), self.case.today) for who in self.case.people
        }

    def events(self) -> Iterator[dict[str, Any]]:
        people = set(self.case.people.values())
        for event in self.case.events:
            answers = event["answers"] and {
                key: self.own(value) if isinstance(value, str) and value in people else value
                for key, value in event["answers"].items()
            }
            replaces = event["replaces"] and self.own(event["replaces"])
            ids = {"id": self.own(event["id"]), "client": self.own(event["client"])}
            yield {**event, **ids, "replaces": replaces, "answers": answers}


def by_policy() -> dict[str, list[Asked]]:
    found = defaultdict(list)
    programme = load(ROOT / "programmes/mentor_mother")
    for asked in planners_of(programme, cases_of(programme)[0]):
        found[asked[1]["policy"]].append(Asked(*asked))
    return dict(found)


CASES = by_policy()


@pytest.fixture(scope="module")
def phone() -> Iterator[TypeScript]:
    executor = TypeScript()
    yield executor
    executor.close()


@pytest.mark.parametrize("policy", CASES)
def test_the_examples_hold_in_python(policy: str) -> None:
    assert [told for one in CASES[policy] for told in differences(one.case, one.tables, one.plan_of)] == []


@pytest.mark.parametrize("policy", CASES)
def test_the_examples_hold_on_the_phone(policy: str, phone: TypeScript) -> None:
    cases = CASES[policy]
    asks = sorted({ask for one in cases for ask in one.asks})
    days = [(client, format_date(day)) for client, day in asks]
    made = dict(zip(asks, phone.plans(cases[0].tables, _events(cases), days), strict=True))
    assert _wrong(cases, made) == []


@pytest.mark.parametrize("policy", CASES)
def test_the_examples_hold_in_sql(policy: str) -> None:
    assert _wrong(CASES[policy], _by_sql(CASES[policy])) == []


def _wrong(cases: Iterable[Asked], plans: Mapping[tuple[str, int], Plan]) -> list[str]:
    return [
        f"{one.case.where}: {told}"
        for one in cases
        for told in differences(one.case, one.tables, lambda who, day, one=one: plans[one.client(who), day])
    ]


def _by_sql(cases: list[Asked]) -> dict[tuple[str, int], Plan]:
    """Of each plan the tasks that are asked about, by one prepared statement an item; flags likewise."""
    tables = cases[0].tables
    plans: dict[tuple[str, int], Plan] = {
        ask: {"tasks": [], "flags": []} for one in cases for ask in one.asks
    }
    days = defaultdict(set)
    for one in cases:
        for _, item, day in one.rows:
            days[item].add(day)
    told = {day for one in cases for day in [one.case.today] if one.case.flags or one.case.no_flags}
    items = {item["id"]: item for item in tables["items"]}
    with in_memory(tables, _events(cases)) as connection:
        for name in sorted(days):
            query = plan_sql({**tables, "items": [items[name]]}, NO_DAY)
            for day, row in _each_day(connection, query, days[name]):
                if (row["client"], day) in plans:
                    plans[row["client"], day]["tasks"].append(json.loads(json.dumps(row, default=str)))
        for day, row in _each_day(connection, flags_sql(tables, NO_DAY), told):
            if (row["client"], day) in plans:
                plans[row["client"], day]["flags"].append({"id": row["flag"]})
    return plans


def _each_day(connection: Any, query: str, days: set[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    parameter = query.replace(f"DATE '{NO_DAY}'", "CAST($1 AS DATE)")
    connection.execute(f"PREPARE asked AS {parameter}")
    for day in sorted(days):
        found = connection.execute(f"EXECUTE asked('{format_date(day)}')")
        names = [column[0] for column in found.description]
        yield from ((day, dict(zip(names, row, strict=True))) for row in found.fetchall())
    connection.execute("DEALLOCATE asked")


def _events(cases: Iterable[Asked]) -> list[dict[str, Any]]:
    return [event for one in cases for event in one.events()]
