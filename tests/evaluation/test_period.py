"""Periods as people write them."""

import pytest

from tsela.evaluation.period import parse_as_of, parse_period, quarter
from tsela.kernel.dates import format_date, parse_date
from tsela.kernel.errors import TselaError


@pytest.mark.parametrize(("text", "first", "last"), [
    ("2024", "2024-01-01", "2024-12-31"),
    ("2024Q1", "2024-01-01", "2024-03-31"),
    ("2025Q4", "2025-10-01", "2025-12-31"),
    ("2024-10-01..2025-09-30", "2024-10-01", "2025-09-30"),
])  # fmt: skip
def test_a_period_has_a_first_and_a_last_day(text, first, last):
    assert parse_period(text).as_dict() == {"label": text, "from": first, "to": last}


@pytest.mark.parametrize(
    "text", ["", "2025Q5", "25", "1800", "2025-01-01", "2025-02-30..2025-03-01", "2025-02-01..2025-01-01"]
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(TselaError) as error:
        parse_period(text)
    assert error.value.code == "E601"


def test_what_is_no_day_is_refused():
    with pytest.raises(TselaError) as error:
        parse_as_of("31 December")
    assert error.value.code == "E602"


def test_the_quarter_of_a_day():
    days = ["2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01"]
    assert [quarter(parse_date(day) or 0) for day in days] == ["2024Q4", "2025Q1", "2025Q2", "2025Q3"]
    assert format_date(parse_period("2025Q2").last) == "2025-06-30"
