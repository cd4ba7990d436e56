"""The words that are sent: reviewed, in her language, in the tier that holds, and scanned once more (M2, M10, M12, M13)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from tsela.kernel.errors import fail
from tsela.messaging.channels import Body, Template
from tsela.messaging.consent import Reader, Text, tier_of
from tsela.messaging.rendering import FILLED_IN, Part, fill, render
from tsela.programme import Programme
from tsela.programme.languages import SOURCE, Language, chain
from tsela.programme.locales import Catalogue
from tsela.programme.said import CHOOSE
from tsela.programme.talk import Leak, Message
from tsela.programme.talk.scan import RESULTS
from tsela.programme.talk.services import labels

NAMES = ("name", "baby", "worker", "place")
DRAFT = "[draft] "  # before what no speaker has read; only where nobody real receives it (M13)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say, as message ids: what of `say` effects is kept. `as_is`: words of a person, in her own language.
    `locate`: it asks where she is."""

    text: str
    values: Mapping[str, Any]
    options: tuple[tuple[str, str], ...] = ()
    overt: bool = False
    as_is: bool = False
    locate: bool = False


@dataclass(frozen=True, slots=True)
class Listener:
    """Of whom the words depend on: her language and country, the channel, and whether people really receive it."""

    language: str
    country: str
    kind: str
    live: bool


@dataclass(frozen=True, slots=True)
class Speech:
    """What is to be sent. `tells`: a term that was found in a covert text, which then must not go."""

    language: str
    tier: Text
    bodies: tuple[Body, ...]
    reviewed: bool = True
    tells: str = ""

    @property
    def empty(self) -> bool:
        return not self.bodies


def lines_of(message: Message, tier: Text, values: Mapping[str, Any]) -> list[Line]:
    """What a message of the programme says in this tier; overt only where it has an overt text."""
    options = tuple((reply.id, reply.say) for reply in message.replies)
    overt = tier == "overt" and message.overt is not None
    return [Line(message.text(tier), values, options, overt)]


def lines_from(parts: Iterable[Mapping[str, Any]], values: Mapping[str, Any]) -> list[Line]:
    """What a flow or a person says (`Message.parts`)."""
    return [
        Line(
            part["text"],
            {**values, **part.get("values", {})},
            tuple((_wire(part, option), option["say"]) for option in part.get("options") or ()),
            bool(part.get("overt")),
            bool(part.get("as_is")),
            bool(part.get("locate")),
        )
        for part in parts
    ]


def speak(programme: Programme, lines: Sequence[Line], to: Listener) -> Speech:
    """The words for her, rendered for the channel. A name that tells by itself is left out of covert words (M12); so is
    whatever else is filled in, where the words would not go otherwise: she is answered, though she wrote what tells."""
    if any(line.overt for line in lines):
        return _spoken(programme, lines, to)
    spoken = _spoken(programme, _without(programme, lines, NAMES, to), to)
    if not spoken.tells:
        return spoken
    given = {name for line in lines for name in line.values}
    without = _spoken(programme, _without(programme, lines, given, to), to)
    return spoken if without.empty else without


def _without(programme: Programme, lines: Sequence[Line], names: Iterable[str], to: Listener) -> list[Line]:
    return [
        line if line.as_is else replace(line, values=_quiet(programme, line.values, names, to))
        for line in lines
    ]


def read_in(programme: Programme, language: str, country: str) -> tuple[str, ...]:
    """The languages that people understand who may see her phone: hers, and those of her country."""
    known = programme.countries.get(country)
    return tuple(dict.fromkeys((language or SOURCE, *(known.languages if known else ()))))


def _quiet(
    programme: Programme, values: Mapping[str, Any], names: Iterable[str], to: Listener
) -> dict[str, Any]:
    """Without those of these that tell: a person or a place, what she wrote, which nobody of the programme has chosen."""
    read = read_in(programme, to.language, to.country)
    given = {name: str(values[name]) for name in names if values.get(name)}
    tell = {name for name, value in given.items() if programme.leaks.find(value, read)}
    return {name: value for name, value in values.items() if name not in tell}


def _spoken(programme: Programme, lines: Sequence[Line], to: Listener) -> Speech:
    said = [_words(programme, line, to) for line in lines]
    tier: Text = "overt" if any(line.overt for line in lines) else "covert"
    parts = [part for part, _ in said if part.text or part.options]
    language = said[0][1] if said else SOURCE
    theirs = read_in(programme, to.language, to.country) if any(line.as_is for line in lines) else ()
    read = (to.language or SOURCE, *(language for _, language in said), *theirs)
    tells = "" if tier == "overt" else _tells(programme, parts, read)
    choose, _ = _said(programme, [CHOOSE], to)
    return Speech(language, tier, tuple(render(parts, to.kind, choose[0])), tells=tells)


