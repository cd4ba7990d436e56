"""Tokens → the tree of RULES 4, by recursive descent; one method for each line of the grammar (RULES 2).

A parser reads one rule. Names and types are checked on the way, so that an error has its place. Nodes are `Node`s,
dicts that remember where they began; a state is left as `{"state": name, "value": value}` for `checks.expand`.
Here are conditions; what they say of events and dates is read by `events`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tsela.kernel.errors import nearest, problem
from tsela.programme.rules.cursor import Node
from tsela.programme.rules.events import COMPARE, Events
from tsela.programme.rules.tokens import RuleError, Token


@dataclass(frozen=True, slots=True)
class Use:
    """A definition, group or state that a rule names, and whether inside a hop."""

    name: str
    at: int
    in_hop: bool


@dataclass
class Parser(Events):
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
