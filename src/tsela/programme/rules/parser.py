"""Tokens → the tree of RULES 4, by recursive descent; one method for each line of the grammar (RULES 2).

A parser reads one rule. Names and types are checked on the way, so that an error has its place. Nodes are `Node`s,
dicts that remember where they began; a state is left as `{"state": name, "value": value}` for `checks.expand`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tsela.kernel.errors import nearest, problem
from tsela.programme.rules import literals
from tsela.programme.rules.cursor import Cursor, Node
from tsela.programme.rules.names import ATTRIBUTES
from tsela.programme.rules.tokens import RuleError, Token

UNITS = ("days", "weeks", "months", "years")
COMPARE = ("=", "!=", "<", "<=", ">", ">=", "in", "answered", "includes")


@dataclass(frozen=True, slots=True)
class Use:
    """A definition, group or state that a rule names, and whether inside a hop."""

    name: str
    at: int
    in_hop: bool


@dataclass
class Parser(Cursor):
    """One rule being read. `anchors` are the forms of the item's anchor; None outside items."""

    uses: list[Use] = field(default_factory=list)
    hops: bool = False

    def whole(self, rule: Callable[[], Any]) -> Any:
        """The whole text read by one method of this parser; something left over is an error."""
        tree = rule()
        if self._peek().kind != "end":
            raise self._unexpected("“and”, “or” or the end of the rule")
        return tree

    # Conditions

    def condition(self) -> Node:
        return self._joined("or", lambda: self._joined("and", lambda: self._negated(self._primary)))

    def _primary(self) -> Node:
        token = self._peek()
        reader = {
            "(": self._brackets, "always": self._constant, "never": self._constant, "any": self._any, "no": self._any,
            "count": self._count, "latest": self._pick, "first": self._pick, "age": self._age,
        }.get(token.text)  # fmt: skip
        if reader is not None and token.kind != "text":
            return reader()
        if token.text == "mother" and self._peek(1).text == ".":
            return self._hop("mother")
        if token.kind != "word":
            raise self._unexpected("a condition")
        return self._comparison() if self._peek(1).text in COMPARE else self._reference()

    def _constant(self) -> Node:
        token = self._take()
        return Node(token.at, const=token.text == "always")

    def _brackets(self) -> Node:
        self._expect("(")
        inner = self.condition()
        self._expect(")")
        return inner

    def _any(self) -> Node:
        token = self._take()
        if token.text == "any" and self._peek().text == "infant" and self._peek(1).text == ".":
            return self._hop("infant")
        node = Node(token.at, any=self.events())
        return node if token.text == "any" else Node(token.at, **{"not": node})

    def _count(self) -> Node:
        token = self._take()
        events = self.events()
        op = self._one_of("<", "<=", ">", ">=", "=").text
        return Node(token.at, count=events, op=op, n=self._integer())

    def _pick(self) -> Node:
        token = self._take()
        events = self.events()
        self._expect("has")
        return Node(token.at, pick=token.text, of=events, has=self._test(events["form"]))

    def _age(self) -> Node:
        token = self._take()
        date = self.date()
        op = self._one_of("<", "<=", ">", ">=").text
        return Node(token.at, age=date, op=op, dur=self.duration())

    def _hop(self, link: str) -> Node:
        token = self._take()
        if self._in_hop:
            raise RuleError(token.at, problem("E212", link=link))
        self._expect(".")
        self._in_hop = self.hops = True
        inner = self._primary()
        self._in_hop = False
        return Node(token.at, hop=link, of=inner)

    def _comparison(self) -> Node:
        name = self._take()
        if name.text in self.names.states:
            return self._state(name)
        if name.text not in self.names.attributes:
            raise self._unknown_name(name)
        return Node(name.at, attr=name.text, **self._compare(name.text, self.names.attributes[name.text]))

    def _state(self, name: Token) -> Node:
        self.uses.append(Use(name.text, name.at, self._in_hop))
        known = [value for value, _ in self.names.states[name.text]]
        op = self._one_of("=", "in")
        chosen = [self._take()] if op.text == "=" else self._listed(self._take)
        for token in chosen:
            if token.text not in known:
                near = nearest(token.text, known)
                raise RuleError(
                    token.at,
                    problem("E205", name=token.text, of=name.text, known=", ".join(known), nearest=near),
                )
        values = [Node(token.at, state=name.text, value=token.text) for token in chosen]
        return values[0] if len(values) == 1 else Node(name.at, **{"or": values})

    def _reference(self) -> Node:
        token = self._take()
        if token.text in self.names.states or token.text in self.names.attributes:
            raise RuleError(token.at, problem("E207", name=token.text))
        if token.text not in self.names.references:
            raise self._unknown_name(token)
        self.uses.append(Use(token.text, token.at, self._in_hop))
        return Node(token.at, ref=token.text)

    # Events, times, dates

    def events(self) -> Node:
        at = self._peek().at
        form = self._form()
        parts: dict[str, Any] = {"form": form}
        if self._accept("where"):
            parts["where"] = self._test(form)
        time = self._time(form)
        return Node(at, **parts, **({"time": time} if time else {}))

    def done(self) -> list[Node]:
        return self._separated(self.events)

    def _time(self, form: str) -> Node | None:
        token = self._peek()
        if self._accept("within"):
            return Node(token.at, within=self.duration(form))
        if token.text == "in" and self._peek(1).text == "window":
            self._only_in_items(token, "in window")
            self._next += 2
            return Node(token.at, window=True)
        if token.text in ("since", "after", "before"):
            self._take()
            return Node(token.at, **{token.text: self._point()})
        return None

    def _point(self) -> Any:
        token = self._peek()
        if token.text != "anchor":
            return self.date()
        self._only_in_items(token, "anchor")
        self._take()
        return "anchor"

    def date(self) -> Node:
        token = self._peek()
        if token.text in ("latest", "first"):
            self._take()
            return Node(token.at, pick=token.text, **self._dated())
        self._expect_kind("word", "a date: latest …, first … or an attribute such as birth_date")
        if token.text not in self.names.attributes:
            raise self._unknown_name(token, self.names.attributes)
        self._date_question(token, ATTRIBUTES)
        return Node(token.at, attr=token.text)

    def sources(self) -> list[Node]:
        return self._separated(self._source)

    def _source(self) -> Node:
        token = self._peek()
        if not self._accept("each"):
            return self.date()
        dated = self._dated()
        return Node(token.at, each=dated.pop("form"), **dated)

    def _dated(self) -> dict[str, Any]:
        """FORM ["." QUESTION] ["where" test]"""
        form = self._form()
        question = None
        if self._accept("."):
            token = self._question(form)
            self._date_question(token, form)
            question = token.text
        where = {"where": self._test(form)} if self._accept("where") else {}
        return {"form": form, "q": question, **where}

    def duration(self, *answered_in: str, signed: bool = False) -> list[Any]:
        """INT unit, or `answer QUESTION days + INT unit` where an event is at hand: one of the forms `answered_in`."""
        token = self._peek()
        if self._accept("answer"):
            return self._answer(token, answered_in)
        minus = signed and self._accept("-")
        count = self._integer()
        return [-count if minus else count, self._unit()]

    def _answer(self, token: Token, forms: Sequence[str]) -> list[Any]:
        if not forms:
            raise RuleError(token.at, problem("E213", word="answer", place="where an event is at hand"))
        question = self._question(*forms)
        if not any(
            self.names.questions(form).get(question.text, {}).get("type") == "integer" for form in forms
        ):
            raise RuleError(
                question.at,
                problem(
                    "E206",
                    name=question.text,
                    type="no whole number",
                    op="answer … days",
                    allowed="integer questions",
                ),
            )
        self._one_of("days", "day")
        if self._peek().text not in ("+", "-"):
            return [0, "days", question.text]
        sign = -1 if self._take().text == "-" else 1
        count, unit = self.duration()
        return [sign * count, unit, question.text]

    def _unit(self) -> str:
        token = self._peek()
        unit = token.text if token.text.endswith("s") else token.text + "s"
        if unit not in UNITS:
            raise self._unexpected("days, weeks, months or years")
        self._take()
        return unit

    # Tests on one event

    def _test(self, form: str) -> Node:
        def one() -> Node:
            if self._accept("("):
                inner = self._test(form)
                self._expect(")")
                return inner
            return self._same(form) if self._peek().text == "same" else self._answered(form)

        return self._joined("or", lambda: self._joined("and", lambda: self._negated(one)))

    def _same(self, form: str) -> Node:
        token = self._take()
        self._only_in_items(token, "same")
        question = self._question(form)
        if not any(question.text in self.names.questions(anchor) for anchor in self.anchors or ()):
            self._unknown_question(question, tuple(self.anchors or ()))
        return Node(token.at, q=question.text, same=True)

    def _answered(self, form: str) -> Node:
        question = self._question(form)
        return Node(
            question.at,
            q=question.text,
            **self._compare(question.text, self.names.questions(form)[question.text]),
        )

    def _compare(self, name: str, question: Any) -> dict[str, Any]:
        op = self._one_of(*COMPARE)
        literals.check_operator(name, question, op)
        if op.text == "answered":
            return {"op": "answered"}
        if op.text == "in":
            return {"op": "in", "value": self._listed(lambda: self._literal(name, question))}
        return {"op": op.text, "value": self._literal(name, question)}

    def _literal(self, name: str, question: Any) -> Any:
        negative = self._accept("-")
        token = self._take()
        return literals.literal(name, question, Token(token.kind, "-" * negative + token.text, token.at))
