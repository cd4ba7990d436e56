"""Where requests of providers are kept at once on SQLite: in a small file of their own beside the database (ADR 0011).

SQLite has one writer for each file. A provider that waits for its 200 would wait for the worker's commits too: here nobody else
writes. The worker takes what is kept over into the database, and only then lets it go; what a crash makes it take over a
second time is known by its id. PostgreSQL has many writers and needs no such file.
"""

import sqlite3
import threading
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tsela.kernel.errors import TselaError, problem
from tsela.kernel.ids import uuid7
from tsela.messaging.models import Inbound
from tsela.record.writer import write

AT_ONCE = 200  # requests taken over in one commit
MOST_PAGES = 10_000  # of 4 kB, where no worker runs
KEPT = timedelta(
    days=30
)  # a request that was read: long enough to see what went wrong; what clients write is in it
TABLE = "CREATE TABLE IF NOT EXISTS request (id TEXT PRIMARY KEY, account TEXT, body BLOB, received_at TEXT)"


class Request(NamedTuple):
    """As it came: of which account, and when (ISO 8601)."""

    id: str
    account: str
    body: bytes
    received_at: str


class _Batch:
    """Requests that become safe by the same commit."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.done = False
        self.error: sqlite3.Error | None = None


class Door:
    """The file of one database, for any number of threads of this process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._adding, self._committing = threading.Lock(), threading.Lock()
        self._next = _Batch()
        self._in: sqlite3.Connection | None = None
        self._out: sqlite3.Connection | None = None

    def keep(self, request: Request) -> None:
        """Returns once it is on the disk, with all that came while the disk was busy. E490 where it cannot be."""
        with self._adding:
            batch = self._next
            batch.requests.append(request)
        with self._committing:
            if not batch.done:
                self._commit(batch)
        if batch.error:
            raise TselaError(problem("E490")) from batch.error

    def _commit(self, batch: _Batch) -> None:
        with self._adding:
            self._next = _Batch()
        try:
            self._in = self._in or self._open("FULL", MOST_PAGES)
            with self._in:
                self._in.executemany("INSERT INTO request VALUES (?, ?, ?, ?)", batch.requests)
        except sqlite3.Error as error:
            batch.error, self._in = error, None  # whatever state it is in, the next starts afresh
        batch.done = True

    def oldest(self) -> list[Request]:
        """At most AT_ONCE, in the order in which they came."""
        self._out = self._out or self._open(
            "NORMAL", 1_000
        )  # what it loses in a power cut is only let go again
        rows = self._out.execute("SELECT * FROM request ORDER BY rowid LIMIT ?", (AT_ONCE,))
        return [Request(*row) for row in rows]

    def let_go(self, requests: list[Request]) -> None:
        if self._out is not None:
            with self._out:
                self._out.executemany("DELETE FROM request WHERE id = ?", [(one.id,) for one in requests])

    def _open(self, synchronous: str, pages: int) -> sqlite3.Connection:
        """FULL: what was acknowledged survives a power cut. `pages` of the write-ahead log after which a commit tidies it up:
        the worker's sooner, so that no provider waits for it."""
        opened = sqlite3.connect(self._path, timeout=30, check_same_thread=False, isolation_level="IMMEDIATE")
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute(f"PRAGMA synchronous={synchronous}")
        opened.execute(f"PRAGMA wal_autocheckpoint={pages}")
        opened.execute(TABLE)
        return opened


def keep(account: str, body: bytes) -> None:
    """Keep a request that is truly the provider's. Once this returns it is safe, and the provider may be told so."""
    door, now = of_the_database(), timezone.now()
    if door:
        door.keep(Request(uuid7(), account, body, now.isoformat()))
    else:
        write(partial(Inbound(account=account, body=body, received_at=now).save, force_insert=True))


def take_over() -> None:
    """Everything that is kept goes into the database, each request once."""
    door = of_the_database()
    while door and (requests := door.oldest()):
        rows = [_row(one) for one in requests]
        write(partial(Inbound.objects.bulk_create, rows, ignore_conflicts=True))
        door.let_go(requests)


def forget(now: datetime | None = None) -> int:
    """Let some of the oldest requests go that were read long ago; how many. What came of them stays."""
    oldest = Inbound.objects.order_by("id").values_list("pk", "processed_at")[:AT_ONCE]
    before = (now or timezone.now()) - KEPT
    over = [pk for pk, read_at in oldest if read_at and read_at < before]
    if over:
        write(Inbound.objects.filter(pk__in=over).delete)
    return len(over)


def _row(kept: Request) -> Inbound:
    at = parse_datetime(kept.received_at)
    return Inbound(door_id=kept.id, account=kept.account, body=kept.body, received_at=at)


def of_the_database() -> Door | None:
    """None on PostgreSQL, and where the database is no file."""
    name = str(connection.settings_dict["NAME"])
    return _door(Path(name)) if connection.vendor == "sqlite" and Path(name).is_file() else None


@cache
def _door(database: Path) -> Door:
    return Door(database.with_name(f"{database.name}-door"))
