"""Her contact points and consents, as her record says them (MESSAGES M30). Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from tsela.messaging.consent import HOURS, STOPPED, safe_hours
from tsela.record.projection import live_events

FORMS = frozenset({"registration", "contact_point", "consent"})
CHANNELS = ("whatsapp", "sms", "phone")
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
    `vouched_by`: the last event that says that the address is hers."""

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
    in_use: bool = True
    stopped_by: str | None = None
    stops: frozenset[str] = frozenset()
    vouched_by: str | None = None
    consents: Mapping[str, Answer] = field(default_factory=dict)


def points(events: Iterable[Mapping[str, Any]], calling_code: str) -> list[Point]:
    """The contact points of one client, by her live events of FORMS; none where no registration is live."""
    events = list(events)
    live = sorted(
        (event for event in live_events(events) if event["answers"] is not None),
        key=lambda event: (event["occurred_on"], event["id"]),
    )
    registrations = [event for event in live if event["form"] == "registration"]
    if not registrations:
        return []
    consents = [event for event in live if event["form"] == "consent"]
    named = [event for event in live if event["form"] == "contact_point"]
    person = registrations[-1]["answers"]
    ways = dict(_named(named, calling_code)) or dict(_registered(registrations[-1], consents, calling_code))
    since = _language_since(events, _text(person.get("language"), 20))
    found = [_point(way, event, person, consents) for way, event in ways.items()]
    return [replace(point, language_since=since) for point in found]


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


def _named(events: Iterable[Mapping[str, Any]], calling_code: str) -> Iterator[tuple[tuple[str, str], Any]]:
    for event in events:
        answers = event["answers"]
        channel, given = answers.get("channel"), answers.get("address")
        address = tidy_number(given, calling_code) or (_text(given, 80) if channel == "whatsapp" else "")
        if channel in CHANNELS and address:
            yield (channel, address), event


def _registered(
    event: Mapping[str, Any], consents: Iterable[Mapping[str, Any]], calling_code: str
) -> Iterator[tuple[tuple[str, str], Any]]:
    """The number of her registration: for SMS and calls, and for WhatsApp where she said so."""
    address = tidy_number(event["answers"].get("phone"), calling_code)
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
        tier=str(how["tier"]) if how.get("tier") in ("overt_on_request", "overt") else "covert",
        hours=safe_hours(given.get("safe_hours")) or safe_hours(how.get("safe_hours")) or HOURS,
        code_word=_text(given.get("code_word") or how.get("code_word"), 40),
        born_on=_day(person.get("birth_date")),
        assent=given.get("assent") == "yes",
        in_use=given.get("in_use") != "no",
        stopped_by=last["id"] if last and last["answers"].get("text_version") == STOPPED else None,
        stops=frozenset(one["id"] for one in hers if one["answers"].get("text_version") == STOPPED),
        vouched_by=event["id"],
        consents={purpose: answer for purpose, answer in answers.items() if answer},
    )  # fmt: skip


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
