"""An open form: what is relevant, offered, calculated and wrong, after every answer. Twin of form.ts.

Values are pulled: each is worked out when asked for and remembered until the next change. The compiler has
refused cycles, so pulling ends.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tsela.programme.interpreter.evaluate import evaluate
from tsela.programme.interpreter.values import MESSAGES, Value, cast, clean, is_empty, to_boolean

Answers = dict[str, Any]
Violation = dict[str, str]
_PATH = re.compile(r"(?:(\w+)\[(\d+)\]\.)?(\w+)")


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
        rows = [row for repeat in self.form.root.repeats.values() for row in repeat.rows]
        return [row.questions[question].own if question in row.questions else "" for row in rows]

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
        kind = self._wrong() if self.relevant and self.node["type"] != "note" else None
        if kind is None:
            return None
        return {"path": self.path, "kind": kind, "message": self.node.get(f"{kind}_message", MESSAGES[kind])}

    def _wrong(self) -> str | None:
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


class OpenForm:
    """A compiled form with answers; `answers` are given for a correction or a check, never for a new event."""

    def __init__(
        self,
        form: dict[str, Any],
        *,
        today: str,
        record: Mapping[str, Any] | None = None,
        answers: Answers | None = None,
    ) -> None:
        self.form, self.today, self.record = form, today, record or {}
        self.choices: dict[str, list[dict[str, str]]] = form["choices"]
        self.change = 0  # what was worked out before the last change is stale
        self.root = Scope()
        self.strange: list[Violation] = []
        self.root.body = [self.build(node, None, self.root) for node in form["body"]]
        if answers is None:
            self._prepare(self.root.body)
        else:
            self._give(answers, self.root)
        self._settle()

    def set(self, path: str, answer: Any) -> None:
        """Answer the question at 'systolic' or 'infants[1].sex'. Raises KeyError where the form has none."""
        match = _PATH.fullmatch(path)
        if match is None:
            raise KeyError(path)
        repeat, index, name = match.groups()
        scope = self.root.repeats[repeat].rows[int(index)] if repeat else self.root
        scope.questions[name].raw = answer
        self._settle()

    def add_repeat(self, name: str) -> None:
        self._prepare(self._add_row(self.root.repeats[name]).body)
        self._settle()

    def remove_repeat(self, name: str, index: int) -> None:
        del self.root.repeats[name].rows[index]
        self._settle()

    def violations(self) -> list[Violation]:
        found = (question.violation() for question in self.questions())
        return [one for one in found if one] + self.strange

    def answers(self) -> Answers:
        return _collect(self.root.body)

    def questions(self, parts: list[Part] | None = None) -> Iterator[Question]:
        """Every question of the form, in its order, rows one after the other."""
        for part in self.root.body if parts is None else parts:
            if isinstance(part, Question):
                yield part
            yield from self.questions(part.body) if part.body else ()
            for row in part.rows:
                yield from self.questions(row.body)

    def build(self, node: dict[str, Any], parent: Part | None, scope: Scope) -> Part:
        if node["type"] in ("group", "repeat"):
            part = Part(self, node, parent, scope)
            if node["type"] == "repeat":
                scope.repeats[part.name] = part
            return part
        question = Question(self, node, parent, scope)
        scope.questions[question.name] = question
        return question

    def _add_row(self, repeat: Part) -> Scope:
        row = Scope(repeat)
        row.body = [self.build(node, repeat, row) for node in repeat.node["body"]]
        repeat.rows.append(row)
        return row

    def _settle(self) -> None:
        """Every value is read after every change, so that calculations follow each answer."""
        self.change += 1
        for question in self.questions():
            question.read()

    def _prepare(self, parts: list[Part]) -> None:
        for part in parts:
            self.change += 1
            if isinstance(part, Question):
                part.apply_default()
            self._prepare(self._add_row(part).body if part.node["type"] == "repeat" else part.body)

    def _give(self, answers: Answers, scope: Scope) -> None:
        for name in sorted(answers):
            if name in scope.repeats:
                self._give_rows(scope.repeats[name], answers[name])
            elif name in scope.questions and scope.questions[name].node["type"] != "note":
                scope.questions[name].raw = answers[name]
            else:
                self._flag("unknown", scope.prefix + name)

    def _give_rows(self, repeat: Part, rows: Any) -> None:
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._flag("type", repeat.path)
            return
        for row in rows:
            self._give(row, self._add_row(repeat))

    def _flag(self, kind: str, path: str) -> None:
        self.strange.append({"path": path, "kind": kind, "message": MESSAGES[kind]})


def _collect(parts: list[Part]) -> Answers:
    answers: Answers = {}
    for part in parts:
        if isinstance(part, Question):
            if part.own != "" and part.node["type"] != "note":
                answers[part.name] = part.own
        elif part.node["type"] == "group":
            answers |= _collect(part.body)
        elif part.relevant and part.rows:
            answers[part.name] = [_collect(row.body) for row in part.rows]
    return answers
