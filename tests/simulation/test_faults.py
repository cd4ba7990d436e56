"""Nothing is lost, doubled or seen differently, whatever breaks; and every bug that we seed is caught.

TSELA_SEEDS=100 runs fewer. The runs have processes of their own: they hold Django's clock, database and writer.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from bugs import BUGS

SEEDS = int(os.environ.get("TSELA_SEEDS", "1000"))
CHUNK = 125
TOTALS = ("seeds", "events", "faults", "losses", "doubles", "divergences")
FAULTS = {
    "request lost", "request cut", "request late", "request repeated", "request in between", "answer lost", "answer cut",
    "server crashed", "app killed", "phone lost", "staff moved",
}  # fmt: skip
PROJECT = Path(__file__).parents[2]


def python(*arguments: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": "0", "TSELA_DATABASE_URL": ""}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def reports() -> list[dict[str, Any]]:
    """All seeds, in chunks, two at once."""
    chunks = [("-m", "tsela", "faults", f"--first={first}", f"--seeds={min(CHUNK, SEEDS - first)}", "--json")
              for first in range(0, SEEDS, CHUNK)]  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        return list(map(json.loads, pool.map(lambda chunk: python(*chunk), chunks)))


@pytest.mark.slow
def test_nothing_is_lost_doubled_or_different_after_any_run(reports: list[dict[str, Any]]) -> None:
    totals = {key: sum(one[key] for one in reports) for key in TOTALS}
    print("{seeds} seeds, {events} events, {faults} faults injected".format_map(totals))
    assert [broken for one in reports for broken in one["broken"].items()] == []
    assert (totals["losses"], totals["doubles"], totals["divergences"]) == (0, 0, 0)


@pytest.mark.slow
def test_every_kind_of_fault_was_injected(reports: list[dict[str, Any]]) -> None:
    assert set().union(*(one["by_fault"] for one in reports)) == FAULTS


@pytest.fixture(scope="module")
def caught() -> dict[str, dict[str, Any]]:
    lines = python("tests/simulation/bugs.py").splitlines()
    return {one["bug"]: one for one in map(json.loads, lines)}


@pytest.mark.slow
@pytest.mark.parametrize("name", BUGS)
def test_a_seeded_bug_is_caught_by_the_invariant_that_it_breaks(
    name: str, caught: dict[str, dict[str, Any]]
) -> None:
    assert caught[name]["invariant"] in BUGS[name].breaks, caught[name]


def test_the_same_seed_runs_the_same_way() -> None:
    run = ("-m", "tsela", "faults", "--first=3", "--seeds=2", "--json")
    one, two = (json.loads(python(*run)) for _ in range(2))
    assert {**one, "seconds": 0} == {**two, "seconds": 0}
