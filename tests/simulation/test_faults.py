"""Nothing is lost, doubled or seen differently, whatever breaks; and every bug that we seed is caught.

TSELA_SEEDS=100 runs fewer. The runs have processes of their own: they hold Django's clock, database and writer.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from bugs import BUGS

SEEDS = int(os.environ.get("TSELA_SEEDS", "1000"))
CHUNK = 250
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


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_phones_and_server_agree_after_every_run(first: int, record_property: Any) -> None:
    report = json.loads(
        python("-m", "tsela", "faults", f"--first={first}", f"--seeds={min(CHUNK, SEEDS - first)}", "--json")
    )
    record_property("faults", report)
    print("{seeds} seeds, {events} events, {faults} faults injected, {seconds} s".format_map(report))
    assert report["broken"] == {}
    assert (report["losses"], report["doubles"], report["divergences"]) == (0, 0, 0)
    assert len(report["by_fault"]) > 8, "some kind of fault was never injected"


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
