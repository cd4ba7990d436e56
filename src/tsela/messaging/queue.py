"""Messages and calls that are to be made: put in once, taken back while they wait."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Field, Q
from django.utils import timezone

from tsela.kernel.ids import uuid7s
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


def put_in(alike: Message, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Very many at once, in the caller's transaction: like `alike`, but for what each row says in these columns (its key at
    least; texts, ids, moments). Those whose key is there already are left out.

    One statement: what is alike is in it once, and the rows are one JSON text, which the database itself takes apart. This is
    many times as fast as bulk_create, and other threads run meanwhile."""
    known = {field.attname: field for field in Message._meta.concrete_fields}
    own = [known.pop(name) for name in ("id", *columns)]
    same = list(known.values())
    names = ", ".join(connection.ops.quote_name(field.column) for field in (*own, *same))
    given = ", ".join([*(_cell(place, field) for place, field in enumerate(own)), *map(_given, same)])
    values = [field.get_db_prep_save(field.pre_save(alike, True), connection) for field in same]
    each = (
        "json_each(%s)" if connection.vendor == "sqlite" else "json_array_elements(%s::json) AS each (value)"
    )
    statement = f"INSERT INTO messaging_message ({names}) SELECT {given} FROM {each} WHERE true ON CONFLICT DO NOTHING"
    cells = [[id, *map(_written, row)] for id, row in zip(uuid7s(len(rows)), rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, msgspec.json.encode(cells).decode()])


def _cell(place: int, field: Field) -> str:
    if connection.vendor == "sqlite":
        return f"json_extract(value, '$[{place}]')"
    return f"(value ->> {place})::{field.db_type(connection)}"


def _given(field: Field) -> str:
    return "%s" if connection.vendor == "sqlite" else f"%s::{field.db_type(connection)}"


def _written(value: Any) -> Any:
    """A moment as both databases read it: SQLite knows no zones, and the time of a connection to PostgreSQL is UTC."""
    return value.astimezone(UTC).isoformat(" ")[:-6] if isinstance(value, datetime) else value


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
