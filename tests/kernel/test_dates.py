import calendar
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsela.kernel.dates import (
    FIRST_DAY,
    LAST_DAY,
    UNITS,
    Duration,
    add,
    add_duration,
    format_date,
    from_civil,
    parse_date,
    parse_duration,
    to_civil,
    weekday,
)

EPOCH = datetime.date(1970, 1, 1)
days = st.integers(FIRST_DAY, LAST_DAY)


def as_date(day: int) -> datetime.date:
    return EPOCH + datetime.timedelta(days=day)


def test_every_valid_day_is_the_calendars_day():
    for day in range(FIRST_DAY, LAST_DAY + 1):
        date = as_date(day)
        assert to_civil(day) == (date.year, date.month, date.day)
        assert from_civil(date.year, date.month, date.day) == day


def test_the_valid_range_is_three_centuries():
    assert (format_date(FIRST_DAY), format_date(LAST_DAY)) == ("1900-01-01", "2199-12-31")


@given(days)
def test_a_date_survives_being_written_and_read(day):
    assert format_date(day) == as_date(day).isoformat()
    assert parse_date(format_date(day)) == day
    assert weekday(day) == as_date(day).weekday()


@pytest.mark.parametrize(
    "text",
    ["1899-12-31", "2200-01-01", "2025-02-29", "1900-02-29", "2025-13-01", "2025-00-10", "2025-04-31", "2025-4-01",
     "20250401", " 2025-04-01", "2025-04-01\n", "2025-04-01T00:00", "٢٠٢٥-٠٤-٠١", "", None, 20250401],
)  # fmt: skip
def test_what_is_no_date_is_none(text):
    assert parse_date(text) is None


@pytest.mark.parametrize("day", [FIRST_DAY - 1, LAST_DAY + 1])
def test_a_day_outside_the_range_is_never_written(day):
    with pytest.raises(ValueError, match="is not a day between"):
        format_date(day)


@given(days, st.integers(-5000, 5000), st.sampled_from(UNITS))
def test_adding_is_what_the_calendar_says(day, count, unit):
    assert add(day, count, unit) == calendar_says(as_date(day), count, unit)


def calendar_says(date: datetime.date, count: int, unit: str) -> int | None:
    if unit in ("days", "weeks"):
        day = (date - EPOCH).days + count * (7 if unit == "weeks" else 1)
        return day if FIRST_DAY <= day <= LAST_DAY else None
    months = date.year * 12 + date.month - 1 + count * (12 if unit == "years" else 1)
    year, month = months // 12, months % 12 + 1
    if not 1900 <= year <= 2199:
        return None
    last = calendar.monthrange(year, month)[1]
    return (datetime.date(year, month, min(date.day, last)) - EPOCH).days


@given(days, st.integers(), st.sampled_from(UNITS))
def test_adding_any_number_gives_a_valid_day_or_none(day, count, unit):
    result = add(day, count, unit)
    assert result is None or FIRST_DAY <= result <= LAST_DAY


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2024-01-31", "1 month", "2024-02-29"),
        ("2025-01-31", "1 month", "2025-02-28"),
        ("2025-03-31", "-1 month", "2025-02-28"),
        ("2024-02-29", "1 year", "2025-02-28"),
        ("2025-12-15", "18 months", "2027-06-15"),
        ("2025-01-01", "6 weeks", "2025-02-12"),
        ("2025-01-01", "-14 days", "2024-12-18"),
        ("2199-12-31", "1 day", None),
        ("1900-01-01", "-1 month", None),
    ],
)
def test_a_month_end_clamps_and_the_range_ends(start, duration, end):
    start_day, length = parse_date(start), parse_duration(duration)
    assert start_day is not None
    assert length is not None
    assert add_duration(start_day, length) == parse_date(end)


@given(st.integers(-999_999, 999_999), st.sampled_from(UNITS))
def test_a_duration_survives_being_written_and_read(count, unit):
    assert parse_duration(str(Duration(count, unit))) == Duration(count, unit)


@pytest.mark.parametrize(
    "text", ["6weeks", "six weeks", "6  weeks", "+6 weeks", "6 fortnights", "6", "", " 6 days", None, 6]
)
def test_what_is_no_duration_is_none(text):
    assert parse_duration(text) is None
