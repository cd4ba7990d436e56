"""What can only be checked once every question of a form is known: names, references, cycles."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme.forms.columns import TEXTS
from tsela.programme.forms.expressions import OVER_REPEATS, Expr, questions_of, walk
from tsela.programme.forms.sheets import Row

EXPRESSION_COLUMNS = (
    "relevant",
    "constraint",
    "calculation",
    "choice_filter",
    "required",
    "readonly",
    "default",
    "repeat_count",
)
# What decides a question's value: a cycle among these could never come to rest.
VALUE_COLUMNS = ("relevant", "calculation", "choice_filter", "repeat_count")
WITHOUT_VALUE = ("group", "note")

_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")


@dataclass(frozen=True, slots=True)
class Use:
    """A node, the row that it came from, and the groups and repeats around it, outermost first."""

    row: Row
    node: dict[str, Any]
    parents: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        return str(self.node["name"])

    @property
    def repeat(self) -> str | None:
        """The repeat that the question is in."""
        return next((p["name"] for p in self.parents if p["type"] == "repeat"), None)

    def expressions(self) -> Iterator[tuple[str, Expr]]:
        yield from ((column, self.node[column]) for column in EXPRESSION_COLUMNS if self.node.get(column))

    def choice_columns(self) -> set[str]:
        """Columns of its own list that a choice_filter reads."""
        return choice_columns(self.node.get("choice_filter"))

    def look_ups(self) -> Iterator[tuple[str, str, set[str]]]:
        """(column of the sheet, list or file, the columns of it that are read) of every look-up."""
        for column, expr in self.expressions():
            for part in walk(expr):
                if part[0] == "find":
                    yield column, part[1], {part[2], *choice_columns(part[3])}

    def looked_up(self) -> set[str]:
        return {name for _, _, read in self.look_ups() for name in read}

    def problem(self, code: str, column: str, **fields: object) -> Problem:
        return problem(code, where=self.row.where(column), **fields)


def check_uses(uses: list[Use], attributes: Collection[str] | None) -> list[Problem]:
    """Every problem of names, references and cycles, in the order of the rows."""
    known = {use.name: use for use in uses}
    found = list(_duplicates(uses))
    for use in uses:
        found += _texts(use, known)
        for column, expr in use.expressions():
            found += _references(use, column, expr, known)
            found += _places(use, column, expr, known)
            found += _attributes(use, column, expr, attributes)
    return found + list(_cycles(uses, known))


def _duplicates(uses: list[Use]) -> Iterator[Problem]:
    seen: set[str] = set()
    for use in uses:
        if use.name and use.name in seen:
            yield use.problem("E309", "name", name=use.name)
        seen.add(use.name)


def _texts(use: Use, known: dict[str, Use]) -> Iterator[Problem]:
    for column in TEXTS:
        for name in _REFERENCE.findall(use.node.get(column, "")):
            if name not in known or known[name].node["type"] in (*WITHOUT_VALUE, "repeat"):
                yield use.problem("E306", column, name=name, nearest=nearest(name, known))


def _references(use: Use, column: str, expr: Expr, known: dict[str, Use]) -> Iterator[Problem]:
    """${names} that exist and have a value; those of a repeat, from outside it, only as a whole."""
    over = {
        arg[1]
        for call in walk(expr)
        if call[0] == "call" and call[1] in OVER_REPEATS
        for arg in call[2:]
        if arg[0] == "q"
    }
    for name in sorted(questions_of(expr)):
        target = known.get(name)
        if target is None or target.node["type"] in WITHOUT_VALUE:
            yield use.problem("E306", column, name=name, nearest=nearest(name, set(known) - {name}))
        elif _is_many(use, target) and name not in over:
            yield use.problem("E315", column, name=name, repeat=target.repeat or name)


def _is_many(use: Use, target: Use) -> bool:
    inside = (use.repeat, use.name if use.node["type"] == "repeat" else None)
    return target.node["type"] == "repeat" or (target.repeat is not None and target.repeat not in inside)


def choice_columns(expr: Any) -> set[str]:
    """The bare names of an expression, without those inside a look-up's own brackets."""
    if not isinstance(expr, list) or not expr or expr[0] in ("find", "lit"):
        return set()
    if expr[0] == "choice":
        return {expr[1]}
    return set().union(*(choice_columns(part) for part in expr[1:]))


def _places(use: Use, column: str, expr: Expr, known: dict[str, Use]) -> Iterator[Problem]:
    """Words that mean something in some columns only."""
    words = {part[0]: part for part in walk(expr)}
    if "self" in words and column != "constraint":
        yield use.problem("E316", column, word=".", meaning="the answer itself, in a constraint")
    for name in sorted(choice_columns(expr)) if column != "choice_filter" else ():
        yield use.problem(
            "E306", column, name=name, nearest=f"${{{name}}}" if name in known else nearest(name, known)
        )
    if any(part[:2] == ["call", "position"] for part in walk(expr)) and use.repeat is None:
        yield use.problem(
            "E316", column, word="position(..)", meaning="the number of a repeat's row, inside the repeat"
        )
    if column == "choice_filter" and not str(use.node["type"]).startswith("select"):
        yield use.problem("E316", column, word="choice_filter", meaning="which choices a select offers")
    if column == "repeat_count" and use.node["type"] != "repeat":
        yield use.problem("E316", column, word="repeat_count", meaning="how many rows a repeat has")
    yield from _arguments(use, column, expr, known)


def _arguments(use: Use, column: str, expr: Expr, known: dict[str, Use]) -> Iterator[Problem]:
    """Functions that want a select, or a repeat and a question in it."""
    selects = [name for name, other in known.items() if "list" in other.node]
    for part in walk(expr):
        match part:
            case ["call", "jr:choice-name", _, ["q", name]] if name in known and name not in selects:
                yield use.problem("E306", column, name=name, nearest=nearest(name, selects))
            case ["call", "indexed-repeat", ["q", name], ["q", repeat], _] if name in known:
                if known[name].repeat != repeat:
                    yield use.problem("E306", column, name=repeat, nearest=known[name].repeat)


def _attributes(use: Use, column: str, expr: Expr, attributes: Collection[str] | None) -> Iterator[Problem]:
    for part in walk(expr):
        if part[0] == "record" and attributes is not None and part[1] not in attributes:
            yield use.problem("E317", column, name=part[1], nearest=nearest(part[1], attributes))


def _cycles(uses: list[Use], known: dict[str, Use]) -> Iterator[Problem]:
    """Questions whose values wait for one another, each cycle told once."""
    needs = {use.name: _needs(use) & set(known) for use in uses}
    done: set[str] = set()
    for use in uses:
        path = _cycle_from(use.name, needs, done, ())
        if path:
            yield known[path[0]].problem("E308", "calculation", path=" → ".join(path))


def _needs(use: Use) -> set[str]:
    read = {name for column in VALUE_COLUMNS for name in questions_of(use.node.get(column))}
    return read | {parent["name"] for parent in use.parents}


def _cycle_from(
    name: str, needs: dict[str, set[str]], done: set[str], path: tuple[str, ...]
) -> tuple[str, ...] | None:
    if name in path:
        return (*path[path.index(name) :], name)
    if name in done:
        return None
    for other in sorted(needs[name]):
        if cycle := _cycle_from(other, needs, done, (*path, name)):
            done.update(cycle)
            return cycle
    done.add(name)
    return None
