"""Messages and calls that are to be made: put in once, taken back while they wait."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from tsela.kernel.ids import uuid7
from tsela.messaging.models import CallTask, ContactPoint, Message

UNSENT = (Message.Status.QUEUED, Message.Status.WAITING)


def enqueue(
    contact: ContactPoint,
    *,
    key: str,
    message: str | None = None,
    parts: list[dict[str, Any]] | None = None,
    values: Mapping[str, Any] | None = None,
    purpose: str = "",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    task: str = "",
    about: str | None = None,
    campaign: int | None = None,
    by: str | None = None,
) -> Message:
    """Put a message in the queue, in the caller's transaction. A second one of the same key is the first (M51).

    Either `message`, an id in messages/, or `parts`, as the flow runner says them ({"text": MSGID, "values", "options",
    "overt"}; with "as_is", words that are not translated). Which words, in which language and tier, is decided when it is
    sent. `values`: of placeholders (M10), dates as ISO text. `purpose` as in messages/; blank: an answer to her (M40).
    """
    found, _ = Message.objects.get_or_create(
        key=key,
        defaults={
            "contact": contact, "outgoing": True, "message": message or "", "parts": parts or [],
            "values": dict(values or {}), "purpose": purpose, "task": task, "about": about, "campaign": campaign, "by": by,
            "status": Message.Status.QUEUED, "due_at": due_at or timezone.now(), "expires_at": expires_at,
        },
    )  # fmt: skip
    return found


def put_in(alike: Message, rows: Sequence[Mapping[str, Any]]) -> None:
    """Very many at once, in the caller's transaction: like `alike`, but for what each row says (its key at least), by column.
    Those whose key is there already are left out. What is alike is prepared once, and no row is an object of its own: this is
    several times as fast as bulk_create."""
    if not rows:
        return
    fields = [field for field in Message._meta.concrete_fields if field.attname not in {"id", *rows[0]}]
    fixed = [field.get_db_prep_save(field.pre_save(alike, True), connection) for field in fields]
    columns = ", ".join(map(connection.ops.quote_name, ["id", *rows[0], *(field.column for field in fields)]))
    marks = ", ".join(["%s"] * (1 + len(rows[0]) + len(fixed)))
    values = ([uuid7(), *map(_as_stored, row.values()), *fixed] for row in rows)
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(Message._meta.db_table)
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING", values)


def _as_stored(value: Any) -> Any:
    """A text, an id, a moment; without the questions that a field asks of every value."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def cancel(messages: Q, *, because: str) -> int:
    """Take back what was not sent yet; how many. What is being sent at this moment cannot be taken back."""
    waiting = Message.objects.filter(messages, outgoing=True, status__in=UNSENT)
    return waiting.update(status=Message.Status.CANCELLED, reason=because[:40])


def call(
    contact: ContactPoint,
    *,
    queue: str,
    because: str,
    key: str,
    due_at: datetime | None = None,
    script: str = "",
) -> CallTask:
    """Put a call on the desk; a second one of the same key is the first. `script`: a telephone script of the programme."""
    found, _ = CallTask.objects.get_or_create(
        key=key,
        defaults={
            "contact": contact, "client": contact.client, "site": contact.site, "caseload": contact.caseload,
            "queue": queue, "because": because[:200], "script": script, "due_at": due_at or timezone.now(),
        },
    )  # fmt: skip
    return found
