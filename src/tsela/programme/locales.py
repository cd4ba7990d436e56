"""The words that people read: collected from a programme and the field app, kept in gettext PO files, one a language.

English is the message id. A translation that no native speaker has reviewed is flagged `fuzzy`: a draft. Staff see
drafts, marked as such; a message to a client is never made from one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polib

from tsela.programme import guides
from tsela.programme.interpreter.values import MESSAGES
from tsela.programme.languages import SOURCE, Language, chain
from tsela.programme.po import entries
from tsela.programme.talk.texts import LABEL

if TYPE_CHECKING:
    from tsela.programme import Programme

DRAFT = "fuzzy"
NODE_TEXTS = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
# What the engine says around the programme's own words (care/engine/why.py and its twin), and short months.
ENGINE_TEXTS = ("Applies while {clause}.", "No longer needed: {clause}.")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Text:
    """One text, where people read it, and what a translator must know of it."""

    msgid: str
    where: str
    note: str = ""


class Catalogue(dict[str, str]):
    """Message id → text in one language; `drafts` are the ids whose text nobody has reviewed; `lines` where they stand
    in the PO file, for that of one file."""

    drafts: frozenset[str] = frozenset()
    lines: Mapping[str, int] = {}

    def reviewed(self, msgid: str) -> str | None:
        """The text that a native speaker has read; None where nobody has. Only such a text is sent to clients."""
        return None if msgid in self.drafts else self.get(msgid)


def catalogue(folder: Path, language: str, official: str = "") -> Catalogue:
    """The words of a language, drafts included. What it lacks is said in the language that stands in (`chain`)."""
    if language == SOURCE:
        return Catalogue()
    words, drafts = Catalogue(), set[str]()
    for name in reversed(chain(language, official)):
        path = folder / "locales" / f"{name}.po"
        found = words_of(path) if name != SOURCE and path.is_file() else Catalogue()
        words.update(found)
        drafts = (drafts - found.keys()) | found.drafts
    words.drafts = frozenset(drafts)
    return words


def with_drafts(words: Catalogue, drafts: Mapping[str, str]) -> Catalogue:
    """With words that nobody has reviewed where the catalogue has none."""
    new = {msgid: text for msgid, text in drafts.items() if msgid not in words}
    made = Catalogue({**words, **new})
    made.drafts, made.lines = words.drafts | new.keys(), words.lines
    return made


def spoken_words(words: Catalogue, language: Language) -> dict[str, str]:
    """With the months of a language where the catalogue has none."""
    return {**dict(zip(MONTHS, language.months, strict=False)), **words}


def words_of(path: Path) -> Catalogue:
    """The words of one PO file, drafts included."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=100)
def _read(path: Path, changed: int) -> Catalogue:
    found = entries(path)
    words = Catalogue({entry.msgid: entry.msgstr for entry in found})
    words.drafts = frozenset(entry.msgid for entry in found if entry.fuzzy)
    words.lines = {entry.msgid: entry.line for entry in found}
    return words


def update(programme: "Programme", app: Path | None = None) -> dict[str, int]:
    """Bring every language's PO file up to date with the programme (and the app's sources): how many texts lack words.

    Translations stay; texts that nobody reads any more are kept at the end of the file, marked obsolete.
    """
    texts = list(collect(programme, app))
    lacking = {}
    for language in programme.languages:
        path = programme.folder / "locales" / f"{language}.po"
        po = _merged(path, texts, programme.language(language))
        path.parent.mkdir(exist_ok=True)
        po.save(str(path))
        lacking[language] = (
            0 if language == SOURCE else sum(not entry.msgstr for entry in po if not entry.obsolete)
        )
    return lacking


def collect(programme: "Programme", app: Path | None = None) -> Iterator[Text]:
    """Every text that people read, in the order of forms, rules, messages, names and app; a text may come more than once."""
    yield from _worked_with(programme)
    yield from (Text(one.text, one.of, one.note) for one in programme.said if any(map(str.isalpha, one.text)))
    yield from _named(programme)
    if app:
        yield from (Text(text, "dates") for text in MONTHS)
        yield from _app_texts(app)


def for_clients(programme: "Programme") -> frozenset[str]:
    """What is only said to clients: staff's phones do without. Labels stay, they may be words of the app too."""
    of_staff = {text.msgid for text in (*_worked_with(programme), *_named(programme))}
    return frozenset(one.text for one in programme.said if one.role != LABEL and one.text not in of_staff)


