"""Whether a message goes now, and in which words: asked in the transaction that marks it as being sent (M32)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tsela.messaging import reminders
from tsela.messaging.channels import Body, Channel, Outgoing, Template
from tsela.messaging.channels.accounts import route
from tsela.messaging.consent import WAITS, Saying, may_send, next_time, start_of_day, text_tier
from tsela.messaging.contacts import behind
from tsela.messaging.models import Consent, Conversation, Message, Pause
from tsela.messaging.readers import listener_of, reader_of, shared_addresses, values_of
from tsela.messaging.speech import Speech, lines_from, speak, speak_message, template_of
from tsela.messaging.stopping import FAREWELL
from tsela.record.programme import current

S = Message.Status
ENDED = frozenset({"stopped", "suspended", "cancelled"})  # reasons after which nobody needs to do anything
COUNTED = (S.SENDING, S.SENT, S.DELIVERED, S.READ, S.UNKNOWN)
LATER = timedelta(seconds=2)  # when a plan will have been made again


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message: the fields to store, and, where it goes, what the channel is asked to send."""

    status: Any  # of Message.Status
    reason: str = ""
    due_at: datetime | None = None
    problem: str = ""
    text: str = ""
    language: str = ""
    rest: int = 0
    channel: Channel | None = None
    outgoing: Outgoing | None = None


@dataclass(frozen=True)
class Around:
    """What deciding about some messages needs, read at once."""

    consents: Mapping[str, set[str]] = field(default_factory=dict)  # contact → purposes
    hers: frozenset[str] = frozenset()  # contacts whose conversation she began
    sent: Mapping[str, list[datetime]] = field(
        default_factory=dict
    )  # contact → when it got what it did not ask for
    standing: Mapping[str, bool | None] = field(
        default_factory=dict
    )  # message → its task stands; None: not known yet
    pauses: Mapping[str, datetime] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()  # addresses at which several clients are
    behind: frozenset[str] = frozenset()  # clients of whom we do not know all yet that their record says


def around(messages: Sequence[Message], now: datetime) -> Around:
    """Read it, in a handful of statements however many messages there are."""
    contacts = {message.contact_id for message in messages}
    consents: dict[str, set[str]] = {}
    for contact, purpose in Consent.objects.filter(contact__in=contacts, granted=True).values_list(
        "contact", "purpose"
    ):
        consents.setdefault(contact, set()).add(purpose)
    asking = {message.contact_id for message in messages if message.contact.tier == "overt_on_request"}
    begun = Conversation.objects.filter(contact__in=asking).values_list(
        "contact", "state"
    )  # none: nothing is asked
    unasked = Message.objects.filter(
        contact__in=contacts, outgoing=True, place=0, status__in=COUNTED
    ).exclude(purpose="")
    sent: dict[str, list[datetime]] = {}
    for contact, at in unasked.filter(sent_at__gt=now - timedelta(hours=26)).values_list(
        "contact", "sent_at"
    ):
        sent.setdefault(contact, []).append(at)
    return Around(
        consents,
        frozenset(contact for contact, state in begun if state.get("hers")),
        sent,
        reminders.standing([message for message in messages if message.task]),
        dict(Pause.objects.filter(until__gt=now).values_list("account", "until")),
        shared_addresses([message.contact for message in messages]),
        behind({message.contact.client for message in messages if message.purpose != FAREWELL}),
    )


def decide(message: Message, known: Around, now: datetime) -> Verdict:
    """Go, wait, be cancelled or fail: M33 and, before it, what has run out or cannot be routed."""
    contact = message.contact
    if message.expires_at and message.expires_at <= now:
        return Verdict(S.CANCELLED, "expired")
    channel = route(contact.channel, contact.country) if contact.channel in ("whatsapp", "sms") else None
    if channel is None:
        return Verdict(
            S.FAILED,
            "no_account",
            problem=f"No account sends {contact.channel} to {contact.country or 'there'}.",
        )
    if channel.account in known.pauses:
        return Verdict(S.WAITING, "paused", known.pauses[channel.account])
    stands = known.standing.get(message.pk, True)
    if stands is None or (contact.client in known.behind and message.purpose != FAREWELL):
        return Verdict(S.WAITING, "replanning", now + LATER)
    return _said(message, channel, known, now, stands)


def _said(message: Message, channel: Channel, known: Around, now: datetime, stands: bool) -> Verdict:
    contact = message.contact
    reader = reader_of(contact, known.consents.get(contact.pk, ()), known.shared)
    farewell = message.purpose == FAREWELL
    if farewell:
        reader = replace(reader, stopped=False, suspended=False)
    asked = not message.purpose and contact.pk in known.hers  # a reminder is no answer, even while she talks
    open_window = contact.channel != "whatsapp" or reader.answering(now)
    tier = text_tier(reader, now, asked=asked) if open_window else "covert"
    speech = _speech(message, tier, channel)
    template = None if open_window else _template(message, channel)
    today = start_of_day(now, reader.zone)
    reason = may_send(
        reader,
        Saying(
            purpose="" if farewell else message.purpose,
            personal=bool(message.by) and not message.message,
            tier=speech.tier,
            asked=asked,
            reviewed=speech.reviewed,
            empty=message.place >= len(speech.bodies),
            reachable=open_window or template is not None,
            sent_today=sum(at >= today for at in known.sent.get(contact.pk, ())),
            current=stands,
        ),
        now,
    )
    if reason in WAITS:
        due = next_time(reader, now, reason)
        late = message.expires_at is not None and due >= message.expires_at
        return Verdict(S.CANCELLED, reason) if late else Verdict(S.WAITING, reason, due)
    if not reason and speech.tells:
        return Verdict(S.FAILED, "tells", problem=f"The words would tell: {speech.tells}")
    if reason:
        ended = reason in ENDED or (message.purpose and reason != "outside_window")
        return Verdict(S.CANCELLED if ended else S.FAILED, reason)
    return _going(message, speech, channel, template)


def _speech(message: Message, tier: Any, channel: Channel) -> Speech:
    contact = message.contact
    programme = current(contact.site)
    to, values = listener_of(contact, channel), values_of(contact, message.values)
    if not message.message:
        return speak(programme, lines_from(message.parts, values), to)
    found = programme.messages.get(message.message)
    return speak_message(programme, found, tier, values, to) if found else Speech("", "covert", ())


def _template(message: Message, channel: Channel) -> Template | None:
    """What may go though she has not written for a day: the first of what it says, and nothing that follows."""
    contact, programme = message.contact, current(message.contact.site)
    found = programme.messages.get(message.message)
    if found is None or message.place:
        return None
    return template_of(programme, found, values_of(contact, message.values), listener_of(contact, channel))


def _going(message: Message, speech: Speech, channel: Channel, template: Template | None) -> Verdict:
    body = speech.bodies[message.place]
    outgoing = Outgoing(
        message.pk,
        message.contact.address,
        body,
        speech.language,
        template,
        template is None,
        message.tries + 1,
    )
    rest = 0 if template else len(speech.bodies) - 1 - message.place
    return Verdict(
        S.SENDING, text=shown(body), language=speech.language, rest=rest, channel=channel, outgoing=outgoing
    )


def shown(body: Body) -> str:
    """A body as staff read it later: the buttons below the text."""
    return "\n".join([body.text, *(f"• {option.title}" for option in body.options)]).strip()
