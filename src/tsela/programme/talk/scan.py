"""Every text in every language that has it: does it tell (M12), does it fit (M22), can its answers be told apart (M21)?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tsela.kernel.errors import Problem, problem
from tsela.programme.languages import SOURCE
from tsela.programme.source import where
from tsela.programme.talk.folding import SEEN
from tsela.programme.talk.given import Given, Row
from tsela.programme.talk.leaks import Leaks
from tsela.programme.talk.limits import BUTTON, BUTTONS, ROW, too_much
from tsela.programme.talk.messages import COVERT, filled
from tsela.programme.talk.texts import WORD, Said, parts, texts

RESULTS = ("status", "result")  # kinds of words that no message says


@dataclass(frozen=True)
class Words:
    """The words of one language: message id → text, and the line of each in its PO file; of English neither."""

    tag: str
    said: Mapping[str, str]
    lines: Mapping[str, int]

    def of(self, text: str) -> str:
        """What is said for a text; nothing where that is not known."""
        return text if self.tag == SOURCE else self.said.get(text, "")

    def place(self, text: Any, otherwise: str = "") -> str:
        """Where the words of a text stand: in the PO file, or in the file of the text itself."""
        return (
            f"locales/{self.tag}.po:{self.lines[text]}" if text in self.lines else where(text, 0, otherwise)
        )


def check(given: Given, leaks: Leaks, languages: Sequence[Words]) -> Iterator[Problem]:
    """All problems of texts. `languages` come with their own words only; English is said by the files themselves."""
    found = list(texts(given))
    for words in languages:
        yield from _leaks(found, leaks, words)
        yield from _results(given, leaks, words)
        yield from _limits(given, words)
        yield from _options(given, words)
        yield from _keywords(given, words)
    for row in given.messages:
        if name := row.get("template"):
            yield from (_leak(where(name), name, leak, "a template") for leak in leaks.find_in_name(name))


def _leaks(found: Iterable[Said], leaks: Leaks, words: Words) -> Iterator[Problem]:
    covert = {one.text: one.at for one in found if one.tier == COVERT and one.role != WORD}
    for text, at in covert.items():
        if said := words.of(text):
            for leak in leaks.find(filled(said), words.tag):
                yield _leak(words.place(text, at), said, leak, words.tag)


def _results(given: Given, leaks: Leaks, words: Words) -> Iterator[Problem]:
    """E722 where a message, of whatever tier, says a result (M3)."""
    for text in (row["overt"] for row in given.messages if "overt" in row):
        for leak in leaks.find(filled(words.of(text)), words.tag):
            if leak.kind in RESULTS:
                yield problem(
                    "E722",
                    where=words.place(text),
                    text=_short(words.of(text)),
                    term=leak.term,
                    read=words.tag,
                )


def _leak(place: str, text: str, leak: Any, read: str) -> Problem:
    return problem(
        "E702",
        where=place,
        text=_short(text),
        term=leak.term,
        kind=leak.kind,
        language=leak.language,
        read=read,
    )


def _limits(given: Given, words: Words) -> Iterator[Problem]:
    for text, labels, room in _shown(given):
        said = [words.of(one) for one in (text, *labels)]
        if any(said):
            body, *shown = (one or str(english) for one, english in zip(said, (text, *labels), strict=True))
            for what, channel, most in too_much(filled(body), shown, room):
                yield problem("E703", where=words.place(text), what=what, channel=channel, most=most)


def _shown(given: Given) -> Iterator[tuple[Any, list[Any], int]]:
    """(text, labels of its options, how long these may be) of everything that is shown as one message."""
    for row in given.messages:
        labels = _labels(row.get("replies", ()))
        yield from ((row[tier], labels, BUTTON) for tier in ("covert", "overt") if tier in row)
    for step in (step for row in given.flows.values() for step in row.get("steps", ())):
        yield from ((step[key], [], ROW) for key in ("say", "ask", "nearest", "again") if key in step)
        yield from (
            (step[key], _labels(step.get("options", ())), ROW) for key in ("choice", "menu") if key in step
        )
    yield from ((text, [], ROW) for row in given.articles for text in parts(row))


def _labels(options: Iterable[Row]) -> list[Any]:
    return [one["say"] for one in options if "say" in one]


def _options(given: Given, words: Words) -> Iterator[Problem]:
    """E704 where two options of one question answer to the same, labels being cut as channels cut them."""
    for step in (step for row in given.flows.values() for step in row.get("steps", ())):
        options = [one for one in step.get("options", ()) if "say" in one and "id" in one]
        room = BUTTON if len(options) <= BUTTONS else ROW
        claimed: dict[str, Row] = {}
        for option in options:
            label = words.of(option["say"]) or option["say"]
            meant = [
                label[:room],
                *(word for text in option.get("words", ()) for word in several(words.of(text))),
            ]
            for word in filter(None, map(folded, meant)):
                other = claimed.setdefault(word, option)
                if other is not option:
                    yield problem(
                        "E704",
                        where=words.place(option["say"]),
                        language=words.tag,
                        word=word,
                        name=option["id"],
                        other=other["id"],
                    )


def _keywords(given: Given, words: Words) -> Iterator[Problem]:
    """E709 where a keyword starts two flows, or is a word that is understood before any flow."""
    claimed = {folded(word): kind for row in given.words.values() for kind in ("stop", "danger", "wrong", "menu", "person", "language")
               for word in row.get(kind, ()) if "*" not in word}  # fmt: skip
    for name, row in given.flows.items():
        for keyword in row.get("keywords", ()):
            for word in several(words.of(keyword)):
                other = claimed.setdefault(folded(word), name)
                if other != name:
                    yield problem(
                        "E709",
                        where=words.place(keyword),
                        language=words.tag,
                        word=word,
                        name=name,
                        other=other,
                    )


def several(text: str) -> list[str]:
    """The words of a text that may give several, with commas between."""
    return [word for part in text.split(",") if (word := part.strip())]


def folded(text: str) -> str:
    """A word as it is compared: only its letters and digits, large or small, with or without accents."""
    return " ".join(word for part in text.split() if (word := part.translate(SEEN)))


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:69]}…"
