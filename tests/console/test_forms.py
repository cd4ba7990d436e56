"""A form of the programme on a page: what is asked, what is wrong, what becomes an event's answers."""

import pytest
from django.http import QueryDict

from tsela.console.forms import can, fill
from tsela.programme.forms import compile_form

TODAY = "2026-11-20"
VISIT = """
# Visit

| survey | type                 | name    | label               | required | relevant             | constraint           | constraint_message | default |
|--------|----------------------|---------|---------------------|----------|----------------------|----------------------|--------------------|---------|
|        | date                 | day     | When?               | yes      |                      | . <= today()         | Not yet.           | today() |
|        | select_multiple sign | signs   | Any sign?           |          |                      |                      |                    |         |
|        | integer              | back_in | Days until she is seen | yes   | ${signs} != ''       | . >= 1 and . <= 28   | From 1 to 28 days. | 3       |
|        | decimal              | weight  | Weight, kg          |          |                      |                      |                    |         |

| choices | list_name | name  | label    |
|---------|-----------|-------|----------|
|         | sign      | fever | Fever    |
|         | sign      | fits  | Fits     |

| settings | form_id | form_title |
|----------|---------|------------|
|          | visit   | Visit      |
"""


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> dict:
    path = tmp_path_factory.mktemp("forms") / "visit.md"
    path.write_text(VISIT, encoding="utf-8")
    form, problems = compile_form(path)
    assert form is not None, problems
    return form


# What was typed → the answers, and what is wrong by question.
CASES = {
    "": ({}, {"day": "Please answer this."}),
    "q-day=2026-11-20": ({"day": "2026-11-20"}, {}),
    "q-day=2027-01-01": ({"day": "2027-01-01"}, {"day": "Not yet."}),
    "q-day=2026-11-20&q-signs=fever&q-signs=fits": ({"day": "2026-11-20", "signs": ["fever", "fits"], "back_in": 3}, {}),
    "q-day=2026-11-20&q-signs=fever&q-back_in=40": (
        {"day": "2026-11-20", "signs": ["fever"], "back_in": 40}, {"back_in": "From 1 to 28 days."},
    ),
    "q-day=2026-11-20&q-back_in=5": ({"day": "2026-11-20"}, {}),  # not asked without a sign: not answered
    "q-day=2026-11-20&q-weight=3.4": ({"day": "2026-11-20", "weight": 3.4}, {}),
    "q-day=2026-11-20&q-weight=much": ({"day": "2026-11-20"}, {"weight": "This answer cannot be read."}),
}  # fmt: skip


@pytest.mark.parametrize("typed", CASES)
def test_what_is_typed_becomes_answers(visit: dict, typed: str) -> None:
    answers, wrong = CASES[typed]
    # An unticked day is posted empty, as browsers do.
    filled = fill(visit, TODAY, QueryDict(typed if "q-day" in typed else "q-day="))
    assert filled.answers == answers
    assert {field.name.removeprefix("q-"): field.wrong for field in filled.fields if field.wrong} == wrong
    assert filled.wrong is bool(wrong)


def test_a_fresh_form_has_its_defaults_and_blames_nobody(visit: dict) -> None:
    filled = fill(visit, TODAY, signs=["fever"])
    assert [field.name for field in filled.fields] == ["q-day", "q-signs", "q-back_in", "q-weight"]
    assert not any(field.wrong for field in filled.fields)
    assert filled.fields[0].value == TODAY
    assert [chosen for _, _, chosen in filled.fields[1].choices] == [True, False]


def test_repeats_are_left_to_the_app() -> None:
    assert not can({"body": [{"type": "group", "body": [{"type": "repeat", "body": []}]}]})
