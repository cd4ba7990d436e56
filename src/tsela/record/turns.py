"""Fair turns between the processes that write one SQLite file.

SQLite itself lets whoever asks at the right moment write: a worker that commits without pause then keeps a server waiting for
seconds. Here one lock stands for the turn, another for the head of the queue. Who waits for the turn holds the head of the
queue, so that whoever had the turn last cannot take it again before. Both are let go when a process dies. Fairness only: what
is written is safe without it, and who does not take turns (a command by hand) still waits as SQLite makes it wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # no such locks on Windows, where Tsela is tried out, not served
    fcntl = None  # type: ignore[assignment]

HEAD, TURN = 0, 1  # the bytes of the file that are locked


class Turns:
    """Of this process, for one thread. `database`: the file; none of it is touched."""

    def __init__(self, database: object) -> None:
        file = Path(str(database))
        on_disk = fcntl is not None and file.is_file()
        self._file: Any = file.with_name(f"{file.name}-turns").open("ab") if on_disk else None

    @contextmanager
    def taken(self) -> Iterator[None]:
        if self._file is None:
            yield
            return
        self._lock(HEAD)
        self._lock(TURN)
        self._unlock(HEAD)
        try:
            yield
        finally:
            self._unlock(TURN)

    def _lock(self, which: int) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_EX, 1, which)

    def _unlock(self, which: int) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, which)