def speak_message(
    programme: Programme, message: Message, tier: Text, values: Mapping[str, Any], to: Listener
) -> Speech:
    """A message of the programme; one that a clinician has not confirmed is not reviewed where people receive it."""
    spoken = speak(programme, lines_of(message, tier, values), to)
    return replace(spoken, reviewed=False) if to.live and message.review else spoken


def template_of(
    programme: Programme, message: Message, values: Mapping[str, Any], to: Listener
) -> Template | None:
    """The WhatsApp template of a message in her language, with its values in the order of the covert text."""
    if not message.template:
        return None
    (words,), language = _said(programme, [message.covert], to)
    known = programme.language(language)
    names = FILLED_IN.findall(words)
    filled = _values(known, _quiet(programme, values, names, to))
    if any(not filled.get(name) for name in names):
        return None  # a template cannot leave out a sentence
    return Template(f"{message.template}_{language.replace('-', '_')}", tuple(filled[name] for name in names))


def require_safe(programme: Programme, reader: Reader, text: str, languages: Iterable[str]) -> bool:
    """Whether a person's own words are open ones. E742 where they may not be said to her."""
    found = programme.leaks.find(text, languages)
    if wrong := forbidden(reader, found):
        fail("E742", term=wrong[0].term, kind=wrong[0].kind)
    return bool(found)


def forbidden(reader: Reader, found: Sequence[Leak]) -> list[Leak]:
    """What of these may not be said: anything where others read her phone (M2), a result wherever it is (M3)."""
    return [leak for leak in found if tier_of(reader) != "overt" or leak.kind in RESULTS]


def _wire(part: Mapping[str, Any], option: Mapping[str, Any]) -> str:
    """The id of an option with the mark of its question, so that a late tap is known to be late."""
    return f"{part['asked']}:{option['id']}" if part.get("asked") else str(option["id"])


def _words(programme: Programme, line: Line, to: Listener) -> tuple[Part, str]:
    if line.as_is:
        return Part(line.text.strip(), line.options), to.language or SOURCE
    ids = [line.text, *(say for _, say in line.options)]
    words, language = _said(programme, ids, to)
    known = programme.language(language)
    values = _values(known, line.values)
    filled = [fill(text, values) for text in words]
    options = tuple((id, label) for (id, _), label in zip(line.options, filled[1:], strict=True) if label)
    return Part(filled[0], options, line.locate), language


def _said(programme: Programme, ids: Sequence[str], to: Listener) -> tuple[list[str], str]:
    """These texts in the first language of her chain that has them all, English last; and which it is."""
    official = programme.countries[to.country].official if to.country in programme.countries else ""
    for language in chain(to.language or official or SOURCE, official):
        if language == SOURCE:
            break
        words, names = _catalogue(programme, language), _own_names(programme)
        known = [id if id in names else words.reviewed(id) if to.live else words.get(id) for id in ids]
        if all(known):
            draft = DRAFT if any(id in words.drafts for id in ids) else ""
            return [draft + str(known[0]), *map(str, known[1:])], language
    return list(ids), SOURCE


@lru_cache(maxsize=200)
def _catalogue(programme: Programme, language: str) -> Catalogue:
    """Its own words and those of the language that it is a variant of. Kept: a programme never changes."""
    return programme.catalogue(language)


@lru_cache(maxsize=8)
def _own_names(programme: Programme) -> frozenset[str]:
    """Languages by their own names, and places: the same in every language."""
    languages = (language.name for language in programme.registered.values())
    return frozenset((*languages, *labels(programme.talk.get("services", {}))))


def _tells(programme: Programme, parts: Iterable[Part], read: Iterable[str]) -> str:
    """The first term that tells, in what a covert reader of these languages would see (M12)."""
    text = "\n".join(text for part in parts for text in (part.text, *(label for _, label in part.options)))
    found = programme.leaks.find(text, read)
    return f"{found[0].term} ({found[0].kind})" if found else ""


def _values(language: Language, given: Mapping[str, Any]) -> dict[str, str]:
    """Values as she reads them: days in words, and the weekday of `date`, where the language's words for them are known."""
    days = {name: day for name, value in given.items() if (day := _day(value))}
    values = {name: "" if value is None else str(value) for name, value in given.items()}
    values |= {name: _in_words(language, day) for name, day in days.items()}
    if "date" in days and language.weekdays:
        values.setdefault("weekday", language.weekdays[days["date"].isoweekday() % 7])
    return values


def _in_words(language: Language, day: date) -> str:
    return f"{day.day} {language.month(day.month)} {day.year}" if language.months else f"{day:%d/%m/%Y}"


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None
