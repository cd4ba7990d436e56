"""Clients who write to us and are written to, through the real doors, for tests of pages."""

import json
from typing import Any

from django.test import Client as Browser

from support.record import event, phone, registration
from tsela.access.models import Staff
from tsela.kernel.ids import derived_id, uuid7
from tsela.messaging import door
from tsela.messaging.channels.simulator import written
from tsela.messaging.models import Conversation
from tsela.record.actions import ingest
from tsela.record.models import Event
from tsela.work.worker import work_once

NUMBER = "+27821234567"
ALL_DAY = "00:00-24:00"


def signed_in(staff: Staff) -> Browser:
    browser = Browser()
    browser.force_login(staff)
    return browser


def client(
    mother: Staff, name: str = "Nomsa", number: str = NUMBER, tier: str = "covert", **answers: Any
) -> str:
    """A client of this Mentor Mother with a phone of her own, who agreed to messages by SMS."""
    device = phone(mother)
    person = registration(device, name)
    person["answers"] |= {"phone": number, "phone_owner": "own", "language": "zu"} | answers
    agreed = {"purpose": "messages", "granted": "yes", "channel": "sms", "tier": tier, "safe_hours": ALL_DAY, "code_word": "sunflower"}  # fmt: skip
    ingest([person, event(device, "consent", name, agreed)], by=device)
    work_once()
    return derived_id(name)


def writes(text: str, number: str = NUMBER) -> Conversation:
    """She writes to us, and what follows follows."""
    door.keep("simulator-sms", written(uuid7(), number, text))
    work_once()
    return Conversation.objects.get(contact__address=number, contact__channel="sms")


def events_of(form: str) -> list[dict[str, Any]]:
    return [json.loads(body) for body in Event.objects.filter(form=form).values_list("body", flat=True)]
