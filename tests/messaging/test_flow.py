"""Conversations (M20-M27): as dialogues, and as a function that never fails whatever comes in."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.talking import FOLDER, compiled, talk
from tsela.messaging.dialogues import Dialogue, read_dialogues, run_dialogue
from tsela.messaging.flow import Talk, step

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
DIALOGUES, WRONG = read_dialogues(FOLDER)
EFFECTS = {
    "say",
    "timer",
    "handover",
    "task",
    "event",
    "schedule",
    "language",
    "confirm",
    "another_day",
    "stop",
    "end",
}


def test_the_dialogues_can_be_read() -> None:
    assert WRONG == []


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.title)
def test_conversations_go_as_their_dialogues(dialogue: Dialogue) -> None:
    assert run_dialogue(talk(), dialogue, {}).differences == []


def say(state: dict[str, Any], text: str, now: datetime = NOW, on: Talk | None = None, **rest: Any) -> Any:
    return step(on or talk(), state, {"kind": "message", "text": text, **rest}, now)


def texts(effects: list[dict[str, Any]]) -> list[str]:
    return [effect["text"] for effect in effects if effect["do"] == "say"]


KNOWN = {"language": "en", "opened": NOW.isoformat(), "channel": "sms"}


def test_a_question_that_was_changed_meanwhile_is_not_answered_by_its_number() -> None:
    state, _ = say(KNOWN, "cough")
    flows = json.loads(json.dumps(compiled()))
    flows["flows"]["cough"]["steps"]["ask_long"]["options"].reverse()
    state, effects = say(state, "1", on=Talk.of(flows, {}))
    assert texts(effects) == ["What would you like to talk about?"]


def test_a_step_that_is_gone_leads_gently_to_the_menu() -> None:
    state, effects = say({**KNOWN, "flow": "cough", "at": "long_gone", "last": NOW.isoformat()}, "2")
    assert texts(effects) == ["What would you like to talk about?"]
    assert state["flow"] == "menu"


def test_an_old_button_is_no_answer_to_a_new_question() -> None:
    state, effects = say(KNOWN, "menu")
    old = effects[0]["asked"]
    state, _ = say(state, "cough")
    state, effects = say(state, "Yes", choice=f"{old}:yes")
    assert texts(effects) == ["Have you been coughing for two weeks or longer?"]
    state, effects = say(state, "Yes", choice=f"{effects[0]['asked']}:yes")
    assert texts(effects) == ["A person can help you to find out where."]


def test_a_long_story_instead_of_a_choice_goes_to_a_person() -> None:
    state, _ = say(KNOWN, "cough")
    state, effects = say(state, "It began long ago. " * 500)
    assert texts(effects) == ["Would you like to talk to a person?"]
    assert len(state["vars"]["text"]) <= 200


def test_what_a_state_keeps_every_database_takes() -> None:
    state, _ = say(KNOWN, "story")
    state, effects = say(state, "a\x00b\ud800c\u202ed")
    assert json.dumps(effects).encode().isascii()
    assert state["vars"]["story"].encode("utf-8") == b"ab?cd"


def test_more_languages_than_a_list_holds_are_shown_in_pages() -> None:
    tags = [f"l{at}" for at in range(24)]
    many = Talk.of(
        {
            "languages": {tag: {"name": f"Language {tag}"} for tag in tags},
            "countries": {"ZA": {"languages": tags}},
        },
        {tag: {"Yes": tag} for tag in tags},
    )
    state: dict[str, Any] = {"country": "ZA"}
    shown = []
    for text in ("hello", "more languages", "10", "7"):
        state, effects = say(state, text, on=many)
        shown.append([option["id"] for option in effects[-1]["options"]])
    assert [len(page) for page in shown] == [10, 10, 7, 10]
    assert [tag for page in shown[:3] for tag in page[:-1]] == tags
    assert shown[3] == shown[0]
    state, effects = say(state, "Language l20", on=many)  # on another page
    assert state["language"] == "l20"


# Whatever comes in.

PIECES = ["stop", "menu", "1", "٣", "cough", "bleeding", "isizulu", "👍🏽", "\u202e", "\u200b", "\u200d", "ɛ", "ŵ", "\x00", "\ud800", "2,4", "25/11",
          "99999999999999999999", "0", "-", "yes", " ", "\n", "read", "slow", "treatment", "…"]  # fmt: skip
typed = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join),
    st.text(max_size=40),
    st.sampled_from(["", "a" * 10_000, "😀" * 5_000, "stop " * 2_000, "\u200f" * 10_000]),
)
junk = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.lists(st.text(max_size=3), max_size=3) | st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)  # fmt: skip
names = st.sampled_from([*compiled()["flows"], "message/visit", "unclear", "~begin", "gone"])
steps = st.sampled_from(["#1", "#2", "ask_long", "top", "replies", "language", "gone"])
times = st.sampled_from(
    ["2026-11-20T09:00:00+00:00", "2026-11-10T09:00:00", "2031-01-01T00:00:00+02:00", "soon"]
)
states = st.fixed_dictionaries({}, optional={
    "language": st.sampled_from(["en", "zu", "xx", ""]), "tier": st.sampled_from(["covert", "overt", "overt_on_request", "?"]),
    "channel": st.sampled_from(["sms", "whatsapp"]), "country": st.sampled_from(["ZA", "MW", "??"]), "flow": names, "at": steps,
    "stack": st.lists(st.tuples(names, steps).map(list) | junk, max_size=5), "vars": st.dictionaries(st.sampled_from(["long", "date", "kilograms", "guess"]), junk),
    "misses": st.integers(-1, 3), "opened": times, "last": times, "hers": st.booleans(), "asked": st.text(max_size=8), "remind": times,
    "waits": st.dictionaries(st.sampled_from(["slow #2", "x"]), times), "wants": names, "person": st.booleans(), "page": st.integers(-1, 99),
    "found": st.lists(st.sampled_from(["feeding", "gone"])),
})  # fmt: skip
events = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("message"), "text": typed},
        optional={"choice": st.sampled_from(["yes", "x:yes", "more", "come", ""]) | junk, "media": st.just({"type": "audio", "id": "1"}) | junk, "location": junk},
    ),
    st.fixed_dictionaries({"kind": st.just("start"), "flow": names | junk}, optional={"vars": junk}),
    st.fixed_dictionaries({"kind": st.sampled_from(["timer", "returned", "unknown"])}),
    st.dictionaries(st.text(max_size=5), junk, max_size=3),
)  # fmt: skip


@given(
    st.one_of(
        states,
        st.dictionaries(
            st.sampled_from(["flow", "at", "stack", "vars", "waits", "last", "page", "found"]), junk
        ),
    ),
    st.lists(events, min_size=1, max_size=4),
)
@settings(max_examples=400)
def test_any_event_in_any_state_has_an_answer(state: dict[str, Any], happening: list[dict[str, Any]]) -> None:
    now = NOW
    for event in happening:
        before, (state, effects) = state, step(talk(), state, event, now)
        assert step(talk(), before, event, now) == (state, effects), "the same comes of the same"
        json.dumps([state, effects])
        assert {effect["do"] for effect in effects} <= EFFECTS
        assert len(state.get("stack", [])) <= 20
        now += timedelta(hours=7)


@given(states, typed.filter(str.strip))
@settings(max_examples=200)
def test_stop_and_danger_are_heard_in_any_state(state: dict[str, Any], text: str) -> None:
    after, effects = say(state, "Siyani!")
    assert {"do": "stop"} in effects
    assert not after.get("person")
    after, effects = say(state, f"{text} magazi {text}")
    assert any(effect["do"] == "handover" and effect["urgent"] for effect in effects)
    assert after["person"]


@given(states, events)
@settings(max_examples=200)
def test_nothing_open_is_said_covertly(state: dict[str, Any], event: dict[str, Any]) -> None:
    _, effects = step(talk(), {**state, "tier": "covert"}, event, NOW)
    assert not any(effect.get("overt") for effect in effects)


@given(st.lists(typed, min_size=1, max_size=8))
@settings(max_examples=200)
def test_what_she_writes_is_answered_or_goes_to_a_person(written: list[str]) -> None:
    state: dict[str, Any] = {"country": "ZA"}
    for text in written:
        state, effects = say(state, text)
        assert {effect["do"] for effect in effects} & {"say", "handover"}, (text, state)


def test_what_a_clinician_must_still_confirm_is_not_said_where_people_receive_it() -> None:
    given = json.loads(json.dumps(compiled()))
    given["flows"]["cough"]["review"] = "clinician"
    for row in given["articles"].values():
        row["review"] = "clinician"
    unconfirmed = Talk.of(given, {})
    _, rehearsed = say(KNOWN, "cough", on=unconfirmed)
    assert texts(rehearsed) == ["Have you been coughing for two weeks or longer?"]
    _, live = say({**KNOWN, "live": True}, "cough", on=unconfirmed)
    assert texts(live) == ["We do not write about this here. Would you like to talk to a person?"]
    found = unconfirmed.index(("en",)).find("coughing", ["covert"], confirmed=True)
    assert found == []


def test_english_is_english_where_another_language_is_official() -> None:
    """English has every text: the official language of Kenya stands in for what others lack, not for it."""
    talk = Talk.of(compiled(), {"en": {}, "sw": {"Feeding": "Ulishaji"}})
    assert talk.text("Feeding", ("en", "sw")) == "Feeding"
    assert talk.text("Feeding", ("luo", "sw", "en")) == "Ulishaji"
