"""Random answers to every form, on the server's interpreter, on the phone's and on ODK's own engine: counted and compared.

python -m tests.programme.forms_fuzz --answers 10000 --generated 100
An answer set is all that a form has been answered: the three are compared when it opens and after each further answer.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from differential import forms
from programme import forms_generated
from programme.test_forms_twins import TODAY, Person
from tsela.programme.forms import compile_form

Vector = dict[str, Any]
RECORD = {"client_group": "child", "birth_date": "2026-10-09"}
# Ours alone: these cases are about invalid answers, or about types that ODK reads from other widgets.
ONLY_OURS = ("types", "places", "attachments")
SETS = 6  # answer sets of one person, or more: some of the answers cannot be given when their turn comes


def xform_of(path: Path) -> str:
    """The XForm of an XLSForm, with the registration's answers in place of pulldata('client', …)."""
    from pyxform.xls2xform import convert  # slow to import

    text = re.sub(
        r"pulldata\('client', '(\w+)'\)",
        lambda match: f"'{RECORD[match[1]]}'",
        path.read_text(encoding="utf-8"),
    )
    return convert(text, file_type=".md", pretty_print=False).xform


def vectors(runs: int, generated: int, folder: Path) -> list[Vector]:
    """Every form of the programme, of the cases and some random ones, each with answer sets."""
    programme = forms.ROOT / "programmes/mentor_mother/forms"
    paths = {programme / f"{name}.md": form for name, form in forms.programme_forms().items()}
    paths |= {
        forms.CASES / f"{topic}.md": forms.form_of(topic) for topic in forms.TOPICS if topic not in ONLY_OURS
    }
    for seed in range(generated):
        path = forms_generated.write(folder, seed)
        paths[path], problems = compile_form(path)
        assert not problems, f"{path.read_text()}\n" + "\n".join(map(str, problems))
    return [_vector(path, form, runs) for path, form in paths.items()]


def _vector(path: Path, form: dict[str, Any], runs: int) -> Vector:
    return {
        "form": form, "xform": xform_of(path), "today": TODAY, "record": RECORD,
        "files": {file.name: file.read_text(encoding="utf-8") for file in path.parent.glob("*.csv")},
        "runs": [steps for seed in range(runs) if (steps := sensible(form, seed))],
    }  # fmt: skip


def sensible(form: dict[str, Any], seed: int, length: int = 8) -> list[list[Any]]:
    """Steps of valid types, for ODK's nodes take nothing else; never to hidden and calculated questions."""
    person = Person(form, seed)
    settable = {node["name"] for _, node in person.questions if node["type"] not in ("hidden", "calculate")}
    person.nonsense = 0
    steps = [person.step() for _ in range(length)]
    return person.played(
        {
            "record": RECORD,
            "steps": [step for step in steps if step[0] != "set" or step[1].split(".")[-1] in settable],
        }
    )


def against_odk(given: list[Vector], folder: Path) -> subprocess.CompletedProcess[str]:
    """Play the answers through ODK's engine and the phone's interpreter (phone/src/core/forms/odk.test.ts)."""
    path = folder / "vectors.json"
    path.write_text(json.dumps(given), encoding="utf-8")
    return subprocess.run(
        ["npx", "vitest", "run", "src/core/forms/odk.test.ts"], cwd=forms.ROOT / "phone", capture_output=True, text=True, check=False,
        env={**os.environ, "TSELA_FORM_VECTORS": str(path), "TSELA_FORM_REPORT": str(folder / "compared"), "TZ": "UTC", "NO_COLOR": "1"},
    )  # fmt: skip


def between_twins(given: list[Vector]) -> tuple[int, list[str]]:
    """How many answer sets the server's interpreter and the phone's were given, and where they differ."""
    phone, count, differences = forms.TypeScript(), 0, []
    for vector in given:
        for steps in vector["runs"]:
            case = {"today": TODAY, "record": RECORD, "steps": steps}
            ours, theirs = forms.python(vector["form"], case), phone(vector["form"], case)
            count += len(ours)
            differences += [f"{vector['form']['id']}: {steps}"] if ours != theirs else []
    phone.close()
    return count, differences


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--answers", type=int, default=10_000, help="how many answer sets at least")
    asked.add_argument(
        "--generated", type=int, default=60, help="how many random forms beside the written ones"
    )
    said = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        return _compared(said.answers, said.generated, Path(place))


def _compared(answers: int, generated: int, folder: Path) -> int:
    count = len(forms.programme_forms()) + len(forms.TOPICS) - len(ONLY_OURS) + generated
    given = vectors(-(-answers // (count * SETS)), generated, folder)
    print(
        f"{len(given)} forms, {generated} of them random, each answered by {len(given[0]['runs'])}",
        flush=True,
    )
    sets, twins = between_twins(given)
    print(
        f"server and phone: {sets} answer sets, {len(twins)} differences", *twins[:20], sep="\n", flush=True
    )
    odk = against_odk(given, folder)
    sets = sum(int(line.split()[1]) for line in (folder / "compared").read_text().splitlines())
    shown = [line for line in odk.stdout.splitlines() if line.startswith("DIFFERS")]
    print(f"phone and ODK: {sets} answer sets, {len(shown)} differences", *shown[:20], sep="\n")
    return 1 if twins or odk.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
