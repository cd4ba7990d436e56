"""A broken programme is refused with the file, the line and the nearest right name; broken.yaml holds the examples."""

import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema_rs
import openpyxl
import pytest
import yaml

from tsela.programme import ProgrammeInvalid, check, guides, load
from tsela.programme.shape import schema
from tsela.programme.source import plain, read

HERE = Path(__file__).parent
MENTOR_MOTHER = HERE.parents[1] / "programmes/mentor_mother"
KINDS = {
    "schedules": "schedule",
    "policies": "policy",
    "flags": "flags",
    "cases": "cases",
    "indicators": "indicators",
    "countries": "country",
    "messages": "messages",
    "flows": "flow",
    "articles": "articles",
    "leaks": "leaks",
    "dialogues": "dialogues",
    **guides.FOLDERS,
}
SOUND = HERE / "sound"
FINDING = re.compile(
    r"(E\d+) (\S+(?: \(\w+, column [^)]+\))?) (.*)", re.DOTALL
)  # number, place, a piece of its text
BROKEN: list[dict[str, Any]] = yaml.safe_load((HERE / "broken.yaml").read_text())


def folder_of(broken: dict[str, Any], tmp_path: Path) -> Path:
    folder = tmp_path / "programme"
    shutil.copytree(SOUND, folder)
    for name, text in broken.items():
        if name not in ("name", "finds"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
            if name.endswith(".xlsx") and text.startswith("|"):
                as_workbook(folder / name)
    return folder


def as_workbook(path: Path) -> None:
    """The tables of a text, lines as they are, as a workbook of the same name."""
    book, sheet = openpyxl.Workbook(), None
    for line in path.read_text().splitlines():
        name, *cells = (cell.strip() for cell in line.strip()[1:-1].split("|"))
        sheet = book.create_sheet(name) if name else sheet
        assert sheet is not None
        sheet.append([cell or None for cell in cells])
    book.remove(book.worksheets[0])
    book.save(path)


def test_the_sound_programme_is_sound():
    assert check(SOUND) == []


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: re.sub(r"\W+", "_", broken["name"]))
def test_it_says_what_is_wrong_and_where(broken: dict[str, Any], tmp_path: Path):
    problems = check(folder_of(broken, tmp_path))
    expected = [found.groups() for finding in broken["finds"] if (found := FINDING.fullmatch(finding))]
    assert len(expected) == len(broken["finds"])
    assert sorted((found.code, found.where) for found in problems) == sorted(
        (code, where) for code, where, _ in expected
    )
    for code, where, piece in expected:
        assert any(
            (found.code, found.where) == (code, where) and piece.strip('"') in f"{found.what} {found.remedy}"
            for found in problems
        ), [str(found) for found in problems]


@pytest.mark.parametrize("path", sorted(MENTOR_MOTHER.rglob("*.yaml")), ids=lambda path: path.name)
def test_the_schemas_that_editors_use_accept_the_programme(path: Path):
    """Our own walker knows only part of JSON Schema; a real validator reads the same files the same way."""
    named = {"words": "words", "kinds": "service_kinds"}
    kind = named.get(path.stem) or KINDS.get(path.parent.name, path.stem)
    value = plain(read(path, path.name)[0])
    assert [
        error.message for error in jsonschema_rs.validator_for(dict(schema(kind))).iter_errors(value)
    ] == []


def test_load_raises_every_problem_and_a_warning_alone_stops_nothing(tmp_path: Path):
    two = next(broken for broken in BROKEN if broken["name"] == "two wrong things are both told")
    with pytest.raises(ProgrammeInvalid) as caught:
        load(folder_of(two, tmp_path / "two"))
    assert [found.code for found in caught.value.problems] == ["E202", "E202"]
    warned = next(broken for broken in BROKEN if broken["name"].startswith("a warning"))
    assert [found.level for found in load(folder_of(warned, tmp_path / "warned")).warnings] == ["warning"] * 3


def test_a_folder_without_programme_says_so(tmp_path: Path):
    assert [found.code for found in check(tmp_path)] == ["E227"]
