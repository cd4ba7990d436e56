"""Reads what providers send, whatever it is: nothing here raises for a value that is odd, and what comes out can be stored.

A text may hold what no database keeps (NUL, half a surrogate pair); an id may be longer than any column.
"""

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

LONGEST_ID, LONGEST_NAME = 160, 80
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff\ufffd]+")


def decode(body: bytes) -> Any:
    """The JSON value of a body; None where it is none. Broken UTF-8 costs the letters it stands for, not the message."""
    try:
        return json.loads(body.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError):
        return None


def dig(value: Any, path: str) -> Any:
    """`a.0.b` of a JSON value; None where there is no such place."""
    for key in filter(None, path.split(".")):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def dicts(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, or of one object."""
    if isinstance(value, dict):
        return [value]
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """A text that can be stored; '' for what is neither text nor number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return _UNSTORABLE.sub("\ufffd", str(value))


def short(value: Any, longest: int = LONGEST_NAME) -> str:
    return " ".join(text(value).split())[:longest]


def identity(value: Any) -> str:
    """An id of the provider's. One that is too long for its column is known by its hash."""
    id = text(value)
    return id if len(id) <= LONGEST_ID else f"sha256:{hashlib.sha256(id.encode()).hexdigest()}"


def phone(value: Any, national: str = "") -> str:
    """+27821234567, or '' where it is no number of a person (a short code, a sender's name). `national` is what stands
    in for a leading 0."""
    digits = re.sub(r"[\s().-]", "", text(value))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif national and digits.startswith("0"):
        digits = national + digits[1:]
    number = digits if digits.startswith("+") else f"+{digits}"
    return number if _PHONE.fullmatch(number) else ""


def moment(value: Any) -> datetime | None:
    """Seconds or milliseconds since 1970, or an ISO date and time (UTC where it does not say); None for anything else."""
    said = text(value).strip()
    try:
        if re.fullmatch(r"[0-9]{9,13}(\.[0-9]+)?", said):
            seconds = float(said)
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        at = datetime.fromisoformat(said)
        return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
