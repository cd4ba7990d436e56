"""Three executors, one language: on made-up programmes and damaged histories they say the same.

This is the moderate run of `make test`; `python -m tests.differential` is the long one.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from differential.compare import Batch, batch, differences
from differential.executors import ROOT, Executor, Python, TypeScript, executors
from differential.programmes import compiled, document
from tsela.care.engine import Records, Rules, plan, why
from tsela.kernel.dates import parse_date
from tsela.programme import load
from tsela.simulation.behaviour import Behaviour
from tsela.simulation.generate import Simulation, write

TWINS = 60  # batches of 25 histories that Python and TypeScript are asked
ALL = 4  # batches of 100 that SQL is asked too


@pytest.fixture(scope="module")
def everyone() -> Iterator[list[Executor]]:
    python, twin, sql = executors()
    yield [python, twin, sql]
    twin.close()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def twin(everyone: list[Executor]) -> Executor:
    return everyone[1]


@pytest.mark.parametrize("number", range(ALL))
def test_all_executors_agree(number: int, everyone: list[Executor]) -> None:
    agree(batch(Random(f"all/{number}"), how_many=100), everyone)


def test_twins_agree(twin: Executor) -> None:
    for number in range(TWINS):
        agree(batch(Random(f"twins/{number}"), how_many=25), [Python(), twin])


def test_all_agree_on_the_real_programme(tmp_path: Path, everyone: list[Executor]) -> None:
    programme = load(ROOT / "programmes/mentor_mother")
    until = parse_date("2026-11-20") or 0
    simulation = Simulation(programme, clients=80, years=2, seed=3, until=until, behaviour=Behaviour())
    write(simulation, tmp_path)
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    clients = sorted({event["client"] for event in events})
    for today, running in (("2025-08-31", everyone[:2]), ("2026-02-28", everyone)):
        asks = [(client, today) for client in clients]
        first, *others = [(one, one.plans(programme.tables, events, asks)) for one in running]
        for other, plans in others:
            for ours, theirs in zip(first[1], plans, strict=True):
                assert {name: ours[name] for name in other.fields} == {
                    name: theirs[name] for name in other.fields
                }


def test_twins_give_the_same_reasons(twin: TypeScript) -> None:
    tables = compiled(document(Random("why"), items=12))
    made = batch(Random("why"), how_many=30, days=1)
    rules = Rules(tables)
    records = Records(rules, made.events)
    ours = [plan(rules, records, client, parse_date(today) or 0).tasks for client, today in made.asks]
    theirs = twin.ask({"tables": tables, "events": made.events, "asks": made.asks, "words": True})
    assert [[why(rules, task) for task in tasks] for tasks in ours] == [one["why"] for one in theirs]
    assert any(ours)


@settings(max_examples=30)
@given(random=st.randoms(use_true_random=False))
def test_twins_agree_on_what_hypothesis_finds(random: Random, twin: Executor) -> None:
    """Few, but shrunk to the smallest programme and history that differ."""
    agree(batch(random, how_many=1, days=2), [Python(), twin])


def agree(made: Batch, running: list[Executor]) -> None:
    found = next(differences(made, running), None)
    assert found is None, str(found)
