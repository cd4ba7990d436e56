"""Events that a flow writes into her record: their form, questions and codes must be those of the programme."""

from collections.abc import Iterator, Mapping
from typing import Any

from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme.source import where
from tsela.programme.talk.given import Row
from tsela.programme.talk.messages import PLACEHOLDER


def check_event(given: Row, forms: Mapping[str, Any]) -> Iterator[Problem]:
    """E220 for a form, question or code that there is not. Values with {NAME} are checked when they are written."""
    form, answers = given.get("form", ""), given.get("answers", {})
    if form not in forms:
        yield _unknown("A form", form, forms)
        return
    questions = forms[form]["questions"]
    for question, answer in answers.items():
        if question not in questions:
            yield _unknown("A question", question, questions)
            continue
        codes = questions[question].get("codes")
        for code in answer if isinstance(answer, list) else [answer]:
            if codes is not None and not PLACEHOLDER.search(code) and code not in codes:
                yield _unknown("A code", code, codes)


def _unknown(key: str, name: Any, known: Any) -> Problem:
    return problem(
        "E220",
        where=where(name),
        key=key,
        name=name,
        known=", ".join(known) or "none yet",
        nearest=nearest(name, known),
    )
