"""Where a conversation is (M27, M61): read from JSON whatever it holds, and written back as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from tsela.kernel import dates

TIERS = ("covert", "overt_on_request", "overt")
LONGEST = 1000  # characters of an answer that are kept in a state; her message itself is kept whole elsewhere
DEEPEST = 20  # frames

Frame = tuple[str, str]  # flow and step to come back to


@dataclass(slots=True)
class State:
    """A conversation. It is at rest where `flow` is None."""

    language: str | None = None
    tier: str = "covert"
    channel: str = "sms"
    country: str = ""
    live: bool = False  # people receive what is said: nothing that a clinician must still confirm
    flow: str | None = None
    at: str | None = None
    stack: list[Frame] = field(default_factory=list)
    vars: dict[str, Any] = field(default_factory=dict)
    misses: int = 0
    opened: str | None = None
    last: str | None = None
    hers: bool = False
    asked: str | None = None
    remind: str | None = None  # when the open question is asked once more
    waits: dict[str, str] = field(default_factory=dict)  # until when, by place
    wants: str | None = None
    person: bool = False
    page: int = 0  # of the languages
    found: list[str] = field(default_factory=list)  # articles that were offered

    @classmethod
    def of(cls, given: object) -> "State":
        """The state that JSON holds; whatever is not as it must be is as if it were not there."""
        row = given if isinstance(given, Mapping) else {}
        state = cls()
        for name in ("language", "flow", "at", "opened", "last", "asked", "remind", "wants"):
            setattr(state, name, _text(row.get(name)))
        state.tier = _text(row.get("tier")) or "covert"
        state.tier = state.tier if state.tier in TIERS else "covert"
        state.channel = _text(row.get("channel")) or "sms"
        state.country = _text(row.get("country")) or ""
        state.hers, state.person = row.get("hers") is True, row.get("person") is True
        state.live = row.get("live") is True
        state.misses, state.page = _count(row.get("misses")), _count(row.get("page"))
        state.stack = [frame for one in _list(row.get("stack")) if (frame := _frame(one))][-DEEPEST:]
        state.vars = {name: value for name, value in _texts(row.get("vars")).items() if _kept(value)}
        state.waits = {name: at for name, at in _texts(row.get("waits")).items() if _text(at)}
        state.found = [one for one in _list(row.get("found")) if isinstance(one, str)]
        return state

    def as_dict(self) -> dict[str, Any]:
        """As JSON; what is as in a new state is left out."""
        new = State()
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        found["stack"] = [list(frame) for frame in self.stack]
        return {name: value for name, value in found.items() if value != getattr(new, name)}


def moment(text: str | None, now: datetime) -> datetime | None:
    """A time of a state, comparable with now; None where it is none."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=now.tzinfo) if found and found.tzinfo is None else found


def today(now: datetime) -> int:
    """The day of a time, where it was told (dates.py)."""
    return dates.from_civil(now.year, now.month, now.day)


def kept(text: object, longest: int = LONGEST) -> str:
    """What she wrote as every database takes it: no lone surrogates, no control characters, not endless."""
    clean = str(text)[:longest].encode("utf-8", "replace").decode("utf-8")
    return "".join(char for char in clean if char.isprintable() or char in "\n\t\u200c\u200d").strip()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000 else 0


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _frame(value: object) -> Frame | None:
    match value:
        case [str(flow), str(at)]:
            return flow, at
    return None


def _texts(value: object) -> dict[str, Any]:
    return (
        {name: one for name, one in value.items() if isinstance(name, str)}
        if isinstance(value, Mapping)
        else {}
    )


def _kept(value: object) -> bool:
    return isinstance(value, str | int | float | bool | Mapping) or value is None
