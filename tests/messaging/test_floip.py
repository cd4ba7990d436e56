"""Conversations from elsewhere: a FLOIP container becomes our flows, they run, and nothing is left out in silence."""

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tsela.kernel.errors import TselaError
from tsela.messaging.dialogues import Dialogue, Line, run_dialogue
from tsela.messaging.floip import take_over
from tsela.messaging.floip.expressions import condition, slug
from tsela.messaging.flow import Talk
from tsela.programme.locales import catalogue
from tsela.programme.shape import fit, schema
from tsela.programme.talk import conditions
from tsela.programme.talk.flows import compile_flow
from tsela.work.commands import tsela

FILE = Path(__file__).parent / "floip" / "container.json"
CONTAINER = json.loads(FILE.read_text(encoding="utf-8"))
NOTED = [
    "lost: nothing leads", "welcome: only texts", "Io.Turn.Webhook is nothing that we have: a person", "@flow.age cannot be filled in",
    "no question with several answers", "has_phrase(flow.story, 'sick') cannot be taken over", "child_age: kept within the conversation", "only writes a log (done)",
    "no English text",
]  # fmt: skip
# What she does after the flow has begun, and what follows.
TALKS = [
    ["says: Hello Thandi", "says: How many months", "client: 2", "hands over: support"],
    ["client: 70", "says: a number from 0 to 60", "client: 11", "offers: Yes | No | I am not sure", "client: yeah", "says: Which of these", "says: Fits?",
     "client: no", "says: A rash?", "client: yes", "hands over: support"],
    ["client: 20", "client: no", "says: Tell us what you see.", "client: He cries", "says: Hamba kahle.", "ends: done"],
    ["client: 20", "client: purple", "says: Sorry", "client: 3", "says: Which of these", "client: 1", "client: 1", "says: Hamba kahle."],
]  # fmt: skip


@pytest.mark.parametrize("lines", TALKS)
def test_an_imported_flow_runs(lines: list[str]) -> None:
    flows = {name: compile_flow(flow) for name, flow in take_over(CONTAINER).flows.items()}
    told = [Line(word, text.strip(), line) for line in lines for word, _, text in [line.partition(":")]]
    dialogue = Dialogue("imported", "", told, language="en", start="fever_check")
    assert run_dialogue(Talk.of({"flows": flows}, {}), dialogue, {"name": "Thandi"}).differences == []


def test_what_is_not_as_it_was_is_noted() -> None:
    notes = [f"{note.where}: {note.what}" for note in take_over(CONTAINER).notes]
    assert len(notes) == len(NOTED)
    assert all(any(noted in note for note in notes) for noted in NOTED)


def test_imported_flows_are_in_the_shape_of_ours_and_keep_their_translations() -> None:
    imported = take_over(CONTAINER, "container.json")
    for flow in imported.flows.values():
        assert fit(flow, schema("flow"), "")[1] == []
    assert (
        imported.words["zu"]["Hello {name}. Let us look at your child."]
        == "Sawubona {name}. Ake sibheke ingane yakho."
    )


CONDITIONS = [
    ("block.value = 'yes'", "answer = yes"), ('flow.age.value >= 13', "age >= 13"), ("@flow.age < 5 AND flow.hot = 'no'", "age < 5 and hot = no"),
    ("OR(contact.sex = 'f', flow.x.value != 2)", "sex = f or x != 2"), ("flow.place == 'Cape Town'", 'place = "Cape Town"'),
    ("has_any_word(flow.x, 'a')", None), ("", None), (None, None), ("flow.a = flow.b", None),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), CONDITIONS)
def test_expressions_become_conditions(expression: str | None, expected: str | None) -> None:
    found = condition(expression, "answer", slug)
    assert found == expected
    if found:
        conditions.parse(found)


@pytest.mark.parametrize(
    "given", [None, [], {}, "x", {"flows": []}, {"flows": [{"name": "empty"}]}, {"flows": "x"}]
)
def test_what_is_no_container_is_refused(given: Any) -> None:
    with pytest.raises(TselaError, match="E733"):
        take_over(given)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in rows for place in places(part, (*path, key)))]


junk = st.sampled_from([None, "", "x", 0, 1.5, True, [], {}, [None], {"a": 1}, ["b1"], [[]], -1])


@given(st.lists(st.tuples(st.sampled_from(places(CONTAINER)[1:]), junk), min_size=1, max_size=3))
def test_no_container_is_too_broken(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    broken = copy.deepcopy(CONTAINER)
    for (*path, last), value in changes:
        part = broken
        try:
            for key in path:
                part = part[key]
            part[last] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took that place away
    with suppress(TselaError):
        for flow in take_over(broken).flows.values():
            assert compile_flow(flow)["steps"]


def test_the_command_writes_flows_and_drafts_and_overwrites_nothing(tmp_path: Path) -> None:
    run = CliRunner()
    arguments = ["flow", "import", str(FILE), "--to", str(tmp_path)]
    result = run.invoke(tsela, arguments)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "flows" / "fever_check.yaml").read_text().startswith("flow: fever_check")
    assert catalogue(tmp_path, "zu").drafts == {"Hello {name}. Let us look at your child.", "Yes"}
    assert "9 notes" in result.output
    assert "E734" in str(run.invoke(tsela, arguments).exception)
    assert run.invoke(tsela, [*arguments, "--replace"]).exit_code == 0


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "flow.json"
    file.write_text("{", encoding="utf-8")
    assert "E733" in str(CliRunner().invoke(tsela, ["flow", "import", str(file)]).exception)
