"""What is said on the telephone: the programme's scripts, each line in her language below the English where there are words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tsela.messaging.models import CallTask
from tsela.programme.languages import SOURCE
from tsela.programme.locales import Catalogue
from tsela.record.programme import current

OPENING = "call_opening"  # how every call begins: neutral, whatever it is about
BEFORE = 2  # its parts that come before she is known; the last is for afterwards
SCRIPTS = {"adherence": "call_adherence", "enrolment": "call_enrolment"}  # of queues that are about one thing


@dataclass(frozen=True)
class Said:
    """A line to say. `hers`: in her language, blank where there are no words; `draft`: nobody has reviewed those."""

    text: str
    hers: str = ""
    draft: bool = False


@dataclass(frozen=True)
class Heard:
    """What she may say, and the answer."""

    text: str
    answer: Said


@dataclass(frozen=True)
class Part:
    """A part of a script: what to do, what to say and ask, what may be heard."""

    title: str
    do: tuple[str, ...]
    said: tuple[Said, ...]
    heard: tuple[Heard, ...]


def script_of(call: CallTask) -> Mapping[str, Any] | None:
    """The script of the programme that goes with a call."""
    wanted = call.script or SCRIPTS.get(call.queue)
    return next((one for one in scripts_of(call.site) if one["id"] == wanted), None)


def scripts_of(site: str) -> list[Mapping[str, Any]]:
    """What a call can be about."""
    return [one for one in current(site).guides if one["kind"] == "script" and one["id"] != OPENING]


def opening_of(call: CallTask) -> list[Part]:
    """How every call begins."""
    found: Mapping[str, Any] = next((one for one in current(call.site).guides if one["id"] == OPENING), {})
    return parts_of(found, words_for(call))[:BEFORE]


def parts_of(guide: Mapping[str, Any], words: Catalogue) -> list[Part]:
    def said(text: str) -> Said:
        return Said(text, words.get(text, ""), text in words.drafts)

    def part(given: Mapping[str, Any]) -> Part:
        lines = [*([given["say"]] if given.get("say") else []), *given.get("ask", ())]
        heard = (Heard(one["if"], said(one["say"])) for one in given.get("hears", ()))
        return Part(given.get("title", ""), tuple(given.get("do", ())), tuple(map(said, lines)), tuple(heard))

    return [part(one) for one in guide.get("parts", ())]


def words_for(call: CallTask) -> Catalogue:
    """Those of her language; none where it is English, or not known."""
    contact = call.contact
    if contact is None or contact.language in ("", SOURCE):
        return Catalogue()
    return current(call.site).catalogue(contact.language, contact.country)


def in_drafts(parts: list[Part]) -> bool:
    """Whether a line of it is a draft."""
    return any(line.draft for line in _lines(parts))


def _lines(parts: list[Part]) -> Iterator[Said]:
    for part in parts:
        yield from part.said
        yield from (one.answer for one in part.heard)
