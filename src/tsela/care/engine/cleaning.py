"""Answers as the dictionary allows them; anything else is missing (RULES R6)."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from tsela.kernel.dates import parse_date

# What a clean answer is: a day number for a date, a set for many codes.
Value = int | float | str | frozenset[str]
Cleaner = Callable[[Any], Value | None]
GREATEST = 2**53 - 1  # above it, the phone's numbers no longer count by ones

day_of: Callable[[Any], int | None] = lru_cache(maxsize=1 << 16)(parse_date)


class Dictionary:
    """The programme's forms, as rules see them: which question is the date, and what each may hold."""

    def __init__(self, forms: Mapping[str, Any]) -> None:
        self.dates: dict[str, str | None] = {form: entry.get("date") for form, entry in forms.items()}
        self.kinds: dict[tuple[str, str], str] = {
            (form, name): question["type"]
            for form, entry in forms.items()
            for name, question in entry["questions"].items()
        }
        self._cleaners = {
            form: {name: cleaner(question) for name, question in entry["questions"].items()}
            for form, entry in forms.items()
        }

    def clean(self, form: str, answers: Mapping[str, Any]) -> dict[str, Value]:
        """The valid answers to known questions."""
        cleaners = self._cleaners[form]
        clean = {}
        for name, answer in answers.items():
            if name in cleaners:
                value = cleaners[name](answer)
                if value is not None:
                    clean[name] = value
        return clean

    def literal(self, form: str, question: str, value: Any) -> Any:
        """A tree's literal in the form that clean answers have: dates as day numbers, lists as sets."""
        if isinstance(value, list):
            return frozenset(self.literal(form, question, one) for one in value)
        return day_of(value) if self.kinds.get((form, question)) == "date" else value


def cleaner(question: Mapping[str, Any]) -> Cleaner:
    """The function that gives the clean answer, or None, for one question of the dictionary."""
    kind = question["type"]
    if kind in ("integer", "decimal"):
        low, high = question.get("min"), question.get("max")
        return _within(_integer if kind == "integer" else _decimal, low, high)
    if kind in ("code", "codes"):
        codes = frozenset(question["codes"])
        return partial(_code if kind == "code" else _codes, codes)
    return _date if kind == "date" else _text


def _within(number: Callable[[Any], Any], low: Any, high: Any) -> Cleaner:
    def clean(answer: Any) -> Value | None:
        value: Value | None = number(answer)
        if value is None or (low is not None and value < low) or (high is not None and value > high):
            return None
        return value

    return clean


def _integer(answer: Any) -> int | None:
    if type(answer) is float and answer.is_integer():
        answer = int(answer)
    return answer if type(answer) is int and abs(answer) <= GREATEST else None


def _decimal(answer: Any) -> float | None:
    if type(answer) not in (int, float):
        return None
    try:
        value = float(answer)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _code(codes: frozenset[str], answer: Any) -> str | None:
    return answer if isinstance(answer, str) and answer in codes else None


def _codes(codes: frozenset[str], answer: Any) -> frozenset[str] | None:
    if not isinstance(answer, list):
        return None
    return frozenset(one for one in answer if isinstance(one, str) and one in codes) or None


def _date(answer: Any) -> int | None:
    return day_of(answer) if isinstance(answer, str) else None


def _text(answer: Any) -> str | None:
    return answer if isinstance(answer, str) and answer else None
