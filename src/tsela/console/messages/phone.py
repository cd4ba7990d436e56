"""A phone of the simulator: a client's side of the whole way, through the same doors as a provider's (not in production).

Unlike the page to try it, what is written here is kept: it reaches the inbox, and moves her record.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode

from tsela.access import audit
from tsela.access.models import Staff
from tsela.access.policy import Action
from tsela.console.messages import show_section
from tsela.console.messages.lines import MOST, media_of, parted
from tsela.console.messages.people import names_of
from tsela.console.pages import page, staff_of
from tsela.kernel.ids import uuid7
from tsela.messaging import door, queries
from tsela.messaging.channels.simulator import SOUND, Simulator, written
from tsela.messaging.contacts import known_number
from tsela.messaging.models import Channel, ContactPoint, Message
from tsela.messaging.speech import DRAFT

REACHED = (Message.Status.SENT, Message.Status.DELIVERED, Message.Status.READ, Message.Status.RECEIVED)
NEW = "+27820000000"  # an example of a number that nobody knows


@dataclass(frozen=True)
class Bubble:
    """A message on her phone."""

    hers: bool
    text: str
    at: Any
    options: tuple[str, ...]
    draft: bool


@page(Action.INBOX)
def phone(request: HttpRequest) -> HttpResponse:
    """What this number got, and what it writes."""
    staff, accounts = staff_of(request), simulators()
    if not accounts:
        raise Http404("this server has no simulator")
    asked = request.POST or request.GET
    kind = asked.get("channel", "whatsapp")
    number = known_number(asked.get("number", ""), next((site[:2] for site in staff.site_codes), ""))
    contact = _contact(staff, kind, number) if number else None
    if request.method == "POST" and number and kind in accounts:
        _write(request, accounts[kind], number)
        return redirect(f"{request.path}?{urlencode({'number': number, 'channel': kind})}")
    if contact:
        audit.note(staff, "conversation.read", contact.client or contact.pk)
    return show_section(
        request, "phone", "chat", number=number, kind=kind, kinds=[(one, Channel(one).label) for one in accounts], label=Channel(kind).label if kind in accounts else kind,
        bubbles=_bubbles(contact) if contact else [], now=timezone.localtime(), known=_known(staff), example=NEW,
    )  # fmt: skip


def simulators() -> dict[str, str]:
    """Kind of channel → the simulator's account."""
    return {one.kind: name for name, one in settings.CHANNELS.items() if isinstance(one, Simulator)}


def _contact(staff: Staff, kind: str, number: str) -> ContactPoint | None:
    """Who has this number, if anybody; 404 for a client whom she does not see."""
    found = ContactPoint.objects.filter(channel=kind, address=number)
    seen = queries.contacts_for(staff).filter(pk__in=found.values("pk")).first()
    if seen is None and found.exclude(client=None).exists():
        raise Http404("no such client among those whom you see")
    return seen


def _write(request: HttpRequest, account: str, number: str) -> None:
    text = request.POST.get("text", "").strip()
    media = {"media": {"type": "audio", "id": SOUND}} if request.POST.get("media") else {}
    if text or media:
        door.keep(account, written(uuid7(), number, text, **media))


def _bubbles(contact: ContactPoint) -> list[Bubble]:
    messages = Message.objects.filter(contact=contact, status__in=REACHED).order_by("-created_at", "-id")[
        :MOST
    ]
    return [_bubble(one) for one in reversed(messages)]


def _bubble(one: Message) -> Bubble:
    text, labels = parted(one.text) if one.outgoing else (one.text or media_of(one), ())
    at = one.sent_at or one.due_at
    return Bubble(not one.outgoing, text.replace(DRAFT, ""), at, labels, one.outgoing and DRAFT in text)


def _known(staff: Staff) -> list[tuple[str, str, str]]:
    """Some numbers of clients: (number, channel, name)."""
    contacts = list(queries.contacts_for(staff).exclude(channel="phone").order_by("pk")[:12])
    names = names_of(contacts)
    return [(one.address, one.channel, names[one.pk]) for one in contacts]
