"""A conversation takes a step: the flow runner says what follows, and here it is done, in one transaction (M50)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from tsela.messaging import answering, queue
from tsela.messaging.channels.accounts import route
from tsela.messaging.consent import tier_of
from tsela.messaging.flow import Effect, Talk, step
from tsela.messaging.flow.hearing import AGAIN
from tsela.messaging.folding import fold
from tsela.messaging.models import ContactPoint, Conversation, Message
from tsela.messaging.readers import listener_of, read_by, reader_of
from tsela.messaging.stopping import FAREWELL, stop, suspend
from tsela.programme import Programme
from tsela.record.programme import all_in_force, current

With = Conversation.With
OPEN_REPLIES = 3  # messages to which she may still answer
SORRY = "contact_unknown"  # message to who is not she
OF_NO_USE = timedelta(hours=24)  # after that an answer is not an answer any more


def converse(
    conversation: Conversation, event: dict[str, Any], *, key: str, now: datetime | None = None
) -> list[Effect]:
    """Give the runner an event (M27) and carry out its effects, in the caller's transaction. `key` makes each once."""
    now = now or timezone.now()
    contact = conversation.contact
    programme = current(contact.site)
    here = now.astimezone(ZoneInfo(reader_of(contact, ()).zone))
    state, effects = step(talk_of(programme), _before(conversation), event, here)
    conversation.state, conversation.version = state, programme.version
    conversation.timer_at = _next(state, effects, now)
    conversation.guess = str(state.get("vars", {}).get("guess") or "")[:20]
    stopped: bool | None = None
    for number, effect in enumerate(effects):
        if effect["do"] == "stop":
            stopped = stop(contact, now=now, tell=False)
        elif effect["do"] in DONE:
            DONE[effect["do"]](conversation, effect, f"{key}:{number}", now)
    conversation.save()
    if stopped is not False:
        _say(contact, effects, key, now, FAREWELL if stopped else "")
    if any(effect["do"] == "wrong_number" for effect in effects):
        _wrong_number(conversation, key, now)
    return effects


def catch_up(conversation: Conversation) -> None:
    """What was sent to her meanwhile, and has replies: her next answer is one to it (M61). Not stored: that follows."""
    contact = conversation.contact
    programme = current(contact.site)
    asking = [id for id, one in programme.messages.items() if one.replies]
    sent = Message.objects.filter(
        contact=contact, outgoing=True, message__in=asking, sent_at__isnull=False, place=0
    )
    if conversation.caught_up:
        sent = sent.filter(sent_at__gt=conversation.caught_up)
    for message in list(sent.order_by("-sent_at")[:OPEN_REPLIES])[::-1]:
        assert message.sent_at
        event = {"kind": "start", "flow": f"message/{message.message}", "vars": message.values}
        here = message.sent_at.astimezone(ZoneInfo(reader_of(contact, ()).zone))
        conversation.state, _ = step(talk_of(programme), _before(conversation), event, here)
        conversation.caught_up = message.sent_at


def of(contact: ContactPoint) -> Conversation:
    """Her conversation, locked until the transaction ends: two of her messages are not answered at once."""
    Conversation.objects.get_or_create(contact=contact)
    found = Conversation.objects.select_for_update().get(contact=contact)
    found.contact = contact
    return found


def hand_over(
    conversation: Conversation, *, queue: str, because: str, urgent: bool = False, now: datetime
) -> None:
    """To a person: who has it already, else her Mentor Mother, else who works at her site. To be saved by the caller."""
    conversation.held_by = With.PERSON
    weaker = because == AGAIN or (conversation.urgent and not urgent)
    if not (weaker and conversation.because):  # that she wrote again is no better reason than the first
        conversation.queue, conversation.because = queue[:40], because[:200]
    conversation.urgent = conversation.urgent or urgent
    conversation.waiting_since = conversation.waiting_since or now
    conversation.assigned_to = conversation.assigned_to or conversation.contact.caseload
    conversation.state = {**conversation.state, "person": True}


def is_danger(conversation: Conversation, text: str) -> bool:
    """Whether a text that no flow hears has a danger word (M24)."""
    danger = talk_of(current(conversation.contact.site)).words.kinds["danger"]
    return danger.inside(fold(text)) is not None


def is_stop(conversation: Conversation, text: str) -> bool:
    """Whether a text that no flow hears says stop (M23)."""
    contact = conversation.contact
    heard = talk_of(current(contact.site)).words.heard(text, sorted(read_by(contact)))
    return heard is not None and heard[0] == "stop"


def make_ready() -> None:
    """What is talked about everywhere, before a transaction begins: a new version takes a second, for which nobody should wait."""
    for programme in all_in_force():
        talk_of(programme)


