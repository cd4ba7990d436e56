"""Reads WhatsApp's webhooks: one body holds any number of entries, changes, messages and statuses."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from tsela.messaging.channels import (
    AccountProblem,
    Failed,
    InboundMessage,
    Incoming,
    Notice,
    NumberChanged,
    OptedOut,
    Retry,
    Status,
    StatusUpdate,
)
from tsela.messaging.channels.reading import decode, dicts, dig, identity, moment, phone, short, text
from tsela.messaging.channels.whatsapp_errors import outcome, problem

Event = dict[str, Any]
MEDIA = ("image", "audio", "video", "document", "sticker")
_STATUS: dict[str, Status] = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read"}
_STATUS |= {"failed": "failed"}
# Changes that tell staff something; any other that we did not subscribe to is left alone.
_WARNINGS = {
    "account_update": "E717",
    "account_alerts": "E717",
    "account_review_update": "E717",
    "phone_number_quality_update": "E717",
    "message_template_status_update": "E716",
    "message_template_quality_update": "E716",
}
NEARLY = 3  # decimals of a degree, some hundred metres: where she is, not behind which door (M65)
_VERDICTS = ("event", "decision", "new_quality_score")
_SAID = (
    "event",
    "message_template_name",
    "reason",
    "current_limit",
    "alert_type",
    "decision",
    "new_quality_score",
)
_GOOD = {"APPROVED", "REINSTATED", "UNFLAGGED", "UPGRADE", "ONBOARDING", "VERIFIED_ACCOUNT", "GREEN"}


def parse(body: bytes, number: str) -> list[Incoming]:
    """Everything in the body that is for this number, in its order."""
    value = decode(body)
    if not isinstance(value, dict) or not isinstance(value.get("entry"), list):
        return [_unread("the body is no webhook of WhatsApp")]
    entries = [(entry, moment(entry.get("time"))) for entry in dicts(value["entry"])]
    changes = [(change, at) for entry, at in entries for change in dicts(entry.get("changes"))]
    return [each for change, at in changes for each in _change(change, at, number)]


def _change(change: Event, at: datetime | None, number: str) -> Iterator[Incoming]:
    field, value = text(change.get("field")), change.get("value")
    if not isinstance(value, dict):
        yield _unread(f"a change of {short(field) or 'nothing'} without a value")
    elif field in _WARNINGS:
        yield _warning(field, value, at)
    elif field == "user_preferences":
        yield from _preferences(value)
    elif field == "messages":
        to = text(dig(value, "metadata.phone_number_id"))
        if to and to != number:
            yield _unread(f"a message for another number, {short(to)}: it needs an account of its own")
        else:
            yield from _messages(value)


def _messages(value: Event) -> Iterator[Incoming]:
    people = dicts(value.get("contacts"))
    for message in dicts(value.get("messages")):
        yield _message(message, people)
    for status in dicts(value.get("statuses")):
        yield _status(status)
    for error in dicts(value.get("errors")):
        yield _error(error)


def _message(message: Event, people: list[Event]) -> Incoming:
    id = identity(message.get("id"))
    person = _person(message, people)
    user = identity(message.get("from_user_id") or dig(person, "user_id"))
    address = phone(message.get("from") or dig(person, "wa_id")) or user
    if not id or not address:
        return _unread(f"a message without {'an id' if not id else 'a sender'}")
    at, type = moment(message.get("timestamp")), text(message.get("type"))
    if type == "system":
        return _system(message, id, address)
    kind, to, event = _READERS.get(type, _unsupported)(message)
    return InboundMessage(
        provider_id=id, address=address, event={"kind": "message", **event}, type=kind, to=to, at=at, user_id=user,
        name=short(dig(person, "profile.name")), reply_to=identity(dig(message, "context.id") or dig(message, "reaction.message_id")),
    )  # fmt: skip


def _person(message: Event, people: list[Event]) -> Event:
    """Who of the batch's `contacts` wrote it."""
    mine = {text(message.get("from")), text(message.get("from_user_id"))} - {""}
    for person in people:
        if mine & {text(person.get("wa_id")), text(person.get("user_id"))}:
            return person
    return people[0] if len(people) == 1 and not mine else {}


# One reader a type of message: (type, who is to act, the event's text, choice, media, location).
Read = tuple[str, Any, Event]


def _text(message: Event) -> Read:
    return "text", "flow", {"text": text(dig(message, "text.body"))}


def _button(message: Event) -> Read:
    """A quick reply of a template."""
    said, choice = text(dig(message, "button.text")), text(dig(message, "button.payload"))
    return "text", "flow", {"text": said, "choice": choice or said}


def _interactive(message: Event) -> Read:
    reply = dig(message, "interactive.button_reply") or dig(message, "interactive.list_reply")
    if not isinstance(reply, dict):
        said = text(dig(message, "interactive.nfm_reply.body")) or "form"
        return "unsupported", "person", {"text": f"[{short(said)}]"}
    return "text", "flow", {"text": text(reply.get("title")), "choice": text(reply.get("id"))}


