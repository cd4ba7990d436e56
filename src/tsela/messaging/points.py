"""Her contact points and consents, as her record says them (MESSAGES M30). Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from tsela.messaging.consent import HOURS, STOPPED, safe_hours
from tsela.record.projection import live_events

FORMS = frozenset({"registration", "contact_point", "consent", "death", "exit"})
CHANNELS = ("whatsapp", "sms", "phone")
TIERS = ("covert", "overt_on_request", "overt")  # from quiet to open
PURPOSES = ("messages", "information", "research")

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """Her last answer for a purpose."""

    granted: bool
    text_version: str
    given_on: date
    event: str


@dataclass(frozen=True, slots=True)
class Point:
    """One way to reach her. `stopped_by`: the consent event by which she ended everything, if that holds; `stops`: all such;
    `vouched_by`: the last event that says that the address is hers; `ended`: why nobody is to be reached there any more."""

    channel: str
    address: str
    owner: str = "unknown"
    readers_know: bool = False
    name: str = ""
    language: str = ""
    language_since: datetime | None = None  # when her record first said so, of what it says now
    tier: str = "covert"
    hours: tuple[int, int] = HOURS
    code_word: str = ""
    born_on: date | None = None
    assent: bool = False
    ended: str = ""
    stopped_by: str | None = None
    stops: frozenset[str] = frozenset()
    vouched_by: str | None = None
    consents: Mapping[str, Answer] = field(default_factory=dict)


def points(events: Iterable[Mapping[str, Any]], calling_code: Callable[[str], str]) -> list[Point]:
    """The contact points of one client, by her live events of FORMS; none where no registration is live. `calling_code`: of a
    country; a number without one is of where it was first written down, wherever she lives now."""
    events = list(events)
    live = sorted(
        (event for event in live_events(events) if event["answers"] is not None),
        key=_given,
    )
    registrations = [event for event in live if event["form"] == "registration"]
    if not registrations:
        return []
    consents = _in_force_order(_agreed(live), events)
    named = [event for event in live if event["form"] == "contact_point"]
    person = registrations[-1]["answers"]
    ways = dict(_registered(registrations, consents, calling_code))
    if any(
        event.get("mode") != "system" for event in named
    ):  # that she wrote to us says nothing of her other ways
        ways = {}
    ways |= dict(_named(named, calling_code))
    since = _language_since(events, _text(person.get("language"), 20))
    found = [_point(way, event, person, consents) for way, event in ways.items()]
    died = next((event["id"] for event in live if event["form"] == "death"), None)
    gone = {"ended": "died", "vouched_by": died} if died else {}
    return [replace(point, language_since=since, **gone) for point in found]


def _agreed(live: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    """What she agreed to and refused. Who does not want to go on with the programme has refused everything."""
    for event in live:
        if event["form"] == "consent":
            yield event
        elif event["form"] == "exit" and event["answers"].get("reason") == "withdrew":
            yield from ({**event, "answers": {"purpose": one, "granted": "no"}} for one in PURPOSES)


def _in_force_order(consents: Iterable[Any], stored: list[Any]) -> list[Any]:
    """As they were given, the last one counting; but her own STOP comes after all that was stored before it, whatever day a
    phone with a wrong clock wrote on that. What a phone brings late has its place before it."""
    at = {event["id"]: place for place, event in enumerate(stored)}
    found: list[Any] = []
    for one in sorted(consents, key=lambda event: at[event["id"]]):
        stop = one["answers"].get("text_version") == STOPPED
        earlier = [place for place, other in enumerate(found) if _given(other) <= _given(one)]
        found.insert(len(found) if stop else max(earlier, default=-1) + 1, one)
    return found


def _given(event: Mapping[str, Any]) -> tuple[str, str]:
    return event["occurred_on"], event["id"]


def tidy_number(text: object, calling_code: str) -> str:
    """A telephone number as +27821234567; blank where it cannot be one. A leading 0 stands for the country."""
    digits = re.sub(r"[\s().-]", "", text) if isinstance(text, str) else ""
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0") and calling_code:
        digits = f"+{calling_code}{digits[1:]}"
    elif calling_code and digits.startswith(calling_code) and len(digits) > 9:
        digits = f"+{digits}"
    return digits if re.fullmatch(r"\+[1-9][0-9]{6,14}", digits) else ""


def _named(
    events: Iterable[Mapping[str, Any]], calling_code: Callable[[str], str]
) -> Iterator[tuple[tuple[str, str], Any]]:
    for event in events:
        answers = event["answers"]
        channel, given = answers.get("channel"), answers.get("address")
        address = tidy_number(given, calling_code(event["site"][:2])) or (
            _text(given, 80) if channel == "whatsapp" else ""
        )
        if channel in CHANNELS and address:
            yield (channel, address), event


def _registered(
    events: list[Mapping[str, Any]], consents: Iterable[Mapping[str, Any]], calling_code: Callable[[str], str]
) -> Iterator[tuple[tuple[str, str], Any]]:
    """The number of her last registration: for SMS and calls, and for WhatsApp where she said so."""
    event = events[-1]
    phone = event["answers"].get("phone")
    written = next(one for one in events if one["answers"].get("phone") == phone)
    address = tidy_number(phone, calling_code(written["site"][:2]))
    said = {consent["answers"].get("channel") for consent in consents}
    for channel in CHANNELS if address else ():
        if channel != "whatsapp" or channel in said:
            answers = {"owner": event["answers"].get("phone_owner")}
            yield (channel, address), {**event, "answers": answers}


def _point(way: tuple[str, str], event: Mapping[str, Any], person: Answers, consents: list[Any]) -> Point:
    channel, address = way
    given = event["answers"]
    hers = [one for one in consents if one["answers"].get("channel") in (None, "", channel)]
    answers = {purpose: _last(hers, purpose) for purpose in PURPOSES}
    last = next((one for one in reversed(hers) if one["answers"].get("purpose") == "messages"), None)
    how: Answers = next((one["answers"] for one in reversed(hers) if one["answers"].get("tier")), {})
    return Point(
        channel, address,
        owner=given.get("owner") if given.get("owner") in ("own", "shared", "other") else "unknown",
        readers_know=given.get("readers_know") == "yes",
        name=_text(given.get("name") or person.get("given_name"), 80),
        language=_text(person.get("language"), 20),
        tier=_tier(hers, consents),
        hours=safe_hours(given.get("safe_hours")) or safe_hours(how.get("safe_hours")) or HOURS,
        code_word=_text(given.get("code_word") or how.get("code_word"), 40),
        born_on=_day(person.get("birth_date")),
        assent=given.get("assent") == "yes",
        ended="number_changed" if given.get("in_use") == "no" else "",
        stopped_by=last["id"] if last and last["answers"].get("text_version") == STOPPED else None,
        stops=frozenset(one["id"] for one in hers if one["answers"].get("text_version") == STOPPED),
        vouched_by=event["id"],
        consents={purpose: answer for purpose, answer in answers.items() if answer},
    )  # fmt: skip


def _tier(hers: list[Any], consents: list[Any]) -> str:
    """As agreed last for this channel; or quieter, where she said so since in a chat on another: it is of whoever reads the phone."""
    agreed = next((one for one in reversed(hers) if one["answers"].get("tier")), None)
    if agreed is None:
        return TIERS[0]
    since = [one for one in consents[consents.index(agreed) + 1 :] if one.get("mode") == "chat"]
    said = [one["answers"]["tier"] for one in (agreed, *since) if one["answers"].get("tier")]
    return TIERS[min(TIERS.index(tier) if tier in TIERS else 0 for tier in said)]


def _language_since(events: Iterable[Mapping[str, Any]], language: str) -> datetime | None:
    """When this language was first written down, after which no registration said another. A correction of something else
    repeats the language, and is no news of it."""
    told = [event for event in events if event["form"] == "registration" and event["answers"]]
    since = None
    for event in sorted(told, key=lambda event: (_moment(event["recorded_at"]), event["id"])):
        same = _text(event["answers"].get("language"), 20) == language
        since = (since or _moment(event["recorded_at"])) if same else None
    return since


def _last(consents: list[Any], purpose: str) -> Answer | None:
    found = next((one for one in reversed(consents) if one["answers"].get("purpose") == purpose), None)
    if found is None:
        return None
    granted = found["answers"].get("granted") == "yes"
    day = _day(found["occurred_on"]) or date.min
    return Answer(granted, _text(found["answers"].get("text_version"), 40), day, found["id"])


def _text(value: object, length: int) -> str:
    return value.replace("\0", "").strip()[:length] if isinstance(value, str) else ""


def _moment(value: object) -> datetime:
    """Of a phone's clock."""
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
