"""Conditions of a branch over variables (M20, M60). A variable without a value satisfies no comparison, not even `!=`."""

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def holds(tree: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a condition is true of these variables."""
    if "and" in tree:
        return all(holds(part, values) for part in tree["and"])
    if "or" in tree:
        return any(holds(part, values) for part in tree["or"])
    if "not" in tree:
        return not holds(tree["not"], values)
    value = values.get(tree["var"])
    if value in (None, ""):
        return False
    return tree["op"] == "answered" or _compare(COMPARE[tree["op"]], value, tree.get("value"))


def _compare(compare: Callable[[Any, Any], bool], value: Any, other: Any) -> bool:
    """As numbers where both are, else as text."""
    try:
        return compare(float(value), float(other))
    except (TypeError, ValueError, OverflowError):
        return compare(str(value), str(other))
