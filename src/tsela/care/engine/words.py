"""The words of the language that need no dictionary: comparison, and, or, time, durations (RULES 2)."""

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from tsela.kernel import dates

if TYPE_CHECKING:
    from tsela.care.engine.records import Event
    from tsela.care.engine.view import Occasion, View

Tree = Mapping[str, Any]
Holds = Callable[["View", "Occasion | None"], bool]
Test = Callable[["Event", "Occasion | None"], bool]
Moment = tuple[int, "Event", str]  # a date, the event whose it is, and the form that names it (R24)
Source = Callable[["View", "Occasion | None"], list[Moment]]  # oldest first
Point = Callable[["View", "Occasion | None"], "int | None"]
Shift = Callable[[int, "Event | None"], "int | None"]  # a day, and whose answer counts
Bounds = Callable[["View", "Occasion | None"], tuple[int, int]]  # the first and the last date that count

A = TypeVar("A")
B = TypeVar("B")
NEVER = (1, 0)
CHOSEN: dict[str, Callable[..., Any]] = {"later": max, "earlier": min}
SPANS: dict[str, Callable[[int], tuple[int, int]]] = {
    "since": lambda day: (day, dates.LAST_DAY),
    "after": lambda day: (day + 1, dates.LAST_DAY),
    "before": lambda day: (dates.FIRST_DAY, day - 1),
}
add = lru_cache(maxsize=1 << 17)(dates.add)

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "includes": operator.contains,
    "answered": lambda value, _: True,
}


class Find(NamedTuple):
    """What an EVENTS clause finds: the newest match (or the oldest), and every match."""

    one: Callable[["View", "Occasion | None", bool], "Event | None"]
    every: Callable[["View", "Occasion | None"], "list[Event]"]


def moved_by(count: int, unit: dates.Unit) -> Shift:
    if unit in ("months", "years"):
        return lambda day, event: add(day, count, unit)
    days = count if unit == "days" else 7 * count

    def shift(day: int, event: "Event | None") -> int | None:
        moved = day + days
        return moved if dates.FIRST_DAY <= moved <= dates.LAST_DAY else None

    return shift


def moved(source: Source, shift: Shift) -> Source:
    """R23."""

    def moved(view: "View", occasion: "Occasion | None") -> list[Moment]:
        found = ((shift(date, None), event, form) for date, event, form in source(view, occasion))
        return [(day, event, form) for day, event, form in found if day is not None]

    return moved


def chosen(sources: list[Source], choose: Callable[..., Moment]) -> Source:
    """R24: where all are known, one of them, of equal ones the first named; the event is always the first one's."""

    def chosen(view: "View", occasion: "Occasion | None") -> list[Moment]:
        found = [moment for source in sources for moment in source(view, occasion)]
        if len(found) < len(sources):
            return []
        date, _, form = choose(found, key=itemgetter(0))
        return [(date, found[0][1], form)]

    return chosen


def within(form: str, test: Test, shift: Shift) -> Find:
    """R12: today is at most the event's date and the duration. Each match says when it ends."""

    def lasts(view: "View", event: "Event", occasion: "Occasion | None") -> bool:
        end = shift(event.date, event)
        if end is None or view.today > end or not test(event, occasion):
            return False
        view.look.at(end + 1)
        return True

    def one(view: "View", occasion: "Occasion | None", newest: bool) -> "Event | None":
        events = view.events.get(form, ())
        for event in reversed(events) if newest else events:
            if lasts(view, event, occasion):
                return event
        return None

    def every(view: "View", occasion: "Occasion | None") -> "list[Event]":
        return [event for event in view.events.get(form, ()) if lasts(view, event, occasion)]

    return Find(one, every)


def every(parts: list[Callable[[A, B], bool]]) -> Callable[[A, B], bool]:
    """All of them, from left to right, stopping early."""
    if len(parts) == 2:
        left, right = parts
        return lambda a, b: left(a, b) and right(a, b)

    def holds(a: A, b: B) -> bool:
        for part in parts:  # noqa: SIM110 — a generator would take twice as long
            if not part(a, b):
                return False
        return True

    return holds


def some(parts: list[Callable[[A, B], bool]]) -> Callable[[A, B], bool]:
    """Any of them, from left to right, stopping early."""
    if len(parts) == 2:
        left, right = parts
        return lambda a, b: left(a, b) or right(a, b)

    def holds(a: A, b: B) -> bool:
        for part in parts:  # noqa: SIM110
            if part(a, b):
                return True
        return False

    return holds
