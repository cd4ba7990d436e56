"""Expressions of contract/FORMS.md. Twin of phone/src/core/forms/evaluate.ts."""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

from tsela.kernel.dates import to_civil
from tsela.programme.interpreter.values import Value, date_text, equal, to_boolean, to_number, to_text

Expr = Sequence[Any]


class Place(Protocol):
    """Where an expression stands: what the names in it mean there."""

    @property
    def today(self) -> str: ...
    @property
    def record(self) -> Mapping[str, Any]: ...
    @property
    def own(self) -> Value:
        """The answer to the question itself: `.`"""

    @property
    def kept(self) -> Value:
        """The answer that is already there, for once()."""

    @property
    def position(self) -> int:
        """The row of its repeat, from 1."""

    def value(self, question: str) -> Value: ...
    def values(self, question: str) -> list[Value]:
        """Of a question in a repeat, all its answers; of a repeat, one 'row' a row."""

    def in_row(self, question: str, row: float) -> Value:
        """Of a question in a repeat, its answer in one row, counted from 1; no other row is read for it."""

    def label(self, question: str, code: str) -> str:
        """What people read for a code of a select."""

    def table(self, name: str) -> Sequence[Mapping[str, str]]:
        """A choice list or a data file."""


NO_CHOICE: Mapping[str, str] = {}


def evaluate(expr: Expr, at: Place, choice: Mapping[str, str] = NO_CHOICE) -> Value:
    """The value of an expression at a place, inside a choice_filter with the columns of a choice."""
    op, *args = expr
    if op in LEAVES:
        return LEAVES[op](at, choice, *args)
    if op == "call":
        return _call(args[0], args[1:], at, choice)
    if op == "find":
        return _find(at, *args)
    first = evaluate(args[0], at, choice)
    if op in ("and", "or"):
        decided = to_boolean(first) is (op == "or")
        return op == "or" if decided else to_boolean(evaluate(args[1], at, choice))
    return OPERATORS[op](first, *(evaluate(arg, at, choice) for arg in args[1:]))


def _record(at: Place, choice: Mapping[str, str], name: str) -> Value:
    """An answer of the registration: only texts and numbers are values."""
    answer = at.record.get(name)
    return answer if isinstance(answer, str | int | float) and not isinstance(answer, bool) else ""


def _find(at: Place, name: str, column: str, keep: Expr) -> Value:
    """A column of the first row that a look-up's filter keeps."""
    return next((row.get(column, "") for row in at.table(name) if to_boolean(evaluate(keep, at, row))), "")


def _call(name: str, args: Sequence[Expr], at: Place, choice: Mapping[str, str]) -> Value:
    match name:
        case "if":
            return evaluate(args[1] if to_boolean(evaluate(args[0], at, choice)) else args[2], at, choice)
        case "position":
            return at.position
        case "once":
            return evaluate(args[0], at, choice) if at.kept == "" else at.kept
        case "indexed-repeat":
            return at.in_row(args[0][1], to_number(evaluate(args[2], at, choice)))
        case "jr:choice-name":
            return at.label(args[1][1], to_text(evaluate(args[0], at, choice)))
        case "join":
            parts = [value for arg in args[1:] for value in _all(arg, at, choice)]
            return to_text(evaluate(args[0], at, choice)).join(map(to_text, parts))
    if name in OVER:
        values = [value for arg in args for value in _all(arg, at, choice) if value != ""]
        return OVER[name](values)
    return FUNCTIONS[name](*(evaluate(arg, at, choice) for arg in args))


def _all(arg: Expr, at: Place, choice: Mapping[str, str]) -> list[Value]:
    return at.values(arg[1]) if arg[0] == "q" else [evaluate(arg, at, choice)]


def _divide(a: float, b: float) -> float:
    return a / b if b != 0 else math.nan


def _modulo(a: float, b: float) -> float:
    return math.fmod(a, b) if math.isfinite(a) and b != 0 else math.nan


def _sum(values: Sequence[Value]) -> float:
    total = 0.0
    for value in values:
        total += to_number(value)
    return total


