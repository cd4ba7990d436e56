"""What docs/how-to-write-messages.md says holds: its files make a sound programme, and its dialogue goes as written."""

import re
import shutil
from pathlib import Path

import pytest

from tsela.programme import check, load
from tsela.programme.talk.messages import REPLIES, SAMPLES
from tsela.work.dialogues import run_dialogues

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/how-to-write-messages.md").read_text(encoding="utf-8")
FILE = re.compile(r"^`(\S+\.yaml)`:\n\n```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small sound programme with the files of the page."""
    made = tmp_path / "programme"
    shutil.copytree(ROOT / "tests/programme/sound", made)
    for name, text in FILE.findall(PAGE):
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_text(text, encoding="utf-8")
    return made


def test_its_files_are_a_sound_programme(folder: Path) -> None:
    assert len(FILE.findall(PAGE)) == 4
    assert check(folder) == []
    assert load(folder).messages["visit_soon"].replies[0].say == "I will come"


def test_its_dialogue_goes_as_it_says(folder: Path) -> None:
    results, problems = run_dialogues(load(folder))
    assert [(result.title, result.differences) for result in results] == [
        ("A cough of two weeks is handed to a person", [])
    ]
    assert problems == []


def test_its_words_that_tell_are_found(folder: Path) -> None:
    leaks = load(folder).leaks
    for text in ("H.I.V", "h1v", "НІV", "iHIV", "your-pills", "EID", "at the clinic", "ingculazi"):
        assert leaks.find(text, "en"), text
    for text in ("Eid", "the nail clinic", "hivi"):
        assert not leaks.find(text, "en"), text
    assert leaks.find_in_name("https://hivcare.example.org")


def test_it_names_everything_that_can_be_filled_in_and_every_reply() -> None:
    assert all(f"`{{{name}}}`" in PAGE for name in SAMPLES)
    assert all(f"`{name}`" in PAGE for name in REPLIES)
