"""ODK's own engine as the oracle: the same forms and answers give the same values, relevance and violations.

pyxform makes each form's XForm; phone/src/core/forms/odk.test.ts plays random answers through @getodk/xforms-engine
and through our interpreter (in jsdom, so it takes seconds; the twins are compared in test_forms_twins).
"""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from differential import forms
from programme.test_forms_twins import TODAY, Person

RECORD = {"client_group": "child", "birth_date": "2026-10-09"}
RUNS = 5
# Ours alone: codes filtered by text columns are fine, but these cases are about invalid answers and strange numbers.
CASES = ("relevance", "calculation", "constraint", "repeats", "functions", "choices")


def xform_of(path: Path) -> str:
    """The XForm of an XLSForm, with the registration's answers in place of pulldata()."""
    from pyxform.xls2xform import convert  # slow to import

    text = re.sub(
        r"pulldata\('client', '(\w+)'\)",
        lambda match: f"'{RECORD[match[1]]}'",
        path.read_text(encoding="utf-8"),
    )
    return convert(text, file_type=".md", pretty_print=False).xform


def vectors() -> list[dict[str, Any]]:
    folder = forms.ROOT / "programmes/mentor_mother/forms"
    paths = {**{folder / f"{name}.md": form for name, form in forms.programme_forms().items()},
             **{forms.CASES / f"{topic}.md": forms.form_of(topic) for topic in CASES}}  # fmt: skip
    return [
        {"form": form, "xform": xform_of(path), "today": TODAY, "record": RECORD,
         "runs": [steps for seed in range(RUNS) if (steps := sensible(form, seed))]}
        for path, form in paths.items()
    ]  # fmt: skip


def sensible(form: dict[str, Any], seed: int) -> list[list[Any]]:
    """Steps of valid types, for ODK's nodes take nothing else; never to hidden and calculated questions."""
    person = Person(form, seed)
    settable = {node["name"] for _, node in person.questions if node["type"] not in ("hidden", "calculate")}
    person.nonsense = 0
    steps = person.played({"steps": [person.step() for _ in range(10)], "record": RECORD})
    return [step for step in steps if step[0] != "set" or step[1].split(".")[-1] in settable]


@pytest.mark.slow
def test_our_forms_do_what_odk_does(tmp_path: Path) -> None:
    given = tmp_path / "vectors.json"
    given.write_text(json.dumps(vectors()), encoding="utf-8")
    done = subprocess.run(
        ["npx", "vitest", "run", "src/core/forms/odk.test.ts"],
        cwd=forms.ROOT / "phone",
        env={**os.environ, "TSELA_FORM_VECTORS": str(given), "TZ": "UTC", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
