"""Forms: in come XLSForm sheets, out go the compiled forms of contract/FORMS.md and their dictionary.

`compile_form` one file, `compile_forms` a folder, `dictionary` what the rules need to know of a form.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tsela.kernel.errors import Problem, problem
from tsela.programme.forms.compiler import Form, Node, compile_form
from tsela.programme.forms.expressions import Expr
from tsela.programme.forms.media import too_much

__all__ = ["Form", "Node", "compile_form", "compile_forms", "dictionary", "questions"]

REGISTRATION = "registration"
KINDS = {"text": "text", "hidden": "text", "time": "text", "barcode": "text",
         "geopoint": "text", "image": "text", "audio": "text", "integer": "integer", "decimal": "decimal", "date": "date",
         "select_one": "code", "select_multiple": "codes"}  # fmt: skip


def compile_forms(folder: Path) -> tuple[dict[str, Form], list[Problem]]:
    """Every .md and .xlsx of a folder by form id, and everything wrong with them."""
    paths = sorted(
        path for path in folder.iterdir() if path.suffix in (".md", ".xlsx") and path.name[0] not in "~."
    )
    paths.sort(key=lambda path: path.stem != REGISTRATION)  # first: the others may read its questions
    forms: dict[str, Form] = {}
    problems: list[Problem] = []
    attributes: set[str] | None = None
    for path in paths:
        form, found = compile_form(path, attributes)
        problems += found
        if form and form["id"] != path.stem:
            problems.append(problem("E318", where=str(path), name=form["id"], expected=path.stem))
        if form:
            forms[path.stem] = form
        if path.stem == REGISTRATION and form:
            attributes = {node["name"] for node in questions(form["body"])}
    problems += too_much(forms, folder)
    return dict(sorted(forms.items())), problems


def questions(body: list[Node]) -> Iterator[Node]:
    """The questions of a form that have one answer an event: those in groups, not those in repeats, not notes."""
    for node in body:
        if node["type"] == "group":
            yield from questions(node["body"])
        elif node["type"] not in ("repeat", "note"):
            yield node


def dictionary(form: Form) -> dict[str, Any]:
    """What the rules know of a form: the entry of `tables.forms` in contract/RULES.md 4."""
    return {
        "date": form["date_question"],
        "questions": {node["name"]: _entry(node, form["choices"]) for node in questions(form["body"])},
    }


def _entry(node: Node, lists: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    kind = KINDS[node["value"] if node["type"] == "calculate" else node["type"]]
    entry: dict[str, Any] = {"type": kind}
    if kind in ("code", "codes"):
        entry["codes"] = [choice["name"] for choice in lists.get(node["list"], [])]
    if kind in ("integer", "decimal"):
        entry |= _range(node.get("constraint"), whole=kind == "integer")
    return entry


def _range(constraint: Expr | None, *, whole: bool) -> dict[str, int | float]:
    """FORMS F8: `. >= 40 and . <= 300`, whatever else stands beside it under `and`, bounds the answer."""
    match constraint:
        case ["and", left, right]:
            return {**_range(left, whole=whole), **_range(right, whole=whole)}
        case [">=", ["self"], ["lit", int() | float() as bound]]:
            return {"min": bound}
        case ["<=", ["self"], ["lit", int() | float() as bound]]:
            return {"max": bound}
        case [">", ["self"], ["lit", int() as bound]] if whole:
            return {"min": bound + 1}
        case ["<", ["self"], ["lit", int() as bound]] if whole:
            return {"max": bound - 1}
    return {}
