"""Values and how they turn into one another (FORMS F1, F2). Twin of phone/src/core/forms/values.ts."""

import math
import re
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from tsela.kernel.dates import format_date, is_day, parse_date

Value = str | float | int | bool | list[str]

# Said where the form has no message of its own; msgids of the PO files, as in types.ts.
MESSAGES = {
    "required": "Please answer this.",
    "constraint": "Please check this answer.",
    "type": "This answer cannot be read.",
    "choice": "Choose one of the answers shown.",
    "unknown": "This form does not ask this.",
}
LARGEST = 2**53 - 1

_NUMBER = re.compile(r"[ \t\r\n]*-?([0-9]+(\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*")
_GEOPOINT = re.compile(r"-?[0-9]{1,2}(\.[0-9]+)? -?[0-9]{1,3}(\.[0-9]+)?( -?[0-9]+(\.[0-9]+)?){0,2}")
# An attachment is a file that is named after its own SHA-256 (SPEC S60).
_ATTACHMENTS = {
    "image": re.compile(r"[0-9a-f]{64}\.(jpg|png)"),
    "audio": re.compile(r"[0-9a-f]{64}\.(webm|ogg|m4a)"),
}
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def to_number(value: Value) -> float:
    if isinstance(value, bool | int | float):
        return float(value)
    text = to_text(value)
    day = parse_date(text)
    if day is not None:
        return float(day)
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def to_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(value)
    return value if isinstance(value, str) else number_text(float(value))


def number_text(number: float) -> str:
    """A number as JavaScript writes it."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number.is_integer() and abs(number) < 1e21:
        return str(int(number))
    if abs(number) >= 1e21 or abs(number) < 1e-6:
        return re.sub(r"e([+-])0", r"e\1", repr(number))
    return format(Decimal(repr(number)), "f")


def to_boolean(value: Value) -> bool:
    return not math.isnan(value) and value != 0 if isinstance(value, int | float) else len(value) > 0


def date_text(days: float) -> str:
    """The date of a day number, '' outside the range of dates."""
    return format_date(math.floor(days)) if math.isfinite(days) and is_day(math.floor(days)) else ""


def equal(a: Value, b: Value) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return to_boolean(a) == to_boolean(b)
    return to_number(a) == to_number(b) if _is_numeric(a) or _is_numeric(b) else to_text(a) == to_text(b)


def _is_numeric(value: Value) -> bool:
    return isinstance(value, int | float) or parse_date(value) is not None


def is_empty(raw: object) -> bool:
    return raw is None or raw == "" or raw == []


def clean(kind: str, raw: Any, codes: Collection[str]) -> tuple[Value, str | None]:
    """An answer as expressions see it, and what is wrong with it: None, 'type' or 'choice'."""
    if is_empty(raw):
        return "", None
    match kind:
        case "integer" | "decimal":
            return _clean_number(raw, whole=kind == "integer")
        case "date":
            valid = parse_date(raw) is not None
        case "time":
            valid = isinstance(raw, str) and _TIME.fullmatch(raw) is not None
        case "geopoint":
            valid = isinstance(raw, str) and is_geopoint(raw)
        case "image" | "audio":
            valid = isinstance(raw, str) and _ATTACHMENTS[kind].fullmatch(raw) is not None
        case "select_multiple":
            return _clean_many(raw, codes)
        case "select_one" if isinstance(raw, str) and raw not in codes:
            return "", "choice"
        case _:
            valid = isinstance(raw, str)
    return (raw, None) if valid else ("", "type")


def is_geopoint(text: str) -> bool:
    """Degrees of latitude and longitude, then metres of altitude and of accuracy where known: '-25.99 28.22 1550 5'."""
    if not _GEOPOINT.fullmatch(text):
        return False
    latitude, longitude, *_ = map(float, text.split(" "))
    return abs(latitude) <= 90 and abs(longitude) <= 180


def _clean_number(raw: Any, *, whole: bool) -> tuple[Value, str | None]:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not _is_finite(raw):
        return "", "type"
    if float(raw).is_integer() and abs(raw) <= LARGEST:
        return int(raw), None
    return ("", "type") if whole else (float(raw), None)


def _is_finite(raw: float) -> bool:
    try:
        return math.isfinite(raw)
    except OverflowError:  # an integer beyond every float
        return False


def _clean_many(raw: Any, codes: Collection[str]) -> tuple[Value, str | None]:
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        return "", "type"
    known = list(dict.fromkeys(one for one in raw if one in codes))
    return known or "", None if all(one in codes for one in raw) else "choice"


def cast(kind: str, result: Value) -> Value:
    """The result of a calculation, made to fit its question; '' where it cannot."""
    if kind in ("integer", "decimal"):
        number = to_number(result)
        if not math.isfinite(number):
            return ""
        return int(number) if number.is_integer() and abs(number) <= LARGEST else number
    if kind == "date":
        return date_text(to_number(result))
    if kind == "select_multiple":
        return to_text(result).split()
    if isinstance(result, float) and not math.isfinite(result):
        return ""
    return to_text(result)
