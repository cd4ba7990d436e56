"""Checks on parsed trees: states expanded, negations that are true of nobody's answer, cycles, hops, windows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from tsela.kernel.dates import Unit, add, from_civil, month_length
from tsela.programme.rules.names import Cond, Duration


def expand(tree: Any, states: Mapping[str, Sequence[tuple[str, Cond]]]) -> Any:
    """The tree as plain dicts and lists, each state replaced by its conditions (R20)."""
    if isinstance(tree, Mapping):
        if "state" in tree:
            return _state(states[tree["state"]], tree["value"])
        return {key: expand(part, states) for key, part in tree.items()}
    return [expand(part, states) for part in tree] if isinstance(tree, list) else tree


def _state(rows: Sequence[tuple[str, Cond]], value: str) -> Cond:
    """True where the value's own condition holds and no earlier one does; a value may be listed more than once."""
    ways: list[Cond] = []
    for index, (name, cond) in enumerate(rows):
        if name == value:
            earlier = [{"not": other} for other_name, other in rows[:index] if other_name != value]
            ways.append({"and": [*earlier, cond]} if earlier else cond)
    return ways[0] if len(ways) == 1 else {"or": ways}


def unanswered(
    tree: Any, assumed: frozenset[str] = frozenset(), negated: bool = False
) -> Iterator[tuple[int, str, str]]:
    """(offset, question, operator) of comparisons under a `not` that hold where nobody answered (R7).

    `x answered and not x = 1` is safe; so is what stands behind `any`, `count` and a hop: there, missing is no event.
    """
    if "and" in tree:
        assumed |= {_name(part) for part in tree["and"] if part.get("op") == "answered"}
    for part in tree.get("and", ()) or tree.get("or", ()):
        yield from unanswered(part, assumed, negated)
    if "not" in tree:
        yield from unanswered(tree["not"], assumed, not negated)
    compares = ("q" in tree or "attr" in tree) and tree.get("op", "answered") != "answered"
    if negated and compares and _name(tree) not in assumed:
        yield tree.at, _name(tree), tree["op"]
    for test in _tests(tree):
        yield from unanswered(test)


def _name(tree: Mapping[str, Any]) -> str:
    return str(tree.get("q") or tree.get("attr"))


def _tests(tree: Mapping[str, Any]) -> Iterator[Any]:
    """The where and has tests inside a condition, each a scope of its own; a hop's condition too."""
    if "hop" in tree or "has" in tree:
        yield tree["of"] if "hop" in tree else tree["has"]
    for events in (tree.get("any"), tree.get("count"), tree.get("of"), *dates(tree)):
        if isinstance(events, Mapping) and "where" in events:
            yield events["where"]


def dates(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The dates of which a DATE or SOURCE is made, unmoved; itself, if it is made of no others (R23, R24)."""
    made_of = tree.get("later") or tree.get("earlier") or ([tree["date"]] if "date" in tree else [])
    return [date for part in made_of for date in dates(part)] or [tree]


def cycles(uses: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Every cycle of names that use each other, as a path that ends where it began; each cycle once."""
    found: list[list[str]] = []
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> None:
        if name in path:
            cycle = [*path[path.index(name) :], name]
            if all(set(cycle) != set(other) for other in found):
                found.append(cycle)
        elif name not in done:
            for other in uses.get(name, ()):
                walk(other, [*path, name])
            done.add(name)

    for name in uses:
        walk(name, [])
    return found


def hopping(uses: Mapping[str, Iterable[str]], direct: Iterable[str]) -> set[str]:
    """The names whose condition hops, itself or by another name."""
    hops = set(direct)
    while more := {name for name, used in uses.items() if name not in hops and hops & set(used)}:
        hops |= more
    return hops


def can_pass(first: Duration | None, second: Duration | None) -> bool:
    """Whether `due + first` can lie after `due + second`, on some due date. Missing is the due date itself."""
    one, other = first or [0, "days"], second or [0, "days"]
    if one[2:] != other[2:]:
        return False  # an answer decides
    return _can_pass(*one[:2], *other[:2])


@cache
def _can_pass(n: int, unit: Unit, other_n: int, other_unit: Unit) -> bool:
    return any((add(day, n, unit) or 0) > (add(day, other_n, other_unit) or 0) for day in _MONTH_EDGES)


_MONTH_EDGES = [
    from_civil(y, m, d) for y in (2023, 2024) for m in range(1, 13) for d in (1, 15, month_length(y, m))
]
