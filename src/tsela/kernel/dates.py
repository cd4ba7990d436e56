"""Civil dates as whole numbers of days since 1970-01-01, and durations to add to them.

The arithmetic is ours, not the standard library's, because the phone runs its twin: both must agree on
every date, every clamped month end and every overflow. Nothing here knows a clock or a time zone.
Valid dates run from 1900-01-01 to 2199-12-31; an addition that leaves that range gives None.
"""

import re
from dataclasses import dataclass
from typing import Literal, cast, get_args

Unit = Literal["days", "weeks", "months", "years"]
UNITS: tuple[Unit, ...] = get_args(Unit)

FIRST_DAY = -25567  # 1900-01-01
LAST_DAY = 84005  # 2199-12-31

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DURATION = re.compile(r"(-?)([0-9]{1,6}) (day|week|month|year)s?")
_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of calendar time, such as 6 weeks or -14 days."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count} {self.unit[:-1] if abs(self.count) == 1 else self.unit}"


def parse_date(text: object) -> int | None:
    """The day that 'YYYY-MM-DD' names, or None when it names none."""
    match = _DATE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    if not (1900 <= year <= 2199 and 1 <= month <= 12 and 1 <= day <= month_length(year, month)):
        return None
    return from_civil(year, month, day)


def format_date(day: int) -> str:
    """'YYYY-MM-DD' for a day in the valid range."""
    if not is_day(day):
        raise ValueError(f"{day} is not a day between 1900-01-01 and 2199-12-31")
    year, month, day_of_month = to_civil(day)
    return f"{year:04d}-{month:02d}-{day_of_month:02d}"


def is_day(day: int) -> bool:
    """Whether a day number is a date that we accept."""
    return FIRST_DAY <= day <= LAST_DAY


def parse_duration(text: object) -> Duration | None:
    """'6 weeks', '1 day' or '-14 days' as a Duration, or None when text is no duration."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    sign, count, unit = match.groups()
    return Duration(-int(count) if sign else int(count), cast(Unit, f"{unit}s"))


def add(day: int, count: int, unit: Unit) -> int | None:
    """The day that lies count units after day, or None when it leaves the valid range."""
    if unit == "days":
        result = day + count
    elif unit == "weeks":
        result = day + 7 * count
    else:
        result = _add_months(day, count if unit == "months" else 12 * count)
    return result if is_day(result) else None


def add_duration(day: int, duration: Duration) -> int | None:
    """The day that lies a duration after day, or None when it leaves the valid range."""
    return add(day, duration.count, duration.unit)


def weekday(day: int) -> int:
    """0 for Monday to 6 for Sunday."""
    return (day + 3) % 7


def month_length(year: int, month: int) -> int:
    """How many days a month has."""
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if leap else _MONTH_LENGTHS[month - 1]


def from_civil(year: int, month: int, day: int) -> int:
    """The day number of a date. Counts in years that start in March, so that a leap day comes last."""
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468


def to_civil(day: int) -> tuple[int, int, int]:
    """Year, month and day of month of a day number."""
    era, day_of_era = divmod(day + 719468, 146097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    year = era * 400 + year_of_era + (month <= 2)
    return year, month, day_of_year - (153 * shifted_month + 2) // 5 + 1


def _add_months(day: int, count: int) -> int:
    """31 January and a month is 28 or 29 February: the end of a shorter month stands in for its missing days."""
    year, month, day_of_month = to_civil(day)
    year, month = divmod(year * 12 + month - 1 + count, 12)
    month += 1
    return from_civil(year, month, min(day_of_month, month_length(year, month)))
