"""What came of a campaign, and what would come of it: counts by wording; who would get it, in which words, and who not, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from tsela.messaging.campaigns import Lot, wording_of
from tsela.messaging.channels.accounts import route
from tsela.messaging.comparing import Comparison, compare
from tsela.messaging.consent import WAITS, Saying, may_send, text_tier
from tsela.messaging.models import Campaign, ContactPoint, Message
from tsela.messaging.readers import best, lasting_reason, listener_of, reader_of, values_of
from tsela.messaging.speech import speak_message, template_of
from tsela.record.models import Event
from tsela.record.programme import current

CHANNELS = ("whatsapp", "sms")
ANSWERED_WITHIN = timedelta(days=7)
CAME_WITHIN = timedelta(days=30)
WENT = Q(status__in=("sent", "delivered", "read"))
STOPPED = Q(contact__stopped_at__gt=F("sent_at"), contact__stopped_at__lt=F("sent_at") + ANSWERED_WITHIN)
STATES = {
    "planned": Q(),
    "sent": WENT,
    "delivered": Q(status__in=("delivered", "read")),
    "read": Q(status="read"),
    "waiting": Q(status__in=("queued", "waiting", "sending")),
}
REASONS = ("stopped", "suspended", "no_consent", "minor")  # the last comes nearest to being told
CAME = '"attended":"yes"'  # within an attendance, as the log stores it


@dataclass(frozen=True, slots=True)
class Arm:
    """People, each counted once, who got one of the wordings. `answered`: wrote within seven days after it left, and not STOP,
    which is `stopped`; `came`: an attendance was recorded within 30 days."""

    wording: str
    planned: int
    sent: int
    delivered: int
    read: int
    answered: int
    stopped: int
    came: int
    waiting: int
    not_sent: int


@dataclass(frozen=True)
class Results:
    """`last`: when the last message left; None while none has."""

    last: datetime | None
    arms: list[Arm]
    by_answers: list[Comparison]
    by_coming: list[Comparison]


class Text(NamedTuple):
    """What some would read, and how many."""

    message: str
    language: str  # hers
    said_in: str  # that of the words
    tier: str
    channel: str
    text: str


@dataclass
class Preview:
    """`reasons`: why others of the audience would get nothing (M33, and `no_contact`, `no_account`)."""

    matching: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    texts: Counter[Text] = field(default_factory=Counter)

    @property
    def reached(self) -> int:
        return self.texts.total()


def results(campaign: Campaign) -> Results:
    """Counts by wording, and the wordings compared by who answered and by who came."""
    arms = [_arm(campaign, wording) for wording in campaign.wordings]
    return Results(
        _rows(campaign).filter(WENT).aggregate(last=Max("sent_at"))["last"],
        arms,
        compare({arm.wording: (arm.answered, arm.sent) for arm in arms}),
        compare({arm.wording: (arm.came, arm.sent) for arm in arms}),
    )


def totals(campaign: Campaign) -> dict[str, int]:
    """People of all wordings together: to whom it was sent, whom it reached, who answered."""
    rows = _rows(campaign)
    return _counted(rows, "sent", "delivered") | {"answered": _answered(rows.filter(WENT))}


def _answered(went: QuerySet[Message]) -> int:
    return _people(went.filter(~STOPPED, Exists(_answers())))


def _arm(campaign: Campaign, wording: str) -> Arm:
    rows = _rows(campaign).filter(message=wording)
    found, went = _counted(rows, *STATES), rows.filter(WENT)
    return Arm(
        wording, **found, answered=_answered(went),
        stopped=_people(went.filter(STOPPED)), came=_people(went.filter(Exists(_visits()))),
        not_sent=max(0, found["planned"] - found["sent"] - found["waiting"]),
    )  # fmt: skip


def _rows(campaign: Campaign) -> QuerySet[Message]:
    return Message.objects.filter(campaign=campaign.pk, outgoing=True, place=0)


def _counted(rows: QuerySet[Message], *states: str) -> dict[str, int]:
    return rows.aggregate(**{
        name: Count("contact__client", distinct=True, filter=STATES[name]) for name in states
    })  # fmt: skip


def _people(rows: QuerySet[Message]) -> int:
    return rows.values("contact__client").distinct().count()


def _answers() -> QuerySet[Message]:
    """What she wrote after it left."""
    hers = Message.objects.filter(outgoing=False, contact=OuterRef("contact"))
    return hers.filter(
        created_at__gt=OuterRef("sent_at"), created_at__lt=OuterRef("sent_at") + ANSWERED_WITHIN
    )


def _visits() -> QuerySet[Event]:
    visits = Event.objects.filter(client=OuterRef("contact__client"), form="attendance", body__contains=CAME)
    return visits.filter(
        received_at__gt=OuterRef("sent_at"), received_at__lt=OuterRef("sent_at") + CAME_WITHIN
    )


def preview(campaign: Campaign, audience: Iterable[Sequence[Lot]], now: datetime) -> Preview:
    """What would happen if it went now."""
    found = Preview()
    for lots in audience:
        contacts = _contacts(one.client for one in lots)
        for one in lots:
            found.matching += 1
            hers = contacts.get(one.client, [])
            text, why = _told(campaign, wording_of(campaign, one.lot), hers, now)
            if text:
                found.texts[text] += 1
            else:
                found.reasons[why] += 1
    return found


def _told(
    campaign: Campaign, wording: str, hers: Sequence[ContactPoint], now: datetime
) -> tuple[Text | None, str]:
    """What one would read, by SMS where WhatsApp may not say it now (M52); else why she would get nothing."""
    why = ""
    for some in (hers, [one for one in hers if one.channel == "sms"]):
        contact = best(some, campaign.purpose, now)
        if contact is None:
            return None, why or _why_not(hers, campaign.purpose, now)
        text, why = _text(campaign, wording, contact, now)
        if not why:
            return text, ""
    return None, why


def _contacts(clients: Iterable[str]) -> Mapping[str, list[ContactPoint]]:
    found: dict[str, list[ContactPoint]] = {}
    rows = ContactPoint.objects.filter(client__in=list(clients), channel__in=CHANNELS)
    for contact in rows.prefetch_related("consents"):
        found.setdefault(contact.client or "", []).append(contact)
    return found


def _why_not(contacts: Sequence[ContactPoint], purpose: str, now: datetime) -> str:
    """The reason of the contact point that comes nearest to being told."""
    if not contacts:
        return "no_contact"
    reasons = [lasting_reason(contact, purpose, now) for contact in contacts]
    return next((reason for reason in reversed(REASONS) if reason in reasons), "no_account")


def _text(campaign: Campaign, wording: str, contact: ContactPoint, now: datetime) -> tuple[Text, str]:
    """In which words, and why those would be withheld for good, if they would (as `deciding`)."""
    programme, reader = current(contact.site), reader_of(contact)
    message = programme.messages[wording]
    to = listener_of(contact, route(contact.channel, contact.country))
    free = contact.channel != "whatsapp" or reader.answering(now)
    tier = text_tier(reader, now, asked=False) if free else "covert"
    names = values_of(contact, campaign.values)
    if contact.name:
        names["name"] = "(her name)"
    said = speak_message(programme, message, tier, names, to)
    text = "\n".join(body.text for body in said.bodies)
    saying = Saying(
        purpose=campaign.purpose,
        tier=said.tier,
        reviewed=said.reviewed,
        empty=said.empty,
        reachable=free or template_of(programme, message, names, to) is not None,
    )
    why = may_send(reader, saying, now)
    if why in ("", *WAITS):
        why = "tells" if said.tells else ""
    return Text(wording, contact.language, said.language, said.tier, contact.channel, text), why
