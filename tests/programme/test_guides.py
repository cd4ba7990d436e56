"""Guides: what the programme's own folder must offer, and how a guide that is wrong is told."""

import shutil
from pathlib import Path

import pytest

from tsela.programme import Programme, check, guides, load, locales

PROGRAMME = Path(__file__).parents[2] / "programmes/mentor_mother"
SOUND = Path(__file__).parent / "sound"
GUIDE = """
title: A quiet talk
aim: She is heard.
source: Peer support
topics: [feeding]
parts:
  - title: Begin
    say: How are you?
    hears: [{if: Tired., say: Sit down with me.}]
"""


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load(PROGRAMME)


def folder_with(tmp_path: Path, **files: str) -> Path:
    folder = shutil.copytree(SOUND, tmp_path / "programme")
    shutil.copy(PROGRAMME / "forms" / "group_session.md", folder / "forms")
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_every_audience_has_sessions_and_every_kind_of_guide_is_there(programme: Programme):
    audiences = {guide["audience"] for guide in programme.guides if guide["kind"] == "session"}
    choices = programme.forms["group_session"]["choices"]
    assert audiences == {choice["name"] for choice in choices["audience"]}
    assert {guide["kind"] for guide in programme.guides} == {"session", "script", "job_aid"}


def test_every_topic_of_a_group_session_has_a_session_or_a_guide(programme: Programme):
    told = {topic for guide in programme.guides for topic in guide["topics"]}
    topics = {choice["name"] for choice in programme.forms["group_session"]["choices"]["topic"]}
    assert topics == told


def test_guides_reach_the_phone_and_the_translators(programme: Programme):
    assert programme.bundle()["guides"] == programme.guides
    words = {text.msgid for text in locales.collect(programme)}
    assert {text for guide in programme.guides for text in guides.texts(guide)} <= words


def test_a_telephone_script_begins_by_asking_for_the_agreed_word(programme: Programme):
    scripts = [
        guide for guide in programme.guides if guide["kind"] == "script" and guide["id"] != "call_opening"
    ]
    assert scripts
    for script in scripts:
        assert any("agreed word" in line for line in script["parts"][0]["do"]), script["id"]


@pytest.mark.parametrize(
    ("change", "number", "place"),
    [
        (("topics: [feeding]", "topics: [feedding]"), "E220", "scripts/talk.yaml:5"),
        (("aim: She is heard.\n", ""), "E223", "scripts/talk.yaml:2"),
        (("say: How", "says: How"), "E225", "scripts/talk.yaml:8"),
        (("parts:", "form: feding\nparts:"), "E220", "scripts/talk.yaml:6"),
        (("parts:", "tasks: [nothing]\nparts:"), "E220", "scripts/talk.yaml:6"),
        (("parts:", "parts: none\nothers:"), "E226", "scripts/talk.yaml:6"),
    ],
)
def test_a_guide_that_is_wrong_is_told_with_its_line(tmp_path: Path, change, number, place):
    found = check(folder_with(tmp_path, scripts__talk=GUIDE.replace(*change)))
    assert [(one.code, one.where.rsplit(":", 1)[0]) for one in found if one.code == number] == [
        (number, place)
    ]


def test_two_guides_of_one_name_are_refused(tmp_path: Path):
    found = check(folder_with(tmp_path, scripts__talk=GUIDE, job_aids__talk=GUIDE))
    assert [one.code for one in found] == ["E208"]
