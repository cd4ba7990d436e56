"""`tsela demo` from nothing: the doors are real, so this needs a minute."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.processes import free_port

PROJECT = Path(__file__).parents[2]


def demo(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tsela", "demo", "--no-serve", "--json", *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=600)


@pytest.mark.slow
def test_the_demo_ends_with_log_ins_an_evaluation_and_the_same_figures_as_the_truth(tmp_path: Path) -> None:
    done = demo("--clients", "150", "--home", tmp_path / "demo", "--port", str(free_port()))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {one["role"] for one in said["log_ins"]} >= {
        "Site Coordinator",
        "M&E Officer",
        "Director",
        "Nurse",
    }
    assert said["phone"] == f"{said['url']}/app/#claim={said['code']}"
    report = Path(said["report"])
    assert "Annual Evaluation" in report.read_text()
    assert report.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    assert "the same" in done.stderr
    assert "not the same" not in done.stderr


def test_the_demo_deletes_no_folder_but_its_own(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work")
    done = demo("--home", tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["errors"][0]["code"] == "E153"
    assert os.listdir(tmp_path) == ["thesis.txt"]
