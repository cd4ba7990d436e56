"""Compiles conditions to closures, once (RULES 2 and 4): what each word of the vocabulary means."""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tsela.care.engine.cleaning import Dictionary
from tsela.care.engine.words import (
    CHOSEN,
    COMPARE,
    NEVER,
    SPANS,
    Bounds,
    Find,
    Holds,
    Moment,
    Point,
    Shift,
    Source,
    Test,
    Tree,
    add,
    chosen,
    every,
    moved,
    moved_by,
    some,
    within,
)
from tsela.kernel import dates

if TYPE_CHECKING:
    from tsela.care.engine.records import Event
    from tsela.care.engine.view import Occasion, View


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
        return every([self.condition(part) for part in tree["and"]])

    def _or(self, tree: Tree) -> Holds:
        return some([self.condition(part) for part in tree["or"]])

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
        return lambda view, occasion: passes(view.attributes.get(name))

    def _any(self, tree: Tree) -> Holds:
        one = self.events(tree["any"]).one
        return lambda view, occasion: one(view, occasion, True) is not None

    def _count(self, tree: Tree) -> Holds:
        every, compare, n = self.events(tree["count"]).every, COMPARE[tree["op"]], tree["n"]
        return lambda view, occasion: compare(len(every(view, occasion)), n)

    def _pick(self, tree: Tree) -> Holds:
        one, newest = self.events(tree["of"]).one, tree["pick"] == "latest"
        has = self.test(tree["of"]["form"], tree["has"])

        def holds(view: "View", occasion: "Occasion | None") -> bool:
            event = one(view, occasion, newest)
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
            return within(form, test, self.duration(time["within"]))
        bounds = self._bounds(time) if time else None

        def among(view: "View", occasion: "Occasion | None") -> "Sequence[Event]":
            events = view.events.get(form, ())
            if bounds is None or not events:
                return events
            low, high = bounds(view, occasion)
            return [event for event in events if low <= event.date <= high]

        def one(view: "View", occasion: "Occasion | None", newest: bool) -> "Event | None":
            if form in view.events:
                events = among(view, occasion)
                for event in reversed(events) if newest else events:
                    if test(event, occasion):
                        return event
            return None

        def every(view: "View", occasion: "Occasion | None") -> "list[Event]":
            return [event for event in among(view, occasion) if test(event, occasion)]

        return Find(one, every)

    def _bounds(self, time: Tree) -> Bounds:
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

    def anchor(self, tree: Tree) -> Source:
        """A source that several items may count from: looked up once a client."""
        key, source = json.dumps(tree, sort_keys=True), self.source(tree)

        def anchor(view: "View", occasion: "Occasion | None") -> list[Moment]:
            found = view.anchors.get(key)
            if found is None:
                found = view.anchors[key] = source(view, occasion)
            return found

        return anchor

    def source(self, tree: Tree) -> Source:
        """DATE or SOURCE: the dates that it names, each with its event (R19, R23, R24, R30)."""
        if "attr" in tree:
            return self._attribute(tree["attr"])
        if "plus" in tree:
            return moved(self.source(tree["date"]), self.duration(tree["plus"]))
        for word, choose in CHOSEN.items():
            if word in tree:
                return chosen([self.source(part) for part in tree[word]], choose)
        form = tree["each"] if "each" in tree else tree["form"]
        question, test, pick = tree.get("q"), self.test(form, tree.get("where")), tree.get("pick")

        def source(view: "View", occasion: "Occasion | None") -> list[Moment]:
            events = view.events.get(form, ())
            found = []
            for event in reversed(events) if pick == "latest" else events:
                day: Any = event.answers.get(question) if question else event.date
                if day is not None and test(event, occasion):
                    found.append((day, event, form))
                    if pick:
                        break
            return found

        return source

    def _attribute(self, name: str) -> Source:
        def source(view: "View", occasion: "Occasion | None") -> list[Moment]:
            event = view.record.registration
            day: Any = event.answers.get(name) if event else None
            return [(day, event, event.form)] if event and day is not None else []

        return source

    def test(self, form: str, tree: Tree | None) -> Test:
        """TEST of RULES 4, on an event of this form."""
        if tree is None:
            return lambda event, occasion: True
        if "and" in tree:
            return every([self.test(form, part) for part in tree["and"]])
        if "or" in tree:
            return some([self.test(form, part) for part in tree["or"]])
        if "not" in tree:
            part = self.test(form, tree["not"])
            return lambda event, occasion: not part(event, occasion)
        return self._same(form, tree["q"]) if "same" in tree else self._question(form, tree)

    def _question(self, form: str, tree: Tree) -> Test:
        name, passes = tree["q"], self._compare(form, tree["q"], tree)
        return lambda event, occasion: passes(event.answers.get(name))

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
        """Whether an answer passes; a missing one, None, never does (R7)."""
        op = tree["op"]
        literal = self.dictionary.literal(form, question, tree.get("value"))
        if op == "=":
            return lambda value: value == literal
        if op == "in":
            return lambda value: value in literal
        compare = COMPARE[op]
        return lambda value: value is not None and compare(value, literal)

    def duration(self, tree: list[Any]) -> Shift:
        """DUR: where a day is moved to, or None where an answer is missing or the range is left (R9)."""
        count, unit, *question = tree
        if not question:
            return moved_by(count, unit)
        name = question[0]

        def shift(day: int, event: "Event | None") -> int | None:
            offset: Any = event.answers.get(name) if event else None
            moved = None if offset is None else dates.add(day, offset, "days")
            return None if moved is None else add(moved, count, unit)

        return shift
