"""Runs a programme's worked examples through the care engine and says, in words, where they differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tsela.care import engine
from tsela.kernel.errors import Problem
from tsela.programme import Programme
from tsela.programme.cases import Case, read_cases

Task = dict[str, Any]


@dataclass(frozen=True)
class Result:
    """A case and how it failed; empty when it passed."""

    case: Case
    differences: list[str]

    def as_dict(self) -> dict[str, Any]:
        return {
            "case": self.case.title,
            "where": self.case.where,
            "passed": not self.differences,
            "differences": self.differences,
        }


def run_cases(programme: Programme) -> tuple[list[Result], list[Problem]]:
    """Every case of the programme's folder, and what is wrong with the cases' writing."""
    tables = programme.tables
    items, flags = ({row["id"] for row in tables[kind]} for kind in ("items", "flags"))
    cases, problems = read_cases(programme.folder, tables["forms"], items, flags)
    rules = {
        name: engine.Rules(programme.tables_for(name))
        for name in {programme.policy, *(c.policy for c in cases)} - {""}
    }
    return [
        Result(case, list(_differences(case, rules[case.policy or programme.policy]))) for case in cases
    ], problems


def _differences(case: Case, rules: engine.Rules) -> Iterator[str]:
    records = engine.Records(rules, case.events)
    plans = {
        name: engine.plan(rules, records, client, case.today).as_dict()
        for name, client in case.people.items()
    }
    for expected in case.tasks:
        yield from _task(expected, plans.get(expected.get("who", ""), {}).get("tasks", []))
    for who, name in case.absent:
        for task in _named(name, plans[who]["tasks"]):
            yield f"{who}: {name} should not be there, but is {task['status']}, due {task['due']}"
    raised = {who: {flag["id"] for flag in plan["flags"]} for who, plan in plans.items()}
    yield from (
        f"{who}: the flag {name} is not raised" for who, name in case.flags if name not in raised[who]
    )
    yield from (f"{who}: the flag {name} is raised" for who, name in case.no_flags if name in raised[who])


def _task(expected: dict[str, str], tasks: list[Task]) -> Iterator[str]:
    """What differs from the most similar of the tasks of that name."""
    who, name = expected.get("who", ""), expected.get("task", "")
    wanted = {key: value for key, value in expected.items() if key not in ("who", "task", "where")}
    found = sorted((_unlike(wanted, task) for task in _named(name, tasks)), key=len)
    if not found:
        have = ", ".join(sorted({task["key"].rpartition(":")[0].rstrip(":") for task in tasks})) or "none"
        yield f"{who}: there is no task {name} (there are: {have})  [{expected['where']}]"
    elif found[0]:
        yield f"{who}: {name}: {'; '.join(found[0])}  [{expected['where']}]"


def _named(name: str, tasks: list[Task]) -> list[Task]:
    return [task for task in tasks if name in (task["item"], task["key"].rpartition(":")[0])]


def _unlike(wanted: dict[str, str], task: Task) -> list[str]:
    pairs = [(key, value, task[key] or "none") for key, value in wanted.items()]
    return [f"{key} is {actual}, expected {value}" for key, value, actual in pairs if actual != value]
