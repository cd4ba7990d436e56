"""The expressions of an XLSForm cell, parsed to the small JSON trees of contract/FORMS.md.

The subset of ODK's XPath: ${question}, '.', literals, operators, the functions of FUNCTIONS, and one path: the
look-up instance('list')/root/item[filter]/column. Other paths, axes and predicates are refused: whatever a programme
needs from them has a function or a question of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tsela.programme.forms.literals import Broken, check_format, check_pattern

Expr = list[Any]

# name: (fewest, most) arguments; `most` of None means any number. The twins in interpreter/ and phone/src/core/forms
# hold one function for each.
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "coalesce": (2, 2),
    "concat": (1, None),
    "count": (1, 1),
    "count-selected": (1, 1),
    "date": (1, 1),
    "decimal-date-time": (1, 1),
    "false": (0, 0),
    "format-date": (2, 2),
    "if": (3, 3),
    "indexed-repeat": (3, 3),
    "instance": (1, 1),
    "int": (1, 1),
    "join": (2, None),
    "jr:choice-name": (2, 2),
    "max": (1, None),
    "min": (1, None),
    "not": (1, 1),
    "number": (1, 1),
    "once": (1, 1),
    "position": (1, 1),
    "pulldata": (2, 4),
    "regex": (2, 2),
    "round": (1, 2),
    "selected": (2, 2),
    "selected-at": (2, 2),
    "string-length": (1, 1),
    "substr": (2, 3),
    "sum": (1, 1),
    "today": (0, 0),
    "true": (0, 0),
}
# Functions that take a question of a repeat from outside it: all its answers at once.
OVER_REPEATS = ("count", "sum", "min", "max", "join", "indexed-repeat")
# What XPath or ODK has and a civil, repeatable form cannot: (function, what to write instead).
INSTEAD = {
    "now": "today(), for a form knows days and no clock",
    "random": "nothing: the server must come to the same value as the phone",
    "uuid": "nothing: every event has an id already",
    "current": "${question}: it is the answer of the question, also inside instance(…)[…]",
}

LEVELS = (("or",), ("and",), ("=", "!="), ("<=", "<", ">=", ">"), ("+", "-"), ("*", "div", "mod"))
LARGEST = 2**53 - 1

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<question>\$\{\s*[^}\s]*\s*\})
    | (?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<function>[A-Za-z_][\w:.-]*(?=\s*\())
    | (?P<name>[A-Za-z_][\w-]*)
    | (?P<mark><=|>=|!=|\.\.|[.,()=<>+*/[\]-])
    )""",
    re.VERBOSE | re.ASCII,
)
_WORDS = ("or", "and", "div", "mod")


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    at: int  # character of the cell, from 1


def parse(text: str) -> Expr:
    """The tree of one expression. Raises Broken."""
    parser = _Parser(list(_tokens(text)))
    tree = parser.level(0)
    parser.expect_end()
    return tree


def walk(expr: Any) -> Iterator[Expr]:
    """An expression and everything inside it, outermost first."""
    if isinstance(expr, list) and expr:
        yield expr
        for part in expr[1:] if expr[0] != "lit" else ():
            yield from walk(part)


def questions_of(expr: Any) -> set[str]:
    """The questions that an expression reads."""
    return {part[1] for part in walk(expr) if part[0] == "q"}


