"""Typed answers as values (M20): numbers, days, phone numbers, in any digits; None where a text is none.

Pure. Days are written as ISO dates; a day without a year is the next one, or the last one where only the past will do.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tsela.kernel import dates
from tsela.messaging.flow.state import kept, today
from tsela.messaging.folding import fold
from tsela.programme import said

INTEGER = re.compile(r"[-+]?\d{1,9}")
DECIMAL = re.compile(r"[-+]?\d{1,9}([.,]\d{1,6})?")
PHONE_NUMBER = re.compile(r"\+?\d{7,15}")
PHONE_MARKS = re.compile(r"[\s().\-/]")
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
DAY_MONTH = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})(?:\s*[-/. ]\s*(\d{4}|\d{2}))?\.?")
NAMED_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([^\W\d]+)(?: (\d{4}))?")
MONTH_NAMED = re.compile(r"([^\W\d]+) (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?")
LETTERS = 3  # of a month or weekday are enough
HINTS = {"integer": said.NUMBER, "decimal": said.NUMBER, "date": said.DAY, "phone": said.PHONE, "media": said.PICTURE, "location": said.PLACE}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is needed to read a day: now, and how months and weekdays (Sunday first) and nearby days are called."""

    now: datetime
    months: Sequence[Sequence[str]] = ()
    weekdays: Sequence[Sequence[str]] = ()
    nearby: Mapping[str, int] | None = None  # folded word → days from today
    past: bool = False  # only a day that has been will do

    @property
    def today(self) -> int:
        return today(self.now)


def read(step: Mapping[str, Any], event: Mapping[str, Any], calendar: Calendar) -> Any:
    """The value of her answer to an `ask`; None where it is not an answer to that."""
    kind = step.get("type") or "text"
    if kind in ("media", "location"):
        return event.get(kind) if isinstance(event.get(kind), Mapping) else None
    text = kept(event.get("text") or "")
    if kind == "text":
        return text or None
    value = READERS[kind](_plain(text), calendar) if kind in READERS else None
    return value if value is not None and _within(value, step, calendar) else None


def hint(step: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """How to answer, and the values of that text; empty where there is nothing to say."""
    low, high = step.get("low"), step.get("high")
    kind = step.get("type") or "text"
    if kind in ("integer", "decimal") and low is not None and high is not None:
        return said.BETWEEN, {"low": low, "high": high}
    return HINTS.get(kind, ""), {}


def _plain(text: str) -> str:
    """Digits of any script as 0 to 9, invisible letters gone."""
    shown = (char for char in text if unicodedata.category(char) != "Cf")
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in shown).strip()


def _integer(text: str, calendar: Calendar) -> int | None:
    found = _only(INTEGER, text)
    return int(found) if found else None


def _decimal(text: str, calendar: Calendar) -> float | None:
    found = _only(DECIMAL, text)
    return float(found.replace(",", ".")) if found else None


def _only(pattern: re.Pattern[str], text: str) -> str | None:
    """The one number of a text: "12 weeks" is 12, "1 or 2" is none."""
    found = [match[0] for match in pattern.finditer(text)]
    return found[0] if len(found) == 1 and not re.search(r"\d{10}", text) else None


def _phone(text: str, calendar: Calendar) -> str | None:
    number = PHONE_MARKS.sub("", text)
    return number if PHONE_NUMBER.fullmatch(number) else None


def _date(text: str, calendar: Calendar) -> str | None:
    day = _iso(text) if ISO.fullmatch(text) else _day(text, calendar)
    return dates.format_date(day) if day is not None and dates.is_day(day) else None


def _iso(text: str) -> int | None:
    match = ISO.fullmatch(text)
    return _civil(*map(int, match.groups())) if match else None


def _day(text: str, calendar: Calendar) -> int | None:
    if match := DAY_MONTH.fullmatch(text):
        return _dated(int(match[1]), int(match[2]), match[3], calendar)
    folded = fold(text)
    if calendar.nearby and folded in calendar.nearby:
        return calendar.today + calendar.nearby[folded]
    for pattern, day, month in ((NAMED_MONTH, 1, 2), (MONTH_NAMED, 2, 1)):
        match = pattern.fullmatch(folded)
        number = _called(match[month], calendar.months) if match else None
        if match and number is not None:
            return _dated(int(match[day]), number + 1, match[3], calendar)
    weekday = _called(folded, calendar.weekdays)
    return None if weekday is None else _next_weekday(weekday, calendar.today)


def _dated(day: int, month: int, year: str | None, calendar: Calendar) -> int | None:
    """The day; without a year the next such day, or the last."""
    if year:
        return _civil(int(year) + (2000 if len(year) == 2 else 0), month, day)
    years = (0, -1) if calendar.past else (0, 1)
    found = [_civil(calendar.now.year + ahead, month, day) for ahead in years]
    fitting = (
        one
        for one in found
        if one is not None and (one <= calendar.today if calendar.past else one >= calendar.today)
    )
    return next(fitting, None)


def _civil(year: int, month: int, day: int) -> int | None:
    return dates.parse_date(f"{year:04d}-{month:02d}-{day:02d}")


def _called(word: str, names: Iterable[Sequence[str]]) -> int | None:
    """Which of the names a word is, or begins; each has one for each language."""
    for number, called in enumerate(names):
        if any(
            fold(name) == word or (len(word) >= LETTERS and fold(name).startswith(word)) for name in called
        ):
            return number
    return None


def _next_weekday(weekday: int, day: int) -> int:
    """The next such day after today; Sunday is 0."""
    return day + ((weekday - 1 - dates.weekday(day) - 1) % 7) + 1


def _within(value: Any, step: Mapping[str, Any], calendar: Calendar) -> bool:
    low, high = (_bound(step.get(name), value, calendar) for name in ("low", "high"))
    return (low is None or value >= low) and (high is None or value <= high)


def _bound(given: object, value: object, calendar: Calendar) -> Any:
    """A bound as the value is: a number, or an ISO date; `today` is today."""
    if given in (None, ""):
        return None
    if isinstance(value, str):
        return dates.format_date(calendar.today) if given == "today" else str(given)
    try:
        return float(str(given))
    except ValueError:
        return None


READERS = {"integer": _integer, "decimal": _decimal, "date": _date, "phone": _phone}
