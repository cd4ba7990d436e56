"""A form's expressions in plain English, for people who read a form: “Result” is “Positive”.

In: the trees of contract/FORMS.md. Out: words, made from the labels of questions and choices. For reading only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tsela.programme.forms.compiler import Form, Node
from tsela.programme.forms.expressions import Expr

COMPARED = {
    "=": "is",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
}
COUNTED = {"+": "+", "-": "−", "*": "×", "div": "÷", "mod": "modulo"}
_REFERENCE = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True)
class Reader:
    """Knows what people read for the questions of a form and for their answers."""

    questions: Mapping[str, Node]
    choices: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, form: Form) -> "Reader":
        lists = {name: {one["name"]: one["label"] for one in rows} for name, rows in form["choices"].items()}
        return cls({node["name"]: node for node in every(form["body"])}, lists)

    def label(self, name: str) -> str:
        node = self.questions.get(name, {})
        text = str(node.get("label") or name.replace("_", " "))
        return f"“{_REFERENCE.sub('…', text).rstrip('?:. ')}”"

    def words(self, expr: Expr) -> str:  # noqa: C901 (one case a word of the language)
        """An expression in words."""
        match expr:
            case ["lit", bool() as value]:
                return "yes" if value else "no"
            case ["lit", value]:
                return f"“{value}”" if isinstance(value, str) else str(value)
            case ["q", name]:
                return self.label(name)
            case ["self"]:
                return "the answer"
            case ["today"]:
                return "today"
            case ["record", name]:
                return f"her {name.replace('_', ' ')}"
            case ["choice", name]:
                return f"the choice’s {name.replace('_', ' ')}"
            case [("and" | "or") as word, left, right]:
                return f" {word} ".join(self.part(one, word) for one in (left, right))
            case ["not", inner]:
                return f"not ({self.words(inner)})"
            case [op, left, ["lit", ""]] if op in ("=", "!="):
                return f"{self.words(left)} is {'not ' if op == '=' else ''}answered"
            case [op, left, right] if op in COMPARED:
                return f"{self.words(left)} {COMPARED[op]} {self.value(left, right)}"
            case [op, left, right] if op in COUNTED:
                return f"{self.words(left)} {COUNTED[op]} {self.words(right)}"
            case ["neg", inner]:
                return f"−{self.words(inner)}"
            case ["call", "selected", asked, code]:
                return f"{self.words(asked)} includes {self.value(asked, code)}"
            case ["call", "date", ["lit", str() as day]]:
                return day
            case ["call", name, *arguments]:
                return f"{name}({', '.join(map(self.words, arguments))})"
        return " ".join(str(part) if isinstance(part, str) else self.words(part) for part in expr)

    def part(self, expr: Expr, word: str) -> str:
        """In brackets where `or` stands inside `and`, or the other way round."""
        said = self.words(expr)
        return f"({said})" if expr[0] in ("and", "or") and expr[0] != word else said

    def value(self, asked: Expr, value: Expr) -> str:
        """A code as the label of the question that it answers."""
        if asked[0] == "q" and value[0] == "lit":
            labels = self.choices.get(self.questions.get(asked[1], {}).get("list", ""), {})
            if value[1] in labels:
                return f"“{labels[value[1]]}”"
        return self.words(value)


def every(body: list[Node]) -> list[Node]:
    """All nodes, groups and repeats before what is in them."""
    found: list[Node] = []
    for node in body:
        found += [node, *every(node.get("body", []))]
    return found


def answer_kind(node: Node) -> str:
    """A question's type as people say it."""
    kinds: dict[str, Any] = {
        "integer": "whole number", "decimal": "number", "select_one": "one choice", "select_multiple": "any choices",
        "note": "text to read", "calculate": "worked out", "hidden": "filled in by the app",
        "image": "photo", "audio": "recording", "geopoint": "place", "barcode": "code",
    }  # fmt: skip
    return str(kinds.get(node["type"], node["type"]))
