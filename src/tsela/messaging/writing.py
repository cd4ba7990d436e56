"""What messaging writes into her record, in the transaction of what caused it: replies, consents, flows' events."""

from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from tsela.access.models import Staff
from tsela.access.system import desk_device, system_device
from tsela.kernel.errors import TselaError
from tsela.kernel.ids import uuid7
from tsela.messaging.consent import STOPPED
from tsela.messaging.models import Consent
from tsela.record.actions import ingest
from tsela.record.models import Client
from tsela.record.programme import current


def write(
    client: str,
    form: str,
    answers: dict[str, Any],
    *,
    mode: Literal["chat", "system", "phone"] = "chat",
    by: Staff | None = None,
    site: str = "",
    now: datetime | None = None,
) -> str | None:
    """An event of her record, now, by the server or by a member of staff at its pages; its id.

    None for someone whom the record does not know, unless a site is named: there she begins.
    """
    site = site or Client.objects.filter(pk=client).values_list("home", flat=True).first() or ""
    if not site:
        return None
    device = desk_device(by) if by else system_device(site)
    at = local_now(site[:2], now)
    event = {
        "id": uuid7(), "form": form, "form_version": current(site).forms[form]["version"], "client": client,
        "session": None, "mode": mode, "site": site, "author": device.staff_id, "device": device.id,
        "occurred_on": at.date().isoformat(), "recorded_at": at.isoformat(), "replaces": None, "answers": answers,
    }  # fmt: skip
    (result,) = ingest([event], by=device)
    if result.problem:
        raise TselaError(result.problem)
    return event["id"]


def refuse_everything(client: str, now: datetime) -> str | None:
    """She ended every consent to messages: an event for each that holds, and for `messages` in any case; the id of that one."""
    held = Consent.objects.filter(contact__client=client, granted=True).values_list("purpose", flat=True)
    answers = {"granted": "no", "text_version": STOPPED}
    written = {
        purpose: write(client, "consent", {"purpose": purpose, **answers}, now=now)
        for purpose in {"messages", *held}
    }
    return written["messages"]


def local_now(country: str, now: datetime | None = None) -> datetime:
    """What the clock on the wall there shows, now or at a moment that is given."""
    return (now or timezone.now()).astimezone(ZoneInfo(zone_of(country))).replace(microsecond=0)


def today(country: str, now: datetime | None = None) -> date:
    return local_now(country, now).date()


def zone_of(country: str) -> str:
    """The IANA time zone of a country; the server's own where the programme does not say."""
    known = current().countries.get(country)
    return (known.time_zone if known else "") or settings.TIME_ZONE
