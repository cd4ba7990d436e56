"""Three executors, one language: on made-up programmes and damaged histories they say the same.

This is the moderate run of `make test`; `python -m tests.differential` is the long one.
"""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from differential.compare import Batch, batch, differences
from differential.executors import Executor, Python, TypeScript, executors

TWINS = 60  # batches of 25 histories that Python and TypeScript are asked
ALL = 4  # batches of 100 that SQL is asked too


@pytest.fixture(scope="module")
def twin() -> Iterator[TypeScript]:
    executor = TypeScript()
    yield executor
    executor.close()


@pytest.mark.parametrize("number", range(ALL))
def test_all_executors_agree(number: int, request: pytest.FixtureRequest) -> None:
    agree(batch(Random(f"all/{number}"), how_many=100), executors())


def test_twins_agree(twin: TypeScript) -> None:
    for number in range(TWINS):
        agree(batch(Random(f"twins/{number}"), how_many=25), [Python(), twin])


@settings(max_examples=30)
@given(random=st.randoms(use_true_random=False))
def test_twins_agree_on_what_hypothesis_finds(random: Random, twin: TypeScript) -> None:
    """Few, but shrunk to the smallest programme and history that differ."""
    agree(batch(random, how_many=1, days=2), [Python(), twin])


def agree(made: Batch, running: list[Executor]) -> None:
    found = next(differences(made, running), None)
    assert found is None, str(found)