def _extreme(pick: Callable[[list[float]], float]) -> Callable[[Sequence[Value]], Value]:
    def of(values: Sequence[Value]) -> Value:
        numbers = [to_number(value) for value in values]
        if any(math.isnan(number) for number in numbers):
            return math.nan
        return pick(numbers) if numbers else ""

    return of


def _codes(value: Value) -> list[str]:
    return value if isinstance(value, list) else [code for code in to_text(value).split(" ") if code]


def _at(values: Sequence[Value], index: float) -> Value:
    """One of some values, counted from 0; nothing beyond their ends and between two."""
    return values[int(index)] if 0 <= index < len(values) and index.is_integer() else ""


def _whole(value: Value) -> float:
    """An index: a number without its fraction."""
    number = to_number(value)
    return float(math.trunc(number)) if math.isfinite(number) else math.nan


def _substr(value: Value, start: Value, end: Value = math.inf) -> str:
    """Characters from `start` up to `end`, counted from 0; a negative index counts from the end."""
    text = to_text(value)
    ends = [len(text) if bound == math.inf else _whole(bound) for bound in (start, end)]
    if any(math.isnan(bound) for bound in ends):
        return ""
    first, last = (int(max(0, min(len(text), bound + len(text) * (bound < 0)))) for bound in ends)
    return text[first:last]


def _int(value: Value) -> float:
    number = to_number(value)
    return float(math.trunc(number)) if math.isfinite(number) else number


def _round(value: Value, places: Value = 0) -> float:
    """Halves go up, as in XPath."""
    digits = to_number(places)
    if not math.isfinite(digits):
        return math.nan
    scale = 10.0 ** max(-15, min(15, math.trunc(digits)))
    scaled = to_number(value) * scale + 0.5
    return math.floor(scaled) / scale if math.isfinite(scaled) else scaled


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text[1:-1])


def _format_date(value: Value, form: Value) -> str:
    date = date_text(to_number(value))
    if not date:
        return ""
    year, month, day = to_civil(int(to_number(date)))
    parts = {"%Y": str(year), "%y": f"{year % 100:02d}", "%m": f"{month:02d}", "%n": str(month), "%d": f"{day:02d}",
             "%e": str(day)}  # fmt: skip
    return re.sub(r"%[Yymnde]", lambda match: parts[match[0]], to_text(form))


def _numeric(of: Callable[[float, float], Value]) -> Callable[[Value, Value], Value]:
    return lambda a, b: of(to_number(a), to_number(b))


LEAVES: Mapping[str, Callable[..., Value]] = {
    "lit": lambda at, choice, value: value,
    "q": lambda at, choice, name: at.value(name),
    "self": lambda at, choice: at.own,
    "today": lambda at, choice: at.today,
    "record": _record,
    "choice": lambda at, choice, column: choice.get(column, ""),
}
OPERATORS: Mapping[str, Callable[..., Value]] = {
    "not": lambda a: not to_boolean(a),
    "neg": lambda a: -to_number(a),
    "=": equal,
    "!=": lambda a, b: not equal(a, b),
    "<": _numeric(operator.lt),
    "<=": _numeric(operator.le),
    ">": _numeric(operator.gt),
    ">=": _numeric(operator.ge),
    "+": _numeric(operator.add),
    "-": _numeric(operator.sub),
    "*": _numeric(operator.mul),
    "div": _numeric(_divide),
    "mod": _numeric(_modulo),
}
OVER: Mapping[str, Callable[[Sequence[Value]], Value]] = {
    "count": len,
    "sum": _sum,
    "min": _extreme(min),
    "max": _extreme(max),
}
FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "coalesce": lambda a, b: b if to_text(a) == "" else a,
    "concat": lambda *parts: "".join(map(to_text, parts)),
    "count-selected": lambda value: len(_codes(value)),
    "date": lambda value: date_text(to_number(value)),
    "decimal-date-time": to_number,
    "format-date": _format_date,
    "int": _int,
    "number": to_number,
    "regex": lambda value, pattern: _pattern(to_text(pattern)).fullmatch(to_text(value)) is not None,
    "round": _round,
    "selected-at": lambda value, index: _at(_codes(value), _whole(index)),
    "substr": _substr,
    "selected": lambda value, code: to_text(code) in _codes(value),
    "string-length": lambda value: len(to_text(value)),
}
