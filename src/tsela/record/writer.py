"""Where writes happen. PostgreSQL: in the caller's thread. SQLite: on one thread, all who wait in one commit.

SQLite has one writer and pays a flush to disk for each commit: a queue in front of it makes fifty waiting requests
one flush, and answers each only after it (SPEC S21). Server and worker take turns (record.turns).
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from django.db import DatabaseError, connection, transaction

from tsela.kernel.errors import TselaError, problem
from tsela.record.turns import Turns

T = TypeVar("T")
MOST_TOGETHER = 64  # requests a commit: bounds how long the first one waits for the last


class Job(NamedTuple):
    run: Callable[[], Any]
    answer: Future


_jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
_start = threading.Lock()
_thread: threading.Thread | None = None


def write(run: Callable[[], T]) -> T:
    """Run a job whose writes hold together, and return after they are committed. E490 where they cannot be stored."""
    try:
        if connection.vendor != "sqlite" or connection.in_atomic_block:
            return run()
        _ensure_thread()
        job = Job(run, Future())
        _jobs.put(job)
        return job.answer.result()
    except DatabaseError as error:
        raise TselaError(problem("E490")) from error


def _ensure_thread() -> None:
    global _thread
    with _start:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_serve, name="writer", daemon=True)
            _thread.start()


def _serve() -> None:
    turns = Turns(connection.settings_dict["NAME"])
    while True:
        jobs = [_jobs.get()]
        while len(jobs) < MOST_TOGETHER and not _jobs.empty():
            jobs.append(_jobs.get())
        with turns.taken():
            _commit_together(jobs)


def _commit_together(jobs: list[Job]) -> None:
    """One transaction for all; a job that fails is rolled back alone, a commit that fails fails them all."""
    done: list[tuple[Job, Any]] = []
    try:
        with transaction.atomic():
            for job in jobs:
                try:
                    with transaction.atomic():
                        value = job.run()
                    done.append((job, value))
                except Exception as error:
                    job.answer.set_exception(error)
    except Exception as error:
        connection.close()  # whatever state it is in, the next commit starts afresh
        for job in jobs:
            if not job.answer.done():
                job.answer.set_exception(error)
        return
    for job, value in done:
        job.answer.set_result(value)