def _media(message: Event) -> Read:
    type = text(message.get("type"))
    file = message.get(type) if isinstance(message.get(type), dict) else {}
    kind = "voice" if type == "audio" and dig(file, "voice") is True else type
    media = {"type": kind, "id": identity(dig(file, "id")), "mime": short(dig(file, "mime_type"))}
    media |= {"name": short(dig(file, "filename"))} if dig(file, "filename") else {}
    return kind, "flow", {"text": text(dig(file, "caption")), "media": media}


def _location(message: Event) -> Read:
    place = message.get("location") if isinstance(message.get("location"), dict) else {}
    location = {
        key: round(dig(place, key), NEARLY) for key in ("latitude", "longitude") if _number(dig(place, key))
    }
    named = ", ".join(filter(None, (short(dig(place, "name")), short(dig(place, "address")))))
    return "location", "flow", {"text": named or "[location]", "location": location}


def _contacts(message: Event) -> Read:
    people = dicts(message.get("contacts"))
    said = [f"{short(dig(one, 'name.formatted_name'))} {short(dig(one, 'phones.0.phone'))}" for one in people]
    return "contacts", "person", {"text": f"[{'; '.join(' '.join(one.split()) for one in said[:10])}]"}


def _reaction(message: Event) -> Read:
    return "reaction", "nobody", {"text": f"[{short(dig(message, 'reaction.emoji'), 20) or '×'}]"}


def _unsupported(message: Event) -> Read:
    """A poll, an order, a type of next year: kept, and a person looks."""
    why = short(dig(message, "errors.0.title")) or short(message.get("type")) or "unsupported"
    return "unsupported", "person", {"text": f"[{why}]"}


_READERS: dict[str, Callable[[Event], Read]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    **dict.fromkeys(MEDIA, _media),
}


def _system(message: Event, id: str, address: str) -> Incoming:
    system, at = message.get("system"), moment(message.get("timestamp"))
    type = text(dig(system, "type"))
    if type in {"user_changed_number", "customer_changed_number"}:
        return NumberChanged(address, phone(dig(system, "wa_id") or dig(system, "new_wa_id")), id, at)
    if type == "user_changed_user_id":
        old = identity(dig(system, "previous_user_id")) or address
        return NumberChanged(old, identity(dig(system, "user_id")), id, at)
    # Her key changed: another phone, or somebody else holds it.
    event = {"kind": "message", "text": f"[{short(dig(system, 'body')) or type or 'system'}]"}
    return InboundMessage(id, address, event, type="system", to="person", at=at)


def _status(status: Event) -> Incoming:
    id, at = identity(status.get("id")), moment(status.get("timestamp"))
    ours, _, attempt = identity(status.get("biz_opaque_callback_data")).partition(":")
    known = _STATUS.get(text(status.get("status")))
    if known is None or not (id or ours):
        return _unread(f"a status {short(status.get('status')) or 'without a name'}")
    failure = _failure(status) if known == "failed" else None
    return StatusUpdate(id, known, message_id=ours, at=at, outcome=failure, attempt=_count(attempt))


def _failure(status: Event) -> Failed | Retry | AccountProblem:
    errors = dicts(status.get("errors"))
    code = errors[0].get("code") if errors else None
    if not isinstance(code, int):
        return Failed("rejected", "WhatsApp did not deliver it, and does not say why.")
    return outcome(code, problem(errors[0]))


def _error(error: Event) -> Incoming:
    """An error that belongs to no message."""
    code = error.get("code")
    found = outcome(code, problem(error)) if isinstance(code, int) else None
    said = problem(error)
    return found if isinstance(found, AccountProblem) else Notice("E717", said, said.partition(":")[0])


def _preferences(value: Event) -> Iterator[Incoming]:
    """She stopped, or allowed again, what Meta calls marketing. To allow again she writes to us: consent is asked anew."""
    for one in dicts(value.get("user_preferences")):
        address = phone(one.get("wa_id")) or identity(one.get("user_id"))
        if text(one.get("value")) == "stop" and address:
            yield OptedOut(address, at=moment(one.get("timestamp")))


def _warning(field: str, value: Event, at: datetime | None) -> Notice:
    """What happened, and to what; what is good news ends what was said of the same before."""
    said = [text(value.get(name)) for name in _SAID if text(value.get(name))]
    template = short(value.get("message_template_name"))
    tag = short(value.get("message_template_language"))
    about = f"{template} {tag}".strip() if template else field.replace("_", " ")
    problem = f"WhatsApp, {field.replace('_', ' ')}: {', '.join(said)}"[:300]
    over = any(text(value.get(name)).upper() in _GOOD for name in _VERDICTS)
    return Notice(_WARNINGS[field], problem, about, over, at)


def _unread(what: str) -> Notice:
    return Notice("E715", what)


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 180
