"""What clients send beside words: fetched from the provider and kept with the message, once, whatever breaks when (M54-M57).

A row is made with the message. Whoever fetches it first moves its hour on, so that after a crash it is fetched again; the
bytes come in with the commit that says that they are here. No page ever waits for a provider.
"""

import hashlib
import logging
import queue
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from tsela.access import audit
from tsela.access.models import Staff
from tsela.messaging import notices, queries, settling
from tsela.messaging.channels import AccountProblem, Catch, Fetched, Lost, Notice, Retry
from tsela.messaging.channels.accounts import channel
from tsela.messaging.kinds import kind_of
from tsela.messaging.locking import locked
from tsela.messaging.models import File, Message, Pause
from tsela.record.writer import write

log = logging.getLogger(__name__)
S = File.Status
MOST_A_DAY = 40  # of one sender: nobody can fill the disk
AT_ONCE = 4  # fetched at the same time: together they hold 20 MB
LEASE = timedelta(minutes=3)  # a fetch ends sooner, whatever the provider does
BACKOFF = (30, 120, 600, 3600, 6 * 3600, 24 * 3600, 48 * 3600)  # seconds after the first, second … try
THERE_FOR = timedelta(days=30)  # at WhatsApp
FILES = "files"  # what of the account a notice is about
UNFETCHED = (S.GONE, S.REFUSED, S.UNREACHABLE)  # of which a person may say: try again


def expect(message: Message, media: Mapping[str, Any], now: datetime) -> None:
    """A message came with a file, which is to be fetched. In the transaction of the message."""
    reference = str(media.get("id") or "")
    today = File.objects.filter(
        message__contact=message.contact_id, message__created_at__gt=now - timedelta(days=1)
    )
    missing = {} if reference else {"status": S.GONE, "problem": "The provider did not say where it is."}
    if reference and today.count() >= MOST_A_DAY:
        missing = {"status": S.REFUSED, "problem": f"It is more than her {MOST_A_DAY} files of a day."}
    File.objects.create(
        message=message, account=message.account, reference=reference[:2000], type=str(media.get("type") or "")[:20],
        name=str(media.get("name") or "")[:80], due_at=now, **missing,
    )  # fmt: skip


def fetch_due(now: datetime | None = None) -> int:
    """Fetch what is due, a few at a time; how many were asked for."""
    now = now or timezone.now()
    waiting = File.objects.filter(status=S.WAITING, due_at__lte=now).exists()
    taken: list[File] = write(partial(_take, now)) if waiting else []
    began = time.monotonic()
    for file, ended in _fetch_all(taken):
        passed = timedelta(seconds=int(time.monotonic() - began))
        write(partial(settle, file, ended, now + passed))
    return len(taken)


def _fetch_all(taken: Sequence[File]) -> Iterator[tuple[File, Catch]]:
    """Side by side, as they end. In threads that a process which is to stop need not wait for: the files are fetched again."""
    ended: queue.SimpleQueue[tuple[File, Catch]] = queue.SimpleQueue()
    for file in taken:
        threading.Thread(target=lambda file=file: ended.put((file, _fetch(file))), daemon=True).start()
    return (ended.get() for _ in taken)


def settle(file: File, ended: Catch, now: datetime) -> None:
    """What became of one try. Where the row moved on meanwhile (another worker had it, the message is deleted) nothing happens."""
    match ended:
        case Fetched(body, mime):
            _keep(file, body, kind_of(body, mime), now)
        case Lost(state, problem):
            _change(file, status=state, problem=problem)
        case AccountProblem(code, problem):
            _not_let_in(file, code, problem, now)
        case Retry(problem, after):
            if file.tries > len(BACKOFF):
                _change(file, status=S.UNREACHABLE, problem=problem)
            else:
                wait = max(after or 0, BACKOFF[file.tries - 1])
                _change(file, due_at=now + timedelta(seconds=wait), problem=problem)


def try_again(file: File, *, by: Staff) -> None:
    """A person says that it may be had now, or that its account is mended."""
    queries.require_contact(by, file.message.contact)
    with transaction.atomic():
        again = File.objects.filter(pk=file.pk, status__in=UNFETCHED).exclude(reference="")
        again.update(status=S.WAITING, tries=0, due_at=timezone.now(), problem="")
        audit.note(by, "file.again", file.pk)


def files_of(messages: Iterable[Message]) -> dict[str, File]:
    """The files of these messages, by message, without their bytes."""
    found = File.objects.filter(message__in=[one.pk for one in messages]).defer("body")
    return {file.message_id: file for file in found}


def _take(now: datetime) -> list[File]:
    """Those that are due, each one's next hour set as if this try came to nothing."""
    with transaction.atomic():
        closed = Pause.objects.filter(until__gt=now).exclude(code="").values("account")
        due = File.objects.filter(status=S.WAITING, due_at__lte=now).exclude(account__in=closed)
        rows = due.select_related("message").defer("body").order_by("due_at", "id")
        found = list(locked(rows)[:AT_ONCE])
        for file in found:
            file.tries += 1
            File.objects.filter(pk=file.pk).update(tries=file.tries, due_at=now + LEASE)
    return found


def _fetch(file: File) -> Catch:
    """In a thread of its own, without the database."""
    account = channel(file.account)
    if account is None:
        return Retry(f"This server has no account {file.account} any more.")
    try:
        return account.fetch(file.reference)
    except Exception as error:
        log.exception("File %s could not be fetched", file.pk)
        return Retry(f"{type(error).__name__}: {error}")


def _keep(file: File, body: bytes, kind: str, now: datetime) -> None:
    if not kind:
        _change(
            file, status=S.REFUSED, problem="It is no kind of file that is kept." if body else "It is empty."
        )
        return
    digest = hashlib.sha256(body).hexdigest()
    with transaction.atomic():
        _change(
            file, status=S.KEPT, problem="", kind=kind, size=len(body), digest=digest, body=body, kept_at=now
        )
        notices.end(file.account, FILES, now)


def _not_let_in(file: File, code: str, problem: str, now: datetime) -> None:
    """Not this file's fault: it costs no try. Staff are told; whether messages still go, sending finds out by itself."""
    if now - file.message.due_at > THERE_FOR:
        _change(file, status=S.UNREACHABLE, problem=problem)
        return
    with transaction.atomic():
        notices.keep(file.account, Notice(code, problem, FILES), now)
        _change(file, tries=file.tries - 1, due_at=now + settling.CLOSED, problem=problem)


def _change(file: File, *, problem: str, **fields: Any) -> None:
    mine = File.objects.filter(pk=file.pk, status=S.WAITING, tries=file.tries)
    mine.update(problem=problem[:300], **fields)
