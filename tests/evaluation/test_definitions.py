"""Indicator files: what is wrong is refused, with file, line, column and the nearest right name."""

import subprocess
import sys

import pytest
from tests.evaluation.histories import defined, mentor_mother

from tsela.evaluation import definitions
from tsela.programme import source

GOOD = """
cohorts:
  births:
    title: Births
    index: birth_date
    in_period: 2 months
indicators:
  - id: TESTED
    title: Tested
    kind: proportion
    cohort: births
    at: 2 months - 1 day
    numerator: any infant_test where test = nat
    benchmarks: [eid_target]
    definition: Tested by two months.
    source: WHO
"""
# (what is written, instead of what, code, place, part of what is said)
BROKEN = [
    ("infant_tests", "infant_test", "E202", "x.yaml:13:20", "infant_test"),
    ("tests = nat", "test = nat", "E203", "x.yaml:13:38", "test"),
    ("= nta", "= nat", "E205", "x.yaml:13:45", "nat"),
    ("birth_dat", "birth_date", "E204", "x.yaml:5:12", "birth_date"),
    ("2 moons", "2 months", "E610", "x.yaml:6:16", "2 moons"),
    ("cohort: birth", "cohort: births", "E220", "x.yaml:11:13", "births"),
    ("kind: share", "kind: proportion", "E220", "x.yaml:10:11", "proportion"),
    ("[eid_targets]", "[eid_target]", "E220", "x.yaml:14:18", "eid_target"),
    ("numerators:", "numerator:", "E225", "x.yaml:13:5", "numerator"),
    ("", "    at: 2 months - 1 day\n", "E223", "x.yaml:8:5", "at"),
    ("kind: survival", "kind: proportion", "E223", "x.yaml:8:9", "survival"),
    ("kind: rate", "kind: proportion", "E223", "x.yaml:8:9", "person_time"),
    ("each hiv_test", "birth_date", "E213", "x.yaml:5:12", "each"),
]  # fmt: skip


def read(text):
    """The definitions of one file, against the Mentor Mother programme."""
    document, problems = source.parse("\n" + text.lstrip("\n"), "x.yaml")
    assert not problems
    programme = mentor_mother()
    return definitions.read([document], programme.names, programme.tables, programme.facts["benchmarks"])


@pytest.mark.parametrize(
    ("wrong", "right", "code", "place", "said"), BROKEN, ids=[row[0] or "at missing" for row in BROKEN]
)
def test_a_mistake_is_shown_at_its_place_and_its_indicator_left_out(wrong, right, code, place, said):
    found = read(GOOD.replace(right, wrong, 1))
    first = found.problems[0]
    assert (first.code, first.where) == (code, place)
    assert said in f"{first.what} {first.remedy}"


def test_a_sound_file_has_no_problems_and_its_indicator_is_read():
    (indicator,) = read(GOOD).indicators
    assert read(GOOD).problems == ()
    assert [str(step) for step in indicator.at] == ["2 months", "-1 day"]


def test_the_programmes_own_indicators_are_sound():
    assert definitions.check(mentor_mother()) == []
    assert {"MTCT_M2M", "MTCT_BOUNDS", "RET12", "RET12_KM", "SEROCONV", "SEROCONV_PY", "EID_2M"} <= {
        i.id for i in defined().indicators
    }


def test_the_version_changes_with_the_meaning_and_not_with_the_words():
    (first,), (words,), (meaning,) = (
        read(text).indicators
        for text in (GOOD, GOOD.replace("Tested by two", "Test by two"), GOOD.replace("- 1 day", "- 2 days"))
    )
    assert first.version == words.version != meaning.version


def test_an_id_given_twice_is_refused():
    again = GOOD[GOOD.index("  - id") :]
    assert [problem.code for problem in read(GOOD + again).problems] == ["E208"]


def test_definitions_are_read_without_a_database():
    code = "import sys, tsela.evaluation.definitions; sys.exit(any(m in sys.modules for m in ('duckdb', 'django', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
