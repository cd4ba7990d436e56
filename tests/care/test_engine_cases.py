"""contract/cases, run by every executor: the meaning of each word of the rules language, by example."""

from collections.abc import Iterator
from typing import Any

import pytest

from differential.cases import COMPILED, Case, all_cases, answered, compiled
from differential.executors import Executor, executors


@pytest.fixture(scope="module", params=[0, 1, 2], ids=["Python", "TypeScript", "SQL"])
def executor(request: Any) -> Iterator[Executor]:
    executor = list(executors())[request.param]
    yield executor
    getattr(executor, "close", lambda: None)()


@pytest.mark.parametrize("case", list(all_cases()), ids=lambda case: case.name)
def test_case(case: Case, executor: Executor) -> None:
    plans = executor.plans(case.tables, case.events, case.asks)
    said = [answered(plan, expected) for plan, expected in zip(plans, case.expected, strict=True)]
    assert said == case.expected


def test_the_phone_reads_these_cases() -> None:
    assert COMPILED.read_text(encoding="utf-8") == compiled(), "run: python -m tests.differential.cases"
