"""Which items and flags two versions of the rules decide otherwise: what is not here cannot change any plan.

Items and flags know nothing of each other, so a row means the same where the row, the definitions that it uses and
the dictionary of the answers that it reads are the same.
"""

import json
from collections.abc import Mapping
from typing import Any

Tables = Mapping[str, Any]
REGISTRATION = "registration"
# What a person reads; it decides nothing.
TEXTS = {"title", "because", "source", "review", "words", "remind", "form", "by", "steps", "at_contact"}


def meanings(tables: Tables, kind: str) -> dict[str, str]:
    """All that decides about each item (or flag), as canonical text."""
    rows = [{key: value for key, value in row.items() if key not in TEXTS} for row in tables[kind]]
    rules = expanded(tables, rows)
    return {rule["id"]: json.dumps([rule, dictionary(tables, rule)], sort_keys=True) for rule in rules}


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The ids of those that were added, removed, or decide otherwise."""
    return [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]


def reduced(tables: Tables, items: list[str], flags: list[str]) -> Tables:
    """The tables with these items and flags only."""
    kept = {"items": items, "flags": flags}
    return {
        **tables,
        **{kind: [row for row in tables[kind] if row["id"] in names] for kind, names in kept.items()},
    }


def dictionary(tables: Tables, rule: Any) -> dict[str, Any]:
    """What the forms say of the answers that a rule (its definitions expanded) reads."""
    questions: set[str] = set()
    forms = {REGISTRATION}
    _note(rule, questions, forms)
    found: dict[str, Any] = {}
    for form in forms & tables["forms"].keys():
        entry = tables["forms"][form]
        asked = {name: entry["questions"].get(name) for name in {*questions, entry.get("date")}}
        found[form] = {"date": entry.get("date"), "questions": {str(k): v for k, v in asked.items() if v}}
    return found


def expanded(tables: Tables, tree: Any) -> Any:
    """A tree with what its names stand for in place of the names; the same object wherever a name stands."""
    named = {**tables.get("groups", {}), **tables.get("define", {})}
    known: dict[str, Any] = {}

    def said(tree: Any) -> Any:
        if isinstance(tree, Mapping):
            if "ref" in tree:
                name = tree["ref"]
                if name not in known:
                    known[name] = said(named[name])
                return known[name]
            return {key: said(part) for key, part in tree.items()}
        return [said(part) for part in tree] if isinstance(tree, list | tuple) else tree

    return said(tree)


def _note(tree: Any, questions: set[str], forms: set[str]) -> None:
    """Every question and form that a tree names; the question of a duration too, its third part, and by which a hop goes."""
    if isinstance(tree, Mapping):
        for key, part in tree.items():
            if not isinstance(part, str):
                _note(part, questions, forms)
            elif key in ("q", "attr"):
                questions.add(part)
            elif key in ("form", "each"):
                forms.add(part)
            elif key == "hop":
                questions.add("mother")
    elif isinstance(tree, list):
        if len(tree) == 3 and isinstance(tree[0], int):
            questions.add(tree[2])
        for part in tree:
            if not isinstance(part, str):
                _note(part, questions, forms)
