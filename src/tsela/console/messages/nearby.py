"""The nearest services, for who answers her: by a place that is typed, or from the location that she sent, which no page shows (M65)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tsela.console.messages.answers import Ready
from tsela.messaging.channels.accounts import route
from tsela.messaging.consent import tier_of
from tsela.messaging.flow.nearest import line_of
from tsela.messaging.models import ContactPoint, Message
from tsela.messaging.readers import listener_of, reader_of
from tsela.messaging.rendering import fill
from tsela.messaging.services import Area, Directory, Near
from tsela.programme import Programme
from tsela.programme.talk.services import Point, point_of
from tsela.record.programme import current

LAST = 50  # of her messages, among which a location is looked for


@dataclass(frozen=True)
class Nearby:
    """What was looked for and found: `ready` to be written to her, or the `places` that may be meant, or in a word why nothing."""

    kind: str = ""
    place: str = ""
    ready: Sequence[Ready] = ()
    places: Sequence[str] = ()
    told: str = ""


def kinds(contact: ContactPoint) -> list[tuple[str, str]]:
    """What may be looked for in her country: id and title."""
    area, given = _area(contact), current(contact.site).talk["services"]["kinds"]
    here = {kind for one in area.services for kind in one.kinds}
    return [(kind, row["title"]) for kind, row in given.items() if kind in here]


def nearby(contact: ContactPoint, kind: str, place: str) -> Nearby:
    """What of a kind is near a place; without one, near where she is."""
    area = _area(contact)
    if not place:
        point = sent(contact)
        if point is None:
            return Nearby(kind, told="She sent no location. Write the name of a place.")
        return _found(contact, area.near(kind, point), kind, place, area)
    spots, sure = ([area.labelled[place]], True) if place in area.labelled else area.named(place)
    if sure:
        return _found(contact, area.at(kind, spots[0]), kind, place, area)
    if not spots:
        return Nearby(kind, told="No service that we know is in a place of that name. Write another.")
    return Nearby(kind, place, places=[spot.label for spot in spots])


def sent(contact: ContactPoint) -> Point | None:
    """Where she said last that she is."""
    messages = Message.objects.filter(contact=contact, outgoing=False).order_by("-created_at", "-id")
    given = (part["location"] for one in messages[:LAST] for part in one.parts if part.get("location"))
    return next((point for location in given if (point := point_of(location))), None)


def _area(contact: ContactPoint) -> Area:
    """What she may be told: on a phone that others read nothing that tells, where people receive it what was confirmed."""
    tiers = ("covert", "overt") if tier_of(reader_of(contact)) == "overt" else ("covert",)
    live = listener_of(contact, route(contact.channel, contact.country)).live
    return _directory(current(contact.site)).area(contact.country, tiers, reviewed=live)


@lru_cache(maxsize=8)
def _directory(programme: Programme) -> Directory:
    """Kept: a programme never changes."""
    return Directory.of(programme.talk["services"])


def _found(contact: ContactPoint, found: Sequence[Near], kind: str, place: str, area: Area) -> Nearby:
    if not found:
        return Nearby(kind, place, told=f"Nothing of that kind within {area.within.get(kind, 0):g} km.")
    ready = [_ready(contact, one) for one in found]
    together = "\n".join(one.text for one in ready)
    whole = [Ready("all", "All", together, ready[0].language, any(one.draft for one in ready))]
    return Nearby(kind, place, whole + ready if len(ready) > 1 else ready)


def _ready(contact: ContactPoint, near: Near) -> Ready:
    """A service as the programme would tell it to her, in her language where it has the words."""
    text, values, _ = line_of(near, openly=tier_of(reader_of(contact)) == "overt")
    words = current(contact.site).catalogue(contact.language, contact.country) if contact.language else None
    told = words.get(text) if words else None
    draft = bool(told and words and text in words.drafts)
    return Ready(
        near.service.id,
        near.service.name,
        fill(told or text, values),
        contact.language if told else "en",
        draft,
    )
