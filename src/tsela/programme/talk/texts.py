"""Every text that clients receive or answer to, with where it stands and how open it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tsela.programme import said
from tsela.programme.source import where
from tsela.programme.talk.given import Given, Row
from tsela.programme.talk.messages import COVERT, OVERT

BODY, LABEL, TITLE, WORD = "body", "label", "title", "word"
NOTES = {
    LABEL: "a button: short",
    TITLE: "a title: short",
    WORD: "typed by a client; several with commas between",
}
BODIES = ("say", "ask", "nearest", "again", "choice", "menu")


@dataclass(frozen=True, slots=True)
class Said:
    """A text: of which message, flow or article it is (`messages/visit_soon`), what it is for, and its place in the file."""

    text: str
    of: str
    tier: str
    role: str
    at: str

    @property
    def note(self) -> str:
        """What a translator must know of it."""
        return "; ".join(
            filter(
                None,
                [
                    "nothing that tells" * (self.tier == COVERT and self.role != WORD),
                    NOTES.get(self.role, ""),
                ],
            )
        )


def texts(given: Given) -> Iterator[Said]:
    """All of them, in the order of the files; a text may come more than once."""
    for row in given.messages:
        yield from _message(row)
    for name, row in given.flows.items():
        yield from _flow(name, row)
    for row in given.articles:
        yield from _article(row)
    for text in said.TEXTS:
        yield Said(
            text, "flows/said", COVERT, LABEL if len(text) <= 20 else BODY, "src/tsela/programme/said.py"
        )


def _message(row: Row) -> Iterator[Said]:
    of = f"messages/{row.get('id', '')}"
    for tier in (COVERT, OVERT):
        if tier in row:
            yield _said(row[tier], of, tier, BODY)
    for reply in row.get("replies", ()):
        if "say" in reply:
            yield _said(reply["say"], of, COVERT, LABEL)


def _flow(name: str, row: Row) -> Iterator[Said]:
    of, tier = f"flows/{name}", str(row.get("tier", COVERT))
    for step in row.get("steps", ()):
        for key in BODIES:
            if key in step:
                yield _said(step[key], of, tier, BODY)
        for option in step.get("options", ()):
            if "say" in option:
                yield _said(option["say"], of, tier, LABEL)
            yield from (_said(word, of, tier, WORD) for word in option.get("words", ()))
    yield from (_said(word, of, tier, WORD) for word in row.get("keywords", ()))


def _article(row: Row) -> Iterator[Said]:
    of, tier = f"articles/{row.get('id', '')}", str(row.get("tier", COVERT))
    if "title" in row:
        yield _said(row["title"], of, tier, TITLE)
    yield from (_said(text, of, tier, BODY) for text in parts(row))
    yield from (_said(word, of, tier, WORD) for word in row.get("words", ()))


def parts(article: Row) -> list[Any]:
    """What an article says, message by message."""
    text = article.get("text", [])
    return text if isinstance(text, list) else [text]


def _said(text: Any, of: str, tier: str, role: str) -> Said:
    return Said(str(text), of, tier, role, where(text))
