"""Broken messages and flows are refused with the file, the line and the nearest right name; broken.yaml holds the examples."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tsela.programme import check

HERE = Path(__file__).parent
SOUND = HERE.parent / "sound"
FINDING = re.compile(r"(E\d+) (\S+) (.*)")  # number, place, a piece of its text
BROKEN: list[dict[str, Any]] = yaml.safe_load((HERE / "broken.yaml").read_text())


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: re.sub(r"\W+", "_", broken["name"]))
def test_it_says_what_is_wrong_and_where(broken: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "programme"
    shutil.copytree(SOUND, folder)
    for name, text in broken.items():
        if name not in ("name", "finds"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    found = {(one.code, one.where): f"{one.what} {one.remedy}" for one in check(folder)}
    expected = {
        (code, place): piece
        for code, place, piece in (FINDING.fullmatch(one).groups() for one in broken["finds"])
    }  # type: ignore[union-attr]
    assert found.keys() == expected.keys(), found
    assert all(piece in found[key] for key, piece in expected.items()), found
