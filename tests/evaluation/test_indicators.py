"""What each indicator counts, as examples; SQL and the plain reference must both say so, and agree on random records."""

import pytest
from tests.evaluation.histories import defined, mentor_mother, nasty, written

from tsela.evaluation import clean, compute, reference
from tsela.evaluation.cells import by_group
from tsela.evaluation.period import parse_period
from tsela.kernel.dates import parse_date

MOTHER = """
mother | registration | 2022-06-01 | client_group: woman, sex: female, birth_date: 1995-02-03
mother | hiv_test     | 2022-06-01 | test_date: 2022-06-01, result: positive
baby   | registration | 2023-01-16 | client_group: child, sex: female, birth_date: 2023-01-15, mother: mother
"""
WOMAN = """
her | registration | 2024-01-10 | client_group: woman, sex: female, birth_date: 1995-02-03
her | art_start    | 2024-03-01 | start_date: 2024-03-01
her | art_dispense | 2024-03-01 | dispense_date: 2024-03-01, days_supplied: 90
"""
NEGATIVE = """
her | registration | 2023-07-10 | client_group: woman, sex: female, birth_date: 1995-02-03
her | pregnancy    | 2023-07-10 | lmp_date: 2023-05-01
her | hiv_test     | 2023-07-10 | test_date: 2023-07-10, result: negative
"""
SUPPLIES = """
her | art_dispense | 2024-05-29 | dispense_date: 2024-05-29, days_supplied: 90
her | art_dispense | 2024-08-27 | dispense_date: 2024-08-27, days_supplied: 90
her | art_dispense | 2024-11-25 | dispense_date: 2024-11-25, days_supplied: 90
"""

# (what happens, indicator, the measures that she adds to, but for cohort)
EXAMPLES = [
    ("a final result that she is free of HIV", MOTHER + "baby | infant_outcome | 2024-09-01 | outcome: uninfected_not_breastfeeding",
     "MTCT_M2M", {"denominator": 1}),
    ("a final result that she is infected", MOTHER + "baby | infant_outcome | 2023-04-01 | outcome: infected",
     "MTCT_M2M", {"denominator": 1, "numerator": 1}),
    ("no final result", MOTHER, "MTCT_M2M", {"unknown": 1}),
    ("no final result, bounds", MOTHER, "MTCT_BOUNDS", {"denominator": 1, "unknown": 1}),
    ("one unconfirmed positive test", MOTHER + "baby | infant_test | 2023-03-01 | test: nat, result: positive", "MTCT_M2M", {"unknown": 1}),
    ("two positive tests", MOTHER + "baby | infant_test | 2023-03-01 | test: nat, result: positive\n"
     "baby | infant_test | 2023-03-20 | test: nat, result: positive", "MTCT_M2M", {"denominator": 1, "numerator": 1}),
    ("a result on the day she turns two", MOTHER + "baby | infant_outcome | 2025-01-15 | outcome: infected",
     "MTCT_M2M", {"denominator": 1, "numerator": 1}),
    ("a result the day after", MOTHER + "baby | infant_outcome | 2025-01-16 | outcome: infected", "MTCT_M2M", {"unknown": 1}),
    ("died before a final result", MOTHER + "baby | infant_outcome | 2023-04-01 | outcome: died", "MTCT_M2M", {"unknown": 1}),
    ("on treatment a year later", WOMAN + SUPPLIES, "RET12", {"denominator": 1, "numerator": 1}),
    ("28 days late a year later", WOMAN + "her | art_dispense | 2024-11-03 | dispense_date: 2024-11-03, days_supplied: 90",
     "RET12", {"denominator": 1, "numerator": 1}),
    ("29 days late a year later", WOMAN + "her | art_dispense | 2024-11-02 | dispense_date: 2024-11-02, days_supplied: 90",
     "RET12", {"denominator": 1}),
    ("dead", WOMAN + SUPPLIES + "her | death | 2025-01-01 | death_date: 2025-01-01", "RET12", {"denominator": 1}),
    ("withdrew", WOMAN + SUPPLIES + "her | exit | 2025-01-01 | exit_date: 2025-01-01, reason: withdrew", "RET12", {"denominator": 1}),
    ("moved to another clinic", WOMAN + "her | transfer_out | 2024-09-01 | transfer_date: 2024-09-01",
     "RET12", {"excluded:moved to another clinic": 1}),
    ("moved, and came back", WOMAN + "her | transfer_out | 2024-09-01 | transfer_date: 2024-09-01\n" + SUPPLIES,
     "RET12", {"denominator": 1, "numerator": 1}),
    ("never late", WOMAN + SUPPLIES, "RET12_KM", {"denominator": 1, "censored:365": 1}),
    ("no supply after the first", WOMAN, "RET12_KM", {"denominator": 1, "lost:119": 1}),
    ("a gap, then back: lost on the curve", WOMAN + "her | art_dispense | 2024-09-01 | dispense_date: 2024-09-01, days_supplied: 180",
     "RET12_KM", {"denominator": 1, "lost:119": 1}),
    ("moved: followed until then", WOMAN + "her | transfer_out | 2024-05-30 | transfer_date: 2024-05-30",
     "RET12_KM", {"denominator": 1, "censored:90": 1}),
    ("dead before the supply ran out", WOMAN + "her | death | 2024-04-10 | death_date: 2024-04-10",
     "RET12_KM", {"denominator": 1, "lost:40": 1}),
    ("tested again, negative", NEGATIVE + "her | hiv_test | 2023-12-07 | test_date: 2023-12-07, result: negative",
     "SEROCONV_PY", {"denominator": 1, "half_days": 300}),
    ("infected midway between two tests", NEGATIVE + "her | hiv_test | 2023-10-18 | test_date: 2023-10-18, result: negative\n"
     "her | hiv_test | 2024-01-26 | test_date: 2024-01-26, result: positive", "SEROCONV_PY", {"denominator": 1, "numerator": 1, "half_days": 300}),
    ("never tested again", NEGATIVE, "SEROCONV", {"unknown": 1}),
    ("positive only after 18 months", NEGATIVE + "her | hiv_test | 2025-01-11 | test_date: 2025-01-11, result: positive",
     "SEROCONV", {"unknown": 1}),
    ("negative at enrolment without a test of ours", NEGATIVE.replace("hiv_test     | 2023-07-10 | test_date: 2023-07-10, result: negative",
     "enrolment | 2023-07-10 | arm: pmtct, hiv_status: negative") + "her | hiv_test | 2023-12-01 | test_date: 2023-12-01, result: positive",
     "SEROCONV", {"denominator": 1, "numerator": 1}),
    ("positive before she was negative", NEGATIVE + "her | hiv_test | 2023-06-01 | test_date: 2023-06-01, result: positive",
     "SEROCONV", {"excluded:positive before": 1}),
]  # fmt: skip


