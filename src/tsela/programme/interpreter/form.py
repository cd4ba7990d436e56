"""An open form: what is relevant, offered, calculated and wrong, after every answer. Twin of form.ts.

Values are pulled: each is worked out when asked for and remembered until the next change. The compiler has
refused cycles, so pulling ends.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tsela.programme.interpreter.evaluate import evaluate
from tsela.programme.interpreter.parts import Part, Question, Scope, Violation
from tsela.programme.interpreter.values import MESSAGES, to_number

Answers = dict[str, Any]
MOST_ROWS = 100  # of a counted repeat, whatever a person types
_PATH = re.compile(r"(?:(\w+)\[(\d+)\]\.)?(\w+)")


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
        found = (part.violation() for part in self.parts())
        return [one for one in found if one] + self.strange

    def answers(self) -> Answers:
        return _collect(self.root.body)

    def questions(self) -> Iterator[Question]:
        """Every question of the form, in its order, rows one after the other."""
        return (part for part in self.parts() if isinstance(part, Question))

    def parts(self, parts: list[Part] | None = None) -> Iterator[Part]:
        for part in self.root.body if parts is None else parts:
            yield part
            yield from self.parts(part.body) if part.body else ()
            for row in part.rows:
                yield from self.parts(row.body)

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
        for _ in self.root.repeats:  # one repeat's rows may decide how many another has
            if not sum(self._count(repeat) for repeat in self.root.repeats.values()):
                break
        for question in self.questions():
            question.read()

    def _count(self, repeat: Part) -> bool:
        """Give a counted repeat the rows that it shall have; whether that changed anything."""
        if "repeat_count" not in repeat.node or not repeat.relevant:
            return False
        number = to_number(evaluate(repeat.node["repeat_count"], repeat))
        wanted = 0 if math.isnan(number) else int(max(0, min(MOST_ROWS, number)))
        if len(repeat.rows) == wanted:
            return False
        del repeat.rows[wanted:]
        while len(repeat.rows) < wanted:
            self._prepare(self._add_row(repeat).body)
        self.change += 1
        return True

    def _prepare(self, parts: list[Part]) -> None:
        for part in parts:
            self.change += 1
            if isinstance(part, Question):
                part.apply_default()
            self._prepare(part.body)
            for _ in range(_opening_rows(part.node)):
                self._prepare(self._add_row(part).body)

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


def _opening_rows(node: dict[str, Any]) -> int:
    """With how many rows a node opens: a repeat with one, or as many as it must have; a counted one counts later."""
    return 0 if node["type"] != "repeat" or "repeat_count" in node else max(1, node.get("min_rows", 1))


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
