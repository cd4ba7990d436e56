"""Day arithmetic and comparisons as SQL text (RULES R6, R7, R9, R22)."""

from collections.abc import Mapping, Sequence
from typing import Any

from tsela.kernel.dates import format_date, parse_date

FIRST, LAST = "DATE '1900-01-01'", "DATE '2199-12-31'"
NO_DATE = "CAST(NULL AS DATE)"
# Further than the valid range is wide; a larger step would only overflow the database's own dates.
MOST_DAYS = 110_000
MOST_MONTHS = 3_700
ORDERS = ("<", "<=", ">", ">=")


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


def literal(kind: str, value: Any) -> str | None:
    """A tree's literal as SQL of a question's type; None where it can equal no answer of that type."""
    if kind == "date":
        day = parse_date(value)
        return None if day is None else f"DATE '{format_date(day)}'"
    if kind in ("integer", "decimal"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return str(value) if isinstance(value, int) else f"CAST('{value!r}' AS DOUBLE)"
    return text(value) if isinstance(value, str) else None


def in_range(date: str) -> str:
    """The date, or NULL where it leaves the valid range."""
    return f"CASE WHEN {date} BETWEEN {FIRST} AND {LAST} THEN {date} END"


def moved(date: str, duration: Sequence[Any], answer: str | None = None) -> str:
    """`date` + duration, not yet kept in range. `answer` is the SQL of the days that `[n, unit, question]` adds first."""
    count, unit = duration[0], duration[1]
    if len(duration) > 2 and duration[2]:
        if answer is None:
            return NO_DATE
        days = f"CAST(GREATEST(LEAST({answer}, {MOST_DAYS}), -{MOST_DAYS}) AS INTEGER)"
        date = in_range(f"({date} + {days})") if count else f"({date} + {days})"
    if not count:
        return date
    if unit in ("days", "weeks"):
        days = count * (7 if unit == "weeks" else 1)
        return f"({date} + {days})" if abs(days) <= MOST_DAYS else NO_DATE
    months = count * (12 if unit == "years" else 1)
    return f"CAST({date} + INTERVAL '{months}' MONTH AS DATE)" if abs(months) <= MOST_MONTHS else NO_DATE


def compared(answer: str, kind: str, compare: Mapping[str, Any]) -> str:
    """`answer op value`, never NULL: a missing answer satisfies nothing (R7)."""
    test = _compared(answer, kind, compare["op"], compare.get("value"))
    return test if test in ("TRUE", "FALSE") else f"COALESCE({test}, FALSE)"


def _compared(answer: str, kind: str, op: str, value: Any) -> str:
    if op == "answered":
        return f"({answer} IS NOT NULL)"
    if op == "includes":
        return f"ARRAY_CONTAINS({answer}, {text(value)})" if kind == "codes" else "FALSE"
    if kind == "codes":
        return f"({answer} IS NOT NULL)" if op == "!=" else "FALSE"
    if op == "in":
        values = [one for one in (literal(kind, each) for each in value) if one is not None]
        return f"{answer} IN ({', '.join(values)})" if values else "FALSE"
    right = literal(kind, value)
    if right is None or (op in ORDERS and kind in ("code", "text")):
        return f"({answer} IS NOT NULL)" if op == "!=" else "FALSE"
    return f"({answer} {'<>' if op == '!=' else op} {right})"