def _tokens(text: str) -> Iterator[Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise Broken(f"{text[at:].split()[0]!r} at character {at + 1} means nothing here")
        kind = match.lastgroup or ""
        word = match[kind]
        # 'a and (b)' looks like a call of and(): after something that has a value it is the operator.
        yield Token("name" if word in _WORDS else kind, word, match.start(kind) + 1)
        at = match.end()
    yield Token("end", "", end + 1)


class _Parser:
    """Recursive descent, one method a kind of phrase."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at = tokens, 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, text: str) -> bool:
        if self.next.kind not in ("mark", "name") or self.next.text != text:
            return False
        self.take()
        return True

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise Broken(f"expected {text!r} but found {self.found()}")

    def expect_end(self) -> None:
        if self.next.kind != "end":
            raise Broken(f"{self.found()} follows a finished expression")

    def found(self) -> str:
        return f"{self.next.text!r} at character {self.next.at}" if self.next.text else "the end"

    def level(self, depth: int) -> Expr:
        if depth == len(LEVELS):
            return self.unary()
        left = self.level(depth + 1)
        while self.next.kind in ("mark", "name") and self.next.text in LEVELS[depth]:
            left = [self.take().text, left, self.level(depth + 1)]
        return left

    def unary(self) -> Expr:
        return ["neg", self.unary()] if self.accept("-") else self.primary()

    def primary(self) -> Expr:
        token = self.next
        if token.kind == "end":
            raise Broken("it ends too early")
        if self.accept("("):
            inner = self.level(0)
            self.expect(")")
            return inner
        self.take()
        return self.leaf(token)

    def leaf(self, token: Token) -> Expr:
        match token:
            case Token("question"):
                return ["q", token.text[2:-1].strip()]
            case Token("number"):
                return ["lit", _number(token.text)]
            case Token("text"):
                return ["lit", token.text[1:-1]]
            case Token("function"):
                return self.call(token.text)
            case Token("name") if token.text not in _WORDS:
                return ["choice", token.text]
            case Token("mark", "."):
                return ["self"]
        raise Broken(f"{token.text!r} at character {token.at} means nothing here")

    def call(self, name: str) -> Expr:
        self.expect("(")
        if name == "position":
            self.expect("..")
            self.expect(")")
            return ["call", name]
        args: list[Expr] = []
        while not self.accept(")"):
            if args:
                self.expect(",")
            args.append(self.level(0))
        tree = _call(name, args)
        return self.look_up(tree[2]) if name == "instance" else tree

    def look_up(self, source: Expr) -> Expr:
        """What follows instance('list'): /root/item[filter]/column, or /root/answer of the client."""
        if source[0] != "lit" or not isinstance(source[1], str):
            raise Broken("instance() takes the name of a choice list or a data file in quotes")
        for word in ("/", "root", "/"):
            self.expect(word)
        if source[1] == "client":
            return ["record", self.column()]
        self.expect("item")
        self.expect("[")
        keep = self.level(0)
        for word in ("]", "/"):
            self.expect(word)
        return ["find", source[1], self.column(), keep]

    def column(self) -> str:
        if self.next.kind != "name":
            raise Broken(f"expected the name of a column but found {self.found()}")
        return self.take().text


def _number(text: str) -> int | float:
    value = float(text) if "." in text else int(text)
    if value > LARGEST:
        raise Broken(f"the number {text} is too large")
    return value


def _call(name: str, args: list[Expr]) -> Expr:
    """Check a call; the functions that are not about values become trees of their own."""
    if name in INSTEAD:
        raise Broken(f"instead of {name}() write {INSTEAD[name]}")
    if name not in FUNCTIONS:
        raise Broken(f"there is no function {name}()", code="E305", name=name)
    fewest, most = FUNCTIONS[name]
    if len(args) < fewest or (most is not None and len(args) > most):
        raise Broken(f"{name}() takes {_how_many(fewest, most)}, not {len(args)}")
    match name:
        case "true" | "false":
            return ["lit", name == "true"]
        case "today":
            return ["today"]
        case "not":
            return ["not", args[0]]
        case "pulldata":
            return _record(*args)
        case "regex":
            check_pattern(args[1])
        case "format-date":
            check_format(args[1])
        case "indexed-repeat":
            _check_indexed(args)
        case "jr:choice-name":
            args = [args[0], _quoted_question(args[1])]
    return ["call", name, *args]


def _how_many(fewest: int, most: int | None) -> str:
    if most is None:
        return f"at least {fewest} argument{'s' * (fewest != 1)}"
    return f"{fewest} argument{'s' * (fewest != 1)}" if fewest == most else f"{fewest} or {most} arguments"


def _record(source: Expr, column: Expr, key: Expr | None = None, value: Expr | None = None) -> Expr:
    """pulldata('client', 'birth_date'), or pulldata('clinics', 'district', 'code', ${clinic}) from forms/clinics.csv."""
    names = [part for part in (source, column, key) if part is not None]
    if not all(part[0] == "lit" and isinstance(part[1], str) for part in names) or (key is None) != (
        value is None
    ):
        raise Broken(
            "write pulldata('client', 'birth_date'), or pulldata('clinics', 'district', 'code', ${clinic})"
        )
    if key is not None:
        return ["find", source[1], column[1], ["=", ["choice", key[1]], value]]
    if source[1] != "client":
        raise Broken(
            "pulldata() of two arguments reads the client's registration: pulldata('client', 'birth_date')"
        )
    return ["record", column[1]]


def _check_indexed(args: list[Expr]) -> None:
    if args[0][0] != "q" or args[1][0] != "q":
        raise Broken(
            "write indexed-repeat(${question}, ${repeat}, 2): the question's answer in that row, from 1"
        )


def _quoted_question(arg: Expr) -> Expr:
    match = re.fullmatch(r"\$\{\s*([^}\s]+)\s*\}", str(arg[1])) if arg[0] == "lit" else None
    if match is None:
        raise Broken("write jr:choice-name(${question}, '${question}'): the second one in quotes")
    return ["q", match[1]]
