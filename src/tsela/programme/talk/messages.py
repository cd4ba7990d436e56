"""Messages that are sent to clients (MESSAGES M10): messages/*.yaml → `Message`s."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tsela.programme.source import plain

COVERT, OVERT = "covert", "overt"
REPLIES = (
    "confirm",
    "another_day",
    "call",
    "agree",
    "refuse",
    "note",
    "stop",
)  # what a reply does; or the name of a flow
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# What may be filled in, with a long example of each: texts are measured and scanned with them.
SAMPLES: Mapping[str, str] = {
    "name": "Nomathemba", "date": "20 November 2026", "weekday": "Wednesday", "time": "09:30", "worker": "Nolwazi",
    "phone": "+27821234567", "place": "the Blue House", "code_word": "sunflower", "baby": "Siyabonga", "week": "38",
    "months": "18", "emergency": "112", "helpline": "0800123456",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """A button: its label, and what it does (one of REPLIES, or the flow that it starts)."""

    id: str
    say: str
    does: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message; `overt` is None where the covert text is all. `template` is its WhatsApp template without the language."""

    id: str
    title: str
    purpose: str
    covert: str
    overt: str | None = None
    replies: tuple[Reply, ...] = ()
    template: str | None = None
    source: str = ""
    review: str = ""

    def text(self, tier: str) -> str:
        """What is said in this tier (covert or overt)."""
        return self.overt if tier == OVERT and self.overt else self.covert


def messages_of(given: Sequence[Mapping[str, Any]]) -> dict[str, Message]:
    """The messages of all files, by id, in their order."""
    return {row["id"]: _message(row) for row in map(plain, given)}


def placeholders(text: str) -> Iterator[tuple[str, int]]:
    """(name, offset) of what is filled in."""
    return ((found[1], found.start()) for found in PLACEHOLDER.finditer(text))


def filled(text: str, values: Mapping[str, str] = SAMPLES) -> str:
    """A text with these values; what has none stays as it is."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def _message(row: Mapping[str, Any]) -> Message:
    replies = tuple(Reply(**reply) for reply in row.get("replies", ()))
    return Message(**{**row, "replies": replies})
