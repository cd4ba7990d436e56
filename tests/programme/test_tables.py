"""What the compiler makes: trees as RULES 4 shows them, tables that fit their schema, words that a person can read."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tsela.programme import Programme, load
from tsela.programme.rules import Labels, Names, RuleError, compile_tables, parse_condition
from tsela.programme.rules.parser import Parser
from tsela.programme.rules.words import condition

ROOT = Path(__file__).parents[2]
SCHEMA = jsonschema_rs.validator_for(json.loads((ROOT / "contract/schemas/tables.schema.json").read_text()))
FORMS = {
    "registration": {"date": None, "questions": {
        "birth_date": {"type": "date"}, "sex": {"type": "code", "codes": ["female", "male"]}, "mother": {"type": "text"},
        "parity": {"type": "integer"}, "language": {"type": "text"}}},
    "hiv_test": {"date": "test_date", "questions": {
        "test_date": {"type": "date"}, "result": {"type": "code", "codes": ["positive", "negative"]}}},
    "visit": {"date": None, "questions": {
        "signs": {"type": "codes", "codes": ["fever", "pain"]}, "weight": {"type": "decimal"}, "days": {"type": "integer"},
        "due_date": {"type": "date"}}},
}  # fmt: skip
NAMES = Names(
    FORMS,
    define={"gone": {"const": True}},
    states={"status": [("ill", {"ref": "gone"}), ("well", {"const": True})]},
)
POSITIVE = {"q": "result", "op": "=", "value": "positive"}

TREES: list[tuple[str, Any]] = [
    ("always", {"const": True}),
    ("any hiv_test where result = positive", {"any": {"form": "hiv_test", "where": POSITIVE}}),
    ("no hiv_test", {"not": {"any": {"form": "hiv_test"}}}),
    ("gone and not gone or never", {"or": [{"and": [{"ref": "gone"}, {"not": {"ref": "gone"}}]}, {"const": False}]}),
    ("count visit within 9 months >= 4", {"count": {"form": "visit", "time": {"within": [9, "months"]}}, "op": ">=", "n": 4}),
    ("latest visit where weight answered has weight < 2.5",
     {"pick": "latest", "of": {"form": "visit", "where": {"q": "weight", "op": "answered"}}, "has": {"q": "weight", "op": "<", "value": 2.5}}),
    ("any visit within answer days days + 28 days", {"any": {"form": "visit", "time": {"within": [28, "days", "days"]}}}),
    ("any visit within answer days days - 1 week", {"any": {"form": "visit", "time": {"within": [-1, "weeks", "days"]}}}),
    ("any hiv_test since latest visit.due_date where signs includes fever",
     {"any": {"form": "hiv_test", "time": {"since": {"pick": "latest", "form": "visit", "q": "due_date",
                                                   "where": {"q": "signs", "op": "includes", "value": "fever"}}}}}),
    ("any hiv_test before birth_date", {"any": {"form": "hiv_test", "time": {"before": {"attr": "birth_date"}}}}),
    ("age first visit >= 1 year", {"age": {"pick": "first", "form": "visit", "q": None}, "op": ">=", "dur": [1, "years"]}),
    ("age later of (birth_date + 18 months, latest visit.due_date where weight > 2 - 1 week) >= 0 days",
     {"age": {"later": [
         {"date": {"attr": "birth_date"}, "plus": [18, "months"]},
         {"date": {"pick": "latest", "form": "visit", "q": "due_date", "where": {"q": "weight", "op": ">", "value": 2.0}}, "plus": [-1, "weeks"]}]},
      "op": ">=", "dur": [0, "days"]}),
    ("any visit since earlier of (birth_date, first visit, latest hiv_test) and gone",
     {"and": [{"any": {"form": "visit", "time": {"since": {"earlier": [
         {"attr": "birth_date"}, {"pick": "first", "form": "visit", "q": None}, {"pick": "latest", "form": "hiv_test", "q": None}]}}}}, {"ref": "gone"}]}),
    ("mother.any hiv_test", {"hop": "mother", "of": {"any": {"form": "hiv_test"}}}),
    ("any infant.gone", {"hop": "infant", "of": {"ref": "gone"}}),
    ("mother answered", {"attr": "mother", "op": "answered"}),
    ("sex in [female, male]", {"attr": "sex", "op": "in", "value": ["female", "male"]}),
    ("parity > -1", {"attr": "parity", "op": ">", "value": -1}),
    ('language = "ny-ZM"', {"attr": "language", "op": "=", "value": "ny-ZM"}),
    ("birth_date >= 2026-01-31", {"attr": "birth_date", "op": ">=", "value": "2026-01-31"}),
    ("status = well", {"and": [{"not": {"ref": "gone"}}, {"const": True}]}),
    ("status in [ill, well]", {"or": [{"ref": "gone"}, {"and": [{"not": {"ref": "gone"}}, {"const": True}]}]}),
    ("(any visit where weight > 2 and not signs includes pain) and gone",
     {"and": [{"any": {"form": "visit", "where": {"and": [
         {"q": "weight", "op": ">", "value": 2.0}, {"not": {"q": "signs", "op": "includes", "value": "pain"}}]}}}, {"ref": "gone"}]}),
]  # fmt: skip

WORDS = [
    (
        "any hiv_test where result = positive within 3 months",
        "there was an HIV test with result Positive, in the last 3 months",
    ),
    ("no visit since birth_date", "there was no visit, since birth date"),
    ("not gone and always", "she is here"),
    ("status = ill or gone", "status is ill or she left"),
    ("age birth_date < 6 weeks", "it is less than 6 weeks since birth date"),
    ("mother.gone", "her mother: she left"),
    (
        "no hiv_test where result in [positive, negative]",
        "there is no HIV test with result Positive or negative yet",
    ),
    ("not (gone or age birth_date < 6 weeks)", "she is here and it is at least 6 weeks since birth date"),
    ("gone and (status = ill or status = well)", "she left and (status is ill or status is well)"),
    ("gone and (never or always)", "she left"),
    ("gone and never", "never"),
    ("age birth_date + 1 month < 6 weeks", "it is less than 6 weeks since 1 month after birth date"),
    (
        "any visit since later of (birth_date + 18 months, latest visit.due_date - 1 week)",
        "there was a visit, since the later of 18 months after birth date and 1 week before the due date of the last visit",
    ),
    ("count visit where weight >= 2.5 >= 4", "at least 4 × visit with weight at least 2.5"),
]


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load(ROOT / "programmes/mentor_mother")


@pytest.mark.parametrize(("text", "tree"), TREES)
def test_a_condition_becomes_its_tree(text: str, tree: Any):
    assert parse_condition(text, NAMES) == tree


@pytest.mark.parametrize(("text", "said"), WORDS)
def test_a_condition_is_said_in_words(text: str, said: str):
    labels = Labels(
        forms={"hiv_test": "HIV test"}, codes={("hiv_test", "result", "positive"): "Positive"},
        names={"gone": "she left"}, opposites={"gone": "she is here"},
    )  # fmt: skip
    parser = Parser(text, NAMES)
    assert condition(parser.whole(parser.condition), labels) == said


def test_every_policy_of_the_programme_compiles_to_tables_that_fit_the_schema(programme: Programme):
    for policy in programme.policies:
        assert [error.message for error in SCHEMA.iter_errors(programme.tables_for(policy))] == []


def test_the_cases_of_the_contract_compile_to_tables_that_fit_the_schema():
    compiled = json.loads((ROOT / "contract/cases/compiled.json").read_text())
    tables = list(_tables(compiled))
    assert tables
    for one in tables:
        one = {
            **one,
            "forms": one["forms"] or {},
        }  # the cases keep their forms in one place, and leave the words out
        items = [
            {**item, "words": dict.fromkeys(("when", "unless", "done", "due"), "")} for item in one["items"]
        ]
        one |= {"items": items, "flags": [{**flag, "words": {"when": ""}} for flag in one["flags"]]}
        assert [error.message for error in SCHEMA.iter_errors(one)] == []


def _tables(value: Any) -> Any:
    if isinstance(value, dict):
        if "engine" in value and "items" in value:
            yield value
        else:
            for part in value.values():
                yield from _tables(part)
    for part in value if isinstance(value, list) else []:
        yield from _tables(part)


conditions = st.recursive(
    st.sampled_from([text for text, _ in TREES]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) and ({pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) or not ({pair[1]})"),
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(
    when=conditions,
    due=st.sampled_from(["6 weeks", "-1 month", "answer days days"]),
    key=st.sampled_from(["late", "opens"]),
)
def test_whatever_compiles_fits_the_schema(when: str, due: str, key: str):
    document = {
        "define": {"gone": "always", "it": when},
        "states": {"status": [{"is": "ill", "when": "gone"}, {"is": "well", "when": "always"}]},
        "items": [{"id": "a", "title": "A", "anchor": "each visit.due_date | birth_date", "when": when, "due": due,
                   "window": {key: "3 days"}, "done": "hiv_test in window | visit where same days after anchor"}],
        "flags": [{"id": "f", "title": "F", "level": "high", "when": when}],
    }  # fmt: skip
    tables, problems = compile_tables(document, FORMS)
    assert [found for found in problems if found.level == "error"] == []
    assert [error.message for error in SCHEMA.iter_errors(tables)] == []


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([*" ".join(text for text, _ in TREES).split(), "(", ")", "[", "|", "$x", "9" * 30]),
        max_size=12,
    )
)
def test_nonsense_is_refused_with_a_place_and_never_crashes(words: list[str]):
    text = " ".join(words)
    at = 0
    try:
        parse_condition(text, NAMES)
    except RuleError as error:
        at = error.at
    assert 0 <= at <= len(text)
