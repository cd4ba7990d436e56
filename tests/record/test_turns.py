"""Server and worker write one SQLite file in turns: whoever waits comes next, and who dies keeps nobody waiting."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest

from support.processes import die_with_parent
from tsela.record.turns import Turns

# Takes turn after turn without a pause, and counts them in a file.
GREEDY = """
import sys
from tsela.record.turns import Turns
turns, count = Turns(sys.argv[1]), 0
with open(sys.argv[1] + ".count", "r+b", buffering=0) as file:
    while True:
        with turns.taken():
            count += 1
            file.seek(0)
            file.write(count.to_bytes(8, "big"))
"""


@pytest.fixture
def greedy(tmp_path: Path) -> Iterator[tuple[Path, Callable[[], int], subprocess.Popen]]:
    """A database, how many turns the other process has had, and the process."""
    database = tmp_path / "tsela.db"
    database.touch()
    file = Path(f"{database}.count")
    file.write_bytes(bytes(8))
    child = subprocess.Popen(
        [sys.executable, "-c", GREEDY, database], preexec_fn=die_with_parent(signal.SIGKILL)
    )
    while int.from_bytes(file.read_bytes(), "big") < 10:
        assert child.poll() is None
    yield database, lambda: int.from_bytes(file.read_bytes(), "big"), child
    child.kill()
    child.wait()


def test_who_waits_comes_next(greedy: tuple[Path, Callable[[], int], subprocess.Popen]) -> None:
    database, had, _ = greedy
    turns, meanwhile = Turns(database), []
    for _ in range(200):
        before = had()
        with turns.taken():
            meanwhile.append(had() - before)
            now = had()
            assert had() == now, "one at a time"
    assert median(meanwhile) <= 2


def test_who_dies_in_her_turn_keeps_nobody_waiting(
    greedy: tuple[Path, Callable[[], int], subprocess.Popen],
) -> None:
    database, _, child = greedy
    child.kill()
    child.wait()
    with Turns(database).taken():
        pass


def test_without_a_file_there_is_nothing_to_take_turns_at(tmp_path: Path) -> None:
    for nowhere in (":memory:", "file:memorydb_default?mode=memory&cache=shared", tmp_path / "none.db"):
        with Turns(nowhere).taken():
            pass
    assert not list(tmp_path.iterdir())
