"""What the programme compiles for conversations (MESSAGES M60), and the conditions of branches."""

import json
from pathlib import Path
from typing import Any

import pytest

from tsela.kernel.errors import TselaError
from tsela.programme import load
from tsela.programme.source import parse
from tsela.programme.talk import conditions
from tsela.programme.talk.flows import compile_flow
from tsela.programme.talk.messages import COVERT, OVERT, messages_of

PROGRAMME = load(Path(__file__).parents[3] / "programmes/mentor_mother")
FLOW = """
flow: f
title: F
keywords: [cough]
steps:
  - ask: How old are you?
    as: age
    type: integer
    low: 1
    high: 120
  - branch: [{if: age < 13, go: child}, {else: end}]
  - id: child
    choice: Well?
    options: [{id: yes, say: "Yes", go: end}, {id: more, say: More, call: g}, {id: no, say: "No"}]
  - wait: {for: 2 hours}
  - {say: Bye., go: child}
  - id: end
    handover: {queue: support, because: "Age {age}", urgent: yes}
"""


def test_a_flow_as_the_runner_reads_it() -> None:
    flow = compile_flow(parse(FLOW, "f.yaml")[0])
    assert json.loads(json.dumps(flow)) == {
        "title": "F", "tier": "covert", "review": "", "keywords": ["cough"], "first": "#1",
        "steps": {
            "#1": {"do": "ask", "next": "#2", "text": "How old are you?", "as": "age", "type": "integer", "low": 1, "high": 120, "again": None},
            "#2": {"do": "branch", "next": "end", "cases": [{"if": {"var": "age", "op": "<", "value": 13}, "go": "child"}]},
            "child": {
                "do": "choice", "next": "#4", "text": "Well?", "as": None,
                "options": [
                    {"id": "yes", "say": "Yes", "words": [], "go": "end", "call": None}, {"id": "more", "say": "More", "words": [], "go": None, "call": "g"},
                    {"id": "no", "say": "No", "words": [], "go": None, "call": None},
                ],
            },
            "#4": {"do": "wait", "next": "#5", "for": [2, "hours"]}, "#5": {"do": "say", "next": "child", "text": "Bye."},
            "end": {"do": "handover", "next": None, "queue": "support", "because": "Age {age}", "urgent": True},
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("long = yes", {"var": "long", "op": "=", "value": "yes"}),
        ("age<13", {"var": "age", "op": "<", "value": 13}),
        ("t >= 37.5", {"var": "t", "op": ">=", "value": 37.5}),
        ("week answered", {"var": "week", "op": "answered"}),
        ("not tier = covert", {"not": {"var": "tier", "op": "=", "value": "covert"}}),
        ('name = "two words"', {"var": "name", "op": "=", "value": "two words"}),
        ("a in [x, y]", {"or": [{"var": "a", "op": "=", "value": "x"}, {"var": "a", "op": "=", "value": "y"}]}),
        ("a = 1 and b = 2 or c = 3", {"or": [{"and": [{"var": "a", "op": "=", "value": 1}, {"var": "b", "op": "=", "value": 2}]}, {"var": "c", "op": "=", "value": 3}]}),
        ("a = 1 and (b = 2 or c = -3)", {"and": [{"var": "a", "op": "=", "value": 1}, {"or": [{"var": "b", "op": "=", "value": 2}, {"var": "c", "op": "=", "value": -3}]}]}),
    ],
)  # fmt: skip
def test_a_condition_as_a_tree(text: str, tree: dict[str, Any]) -> None:
    assert conditions.parse(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a =",
        "= 1",
        "a = 1 and",
        "(a = 1",
        "a = 1)",
        "a ~ 1",
        "a in x",
        "not",
        "1 = a",
        "a = 1 b = 2",
    ],
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(TselaError) as caught:
        conditions.parse(text)
    assert caught.value.code == "E707"


def test_a_message_says_the_covert_text_where_it_has_no_open_one() -> None:
    rows = [{"id": "a", "title": "A", "purpose": "support", "covert": "Hello."}]
    message = messages_of(rows)["a"]
    assert message.text(OVERT) == message.text(COVERT) == "Hello."


def test_the_programme_can_be_kept_as_json_and_is_complete() -> None:
    """What M60 promises of the real programme: every step leads to one that there is, every name is known."""
    talk = json.loads(json.dumps(PROGRAMME.talk))
    assert {"stop", "danger", "menu", "person", "language", "welcome", "unclear", "media"} <= talk[
        "flows"
    ].keys()
    for flow in talk["flows"].values():
        steps = flow["steps"]
        targets = [step["next"] for step in steps.values()] + [flow["first"]]
        targets += [case["go"] for step in steps.values() for case in step.get("cases", ())]
        targets += [option["go"] for step in steps.values() for option in step.get("options", ())]
        assert {one for one in targets if one} <= steps.keys()
    assert set(PROGRAMME.registered) <= talk["languages"].keys()
    assert talk["words"]["zu"]["stop"]
    assert talk["messages"]["visit_soon"]["replies"][0] == {
        "id": "come",
        "say": "I will come",
        "does": "confirm",
    }


def test_no_covert_text_tells_in_any_of_34_languages_with_any_list() -> None:
    """Every covert text, as English and as each language has it, against the lists of that language."""
    leaks, found = PROGRAMME.leaks, []
    for tag in PROGRAMME.registered:
        words = PROGRAMME.catalogue(tag)
        for said in PROGRAMME.said:
            if said.tier == COVERT and said.role != "word":
                text = words.get(said.text, said.text)
                found += [(tag, text, leak.term) for leak in leaks.find(text, tag)]
    assert len(PROGRAMME.registered) == 34
    assert found == []
