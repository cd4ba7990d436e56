"""Every worked example of the programme holds in all three executors.

All examples are put into one record, each with people of its own for each of its days, so that SQL is asked once.
"""

import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import pytest

from differential.executors import ROOT, TypeScript
from tsela.care.engine.sql.plans import Planner
from tsela.evaluation.clean import in_memory
from tsela.kernel.dates import format_date
from tsela.programme import load
from tsela.programme.cases import Case
from tsela.work.cases import PlanOf, cases_of, differences, expectations, planners_of

Plan = dict[str, Any]
DATES = ("due", "opens", "late", "expires")


class EachDay(Planner):
    """Plans each client on the day that stands in a column `today` of `clients`."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        super().__init__(tables, "today")

    def base(self) -> str:
        """Events are asked about in one pass, and so need her day beside them."""
        with_day = "FROM (SELECT f.*, c.today FROM \\1 AS f JOIN clients AS c USING (client)) AS e"
        return re.sub(r'FROM ("?f_\w+"?) AS e(?= WHERE e\.date <= today GROUP BY)', with_day, super().base())


@dataclass(frozen=True)
class Asked:
    """A case, what Python's plans say, and who is asked about on which days."""

    case: Case
    tables: Mapping[str, Any]
    plan_of: PlanOf

    @cached_property
    def days(self) -> list[int]:
        """The days of which the case speaks."""
        expected = expectations(self.case, self.tables, self.plan_of)
        return sorted({self.case.today, *(one.day for one in expected)})

    @property
    def named(self) -> set[str]:
        """The items and flags of which the case speaks."""
        expected = expectations(self.case, self.tables, self.plan_of)
        flags = (name for _, name in (*self.case.flags, *self.case.no_flags))
        return {one.task.partition(":")[0] for one in expected} | set(flags)

    def clients(self) -> Iterator[tuple[str, int]]:
        """Everyone, once for each day."""
        yield from ((self.client(who, day), day) for day in self.days for who in self.case.people)

    def client(self, who: str, day: int) -> str:
        return self._own(self.case.people[who], day)

    def events(self) -> Iterator[dict[str, Any]]:
        people = set(self.case.people.values())
        for day in self.days:
            for event in self.case.events:
                answers = event["answers"] and {
                    key: self._own(value, day) if isinstance(value, str) and value in people else value
                    for key, value in event["answers"].items()
                }
                replaces = event["replaces"] and self._own(event["replaces"], day)
                ids = {name: self._own(event[name], day) for name in ("id", "client")}
                yield {**event, **ids, "replaces": replaces, "answers": answers}

    def _own(self, name: str, day: int) -> str:
        """An id that no other case or day has. The first part of an event's id, which gives the order, stays."""
        return f"{name[:18]}-{str(uuid.uuid5(uuid.NAMESPACE_URL, f'{self.case.where} {day} {name}'))[19:]}"


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
    assert _wrong(CASES[policy], lambda *asked: _by_phone(phone, *asked)) == []


@pytest.mark.parametrize("policy", CASES)
def test_the_examples_hold_in_sql(policy: str) -> None:
    assert _wrong(CASES[policy], _by_sql) == []


def _wrong(cases: list[Asked], planned: Callable[..., Mapping[str, Plan]]) -> list[str]:
    """Where plans differ from what the cases say; `planned` gives everyone's, of the rules that they name."""
    events = [event for one in cases for event in one.events()]
    named = {name for one in cases for name in one.named}
    plans = planned(cases[0].tables, events, dict(day for one in cases for day in one.clients()), named)
    return [f"{one.case.where}: {told}" for one in cases for told in _told(one, plans)]


def _told(one: Asked, plans: Mapping[str, Plan]) -> Iterable[str]:
    return differences(one.case, one.tables, lambda who, day: plans[one.client(who, day)])


def _by_phone(
    phone: TypeScript, tables: Mapping[str, Any], events: list[Any], days: Mapping[str, int], named: set[str]
) -> dict[str, Plan]:
    """Whole plans."""
    asks = [(client, format_date(day)) for client, day in days.items()]
    return dict(zip(days, phone.plans(tables, events, asks), strict=True))


def _by_sql(
    tables: Mapping[str, Any], events: list[Any], days: Mapping[str, int], named: set[str]
) -> dict[str, Plan]:
    """Of a plan the tasks and flags that are named, each by a statement of its own over everyone."""
    plans: dict[str, Plan] = {client: {"tasks": [], "flags": []} for client in days}
    with in_memory(tables, events) as connection:
        _give_days(connection, days)
        for kind in plans[next(iter(plans))]:
            for tree in tables["items" if kind == "tasks" else kind]:
                for row in _rows(connection, _select(tables, kind, tree)) if tree["id"] in named else ():
                    plans[row["client"]][kind].append({**row, "id": row.get("flag")})
    return plans


def _select(tables: Mapping[str, Any], kind: str, tree: Mapping[str, Any]) -> str:
    planner = EachDay(tables)
    return planner.statement([planner.item(tree) if kind == "tasks" else planner.flag(tree)])


def _give_days(connection: duckdb.DuckDBPyConnection, days: Mapping[str, int]) -> None:
    rows = ", ".join(f"('{client}', DATE '{format_date(day)}')" for client, day in days.items())
    connection.execute(f"CREATE TABLE asked AS SELECT * FROM (VALUES {rows}) AS asked(client, today)")
    connection.execute("CREATE OR REPLACE TABLE clients AS SELECT * FROM clients JOIN asked USING (client)")


def _rows(connection: duckdb.DuckDBPyConnection, select: str) -> Iterator[dict[str, Any]]:
    found = connection.execute(select)
    names = [column[0] for column in found.description]
    for row in found.fetchall():
        yield {
            name: str(cell) if name in DATES and cell else cell for name, cell in zip(names, row, strict=True)
        }