def _worked_with(programme: "Programme") -> Iterator[Text]:
    for form in programme.forms.values():
        yield from (Text(text, f"forms/{form['id']}") for text in _form_texts(form))
    for tables in programme.policies.values():
        for kind in ("items", "flags"):
            for rule in tables[kind]:
                yield from (Text(text, f"{kind}/{rule['id']}") for text in _rule_texts(rule))
    for guide in programme.guides:
        yield from (Text(text, f"{guide['kind']}/{guide['id']}") for text in guides.texts(guide))


def _named(programme: "Programme") -> Iterator[Text]:
    yield Text(programme.title, "programme")
    for kind, names in programme.labels.items():
        yield from (Text(text, kind) for text in names.values())
    yield from (Text(text, "forms") for text in MESSAGES.values())
    yield from (Text(text, "why") for text in ENGINE_TEXTS)


def _form_texts(form: dict[str, Any]) -> Iterator[str]:
    yield form["title"]
    yield from _node_texts(form["body"])
    for choices in form["choices"].values():
        yield from (choice["label"] for choice in choices)


def _node_texts(body: Iterable[dict[str, Any]]) -> Iterator[str]:
    for node in body:
        yield from (node[field] for field in NODE_TEXTS if node.get(field))
        yield from _node_texts(node.get("body", ()))


def _rule_texts(rule: dict[str, Any]) -> Iterator[str]:
    yield from (rule[field] for field in ("title", "because") if rule.get(field))
    words = rule.get("words") or {}
    yield from (
        words[field] for field in ("when", "unless") if words.get(field) not in (None, "", "always", "never")
    )
    yield from words.get("dates", {}).values()


_CALL = re.compile(r"\bt\(")
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def _app_texts(app: Path) -> Iterator[Text]:
    """The quoted texts in the first argument of each t(…) of the app's sources: t("Open"), t(late ? "Late" : "Due")."""
    for path in sorted(app.rglob("*.ts*")):
        if ".test." not in path.name:
            source = path.read_text(encoding="utf-8")
            for call in _CALL.finditer(source):
                for literal in _LITERAL.findall(_first_argument(source, call.end())):
                    if any(map(str.isalpha, literal)):
                        yield Text(literal.replace('\\"', '"'), f"app/{path.relative_to(app)}")


def _first_argument(source: str, start: int) -> str:
    depth, at, quoted = 0, start, False
    while at < len(source):
        mark = source[at]
        if mark == '"' and source[at - 1] != "\\":
            quoted = not quoted
        elif not quoted and (mark in "([{"):
            depth += 1
        elif not quoted and (mark in ")]}" or mark == ","):
            if depth == 0:
                break
            depth -= mark != ","
        at += 1
    return source[start:at]


def _shown(where: list[str]) -> list[str]:
    """Three of the places where a text is read, or as many as there are kinds of them."""
    kinds = {place.partition("/")[0]: place for place in reversed(where)}
    return list(dict.fromkeys([*reversed(kinds.values()), *where]))[: max(3, len(kinds))]


def _merged(path: Path, texts: list[Text], language: Language) -> polib.POFile:
    old = {entry.msgid: entry for entry in polib.pofile(str(path))} if path.is_file() else {}
    po = polib.POFile(wrapwidth=110)
    po.metadata = {"Language": language.tag, "Plural-Forms": language.plural_forms, "MIME-Version": "1.0", "Content-Type": "text/plain; charset=UTF-8",
                   "Content-Transfer-Encoding": "8bit"}  # fmt: skip
    places: dict[str, list[str]] = {}
    notes = {text.msgid: text.note for text in texts if text.note}
    for text in texts:
        places.setdefault(text.msgid, []).append(text.where)
    for msgid, where in places.items():
        known = old.pop(msgid, polib.POEntry(msgid=msgid))
        shown = [(place, "") for place in _shown(where)]
        flags, words = list(known.flags), known.msgstr
        po.append(
            polib.POEntry(
                msgid=msgid, msgstr=words, flags=flags, occurrences=shown, tcomment=known.tcomment, comment=notes.get(msgid, ""),
            )
        )  # fmt: skip
    for entry in old.values():
        if entry.msgstr:
            po.append(
                polib.POEntry(msgid=entry.msgid, msgstr=entry.msgstr, flags=list(entry.flags), obsolete=True)
            )
    return po
