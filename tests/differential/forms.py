"""The two interpreters of forms behind one shape, and the cases that both run.

contract/cases/forms: TOPIC.md is a form, TOPIC.json its cases, compiled.json all the forms compiled, for the phone's
own tests. After a change to them: python -m tests.differential.forms
"""

import atexit
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tsela.programme.forms import compile_form, compile_forms
from tsela.programme.interpreter import OpenForm

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "contract/cases/forms"
TOPICS = sorted(path.stem for path in CASES.glob("*.md"))
COMPILED = CASES / "compiled.json"
Form = dict[str, Any]
State = dict[str, Any]


def form_of(topic: str) -> Form:
    """The form of a topic. Cases are written for forms without problems."""
    form, problems = compile_form(CASES / f"{topic}.md")
    assert not problems, "\n".join(map(str, problems))
    return form


def cases_of(topic: str) -> list[dict[str, Any]]:
    return json.loads((CASES / f"{topic}.json").read_text(encoding="utf-8"))


@cache
def programme_forms() -> dict[str, Form]:
    forms, problems = compile_forms(ROOT / "programmes/mentor_mother/forms")
    assert not problems, "\n".join(map(str, problems))
    return forms


def compiled() -> str:
    return json.dumps({topic: form_of(topic) for topic in TOPICS}, indent=1, ensure_ascii=False) + "\n"


def python(form: Form, case: Mapping[str, Any]) -> list[State]:
    """The state of a form after it was opened and after each step of a case."""
    opened = OpenForm(form, today=case["today"], record=case.get("record"), answers=case.get("answers"))
    states = [state(opened)]
    for step in case.get("steps", ()):
        assert play(opened, step), f"there is no {step[1]} to {step[0]}"
        states.append(state(opened))
    return states


def play(opened: OpenForm, step: list[Any]) -> bool:
    """Do one step of a case; whether its question or row was there."""
    verb, *args = step
    try:
        {"set": opened.set, "add": opened.add_repeat, "remove": opened.remove_repeat}[verb](*args)
    except (KeyError, IndexError):
        return False
    return True


def state(opened: OpenForm) -> State:
    """All that a person or a server can see of an open form."""
    questions = list(opened.questions())
    return {
        "answers": opened.answers(),
        "violations": opened.violations(),
        "relevant": [question.path for question in questions if question.relevant],
        "required": [question.path for question in questions if question.required],
        "offered": {question.path: question.codes() for question in questions if "list" in question.node},
    }


class TypeScript:
    """phone/src/core/forms, bundled and run by one node that lives as long as this object."""

    def __init__(self) -> None:
        self._node = subprocess.Popen(
            ["node", _bundle()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __call__(self, form: Form, case: Mapping[str, Any]) -> list[State]:
        self._node.stdin.write(json.dumps({"form": form, **case}) + "\n")
        self._node.stdin.flush()
        answer = self._node.stdout.readline()
        assert answer, "node has stopped: see its message above"
        return json.loads(answer)

    def close(self) -> None:
        self._node.stdin.close()
        self._node.wait(10)


@cache
def _bundle() -> Path:
    folder = tempfile.mkdtemp(prefix="tsela-forms-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    entry, out = Path(folder, "twin.ts"), Path(folder, "twin.mjs")
    source = Path(__file__).with_name("forms.ts").read_text(encoding="utf-8")
    entry.write_text(source.replace("@forms", str(ROOT / "phone/src/core/forms")), encoding="utf-8")
    rolldown = ROOT / "phone/node_modules/.bin/rolldown"
    subprocess.run(
        [rolldown, entry, "--platform", "node", "--format", "esm", "-o", out], check=True, capture_output=True
    )
    return out


if __name__ == "__main__":
    COMPILED.write_text(compiled(), encoding="utf-8")
