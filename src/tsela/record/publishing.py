"""Puts versions of the programme in force, site by site, and takes them back (SPEC S41)."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from tsela.access import audit, policy
from tsela.access.actions import CONSOLE, find_sites
from tsela.access.models import Staff
from tsela.kernel.errors import TselaError, fail
from tsela.programme import Programme, editions
from tsela.record.models import Publication
from tsela.record.programme import forget, shelf

ACTION = policy.Action.PROGRAMME_PUBLISH


def publish(programme: Programme, *, sites: Iterable[str] = (), by: Staff | str = CONSOLE) -> Publication:
    """Sign and keep this version, and put it in force at these sites; everywhere, if none is named."""
    codes = sorted(set(sites))
    _require(by)
    find_sites(codes)
    shelf().keep(programme, by=_name(by), at=timezone.now().isoformat())
    with transaction.atomic():
        row = Publication.objects.create(version=programme.version, sites=codes, by=_name(by))
        audit.note(by, "programme.publish", programme.version[:120], sites=codes)
    _follow()
    return row


def roll_back(*, by: Staff | str = CONSOLE) -> Publication:
    """Withdraw the last publication that is in force: what was before holds again, at its sites. E242 where there is none."""
    _require(by)
    with transaction.atomic():
        row = Publication.objects.select_for_update().filter(withdrawn_at=None).order_by("-id").first()
        if row is None:
            fail("E242")
        row.withdrawn_at, row.withdrawn_by = timezone.now(), _name(by)
        row.save()
        audit.note(by, "programme.roll_back", row.version[:120], sites=row.sites)
    _follow()
    return row


def history() -> list[dict[str, Any]]:
    """Every publication, the newest first, and whether what is kept is still what was signed."""
    key = shelf().public_key
    rows = list(Publication.objects.order_by("-id"))
    sound = {version: _sound(version, key) for version in {row.version for row in rows}}
    return [
        {
            "number": row.pk, "version": row.version, "sites": row.sites, "at": row.at.isoformat(), "by": row.by,
            "withdrawn_at": row.withdrawn_at and row.withdrawn_at.isoformat(), "withdrawn_by": row.withdrawn_by,
            "signature_holds": sound[row.version],
        }
        for row in rows
    ]  # fmt: skip


def _sound(version: str, key: str) -> bool:
    try:
        editions.check(shelf().folder / version, key)
    except (TselaError, OSError):
        return False
    return True


def _follow() -> None:
    """This process sees it at once, and again when the transaction round it is over."""
    forget()
    transaction.on_commit(forget)


def _require(by: Staff | str) -> None:
    if isinstance(by, Staff):
        policy.require(by, ACTION)


def _name(by: Staff | str) -> str:
    return by.name if isinstance(by, Staff) else by
