"""What the Mentor Mother programme says to women and how it talks with them: its dialogues, and what must be there in every language."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tsela.messaging.flow import step
from tsela.messaging.folding import fold
from tsela.messaging.rehearsing import Phone
from tsela.programme import load
from tsela.programme.languages import base
from tsela.work.dialogues import run_dialogues, talk_of

PROGRAMME = load(Path(__file__).parents[2] / "programmes/mentor_mother")
TALK = talk_of(PROGRAMME)
WORDS = PROGRAMME.talk_words
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_every_dialogue_goes_as_written() -> None:
    results, problems = run_dialogues(PROGRAMME)
    assert not problems
    assert not [(result.where, result.differences) for result in results if result.differences]
    told = [result.dialogue for result in results]
    assert len(told) >= 150
    assert len({dialogue.language for dialogue in told if dialogue.language}) >= 12
    assert {dialogue.tier for dialogue in told} == {"covert", "overt_on_request", "overt"}
    assert {dialogue.channel for dialogue in told} == {"sms", "whatsapp"}


def test_words_are_there_for_34_languages() -> None:
    assert set(WORDS) == {tag for tag in PROGRAMME.registered if "-" not in tag}
    assert all(words.get("person") for words in WORDS.values())


def test_a_word_has_one_meaning_in_all_languages() -> None:
    meanings = defaultdict(set)
    for words in WORDS.values():
        for kind in ("stop", "danger", "wrong", "menu", "person", "language"):
            for word in words.get(kind, ()):
                meanings[fold(word)].add(kind)
    assert {word: kinds for word, kinds in meanings.items() if len(kinds) > 1} == {}


@pytest.mark.parametrize("kind", ["stop", "danger"])
def test_stop_and_danger_count_in_the_middle_of_any_conversation_in_any_language(kind: str) -> None:
    expected = {"stop": "stop", "danger": "handover"}[kind]
    for tag, words in WORDS.items():
        for word in words.get(kind, ()):
            state, _ = step(
                TALK, {"language": "en", "opened": NOW.isoformat()}, {"kind": "message", "text": "fever"}, NOW
            )
            _, effects = step(TALK, state, {"kind": "message", "text": word.strip("*= ")}, NOW)
            assert [effect for effect in effects if effect["do"] == expected], (tag, word)


def test_stop_is_nobodys_greeting_nor_the_beginning_of_a_flow() -> None:
    keywords = {
        fold(word)
        for words in ({}, *TALK.catalogues.values())
        for flow in PROGRAMME.flows.values()
        for keyword in flow["keywords"]
        for word in words.get(keyword, keyword).split(",")
    }
    stops = {fold(word) for words in WORDS.values() for word in words.get("stop", ())}
    assert not keywords & stops


def test_every_week_of_pregnancy_and_every_month_of_two_years_has_its_words() -> None:
    articles = set(PROGRAMME.articles)
    assert {f"pregnancy_week_{week}" for week in range(4, 43)} <= articles
    assert {f"baby_month_{month}" for month in range(25)} <= articles


def test_every_message_and_its_replies_have_a_draft_in_every_language_with_words() -> None:
    said = [one for one in PROGRAMME.said if one.of.startswith("messages/") and one.tier == "covert"]
    lacking = {
        tag: [one.text for one in said if one.text not in PROGRAMME.catalogue(tag)]
        for tag in PROGRAMME.languages
        if tag != "en"
    }
    assert {tag: texts for tag, texts in lacking.items() if texts} == {}


@pytest.mark.parametrize("first", ["", "search"])
def test_who_is_written_to_covertly_and_writes_a_word_that_tells_reads_none(first: str) -> None:
    """Every third word of each list, said twice: once it is looked for, once it is not understood."""
    homes = {tag: country for country in PROGRAMME.countries.values() for tag in country.languages}
    told = []
    for tag, country in homes.items():
        for term in PROGRAMME.leaks.terms.get(base(tag), ())[::3]:
            her = Phone(TALK, {"language": tag, "country": country.code, "opened": NOW.isoformat()}, NOW, {})
            her.writes(first)
            effects = [
                one for _ in range(2) for one in her.writes(term.text.strip("=*")) if one["do"] == "say"
            ]
            said = "\n".join(str(her.wordings(one)) for one in effects)
            told += [(term.text, said) for _ in PROGRAMME.leaks.find(said, country.languages)]
            assert not any(one["overt"] for one in effects)
    assert told == []
