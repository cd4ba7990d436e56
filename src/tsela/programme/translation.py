"""How far the words are: for each language and kind of text what is translated, a draft, or read by a native speaker.

Texts and where they are read come from the PO file of the language in which the programme is written.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polib

from tsela.programme.languages import SOURCE, Language
from tsela.programme.locales import MONTHS, Catalogue
from tsela.programme.talk.texts import WORD

if TYPE_CHECKING:
    from tsela.programme import Programme

MISSING, DRAFT, REVIEWED = "missing", "draft", "reviewed"
PLACES = {
    "messages": "messages", "flows": "messages", "articles": "messages", "app": "app", "dates": "app", "forms": "forms",
    "items": "schedules", "flags": "schedules", "why": "schedules",
}  # fmt: skip
KINDS = ("messages", "core", "app", "forms", "schedules", "other")


@dataclass(frozen=True)
class Share:
    """Of some texts, how many are translated (drafts too) and how many of those a native speaker has read."""

    texts: int
    translated: int
    reviewed: int

    @property
    def draft(self) -> int:
        return self.translated - self.reviewed

    def __str__(self) -> str:
        if not self.texts:
            return "-"
        done, read = (round(100 * part / self.texts) for part in (self.translated, self.reviewed))
        return f"{done}%" if done == read else f"{done}% ({read}%)"

    def as_dict(self) -> dict[str, int]:
        return {
            "texts": self.texts,
            "translated": self.translated,
            "draft": self.draft,
            "reviewed": self.reviewed,
        }


@dataclass(frozen=True)
class Translation:
    """Every text: its kinds, and its state in every registered language; `said` are the texts that clients read, by message,
    conversation and article, without the words that they type."""

    kinds: Mapping[str, frozenset[str]]
    states: Mapping[str, Mapping[str, str]]

    said: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def share(self, tag: str, kind: str) -> Share:
        return self.of((text for text, kinds in self.kinds.items() if kind in kinds), tag)

    def of(self, texts: Iterable[str], tag: str) -> Share:
        """How far these texts are in a language."""
        states = Counter(self.states[tag].get(text, MISSING) for text in texts)
        return Share(states.total(), states[DRAFT] + states[REVIEWED], states[REVIEWED])

    def by_message(self) -> Iterator[tuple[str, dict[str, Share]]]:
        """What clients read, thing by thing (`messages/visit_soon`, `flows/cough`): its share in each language."""
        for place, texts in self.said.items():
            yield place, {tag: self.of(texts, tag) for tag in self.states}

    def rows(self) -> Iterator[tuple[str, dict[str, Share]]]:
        """Each language's share of each kind."""
        for tag in self.states:
            yield tag, {kind: self.share(tag, kind) for kind in KINDS}

    def as_dict(self) -> dict[str, Any]:
        return {
            "languages": {
                tag: {kind: share.as_dict() for kind, share in row.items()} for tag, row in self.rows()
            },
            "messages": {
                place: {tag: share.as_dict() for tag, share in row.items()} for place, row in self.by_message()
            },
            "texts": [
                {"text": text, "kinds": sorted(kinds), "states": {tag: known[text] for tag, known in self.states.items()}}
                for text, kinds in self.kinds.items()
            ],
        }  # fmt: skip


def translation(programme: "Programme") -> Translation:
    """The state of every text in every language that is registered or has words."""
    path = programme.folder / "locales" / f"{SOURCE}.po"
    entries = [entry for entry in polib.pofile(str(path)) if not entry.obsolete] if path.is_file() else []
    kinds = {entry.msgid: _kinds(entry, programme.core) for entry in entries}
    tags = dict.fromkeys((*programme.registered, *programme.languages))
    said: defaultdict[str, set[str]] = defaultdict(set)
    for one in programme.said:
        if one.role != WORD:
            said[one.of].add(one.text)
    states = {tag: _states(kinds, programme.language(tag), programme.catalogue(tag)) for tag in tags}
    return Translation(kinds, states, {place: frozenset(texts) for place, texts in said.items()})


def _kinds(entry: polib.POEntry, core: tuple[str, ...]) -> frozenset[str]:
    found = {PLACES.get(place.partition("/")[0], "other") for place, _ in entry.occurrences}
    return frozenset(found | {"core"} if entry.msgid in core else found)


def _states(texts: Mapping[str, Any], language: Language, words: Catalogue) -> dict[str, str]:
    if language.tag == SOURCE:
        return dict.fromkeys(texts, REVIEWED)
    return {text: _state(text, language, words) for text in texts}


def _state(text: str, language: Language, words: Catalogue) -> str:
    if text in words:
        return DRAFT if text in words.drafts else REVIEWED
    if text in MONTHS and language.months:  # languages.yaml has them
        return DRAFT if language.review else REVIEWED
    return MISSING
