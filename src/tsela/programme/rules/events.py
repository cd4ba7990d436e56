"""EVENTS, DATE, TEST and DURATION of the grammar (RULES 2): what conditions and items say of events and of their dates."""

from collections.abc import Sequence
from typing import Any

from tsela.kernel.errors import problem
from tsela.programme.rules import literals
from tsela.programme.rules.cursor import Cursor, Node
from tsela.programme.rules.names import ATTRIBUTES
from tsela.programme.rules.tokens import RuleError, Token

UNITS = ("days", "weeks", "months", "years")
COMPARE = ("=", "!=", "<", "<=", ">", ">=", "in", "answered", "includes")
CHOSEN = ("later", "earlier")


class Events(Cursor):
    """Reads what is said of events."""

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
        """MOVED, or the later or the earlier of several."""
        token = self._peek()
        if not self._chooses():
            return self._moved()
        self._next += 2
        self._expect("(")
        dates = self._separated(self._moved, ",")
        if len(dates) < 2:
            raise self._unexpected("“,” and another date")
        self._expect(")")
        return Node(token.at, **{token.text: dates})

    def _chooses(self) -> bool:
        return self._peek().text in CHOSEN and self._peek(1).text == "of"

    def _moved(self) -> Node:
        """PLAIN [("+" | "-") INT unit]"""
        date = self._plain_date()
        if self._peek().text not in ("+", "-"):
            return date
        return Node(date.at, date=date, plus=self._signed())

    def _plain_date(self) -> Node:
        token = self._peek()
        if self._chooses():
            place = "outside another “later of” or “earlier of”"
            raise RuleError(token.at, problem("E213", word=f"{token.text} of", place=place))
        if token.text == "each":
            raise RuleError(token.at, problem("E213", word="each", place="for an anchor of its own"))
        if token.text in ("latest", "first"):
            self._take()
            return Node(token.at, pick=token.text, **self._dated())
        self._expect_kind(
            "word", "a date: latest …, first …, later of (…, …) or an attribute such as birth_date"
        )
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
        return [*self._signed(), question.text]

    def _signed(self) -> list[Any]:
        """("+" | "-") INT unit"""
        sign = -1 if self._take().text == "-" else 1
        count, unit = self.duration()
        return [sign * count, unit]

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
