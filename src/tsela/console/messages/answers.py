"""What helps her who answers: whether the words would tell, how long they are, ready answers, and who it may be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from tsela.access import audit, policy
from tsela.access.models import Staff
from tsela.console.messages.people import RULES, clock
from tsela.console.messages.states import REASONS
from tsela.kernel.ids import uuid7
from tsela.messaging.consent import Saying, local, may_send, tier_of
from tsela.messaging.desk import REMINDERS
from tsela.messaging.models import ContactPoint
from tsela.messaging.readers import best, read_by, reader_of
from tsela.messaging.rendering import fill
from tsela.messaging.speech import forbidden
from tsela.programme.talk.sms import sms
from tsela.record.models import Client
from tsela.record.programme import current
from tsela.record.queries import clients_in

READY = "support"  # the purpose of messages that staff send as an answer
MOST_FOUND = 8


@dataclass(frozen=True)
class Ready:
    """A ready answer in her language, filled in."""

    id: str
    title: str
    text: str
    language: str
    draft: bool


@dataclass(frozen=True)
class Way:
    """How an answer would go now: what she who writes it must know first, and whether it can go at all."""

    told: str = ""
    open: bool = True


def way(contact: ContactPoint, now: datetime) -> Way:
    """Asked before she writes, and not after (M33, M40)."""
    reader = reader_of(contact)
    reason = may_send(reader, Saying(personal=True), now)
    if reason == "hours":
        told = f"It is {local(now, reader.zone):%H:%M} where she lives, outside her hours: your answer goes at {clock(reader.hours[0])}."
        return Way(told)
    if reason:
        because = REASONS[reason]
        return Way(f"No answer can be sent: {because.why}. {because.todo}", open=False)
    if contact.channel != "whatsapp" or reader.answering(now):
        return Way()
    others = ContactPoint.objects.filter(client=contact.client, channel="sms") if contact.client else ()
    if best(others, READY, now):
        return Way(
            "She wrote more than 24 hours ago, and WhatsApp lets nobody write then: your answer goes by SMS."
        )
    return Way("She wrote more than 24 hours ago, and WhatsApp lets nobody write then. Call her.", open=False)


def checked(contact: ContactPoint, text: str, staff: Staff) -> dict[str, Any]:
    """What is wrong with an answer, before it is sent: words that tell, and how many SMS it takes."""
    leaks = current(contact.site).leaks.find(text, read_by(contact) | {staff.language})
    tells = forbidden(reader_of(contact), leaks)
    size = sms(text)
    return {
        "rule": RULES["overt"] if tier_of(reader_of(contact)) == "overt" else "",
        "terms": sorted({text[leak.at :].split()[0].strip(".,!?") for leak in tells}),
        "kinds": sorted({leak.kind for leak in tells}),
        "size": f"{size.parts} SMS" if contact.channel == "sms" and size.parts > 1 else "",
        "small": contact.channel == "sms" and size.encoding == "ucs2",
    }


def canned(contact: ContactPoint) -> list[Ready]:
    """The programme's ready answers that need nothing but her name, in her language where it has them."""
    programme = current(contact.site)
    words = programme.catalogue(contact.language, contact.country) if contact.language else None
    found = []
    for one in programme.messages.values():
        if one.purpose != READY or one.replies:
            continue
        told = words.get(one.covert) if words else None
        text = fill(told or one.covert, {"name": contact.name})
        if text:
            draft = bool(told and words and one.covert in words.drafts)
            found.append(Ready(one.id, one.title, text, contact.language if told else "en", draft))
    return found


def reminders(contact: ContactPoint) -> list[tuple[str, str]]:
    """The programme's messages that remind: id and title."""
    found = current(contact.site).messages.values()
    return [(one.id, one.title) for one in found if one.purpose == REMINDERS]


def finding(request: HttpRequest, staff: Staff, contact: ContactPoint) -> dict[str, Any]:
    """Who an unknown writer may be: clients whom she sees, by name."""
    name = request.GET.get("who", "").strip()
    if contact.client or not name:
        return {"who_name": name, "found": []}
    clients = clients_in(policy.scope(staff)).filter(name__icontains=name).order_by("name")[:MOST_FOUND]
    audit.note(staff, "client.find", contact.pk, rows=len(clients))
    return {"who_name": name, "found": list[Client](clients)}


def once() -> str:
    """Sent with an answer, so that pressing twice is one answer."""
    return uuid7()
