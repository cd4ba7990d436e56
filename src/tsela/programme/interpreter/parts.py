"""The parts of an open form: questions, groups, repeats and their rows. Twin of parts.ts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tsela.programme.interpreter.evaluate import evaluate
from tsela.programme.interpreter.values import MESSAGES, Value, cast, clean, is_empty, to_boolean

if TYPE_CHECKING:
    from tsela.programme.interpreter.form import OpenForm

Violation = dict[str, str]


class Part:
    """A node of the form, open. It is also the place where its expressions stand."""

    def __init__(self, form: "OpenForm", node: dict[str, Any], parent: "Part | None", scope: "Scope") -> None:
        self.form, self.node, self.parent, self.scope = form, node, parent, scope
        self._relevant = (-1, True)
        self.rows: list[Scope] = []  # of a repeat
        self.body = (
            [] if node["type"] == "repeat" else [form.build(n, self, scope) for n in node.get("body", ())]
        )

    @property
    def name(self) -> str:
        return str(self.node["name"])

    @property
    def path(self) -> str:
        return self.scope.prefix + self.name

    @property
    def relevant(self) -> bool:
        if self._relevant[0] != self.form.change:
            above = self.parent.relevant if self.parent else True
            self._relevant = (self.form.change, above and self.holds("relevant", otherwise=True))
        return self._relevant[1]

    def holds(self, column: str, *, otherwise: bool) -> bool:
        return to_boolean(evaluate(self.node[column], self)) if column in self.node else otherwise

    # -- the place where expressions stand

    @property
    def today(self) -> str:
        return self.form.today

    @property
    def record(self) -> Mapping[str, Any]:
        return self.form.record

    @property
    def own(self) -> Value:
        return ""

    @property
    def kept(self) -> Value:
        return ""

    @property
    def position(self) -> int:
        return self.scope.index + 1

    def value(self, question: str) -> Value:
        found = self._find(question)
        return found.read()[0] if found else ""

    def values(self, question: str) -> list[Value]:
        found = self._find(question)
        if found:
            return [found.own]
        whole = self.form.root.repeats.get(question)
        if whole:
            return ["row" for _ in whole.rows] if whole.relevant else []
        return [one.own for one in self._rows_of(question)]

    def in_row(self, question: str, row: float) -> Value:
        rows = self._rows_of(question)
        return rows[int(row) - 1].own if 1 <= row <= len(rows) and row.is_integer() else ""

    def _rows_of(self, question: str) -> "list[Question]":
        """A question of a repeat in all its rows, also seen from inside the repeat."""
        repeats = self.form.root.repeats.values()
        return [
            row.questions[question] for repeat in repeats for row in repeat.rows if question in row.questions
        ]

    def label(self, question: str, code: str) -> str:
        found = self._find(question)
        offered = self.form.choices.get(found.node.get("list", ""), ()) if found else ()
        return next((one["label"] for one in offered if one["name"] == code), "")

    def table(self, name: str) -> Sequence[Mapping[str, str]]:
        return self.form.choices.get(name) or self.form.form.get("data", {}).get(name, ())

    def violation(self) -> Violation | None:
        """Of a repeat: too few or too many rows."""
        least, most = self.node.get("min_rows", 0), self.node.get("max_rows", math.inf)
        if self.node["type"] != "repeat" or not self.relevant or least <= len(self.rows) <= most:
            return None
        return self.wrong("constraint")

    def wrong(self, kind: str) -> Violation:
        return {"path": self.path, "kind": kind, "message": self.node.get(f"{kind}_message", MESSAGES[kind])}

    def _find(self, name: str) -> "Question | None":
        return self.scope.questions.get(name) or self.form.root.questions.get(name)


class Question(Part):
    """A part with an answer."""

    def __init__(self, form: "OpenForm", node: dict[str, Any], parent: Part | None, scope: "Scope") -> None:
        super().__init__(form, node, parent, scope)
        self.kind: str = node.get("value") or node["type"]
        self.raw: Any = None
        self._calculated: Value | None = None
        self._cleaned: tuple[int, tuple[Value, str | None]] = (-1, ("", None))

    @property
    def own(self) -> Value:
        return self.read()[0]

    @property
    def kept(self) -> Value:
        return clean(self.kind, self.raw, self.codes())[0]

    @property
    def required(self) -> bool:
        asked = self.node["type"] not in ("hidden", "calculate")
        return asked and self.holds("required", otherwise=False)

    def codes(self) -> list[str]:
        """The codes of the choices offered now."""
        offered = self.form.choices.get(self.node.get("list", ""), ())
        keep = self.node.get("choice_filter")
        return [one["name"] for one in offered if keep is None or to_boolean(evaluate(keep, self, one))]

    def read(self) -> tuple[Value, str | None]:
        """The answer as expressions see it, and what is wrong with it."""
        if self._cleaned[0] != self.form.change:
            self._cleaned = (self.form.change, self._read())
        return self._cleaned[1]

    def _read(self) -> tuple[Value, str | None]:
        if not self.relevant:
            return "", None
        if "calculation" in self.node:
            self._calculate()
        return clean(self.kind, self.raw, self.codes())

    def _calculate(self) -> None:
        """A result replaces the answer where it is new; else a person's own answer stays (FORMS F4)."""
        result = cast(self.kind, evaluate(self.node["calculation"], self))
        first = self._calculated is None
        if is_empty(self.raw) if first else result != self._calculated:
            self.raw = result
        self._calculated = result

    def apply_default(self) -> None:
        if "default" in self.node:
            self.raw = cast(self.kind, evaluate(self.node["default"], self))

    def violation(self) -> Violation | None:
        kind = self._kind() if self.relevant and self.node["type"] != "note" else None
        return self.wrong(kind) if kind else None

    def _kind(self) -> str | None:
        value, bad = self.read()
        if bad:
            return bad
        if value == "":
            return "required" if self.required else None
        return None if self.holds("constraint", otherwise=True) else "constraint"


@dataclass(eq=False)
class Scope:
    """Names and what they mean: of the form, or of one row of a repeat."""

    repeat: Part | None = None
    questions: dict[str, Question] = field(default_factory=dict)
    repeats: dict[str, Part] = field(default_factory=dict)
    body: list[Part] = field(default_factory=list)

    @property
    def index(self) -> int:
        return self.repeat.rows.index(self) if self.repeat else -1

    @property
    def prefix(self) -> str:
        return f"{self.repeat.path}[{self.index}]." if self.repeat else ""
