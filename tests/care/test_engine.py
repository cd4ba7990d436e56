"""What the shared cases do not say: refusals, reasons, conditions asked by name, and who is linked to whom."""

from typing import Any

import pytest

from differential.programmes import compiled
from tsela.care.engine import ENGINE, Plan, Records, Rules, holds, plan, why
from tsela.kernel.dates import parse_date
from tsela.kernel.errors import TselaError

TABLES = compiled({
    "define": {"positive": "any hiv_test where result = positive"},
    "items": [{
        "id": "first_test", "because": "A baby has a test at six weeks.", "anchor": "birth_date", "due": "6 weeks",
        "when": "mother.positive", "unless": "any exit", "done": "infant_test in window",
    }],
})  # fmt: skip
RULES = Rules(TABLES)


def event(identity: str, client: str, form: str, **answers: Any) -> dict[str, Any]:
    return {
        "id": identity, "client": client, "form": form, "occurred_on": "2026-01-01", "replaces": None, "answers": answers
    }  # fmt: skip


FAMILY = [
    event("a", "anna", "registration"),
    event("b", "anna", "hiv_test", result="positive"),
    event("c", "ben", "registration", mother="anna", birth_date="2026-01-01"),
]


def planned(*events: dict[str, Any]) -> Plan:
    return plan(RULES, Records(RULES, [*FAMILY, *events]), "ben", day("2026-02-12"))


def day(text: str) -> int:
    found = parse_date(text)
    assert found is not None
    return found


def test_tables_of_a_newer_engine_are_refused() -> None:
    with pytest.raises(TselaError) as error:
        Rules({**TABLES, "engine": ENGINE + 1})
    assert error.value.code == "E290"


def test_a_task_says_why() -> None:
    reason = why(RULES, planned().tasks[0])
    assert reason.startswith("A baby has a test at six weeks. Registration: 2026-01-01. Applies while")


def test_of_several_dates_it_says_which_one_counts() -> None:
    rules = Rules(compiled({
        "items": [{
            "id": "final", "because": "One more test.", "anchor": "later of (birth_date + 18 months, latest infant_test.result_date + 3 months)",
            "due": "0 days", "done": "encounter",
        }],
    }))  # fmt: skip
    test = {**event("t", "ben", "infant_test", result_date="2027-06-15"), "occurred_on": "2027-06-15"}
    early = {**test, "answers": {"result_date": "2027-01-01"}}
    assert [
        why(rules, plan(rules, Records(rules, [*FAMILY, one]), "ben", day("2027-06-20")).tasks[0])
        for one in (test, early)
    ] == [
        "One more test. 3 months after the result date: 2027-09-15.",
        "One more test. 18 months after birth date: 2027-07-01.",
    ]


def test_a_cancelled_task_says_what_ended_it() -> None:
    assert "No longer needed" in why(RULES, planned(event("x", "ben", "exit")).tasks[0])


def test_reasons_are_in_her_language() -> None:
    zulu = {"registration": "ukubhaliswa"}
    reason = why(RULES, planned().tasks[0], lambda text: zulu.get(text, text))
    assert "Ukubhaliswa: 2026-01-01." in reason


def test_a_condition_may_be_asked_by_name_or_as_a_tree() -> None:
    records = Records(RULES, FAMILY)
    assert holds(RULES, "positive", records, "anna", day("2026-01-01"))
    assert holds(RULES, {"hop": "mother", "of": {"ref": "positive"}}, records, "ben", day("2026-01-01"))
    assert not holds(RULES, "positive", records, "ben", day("2026-01-01"))
    assert not holds(RULES, {"const": True}, records, "nobody", day("2026-01-01"))


def test_links_are_known_from_both_ends_and_follow_a_change() -> None:
    records = Records(RULES, FAMILY)
    assert (records.linked("anna"), records.linked("ben")) == (["ben"], ["anna"])
    records.put("ben", [event("c", "ben", "registration", mother="bea")])
    assert (records.linked("anna"), records.linked("ben")) == ([], [])
