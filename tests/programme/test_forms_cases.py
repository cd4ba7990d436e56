"""contract/cases/forms, run by both interpreters: what each word of FORMS.md means, by example."""

from collections.abc import Iterator
from typing import Any

import pytest

from differential import forms

EXAMPLES = [(topic, case) for topic in forms.TOPICS for case in forms.cases_of(topic)]


@pytest.fixture(scope="module", params=["Python", "TypeScript"])
def interpreter(request: Any) -> Iterator[Any]:
    interpreter = forms.python if request.param == "Python" else forms.TypeScript()
    yield interpreter
    getattr(interpreter, "close", lambda: None)()


@pytest.mark.parametrize(
    ("topic", "case"), EXAMPLES, ids=lambda part: part if isinstance(part, str) else part["name"]
)
def test_the_form_ends_as_the_case_says(topic: str, case: dict[str, Any], interpreter: Any) -> None:
    end = interpreter(forms.form_of(topic), case)[-1]
    assert end["answers"] == case["then"]["answers"]
    found = [[one["path"], one["kind"], one["message"]] for one in end["violations"]]
    expected = case["then"]["violations"]
    assert [one[: len(want)] for one, want in zip(found, expected, strict=True)] == expected


def test_the_phone_reads_these_forms() -> None:
    assert forms.COMPILED.read_text(encoding="utf-8") == forms.compiled(), (
        "run: python -m tests.differential.forms"
    )
