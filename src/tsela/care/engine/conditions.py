"""Compiles conditions to closures, once (RULES 2 and 4): what each word of the vocabulary means."""

import operator
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tsela.care.engine.cleaning import Dictionary
from tsela.kernel import dates

if TYPE_CHECKING:
    from tsela.care.engine.records import Event
    from tsela.care.engine.view import Occasion, View

Tree = Mapping[str, Any]
Holds = Callable[["View", "Occasion | None"], bool]
Test = Callable[["Event", "Occasion | None"], bool]
# The matches, the newest first or the oldest first.
Find = Callable[["View", "Occasion | None", bool], Iterator["Event"]]
# Dates, each with its event, oldest first.
Source = Callable[["View", "Occasion | None"], list[tuple[int, "Event"]]]
Point = Callable[["View", "Occasion | None"], "int | None"]
Shift = Callable[[int, "Event | None"], "int | None"]  # a day, and whose answer counts
Bounds = Callable[["View", "Occasion | None"], tuple[int, int]]  # the first and the last date that count

ALWAYS = (dates.FIRST_DAY, dates.LAST_DAY)
NEVER = (1, 0)
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
    "in": lambda value, values: value in values,
    "includes": operator.contains,
    "answered": lambda value, _: True,
}


class Compiler:
    """Trees to closures, over one dictionary and one set of named conditions."""

    def __init__(self, dictionary: Dictionary) -> None:
        self.dictionary = dictionary
        self.named: dict[str, Holds] = {}

    def condition(self, tree: Tree) -> Holds:
        """COND of RULES 4."""
        word = next(word for word in self._WORDS if word in tree)
        return self._WORDS[word](self, tree)

    def _const(self, tree: Tree) -> Holds:
        truth = bool(tree["const"])
        return lambda view, occasion: truth

    def _and(self, tree: Tree) -> Holds:
        parts = [self.condition(part) for part in tree["and"]]
        if len(parts) == 2:
            left, right = parts
            return lambda view, occasion: left(view, occasion) and right(view, occasion)
        return lambda view, occasion: all(part(view, occasion) for part in parts)

    def _or(self, tree: Tree) -> Holds:
        parts = [self.condition(part) for part in tree["or"]]
        if len(parts) == 2:
            left, right = parts
            return lambda view, occasion: left(view, occasion) or right(view, occasion)
        return lambda view, occasion: any(part(view, occasion) for part in parts)

    def _not(self, tree: Tree) -> Holds:
        part = self.condition(tree["not"])
        return lambda view, occasion: not part(view, occasion)

    def _ref(self, tree: Tree) -> Holds:
        name, named = tree["ref"], self.named

        def holds(view: "View", occasion: "Occasion | None") -> bool:
            truth = view.truths.get(name)
            if truth is None:
                truth = view.truths[name] = named[name](view, None)
            return truth

        return holds

    def _attr(self, tree: Tree) -> Holds:
        name, passes = tree["attr"], self._compare("registration", tree["attr"], tree)

        def holds(view: "View", occasion: "Occasion | None") -> bool:
            value = view.record.attributes.get(name)
            return value is not None and passes(value)

        return holds

    def _any(self, tree: Tree) -> Holds:
        find = self.events(tree["any"])
        return lambda view, occasion: next(find(view, occasion, True), None) is not None

    def _count(self, tree: Tree) -> Holds:
        find, compare, n = self.events(tree["count"]), COMPARE[tree["op"]], tree["n"]
        return lambda view, occasion: compare(sum(1 for _ in find(view, occasion, True)), n)

    def _pick(self, tree: Tree) -> Holds:
        find, newest = self.events(tree["of"]), tree["pick"] == "latest"
        has = self.test(tree["of"]["form"], tree["has"])

        def holds(view: "View", occasion: "Occasion | None") -> bool:
            event = next(find(view, occasion, newest), None)
            return event is not None and has(event, occasion)

        return holds

    def _age(self, tree: Tree) -> Holds:
        point, shift, op = self.date(tree["age"]), self.duration(tree["dur"]), tree["op"]
        compare, late = COMPARE[op], op in ("<=", ">")

        def holds(view: "View", occasion: "Occasion | None") -> bool:
            born = point(view, occasion)
            turn = None if born is None else shift(born, None)
            if turn is None:
                return False
            view.look.at(turn + 1 if late else turn)
            return compare(view.today, turn)

        return holds

    def _hop(self, tree: Tree) -> Holds:
        of = self.condition(tree["of"])

        def mother(view: "View", occasion: "Occasion | None") -> bool:
            client = view.record.mother
            other = view.look.view(client) if client else None
            return other is not None and of(other, occasion)

        def infant(view: "View", occasion: "Occasion | None") -> bool:
            others = (view.look.view(client) for client in view.look.infants(view.record.client))
            return any(other is not None and of(other, occasion) for other in others)

        return mother if tree["hop"] == "mother" else infant

    _WORDS: dict[str, Callable[["Compiler", Tree], Holds]] = {  # noqa: RUF012  (read only)
        "const": _const, "and": _and, "or": _or, "not": _not, "ref": _ref, "attr": _attr, "any": _any,
        "count": _count, "pick": _pick, "age": _age, "hop": _hop,
    }  # fmt: skip

    def events(self, tree: Tree) -> Find:
        """EVENTS: the live, seen events of a form that pass the test and the time (R10, R12 to R14)."""
        form, time = tree["form"], tree.get("time") or {}
        test = self.test(form, tree.get("where"))
        if "within" in time:
            return _within(form, test, self.duration(time["within"]))
        bounds = self._bounds(time)

        def find(view: "View", occasion: "Occasion | None", newest: bool) -> Iterator["Event"]:
            events = view.events.get(form)
            if events:
                low, high = bounds(view, occasion)
                for event in reversed(events) if newest else events:
                    if low <= event.date <= high and test(event, occasion):
                        yield event

        return find

    def _bounds(self, time: Tree) -> Bounds:
        if not time:
            return lambda view, occasion: ALWAYS
        if "window" in time:
            return lambda view, occasion: (occasion.opens, occasion.expires) if occasion else NEVER
        word = next(iter(time))
        point, span = self._point(time[word]), SPANS[word]

        def bounds(view: "View", occasion: "Occasion | None") -> tuple[int, int]:
            day = point(view, occasion)
            return NEVER if day is None else span(day)

        return bounds

    def _point(self, tree: Any) -> Point:
        if tree == "anchor":
            return lambda view, occasion: occasion.date if occasion else None
        return self.date(tree)

    def date(self, tree: Tree) -> Point:
        """DATE (R19), or None where there is none."""
        source = self.source(tree)

        def point(view: "View", occasion: "Occasion | None") -> int | None:
            found = source(view, occasion)
            return found[0][0] if found else None

        return point

    def source(self, tree: Tree) -> Source:
        """DATE or SOURCE: the dates that it names, each with its event (R19, R30)."""
        if "attr" in tree:
            return self._attribute(tree["attr"])
        form = tree["each"] if "each" in tree else tree["form"]
        question, test, pick = tree.get("q"), self.test(form, tree.get("where")), tree.get("pick")

        def source(view: "View", occasion: "Occasion | None") -> list[tuple[int, "Event"]]:
            events = view.events.get(form, ())
            found = []
            for event in reversed(events) if pick == "latest" else events:
                day: Any = event.answers.get(question) if question else event.date
                if day is not None and test(event, occasion):
                    found.append((day, event))
                    if pick:
                        break
            return found

        return source

    def _attribute(self, name: str) -> Source:
        def source(view: "View", occasion: "Occasion | None") -> list[tuple[int, "Event"]]:
            event = view.record.registration
            day: Any = event.answers.get(name) if event else None
            return [(day, event)] if event and day is not None else []

        return source

    def test(self, form: str, tree: Tree | None) -> Test:
        """TEST of RULES 4, on an event of this form."""
        if tree is None:
            return lambda event, occasion: True
        if "and" in tree or "or" in tree:
            parts = [self.test(form, part) for part in tree.get("and", tree.get("or"))]
            together = all if "and" in tree else any
            return lambda event, occasion: together(part(event, occasion) for part in parts)
        if "not" in tree:
            part = self.test(form, tree["not"])
            return lambda event, occasion: not part(event, occasion)
        return self._same(form, tree["q"]) if "same" in tree else self._question(form, tree)

    def _question(self, form: str, tree: Tree) -> Test:
        name, passes = tree["q"], self._compare(form, tree["q"], tree)

        def test(event: "Event", occasion: "Occasion | None") -> bool:
            value = event.answers.get(name)
            return value is not None and passes(value)

        return test

    def _same(self, form: str, name: str) -> Test:
        kinds = self.dictionary.kinds

        def test(event: "Event", occasion: "Occasion | None") -> bool:
            value = event.answers.get(name)
            if value is None or occasion is None:
                return False
            anchor = occasion.event
            return kinds[form, name] == kinds.get((anchor.form, name)) and value == anchor.answers.get(name)

        return test

    def _compare(self, form: str, question: str, tree: Tree) -> Callable[[Any], bool]:
        compare = COMPARE[tree["op"]]
        literal = self.dictionary.literal(form, question, tree.get("value"))
        return lambda value: compare(value, literal)

    def duration(self, tree: list[Any]) -> Shift:
        """DUR: where a day is moved to, or None where an answer is missing or the range is left (R9)."""
        count, unit, *question = tree
        if not question:
            return lambda day, event: add(day, count, unit)
        name = question[0]

        def shift(day: int, event: "Event | None") -> int | None:
            offset: Any = event.answers.get(name) if event else None
            moved = None if offset is None else dates.add(day, offset, "days")
            return None if moved is None else add(moved, count, unit)

        return shift


def _within(form: str, test: Test, shift: Shift) -> Find:
    """R12: today is at most the event's date and the duration. Each match says when it ends."""

    def find(view: "View", occasion: "Occasion | None", newest: bool) -> Iterator["Event"]:
        events = view.events.get(form, ())
        for event in reversed(events) if newest else events:
            end = shift(event.date, event)
            if end is not None and view.today <= end and test(event, occasion):
                view.look.at(end + 1)
                yield event

    return find
