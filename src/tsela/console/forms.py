"""A form of the programme on a page: in come its compiled questions and what was posted, out come fields and answers.

Every field is sent as `q-NAME`. Repeats are left to the phone app.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from tsela.programme.interpreter import Answers, OpenForm
from tsela.programme.interpreter.parts import Question

PREFIX = "q-"
KEPT = ("hidden", "calculate", "note", "image", "audio")  # never typed on a page
INPUTS = {"date": "date", "time": "time", "integer": "number", "decimal": "number"}


@dataclass(frozen=True)
class Field:
    """One question as the page shows it."""

    name: str
    kind: str  # radio, checkbox, textarea, or the type of an input
    label: str
    hint: str
    required: bool
    value: str
    choices: tuple[tuple[str, str, bool], ...] = ()  # code, label, chosen
    wrong: str = ""
    step: str = ""


@dataclass(frozen=True)
class Filled:
    """A form with what was typed: `answers` are those of an event once nothing is `wrong`."""

    id: str
    title: str
    version: str
    fields: tuple[Field, ...]
    answers: Answers
    wrong: bool


def fill(
    form: dict[str, Any],
    today: str,
    posted: QueryDict | None = None,
    record: Answers | None = None,
    **given: Any,
) -> Filled:
    """The form as it stands; `given` are first answers of a fresh one. Mistakes are shown once something was posted."""
    opened = OpenForm(form, today=today, record=record or {})
    for question in asked(opened):
        if posted is None and question.name in given:
            question.raw = given[question.name]
        elif posted is not None and _was_asked(question, posted):
            question.raw = _typed(question, posted)
    opened.change += 1
    mistakes = {one["path"]: one["message"] for one in opened.violations()}
    shown = mistakes if posted is not None else {}
    fields = tuple(_field(question, shown) for question in asked(opened) if question.relevant)
    return Filled(form["id"], form["title"], form["version"], fields, opened.answers(), bool(mistakes))


def asked(opened: OpenForm) -> Iterator[Question]:
    """The questions that a person answers, in order."""
    return (
        one for one in opened.questions() if one.node["type"] not in KEPT and "calculation" not in one.node
    )


def can(form: dict[str, Any]) -> bool:
    """Whether a page can ask this form: it has no repeats."""
    return all(node["type"] != "repeat" and can({"body": node.get("body", [])}) for node in form["body"])


def _was_asked(question: Question, posted: QueryDict) -> bool:
    """What the page did not show keeps its default; a choice of which nothing is ticked is not posted at all."""
    return PREFIX + question.name in posted or question.node["type"].startswith("select")


def _typed(question: Question, posted: QueryDict) -> Any:
    values = [one.strip() for one in posted.getlist(PREFIX + question.name) if one.strip()]
    if question.node["type"] == "select_multiple":
        return values or None
    if not values:
        return None
    try:
        number = {"integer": int, "decimal": float}.get(question.kind, str)
        return number(values[-1])
    except ValueError:
        return values[-1]  # not a number: the form itself says so


def _field(question: Question, mistakes: dict[str, str]) -> Field:
    node, raw = question.node, question.raw
    chosen = raw if isinstance(raw, list) else [raw]
    offered = set(question.codes())
    choices = tuple(
        (one["name"], one["label"], one["name"] in chosen)
        for one in question.form.choices.get(node.get("list", ""), ())
        if one["name"] in offered
    )
    kinds = {"select_one": "radio", "select_multiple": "checkbox"}
    plain = "textarea" if "multiline" in node.get("appearance", ()) else INPUTS.get(node["type"], "text")
    return Field(
        name=PREFIX + question.name,
        kind=kinds.get(node["type"], plain),
        label=node.get("label", question.name),
        hint=node.get("hint", ""),
        required=question.required,
        value="" if raw is None or isinstance(raw, list) else str(raw),
        choices=choices,
        wrong=mistakes.get(question.path, ""),
        step="any" if node["type"] == "decimal" else "",
    )
