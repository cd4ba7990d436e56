"""A rule's tokens, read one after the other, with the names that they may be; the ground that the parser stands on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tsela.kernel.errors import nearest, problem
from tsela.programme.rules.names import Names
from tsela.programme.rules.tokens import RuleError, Token, tokens

MOST_NESTED = 40
LONGEST = 999_999
Part = TypeVar("Part")


class Node(dict[str, Any]):
    """A piece of the tree that remembers its offset in the rule."""

    def __init__(self, at: int, /, **parts: Any) -> None:
        super().__init__(parts)
        self.at = at


@dataclass
class Cursor:
    """A place in a rule. `anchors` are the forms of the item's anchor; None outside items."""

    text: str
    names: Names
    anchors: Sequence[str] | None = None

    def __post_init__(self) -> None:
        self._tokens = tokens(self.text, self.names.parameters)
        self._next = 0
        self._in_hop = False
        self._depth = 0

    def _joined(self, word: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self._accept(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Node(parts[0].at, **{word: parts})

    def _negated(self, primary: Callable[[], Node]) -> Node:
        token = self._peek()
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise RuleError(token.at, problem("E217", most=MOST_NESTED))
        node = Node(token.at, **{"not": self._negated(primary)}) if self._accept("not") else primary()
        self._depth -= 1
        return node

    def _separated(self, part: Callable[[], Part], by: str = "|") -> list[Part]:
        parts = [part()]
        while self._accept(by):
            parts.append(part())
        return parts

    def _listed(self, part: Callable[[], Part]) -> list[Part]:
        self._expect("[")
        parts = self._separated(part, ",")
        self._expect("]")
        return parts

    def _integer(self) -> int:
        token = self._expect_kind("number", "a whole number")
        if "." in token.text or int(token.text) > LONGEST:
            raise RuleError(
                token.at, problem("E201", expected=f"a whole number up to {LONGEST}", found=str(token))
            )
        return int(token.text)

    def _peek(self, ahead: int = 0) -> Token:
        return self._tokens[min(self._next + ahead, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._peek()
        self._next += 1
        return token

    def _accept(self, text: str) -> bool:
        matches = self._peek().text == text and self._peek().kind in ("word", "symbol")
        self._next += matches
        return matches

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected(f"“{text}”")

    def _expect_kind(self, kind: str, meaning: str) -> Token:
        if self._peek().kind != kind:
            raise self._unexpected(meaning)
        return self._take()

    def _one_of(self, *texts: str) -> Token:
        if self._peek().text not in texts or self._peek().kind == "text":
            raise self._unexpected(", ".join(texts[:-1]) + " or " + texts[-1])
        return self._take()

    def _unexpected(self, expected: str) -> RuleError:
        token = self._peek()
        return RuleError(token.at, problem("E201", expected=expected, found=str(token)))

    # Names

    def _form(self) -> str:
        token = self._expect_kind("word", "a form")
        if token.text not in self.names.forms:
            near = nearest(token.text, self.names.forms)
            raise RuleError(token.at, problem("E202", name=token.text, nearest=near))
        return token.text

    def _question(self, *forms: str) -> Token:
        token = self._expect_kind("word", "a question")
        if not any(token.text in self.names.questions(form) for form in forms):
            self._unknown_question(token, forms)
        return token

    def _unknown_question(self, token: Token, forms: Sequence[str]) -> None:
        known = [name for form in forms for name in self.names.questions(form)]
        if token.text in {
            *self.names.references,
            *self.names.states,
            "any",
            "no",
            "count",
            "age",
            "mother",
            "latest",
            "first",
        }:
            raise RuleError(token.at, problem("E214", word=token.text))
        near = nearest(token.text, known)
        raise RuleError(token.at, problem("E203", name=token.text, form=" or ".join(forms), nearest=near))

    def _date_question(self, token: Token, form: str) -> None:
        question = self.names.questions(form)[token.text]
        if question["type"] != "date":
            dates = [name for name, other in self.names.questions(form).items() if other["type"] == "date"]
            known = ", ".join(dates) or "none"
            raise RuleError(
                token.at, problem("E215", name=token.text, form=form, type=question["type"], dates=known)
            )

    def _unknown_name(self, token: Token, known: Any = None) -> RuleError:
        candidates = known or [*self.names.references, *self.names.states, *self.names.attributes]
        if token.text in self.names.forms:
            return RuleError(token.at, problem("E216", form=token.text))
        return RuleError(token.at, problem("E204", name=token.text, nearest=nearest(token.text, candidates)))

    def _only_in_items(self, token: Token, word: str) -> None:
        if self.anchors is None:
            raise RuleError(token.at, problem("E213", word=word, place="in an item's when, unless and done"))