@pytest.fixture(scope="module")
def everyone():
    """The cells of all examples at once, each at a site of its own."""
    rows = [written(row[1], site=f"ZA-{n}", family=f"{n} ") for n, row in enumerate(EXAMPLES)]
    return both([event for row in rows for event in row], "2025", "2025-12-31")


@pytest.mark.parametrize("n", [pytest.param(n, id=f"{row[0]}: {row[2]}") for n, row in enumerate(EXAMPLES)])
def test_who_counts_where(everyone, n):
    _, _, indicator, expected = EXAMPLES[n]
    for cells in everyone:
        assert dict(by_group(cells[indicator], ["site"])[(f"ZA-{n}",)]) == {"cohort": 1} | expected


def test_an_infant_is_tested_in_time_where_the_first_sample_is_before_two_months_of_age():
    history = MOTHER.replace("2023-01", "2025-01")
    for day, expected in [("2025-03-14", {"numerator": 1}), ("2025-03-15", {})]:
        events = written(
            history + f"baby | infant_test | {day} | sample_date: {day}, test: nat, result: pending"
        )
        for cells in both(events, "2025Q1", "2025-12-31"):
            assert dict(by_group(cells["EID_2M"])[()]) == {"cohort": 1, "denominator": 1} | expected


def test_a_baby_registered_after_two_months_of_age_counts_by_its_birth():
    history = MOTHER.replace("2023-01-16", "2023-05-16")
    for cells in both(written(history), "2023", "2023-12-31"):
        assert dict(by_group(cells["EID_2M"])[()]) == {"cohort": 1, "denominator": 1}


def test_whose_day_comes_after_the_data_cut_is_not_counted_yet():
    for cells in both(written(WOMAN + SUPPLIES), "2025", "2025-02-28"):
        assert not cells["RET12"]


def test_a_correction_changes_the_figure_and_a_void_removes_the_fact():
    events = written(MOTHER + "baby | infant_outcome | 2024-09-01 | outcome: infected")
    fixed = {**events[-1], "id": events[-1]["id"][:-1] + "f", "replaces": events[-1]["id"]}
    for answers, expected in [
        ({"outcome": "uninfected_not_breastfeeding"}, {"denominator": 1}),
        (None, {"unknown": 1}),
    ]:
        for cells in both([*events, {**fixed, "answers": answers}], "2025", "2025-12-31"):
            assert dict(by_group(cells["MTCT_M2M"])[()]) == {"cohort": 1} | expected


@pytest.mark.parametrize("seed", range(4))
def test_sql_and_the_plain_reference_give_the_same_cells(seed):
    period = ["2024", "2025", "2024Q3", "2023-06-01..2025-12-31"][seed]
    as_of = ["2025-12-31", "2024-12-31", "2024-08-15"][seed % 3]
    sql, plain = both(nasty(seed, clients=60), period, as_of)
    assert sql == plain


def test_the_random_records_reach_every_measure():
    reached = {
        measure.partition(":")[0]
        for cells in both(nasty(1, clients=60), "2024-06-01..2025-12-31", "2025-12-31")[0].values()
        for _, measure in cells
    }
    assert reached == {
        "cohort",
        "excluded",
        "denominator",
        "numerator",
        "unknown",
        "half_days",
        "lost",
        "censored",
    }


def both(events, period, as_of):
    """The cells by SQL and by the reference."""
    span, day = parse_period(period), parse_date(as_of)
    with clean.in_memory(mentor_mother().tables, events) as connection:
        sql = compute.compute(connection, defined(), span, day)
    return sql, reference.compute(defined(), events, span, day)
