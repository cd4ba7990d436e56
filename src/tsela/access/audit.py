"""The audit: who read and wrote what, as a chain of hashes that nobody can quietly mend."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from tsela.access.models import AuditEntry, AuditHead, Device, Staff


def note(by: Staff | Device | str, action: str, subject: object = "", **detail: Any) -> AuditEntry:
    """Append an entry. `subject` is an id or a code; detail holds counts and codes, never a person's words."""
    with transaction.atomic():
        head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1)
        entry = AuditEntry(
            number=head.number + 1,
            at=timezone.now().isoformat(),
            actor=_actor(by),
            action=action,
            subject=str(subject),
            detail=json.dumps(detail, sort_keys=True, default=str),
        )
        entry.hash = link(head.hash, entry)
        entry.save(force_insert=True)
        head.number, head.hash = entry.number, entry.hash
        head.save()
        return entry


def verify() -> int | None:
    """The number of the first entry that was changed, removed or added behind our back; None if the chain holds."""
    number, last = 0, ""
    for entry in AuditEntry.objects.iterator():
        number += 1
        if entry.number != number or entry.hash != link(last, entry):
            return number
        last = entry.hash
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    return None if (head.number, head.hash) == (number, last) else number + 1


def link(last: str, entry: AuditEntry) -> str:
    """SHA-256 over the hash before and every field of this entry."""
    fields = (last, entry.number, entry.at, entry.actor, entry.action, entry.subject, entry.detail)
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


def _actor(by: Staff | Device | str) -> str:
    if isinstance(by, Device):
        return f"device:{by.pk}"
    return f"staff:{by.pk}" if isinstance(by, Staff) else by
