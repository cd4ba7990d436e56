"""Which items and flags two versions of the rules decide otherwise: what is not here cannot change any plan.

Items and flags know nothing of each other, so a row means the same where the row, the definitions that it uses and
the dictionary of the answers that it reads are the same.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Tables = Mapping[str, Any]
REGISTRATION = "registration"
# What a person reads; it decides nothing.
TEXTS = {"title", "because", "source", "review", "words", "remind", "form", "by", "steps", "at_contact"}


def changed(old: Tables, new: Tables, kind: str) -> list[str]:
    """The ids of items (or flags) that were added, removed, or decide otherwise."""
    before, after = ({row["id"]: meaning(tables, row) for row in tables[kind]} for tables in (old, new))
    return [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]


def reduced(tables: Tables, items: list[str], flags: list[str]) -> Tables:
    """The tables with these items and flags only."""
    kept = {"items": items, "flags": flags}
    return {
        **tables,
        **{kind: [row for row in tables[kind] if row["id"] in names] for kind, names in kept.items()},
    }


def meaning(tables: Tables, row: Mapping[str, Any]) -> str:
    """All that decides about a row, as canonical text."""
    rule = expanded(tables, {key: value for key, value in row.items() if key not in TEXTS})
    return json.dumps([rule, dictionary(tables, rule)], sort_keys=True)


def dictionary(tables: Tables, rule: Any) -> dict[str, Any]:
    """What the forms say of the answers that a rule (its definitions expanded) reads."""
    names, forms = set(_names(rule, ("q", "attr"))), {*_names(rule, ("form", "each")), REGISTRATION}
    found: dict[str, Any] = {}
    for form in forms & tables["forms"].keys():
        entry = tables["forms"][form]
        asked = {name: entry["questions"].get(name) for name in {*names, entry.get("date")}}
        found[form] = {"date": entry.get("date"), "questions": {str(k): v for k, v in asked.items() if v}}
    return found


def expanded(tables: Tables, tree: Any) -> Any:
    """A tree with what its names stand for in place of the names."""
    if isinstance(tree, Mapping):
        if "ref" in tree:
            named = {**tables.get("groups", {}), **tables.get("define", {})}
            return expanded(tables, named[tree["ref"]])
        return {key: expanded(tables, part) for key, part in tree.items()}
    return [expanded(tables, part) for part in tree] if isinstance(tree, list | tuple) else tree


def _names(tree: Any, keys: tuple[str, ...]) -> Iterator[str]:
    """Every question or form that a tree names; the question of a duration too, its third part."""
    if isinstance(tree, Mapping):
        yield from (tree[key] for key in keys if isinstance(tree.get(key), str))
        yield from (name for part in tree.values() for name in _names(part, keys))
    elif isinstance(tree, list):
        if len(tree) == 3 and isinstance(tree[0], int) and "q" in keys:
            yield tree[2]
        yield from (name for part in tree for name in _names(part, keys))
