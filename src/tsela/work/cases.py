"""Runs a programme's worked examples through the care engine and says, in words, where they differ."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from tsela.care import engine
from tsela.kernel.dates import format_date
from tsela.kernel.errors import Problem
from tsela.programme import Programme
from tsela.programme.cases import ABSENT, Case, read_cases
from tsela.work import boundaries

Task = dict[str, Any]
PlanOf = Callable[[str, int], dict[str, Any]]  # the plan (RULES 5) of someone in a case, by name, on a day
BESIDE = ("who", "task", "day", "where")  # cells of a row that say which task it is about


@dataclass(frozen=True)
class Result:
    """A case and how it failed; empty when it passed."""

    case: Case
    differences: list[str]
    code: ClassVar[str] = "E231"

    @property
    def title(self) -> str:
        return self.case.title

    @property
    def where(self) -> str:
        return self.case.where

    def as_dict(self) -> dict[str, Any]:
        return {
            "case": self.case.title,
            "where": self.case.where,
            "passed": not self.differences,
            "differences": self.differences,
        }


@dataclass(frozen=True)
class Expected:
    """What a case says of one task on one day: its cells by column; status `none` where it is not to be there."""

    day: int
    who: str
    task: str
    cells: Mapping[str, str]
    where: str


def run_cases(programme: Programme) -> tuple[list[Result], list[Problem]]:
    """Every case of the programme's folder, and what is wrong with the cases' writing."""
    cases, problems = cases_of(programme)
    planners = planners_of(programme, cases)
    return [
        Result(case, list(differences(case, tables, plan_of))) for case, tables, plan_of in planners
    ], problems


def cases_of(programme: Programme) -> tuple[list[Case], list[Problem]]:
    """The cases as they are written."""
    items, flags = ({row["id"] for row in programme.tables[kind]} for kind in ("items", "flags"))
    return read_cases(programme.folder, programme.tables["forms"], items, flags)


def planners_of(programme: Programme, cases: list[Case]) -> Iterator[tuple[Case, Mapping[str, Any], PlanOf]]:
    """Each case with the rules of its policy and what plans its people."""
    rules = {
        name: engine.Rules(programme.tables_for(name))
        for name in {c.policy or programme.policy for c in cases}
    }
    for case in cases:
        its = rules[case.policy or programme.policy]
        yield case, its.tables, _planner(case, its)


def _planner(case: Case, rules: engine.Rules) -> PlanOf:
    records = engine.Records(rules, case.events)
    return cache(lambda who, day: engine.plan(rules, records, case.people[who], day).as_dict())


def expectations(case: Case, tables: Mapping[str, Any], plan_of: PlanOf) -> Iterator[Expected]:
    """Everything that a case says of tasks, day by day."""
    for row in [*case.tasks, *case.days]:
        who, task = row.get("who", ""), row.get("task", "")
        if who in case.people:
            cells = {key: value for key, value in row.items() if key not in BESIDE}
            yield Expected(int(row.get("day", case.today)), who, task, cells, row["where"])
    for who, task in case.absent:
        yield Expected(case.today, who, task, {"status": ABSENT}, case.where)
    yield from _around(case, tables, plan_of)


def differences(case: Case, tables: Mapping[str, Any], plan_of: PlanOf) -> Iterator[str]:
    """Where plans differ from what a case says."""
    for expected in expectations(case, tables, plan_of):
        for difference in _differing(expected, plan_of(expected.who, expected.day)["tasks"]):
            yield (
                difference if expected.day == case.today else f"on {format_date(expected.day)}, {difference}"
            )
    for who, task in case.around:
        if not named(task, plan_of(who, case.today)["tasks"]):
            yield f"{who}: there is no task {task}, whose days could be looked at  [{case.where}]"
    raised = {who: {flag["id"] for flag in plan_of(who, case.today)["flags"]} for who in case.people}
    yield from (
        f"{who}: the flag {name} is not raised" for who, name in case.flags if name not in raised[who]
    )
    yield from (f"{who}: the flag {name} is raised" for who, name in case.no_flags if name in raised[who])


def _around(case: Case, tables: Mapping[str, Any], plan_of: PlanOf) -> Iterator[Expected]:
    items = {item["id"]: item for item in tables["items"]}
    for who, name in case.around:
        for task in named(name, plan_of(who, case.today)["tasks"]):
            for day in sorted(set(boundaries.days(tables, items[task["item"]], task).values())):
                status = boundaries.turned(task, day)
                yield Expected(day, who, written(task), {"status": status, "due": task["due"]}, case.where)


def _differing(expected: Expected, tasks: list[Task]) -> Iterator[str]:
    """What differs from the most similar of the tasks of that name."""
    who, name = expected.who, expected.task
    there = named(name, tasks)
    if expected.cells.get("status") == ABSENT:
        yield from (
            f"{who}: {name} should not be there, but is {task['status']}, due {task['due']}" for task in there
        )
        return
    found = sorted((_unlike(expected.cells, task) for task in there), key=len)
    if not found:
        have = ", ".join(sorted({written(task) for task in tasks})) or "none"
        yield f"{who}: there is no task {name} (there are: {have})  [{expected.where}]"
    elif found[0]:
        yield f"{who}: {name}: {'; '.join(found[0])}  [{expected.where}]"


def written(task: Task) -> str:
    """How a case names a task: `item`, or `item:key` of a series."""
    return str(task["key"]).rpartition(":")[0].rstrip(":")


def named(name: str, tasks: list[Task]) -> list[Task]:
    """The tasks that a case means by a name."""
    return [task for task in tasks if name in (task["item"], written(task))]


def _unlike(wanted: Mapping[str, str], task: Task) -> list[str]:
    pairs = [(key, value, task[key] or "none") for key, value in wanted.items()]
    return [f"{key} is {actual}, expected {value}" for key, value, actual in pairs if actual != value]
