"""Conditions of a branch (MESSAGES M20): `long = yes and not (age < 13)` → a small tree of variables.

A tree is {"and": [TREE, TREE…]}, {"or": […]}, {"not": TREE} or {"var", "op", "value"?}. `in [a, b]` becomes an `or` of `=`.
"""

import re
from collections.abc import Iterator
from typing import Any, NoReturn

from tsela.kernel.errors import fail
from tsela.programme.source import where

Tree = dict[str, Any]
OPERATORS = ("!=", "<=", ">=", "=", "<", ">")
JOINING = ("and", "or", "not", "in", "answered")
_TOKEN = re.compile(r"""\s*(!=|<=|>=|[=<>()\[\],]|"[^"]*"|'[^']*'|[\w.-]+)""")


def parse(text: str) -> Tree:
    """The tree of a condition. Raises E707 at the word where it cannot be read."""
    reader = _Reader(text)
    tree = reader.either()
    if reader.kind:
        reader.stop("nothing more")
    return tree


def comparisons(tree: Tree) -> Iterator[Tree]:
    """Its comparisons, from left to right."""
    for part in tree.get("and") or tree.get("or") or ([tree["not"]] if "not" in tree else ()):
        yield from comparisons(part)
    if "var" in tree:
        yield tree


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_TOKEN.finditer(text))
        self.at = 0
        if _letters(*(found[0] for found in self.tokens)) != _letters(text):
            self.at = len(self.tokens)
            self.stop("a comparison")

    @property
    def kind(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def stop(self, expected: str) -> NoReturn:
        offset = self.tokens[self.at].start(1) if self.at < len(self.tokens) else 0
        fail("E707", where=where(self.text, offset), condition=self.text, expected=expected)

    def take(self, *wanted: str) -> str:
        """The next token, which must be one of these where any are given."""
        found = self.kind
        if not found or (wanted and found not in wanted):
            self.stop(" or ".join(wanted) or "a value")
        self.at += 1
        return found

    def either(self) -> Tree:
        return self._joined("or", self.both)

    def both(self) -> Tree:
        return self._joined("and", self.one)

    def one(self) -> Tree:
        if self.kind == "not":
            self.at += 1
            return {"not": self.one()}
        if self.kind == "(":
            self.at += 1
            inside = self.either()
            self.take(")")
            return inside
        return self.comparison()

    def comparison(self) -> Tree:
        var = self.take()
        if not var.isidentifier() or var in JOINING:
            self.at -= 1
            self.stop("a variable")
        op = self.take(*OPERATORS, "in", "answered")
        if op == "answered":
            return {"var": var, "op": op}
        if op != "in":
            return {"var": var, "op": op, "value": _value(self.take())}
        self.take("[")
        found = [_value(self.take())]
        while self.take(",", "]") == ",":
            found.append(_value(self.take()))
        same = [{"var": var, "op": "=", "value": value} for value in found]
        return same[0] if len(same) == 1 else {"or": same}

    def _joined(self, word: str, part: Any) -> Tree:
        parts = [part()]
        while self.kind == word:
            self.at += 1
            parts.append(part())
        return parts[0] if len(parts) == 1 else {word: parts}


def _value(token: str) -> str | int | float:
    if token[0] in "\"'":
        return token[1:-1]
    try:
        return int(token) if re.fullmatch(r"-?\d+", token) else float(token)
    except ValueError:
        return token


def _letters(*texts: str) -> str:
    return "".join("".join(texts).split())
