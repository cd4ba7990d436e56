"""Compiled forms, run (contract/FORMS.md): in come a form and answers, out come values and violations.

The phone's twin is phone/src/core/forms; tests keep the two equal, and both equal to ODK's engine.
"""

from collections.abc import Mapping
from typing import Any

from tsela.programme.interpreter.form import Answers, OpenForm
from tsela.programme.interpreter.parts import Violation

__all__ = ["Answers", "OpenForm", "Violation", "check_answers"]


def check_answers(
    form: dict[str, Any], answers: Answers, today: str, record: Mapping[str, Any] | None = None
) -> list[Violation]:
    """What is wrong with an event's answers (F7). `today` is the day it was written, `record` the registration's answers."""
    return OpenForm(form, today=today, record=record, answers=answers).violations()
