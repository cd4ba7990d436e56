"""The period of an evaluation: inclusive civil dates, and the quarters that cohorts are shown by."""

import re
from dataclasses import dataclass

from tsela.kernel.dates import format_date, from_civil, month_length, parse_date, to_civil
from tsela.kernel.errors import fail

_YEAR = re.compile(r"(\d{4})(?:Q([1-4]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """All days from `first` to `last`, both included (day numbers)."""

    label: str
    first: int
    last: int

    def as_dict(self) -> dict[str, str]:
        return {"label": self.label, "from": format_date(self.first), "to": format_date(self.last)}


def parse_period(text: str) -> Period:
    """'2025', '2025Q3' or '2024-10-01..2025-09-30'; raises E601 for anything else."""
    if (match := _YEAR.fullmatch(text)) and 1900 <= int(match[1]) <= 2199:
        year, quarter = int(match[1]), match[2]
        months = (3 * int(quarter) - 2, 3 * int(quarter)) if quarter else (1, 12)
        return Period(
            text, from_civil(year, months[0], 1), from_civil(year, months[1], month_length(year, months[1]))
        )
    first, dots, last = text.partition("..")
    start, end = parse_date(first), parse_date(last)
    if not dots or start is None or end is None or start > end:
        fail("E601", where="--period", text=text)
    return Period(text, start, end)


def parse_as_of(text: str) -> int:
    """The day of a data cut; raises E602 where it is no date."""
    day = parse_date(text)
    return day if day is not None else fail("E602", where="--as-of", text=text)


def quarter(day: int) -> str:
    """'2025Q3' for a day of July to September 2025."""
    year, month, _ = to_civil(day)
    return f"{year}Q{(month + 2) // 3}"
