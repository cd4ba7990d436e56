"""contract/cases, run by the SQL executor: all their clients in one database, so that each question costs one query."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import duckdb
import pytest

from differential.cases import Case, all_cases, answered
from differential.sql import plans_of
from tsela.evaluation.clean import in_memory

CASES = list(all_cases())


@cache
def database() -> duckdb.DuckDBPyConnection:
    """Everyone of every case; the case's number keeps them apart. All cases know the same forms."""
    return in_memory(
        CASES[0].tables, (event for number, case in enumerate(CASES) for event in apart(number, case))
    )


def apart(number: int, case: Case) -> Iterator[dict[str, Any]]:
    for event in case.events:
        answers = event["answers"]
        if answers and isinstance(answers.get("mother"), str) and answers["mother"]:
            answers = {**answers, "mother": f"{number}/{answers['mother']}"}
        names = {name: event[name] and f"{number}/{event[name]}" for name in ("id", "client", "replaces")}
        yield {**event, **names, "answers": answers}


def together(plan: dict[str, Any], number: int) -> dict[str, Any]:
    """The plan in the case's own ids."""
    key, done_by = f":{number}/", f"{number}/"
    tasks = [
        {
            **task,
            "key": task["key"].replace(key, ":"),
            "done_by": task["done_by"] and task["done_by"].removeprefix(done_by),
        }
        for task in plan["tasks"]
    ]
    return {**plan, "tasks": tasks}


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_case(number: int) -> None:
    case = CASES[number]
    for expected in case.expected:
        plan = plans_of(database(), case.tables, expected["today"])[f"{number}/{case.client}"]
        said = answered({**together(plan, number), "recheck": expected.get("recheck")}, expected)
        assert said == expected
