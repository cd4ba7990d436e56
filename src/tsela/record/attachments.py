"""Photos and recordings that entries name: they come in piece by piece, are kept whole and never change (SPEC S60-S65).

An attachment is named after its own SHA-256, so a piece sent twice, a broken connection and two phones that send the same
photo can do no harm: what is not what its name says is not kept.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from tsela.access import audit
from tsela.access.models import Device
from tsela.kernel.errors import Problem, TselaError, fail, problem
from tsela.kernel.ids import is_uuid
from tsela.record.models import Attachment, Event, Piece
from tsela.record.queries import decode
from tsela.record.writer import write

MOST_BYTES = 1 << 20
MEDIA_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webm": "audio/webm",
    "ogg": "audio/ogg",
    "m4a": "audio/mp4",
}
# How a file of each kind begins: (place, bytes).
MARKS = {
    "jpg": (0, b"\xff\xd8\xff"),
    "png": (0, b"\x89PNG\r\n\x1a\n"),
    "webm": (0, b"\x1a\x45\xdf\xa3"),
    "ogg": (0, b"OggS"),
    "m4a": (4, b"ftyp"),
}
NAME = re.compile(rf"[0-9a-f]{{64}}\.(?:{'|'.join(MEDIA_TYPES)})")
_NAMED = re.compile(f'"({NAME.pattern})"')
UNFINISHED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Upload:
    """One piece of an attachment, as a phone sends it: `piece` stands at `offset` of `size` bytes; `event` names it."""

    name: str
    event: str
    offset: int
    size: int
    piece: bytes


def named_in(body: str) -> set[str]:
    """The attachments that an event's text names."""
    return set(_NAMED.findall(body))


def arrived(names: Iterable[str]) -> set[str]:
    """Those of them that are here."""
    return set(Attachment.objects.filter(pk__in=list(names)).values_list("pk", flat=True))


def bytes_of(name: str) -> bytes | None:
    """The whole file; None where it has not arrived."""
    body = Attachment.objects.filter(pk=name).values_list("body", flat=True).first()
    return None if body is None else bytes(body)


def receive(upload: Upload, *, by: Device) -> int:
    """Keep a piece; how many bytes of the file are here now, all in one row from its start (S61, S62).

    E420 to E422 say why not; what was kept of a file that is not what its name says is thrown away.
    """
    _check(upload, by)
    have = write(lambda: _keep(upload, by))
    if isinstance(have, Problem):
        raise TselaError(have)
    return have


def _check(upload: Upload, by: Device) -> None:
    if not NAME.fullmatch(upload.name):
        fail("E420", where=upload.name[:80], reason="the name is no SHA-256 with one of our endings")
    if not 0 <= upload.offset < upload.size <= MOST_BYTES or upload.offset + len(upload.piece) > upload.size:
        fail("E421", where=upload.name, bytes=MOST_BYTES)
    event = (
        Event.objects.filter(pk=upload.event).values_list("body", flat=True).first()
        if is_uuid(upload.event)
        else None
    )
    if event is None or decode(event)["author"] != by.staff_id or upload.name not in named_in(event):
        fail("E422", where=upload.name)


def _keep(upload: Upload, by: Device) -> int | Problem:
    """The bytes that are here, or why the whole is not kept."""
    with transaction.atomic():
        if Attachment.objects.filter(pk=upload.name).exists():
            return upload.size
        now = timezone.now()
        kept, _ = Piece.objects.select_for_update().get_or_create(
            device=by, name=upload.name, defaults={"body": b"", "at": now}
        )
        body = bytes(kept.body)
        if upload.offset != len(body):
            return len(body)
        body += upload.piece
        if len(body) < upload.size:
            Piece.objects.filter(pk=kept.pk).update(body=body, at=now)
            return len(body)
        kept.delete()
        Piece.objects.filter(at__lt=now - UNFINISHED_FOR).delete()
        if wrong := _wrong(upload.name, body):
            return wrong
        Attachment.objects.bulk_create(
            [Attachment(name=upload.name, body=body, received_at=now)], ignore_conflicts=True
        )
        audit.note(by, "attachment.store", upload.name, event=upload.event, bytes=len(body))
        return upload.size


def _wrong(name: str, body: bytes) -> Problem | None:
    digest, _, ending = name.partition(".")
    at, mark = MARKS[ending]
    if body[at : at + len(mark)] != mark:
        return problem("E420", where=name, reason=f"it is no {MEDIA_TYPES[ending]}")
    if hashlib.sha256(body).hexdigest() != digest:
        return problem("E420", where=name, reason="its bytes are others")
    return None