@lru_cache(maxsize=8)
def talk_of(programme: Programme) -> Talk:
    """What a programme can talk about, made ready once."""
    own, *others = programme.languages
    return Talk.of(programme.talk, {own: {}} | {tag: programme.catalogue(tag) for tag in others})


def _before(conversation: Conversation) -> dict[str, Any]:
    """The state, with what only we know (M61)."""
    contact = conversation.contact
    state = dict(conversation.state)
    return state | {
        "language": contact.language or state.get("language"),
        "tier": tier_of(reader_of(contact, ())),
        "channel": contact.channel,
        "country": contact.country,
        "live": listener_of(contact, route(contact.channel, contact.country)).live,
    }


def _next(state: Mapping[str, Any], effects: list[Effect], now: datetime) -> datetime | None:
    """When the flow goes on by itself: the first of what it waits for."""
    times = [effect["at"] for effect in effects if effect["do"] == "timer"]
    times += [*(state.get("waits") or {}).values(), state.get("remind")]
    ahead = [
        moment for text in times if text and (moment := datetime.fromisoformat(text).astimezone(UTC)) > now
    ]
    return min(ahead, default=None)


def _say(contact: ContactPoint, effects: list[Effect], key: str, now: datetime, purpose: str) -> None:
    """All that is said in one turn is one message: the channel shows it in as few as it can."""
    parts = [
        {name: value for name, value in effect.items() if name != "do"}
        for effect in effects
        if effect["do"] == "say"
    ]
    if parts:
        queue.enqueue(
            contact, key=f"say:{key}", parts=parts, purpose=purpose, due_at=now, expires_at=now + OF_NO_USE
        )


def _wrong_number(conversation: Conversation, key: str, now: datetime) -> None:
    """Somebody else reads here: nothing more is said than that we are sorry, and her Mentor Mother asks her where she is now."""
    suspend(conversation.contact, because="unknown_reader", now=now)
    if SORRY in current(conversation.contact.site).messages:
        queue.enqueue(conversation.contact, key=f"sorry:{key}", message=SORRY, purpose=FAREWELL, due_at=now)
    conversation.refresh_from_db()


def _handover(conversation: Conversation, effect: Effect, key: str, now: datetime) -> None:
    hand_over(
        conversation,
        queue=effect["queue"],
        because=effect["because"],
        urgent=bool(effect.get("urgent")),
        now=now,
    )


def _task(conversation: Conversation, effect: Effect, key: str, now: datetime) -> None:
    queue.call(
        conversation.contact, queue=effect["queue"], because=effect["because"], key=f"call:{key}", due_at=now
    )


def _event(conversation: Conversation, effect: Effect, key: str, now: datetime) -> None:
    answers = {name: value for name, value in effect["answers"].items() if value not in (None, "")}
    conversation.contact = answering.record(conversation.contact, effect["form"], answers, now)


def _schedule(conversation: Conversation, effect: Effect, key: str, now: datetime) -> None:
    known = current(conversation.contact.site).messages.get(effect["message"])
    if known:
        at = datetime.fromisoformat(effect["at"]).astimezone(UTC)
        queue.enqueue(
            conversation.contact, key=f"schedule:{key}", message=known.id, purpose=known.purpose, due_at=at,
            expires_at=at + OF_NO_USE,
        )  # fmt: skip


def _language(conversation: Conversation, effect: Effect, key: str, now: datetime) -> None:
    hers = {"language": effect["tag"], "language_chosen_at": now}
    conversation.contact.language = effect["tag"]
    ContactPoint.objects.filter(pk=conversation.contact.pk).update(**hers)


def _confirm(conversation: Conversation, effect: Effect, key: str, now: datetime) -> None:
    answering.will_come(conversation.contact, now)


def _another_day(conversation: Conversation, effect: Effect, key: str, now: datetime) -> None:
    if effect.get("date"):
        answering.another_day(conversation.contact, effect["date"], now)


def _note(conversation: Conversation, effect: Effect, key: str, now: datetime) -> None:
    """She was asked whether it helped, and says so."""
    conversation.satisfaction = 1


def _end(conversation: Conversation, effect: Effect, key: str, now: datetime) -> None:
    if effect.get("word") in HELPED:
        conversation.satisfaction = HELPED[effect["word"]]


HELPED = {"helped": 1, "not_helped": 0}  # the words with which the flow that asks ends
DONE: Mapping[str, Callable[[Conversation, Effect, str, datetime], None]] = {
    "handover": _handover, "task": _task, "event": _event, "schedule": _schedule, "language": _language, "confirm": _confirm,
    "another_day": _another_day, "note": _note, "end": _end,
}  # fmt: skip
