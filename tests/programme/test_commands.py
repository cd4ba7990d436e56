"""`tsela programme check` and `test`, as a person and as a script sees them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tsela.programme import load
from tsela.work.cases import run_cases
from tsela.work.commands.programme import command

PROGRAMME = Path(__file__).parents[2] / "programmes/mentor_mother"
RESULTS, WRITING = run_cases(load(PROGRAMME))


def tsela(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def test_the_cases_are_well_written():
    assert WRITING == []
    assert len(RESULTS) >= 25


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.case.title)
def test_the_worked_example_holds(result: Any):
    assert result.differences == []


def test_a_sound_programme_exits_with_0():
    done = tsela("check", str(PROGRAMME))
    assert (done.exit_code, done.output) == (0, "The programme is sound.\n")


def test_a_broken_one_exits_with_1_and_says_where(tmp_path: Path):
    folder = copy(tmp_path)
    spoil(folder / "schedules/40_infant.yaml", "$first_nat", "$frist_nat")
    done = tsela("check", str(folder))
    assert done.exit_code == 1
    assert "E219 schedules/40_infant.yaml:" in done.output
    assert "Did you mean first_nat?" in done.output
    told = json.loads(tsela("check", str(folder), "--json").output)
    assert (told["errors"], told["problems"][0]["code"]) == (1, "E219")


def test_indicators_are_checked_too(tmp_path: Path):
    folder = copy(tmp_path)
    spoil(folder / "indicators/children.yaml", "benchmarks: [final_test_m2m]", "benchmarks: [final_tset_m2m]")
    done = tsela("check", str(folder))
    assert done.exit_code == 1
    assert "indicators/children.yaml:" in done.output


def test_a_changed_rule_breaks_its_examples_and_says_how(tmp_path: Path):
    folder = copy(tmp_path)
    spoil(folder / "policies/who_2025.yaml", "first_nat: 6 weeks", "first_nat: 7 weeks")
    done = tsela("test", str(folder))
    assert done.exit_code == 1
    assert "FAILED cases/infant.yaml:" in done.output
    assert "Lerato: eid_first: " in done.output
    assert "due is 2026-11-27, expected 2026-11-20" in done.output
    told = json.loads(tsela("test", str(folder), "--json").output)
    assert told["failed"] == len([case for case in told["cases"] if not case["passed"]]) > 0


def test_a_misspelt_example_is_told_with_its_line(tmp_path: Path):
    folder = copy(tmp_path)
    spoil(folder / "cases/infant.yaml", "Lerato | eid_first      |", "Lerato | eid_frist      |")
    done = tsela("test", str(folder))
    assert done.exit_code == 1
    assert "Did you mean eid_first?" in done.output


def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROGRAMME, tmp_path / "programme"))


def spoil(path: Path, right: str, wrong: str) -> None:
    text = path.read_text()
    assert right in text
    path.write_text(text.replace(right, wrong))
