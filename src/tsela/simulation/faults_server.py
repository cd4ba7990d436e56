"""The real server code on a real SQLite file, inside this thread and under this clock, so that it can be crashed.

A crash closes the database at a statement, or between commit and answer: SQLite rolls back, what was in memory is
gone. While a request reads outside a transaction, another may run between two of its statements, as on a busy server.
"""

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from tsela.simulation.phones import Answer, Request, Unreachable

T = TypeVar("T")
MEMORY = Path("/dev/shm")  # noqa: S108 — a file system in memory, where there is one
QUICK = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON"  # processes die here, not machines
START = datetime(2026, 3, 2, 8, 0, tzinfo=timezone(timedelta(hours=2)))  # the settings' own time zone


class Crash(BaseException):
    """The server's process dies here. Not an Exception, so that no code of ours can catch it."""


class Clock:
    """The only clock of a run."""

    def __init__(self) -> None:
        self.now = START

    def tick(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def today(self) -> date:
        return self.now.date()


class Server:
    """Answers requests as `tsela serve` does. `between` is called where another request may run."""

    def __init__(self, file: Path, clock: Clock, rng: Random, faults: Counter[str]) -> None:
        from django.db import connection

        self.connection, self.clock, self.rng, self.faults = connection, clock, rng, faults
        connection.close()
        connection.settings_dict["NAME"] = str(file)
        self.healed = False
        self.between: Callable[[], None] | None = None
        self.seen: Callable[[Request, Answer], None] = lambda request, answer: None
        self._crash_at = 0
        self._statements = 0
        self._inside = self._dead = False

    def __call__(self, request: Request) -> Answer:
        """Unreachable where the server crashed before it could answer."""
        self.clock.tick(1)
        crash_after = self._plan_crash()
        answer = self._until_crash(lambda: self._answer(request))
        if answer is not None:
            self.seen(request, answer)
        if answer is None or crash_after:
            self._restart()
            raise Unreachable
        return answer

    def run(self, work: Callable[[], Any]) -> Any:
        """Other work of the server's, which can crash as well; None where it did."""
        self._plan_crash(0.6)
        value = self._until_crash(work)
        if self._dead:
            self._restart()
        return value

    def _until_crash(self, work: Callable[[], T]) -> T | None:
        try:
            with self.connection.execute_wrapper(self._statement):
                value = work()
            return None if self._dead else value
        except Crash:
            return None
        except Exception:
            if not self._dead:  # otherwise it is what clean-up says of a database that is gone
                raise
            return None
        finally:
            self._crash_at = 0

    def _restart(self) -> None:
        self.faults["server crashed"] += 1
        self._dead = False
        self.connection.close()

    def _plan_crash(self, share: float = 0.12) -> bool:
        """Choose a statement to crash at, if any; whether to crash between commit and answer."""
        self._statements = self._crash_at = 0
        if self.healed or self._inside:  # a crash takes both requests along: the outer one may have it
            return False
        self._crash_at = self.rng.randint(1, 40) if self.rng.random() < share else 0
        return self.rng.random() < 0.03

    def _answer(self, request: Request) -> Answer:
        path, _, query = request.path.partition("?")
        body = b"" if request.body is None else request.body
        headers = {"HTTP_AUTHORIZATION": f"Bearer {request.token}"} if request.token else {}
        asked = _factory().generic(
            "GET" if request.body is None else "POST", f"/api/v1{path}", body, "application/json",
            QUERY_STRING=query, **headers,
        )  # fmt: skip
        response = _views()[path.lstrip("/")](asked)
        return Answer(response.status_code, bytes(response.content))

    def _statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self._statements += 1
        if self._statements == self._crash_at and self.rng.random() < 0.5:
            self._die()
        self._let_others()
        result = execute(sql, params, many, context)
        if self._statements == self._crash_at:
            self._die()
        return result

    def _die(self) -> None:
        self._dead = True
        self.connection.connection.rollback()  # at once, so that no clean-up on the way out reaches the database
        self.connection.connection.close()
        raise Crash

    def _let_others(self) -> None:
        """Outside a transaction, somebody else's whole request may come first. Never two deep."""
        if self._inside or self.healed or self.between is None or self.connection.in_atomic_block:
            return
        if self.rng.random() < 0.06:
            self.faults["request in between"] += 1
            kept, self._inside, self._crash_at = (self._crash_at, self._statements), True, 0
            self.between()
            (self._crash_at, self._statements), self._inside = kept, False


class InlineWriter:
    """In place of the queue in front of the writer thread: the same commit, at once."""

    def put(self, job: Any) -> None:
        from tsela.record import writer

        writer._commit_together([job])


def _factory() -> Any:
    from django.test import RequestFactory

    return RequestFactory()


def _views() -> dict[str, Any]:
    from tsela.sync.urls import urlpatterns

    return {str(pattern.pattern): pattern.callback for pattern in urlpatterns}


def start_django() -> None:
    """Settings of a test, a folder of its own, no log lines for the errors that we cause on purpose."""
    os.environ["TSELA_MODE"], os.environ["TSELA_LOG_LEVEL"] = "test", "CRITICAL"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tsela.config.settings")
    os.environ["TSELA_HOME"] = tempfile.mkdtemp(
        prefix="tsela-faults-", dir=MEMORY if MEMORY.is_dir() else None
    )
    import django

    django.setup()


@contextmanager
def machine() -> Iterator[Path]:
    """A folder with `empty.db`, the database of a new server; Django's clock and writer in our hands meanwhile."""
    import django.utils.timezone
    from django.core.management import call_command
    from django.db import connection

    from tsela.record import programme, writer

    folder = Path(os.environ["TSELA_HOME"])
    connection.settings_dict["OPTIONS"]["init_command"] = QUICK
    connection.settings_dict["NAME"] = str(folder / "empty.db")
    call_command("migrate", verbosity=0)
    programme.LOOK_AGAIN = float("inf")  # a wall clock decides when to look; and the folder stays as it is
    programme.current()
    kept = django.utils.timezone.now, writer._jobs, writer._ensure_thread, sys.unraisablehook
    sys.unraisablehook = lambda _: None  # what a crash leaves open complains when it is collected
    writer._jobs, writer._ensure_thread = InlineWriter(), lambda: None  # type: ignore[assignment]
    try:
        yield folder
    finally:
        django.utils.timezone.now, writer._jobs, writer._ensure_thread, sys.unraisablehook = kept
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def set_clock(clock: Clock) -> None:
    import django.utils.timezone

    django.utils.timezone.now = lambda: clock.now
