"""The shape of a programme file, checked against its JSON Schema, with file, line and the nearest right key.

The schemas (contract/schemas/programme) also serve editors. This walker knows the few keywords that they use, and
unlike a validator it can point at the line.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme.source import where

SCHEMAS = Path(__file__).parents[3] / "contract" / "schemas" / "programme"
SAID = {"object": "keys with values", "array": "a list", "string": "a text", "integer": "a whole number"}

Schema = Mapping[str, Any]


@cache
def schema(name: str) -> Schema:
    """The JSON Schema of a kind of programme file, its references to its own definitions filled in."""
    whole = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return dict(_filled(whole, whole.pop("$defs", {})))


def _filled(part: Any, definitions: Schema) -> Any:
    if isinstance(part, dict):
        shape = {**definitions[part["$ref"].rpartition("/")[2]], **part} if "$ref" in part else part
        return {key: _filled(value, definitions) for key, value in shape.items() if key != "$ref"}
    return part


def fit(value: Any, shape: Schema, at: str) -> tuple[Any, list[Problem]]:
    """What of a value fits the shape, and a problem for everything that does not."""
    problems: list[Problem] = []
    return _fit(value, shape, at, problems), problems


def _fit(value: Any, shape: Schema, at: str, problems: list[Problem]) -> Any:
    """The fitting part of a value; None where nothing of it fits."""
    kinds = shape.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    kind = "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "string"
    if kind not in kinds:
        expected = " or ".join(SAID[name] for name in kinds)
        problems.append(problem("E226", where=where(value, 0, at), expected=expected, found=SAID[kind]))
        return None
    if kind == "object":
        return dict(_members(value, shape, at, problems))
    if kind == "array":
        parts = [_fit(part, shape.get("items", {}), at, problems) for part in value]
        return [part for part in parts if part is not None]
    if "enum" in shape and value not in shape["enum"]:
        known = ", ".join(shape["enum"])
        near = nearest(value, shape["enum"])
        problems.append(
            problem("E220", where=where(value, 0, at), key="This", name=value, known=known, nearest=near)
        )
        return None
    return value


def _members(
    value: Mapping[Any, Any], shape: Schema, at: str, problems: list[Problem]
) -> Iterator[tuple[Any, Any]]:
    known, rest = shape.get("properties", {}), shape.get("additionalProperties", False)
    for key in shape.get("required", ()):
        if key not in value:
            problems.append(problem("E223", where=where(value, 0, at), key=key))
    for key, part in value.items():
        inner = known.get(key, rest)
        if not inner:
            near = nearest(key, known)
            problems.append(
                problem("E225", where=where(key, 0, at), name=key, known=", ".join(known), nearest=near)
            )
        elif (fitting := _fit(part, inner, where(key, 0, at), problems)) is not None:
            yield key, fitting
