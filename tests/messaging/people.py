"""Clients who can be reached, as their record says, for tests of messaging."""

from typing import Any

from django.utils import timezone

from support.record import event, phone, registration, someone
from tsela.access.models import Device, Role
from tsela.kernel.ids import derived_id
from tsela.messaging import contacts
from tsela.messaging.models import ContactPoint
from tsela.record.actions import ingest

NUMBER = "+27821234567"


def her_phone(role: str = Role.MENTOR_MOTHER, *sites: str) -> Device:
    """A Mentor Mother's phone, to write events with."""
    return phone(someone(role, *sites))


def record(device: Device, *events: dict[str, Any]) -> None:
    """Store events, and bring contact points up to date."""
    results = ingest(list(events), by=device)
    assert [result.problem for result in results] == [None] * len(events)
    contacts.Projected({one["client"] for one in events}).store()


def today() -> str:
    return timezone.localdate().isoformat()


def client(device: Device, name: str, number: str = NUMBER, **answers: Any) -> dict[str, Any]:
    """Her registration today, with a number of her own."""
    told = {"given_name": name, "client_group": "woman", "sex": "female", "birth_date": "1995-05-01", "language": "en",
            "phone": number, "phone_owner": "own", "caseload": device.staff_id} | answers  # fmt: skip
    return registration(device, name, occurred_on=today()) | {"answers": told}


def agrees(
    device: Device, name: str, channel: str = "sms", purpose: str = "messages", **answers: Any
) -> dict[str, Any]:
    told = {"purpose": purpose, "granted": "yes", "channel": channel, "tier": "covert"} | answers
    return event(device, "consent", name, told, occurred_on=today())


def refuses(device: Device, name: str, purpose: str = "messages") -> dict[str, Any]:
    return event(device, "consent", name, {"purpose": purpose, "granted": "no"}, occurred_on=today())


def reached(
    device: Device, name: str = "nomsa", channel: str = "sms", number: str = NUMBER, **answers: Any
) -> ContactPoint:
    """A client who agreed to messages on this channel; her contact point there."""
    record(device, client(device, name, number), agrees(device, name, channel, **answers))
    return ContactPoint.objects.get(client=derived_id(name), channel=channel)
