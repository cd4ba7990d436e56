"""A compiled node and where it came from: what every check of a form looks at."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tsela.kernel.errors import Problem, problem
from tsela.programme.forms.expressions import Expr, walk
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


def choice_columns(expr: Any) -> set[str]:
    """The bare names of an expression, without those inside a look-up's own brackets."""
    if not isinstance(expr, list) or not expr or expr[0] in ("find", "lit"):
        return set()
    if expr[0] == "choice":
        return {expr[1]}
    return set().union(*(choice_columns(part) for part in expr[1:]))
