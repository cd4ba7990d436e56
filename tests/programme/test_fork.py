"""A programme of one's own, made from the Mentor Mother programme, is sound at once and its worked examples hold."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tsela.kernel.errors import TselaError
from tsela.programme import check, load
from tsela.programme.fork import fork
from tsela.work.cases import run_cases
from tsela.work.commands.programme import command

ROOT = Path(__file__).parents[2]
SMALL = load(ROOT / "tests/programme/sound")


def tsela(*words: object) -> Result:
    return CliRunner().invoke(command, list(map(str, words)), catch_exceptions=False)


def test_it_is_sound_at_once_and_its_examples_hold(tmp_path: Path) -> None:
    folder = tmp_path / "lesotho"
    made = tsela(
        "new", "lesotho", "--from", ROOT / "programmes/mentor_mother", "--to", folder, "--title", "Bo-Mme ba Bophelo",
        "--language", "st", "--language", "ts", "--country", "LS", "--country", "RW",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert check(folder) == []
    programme = load(folder)
    assert (programme.name, programme.title, programme.version[:2]) == ("lesotho", "Bo-Mme ba Bophelo", "1+")
    assert (programme.languages, list(programme.countries)) == (("en", "st", "ts"), ["LS", "RW"])
    assert programme.languages_in("LS") == ("en", "st")
    assert list(programme.talk["services"]["places"]) == ["LS"]
    assert programme.catalogue("st")
    assert not programme.catalogue("ts")
    assert sorted(path.stem for path in (folder / "locales").iterdir()) == ["en", "st", "ts"]
    results, problems = run_cases(programme)
    assert [one for one in results if one.differences] + problems == []


def test_without_options_everything_stays_but_its_name(tmp_path: Path) -> None:
    made = fork(SMALL, tmp_path / "ours", name="ours")
    assert (made.name, made.title, made.languages) == ("ours", SMALL.title, SMALL.languages)
    assert made.forms == SMALL.forms
    assert (tmp_path / "ours/programme.yaml").read_text().startswith(f"# Made from small {SMALL.version}.\n")


@pytest.mark.parametrize("name", ["Ours", "1st", "o u r s", "ourś", ""])
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(TselaError, match="E244"):
        fork(SMALL, tmp_path / "ours", name=name)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours/notes.txt").write_text("mine")
    with pytest.raises(TselaError, match="E245"):
        fork(SMALL, tmp_path / "ours", name="ours")
    assert [path.name for path in (tmp_path / "ours").iterdir()] == ["notes.txt"]


def test_a_language_that_nobody_registered_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(TselaError, match=r"E220.*zulu"):
        fork(load(ROOT / "programmes/mentor_mother"), tmp_path / "ours", name="ours", languages=["zulu"])
    assert not (tmp_path / "ours").exists()
