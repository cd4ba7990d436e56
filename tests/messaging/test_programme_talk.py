"""The conversations of the Mentor Mother programme: in every language that has words, what is shown can be answered (M21, M22)."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tsela.messaging.flow import Talk
from tsela.messaging.matching import chosen
from tsela.messaging.rendering import Part, fill, render
from tsela.programme import Programme, load
from tsela.programme.talk.messages import SAMPLES
from tsela.programme.talk.sms import sms, units
from tsela.work.dialogues import talk_of

FOLDER = Path(__file__).parents[2] / "programmes" / "mentor_mother"
CHANNELS = ("sms", "whatsapp")


@cache
def programme() -> Programme:
    return load(FOLDER)


@cache
def talk() -> Talk:
    return talk_of(programme())


def questions() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every question with options, with its flow and step."""
    for flow, given in talk().flows.items():
        yield from ((flow, at, step) for at, step in given["steps"].items() if step.get("options"))


def languages() -> list[str]:
    return [name.stem for name in sorted((FOLDER / "locales").glob("*.po"))]


@pytest.mark.parametrize("language", languages())
def test_every_option_that_is_shown_is_answered_by_what_is_shown(language: str) -> None:
    tags = talk().tags(language, "")
    wrong = []
    for flow, at, step in questions():
        names, count = talk().names(flow, at, tags), len(step["options"])
        shown = [talk().text(option["say"], tags) for option in step["options"]]
        part = Part(
            "?", tuple((option["id"], label) for option, label in zip(step["options"], shown, strict=True))
        )
        [body] = render([part], "whatsapp")
        for position, (option, label) in enumerate(zip(body.options, shown, strict=True)):
            typed = [
                (option.title, False),
                (label, False),
                (label, True),
                (f"{position + 1}", True),
                (f"{position + 1}. {label}", True),
                (label.upper(), False),
            ]
            wrong += [
                (flow, at, text)
                for text, numbered in typed
                if chosen(text, names, count, numbered=numbered) != position
            ]
    assert wrong == []


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("channel", CHANNELS)
def test_everything_said_fits_the_channel_in_one_message(language: str, channel: str) -> None:
    tags = talk().tags(language, "")
    for flow, given in talk().flows.items():
        for at, step in given["steps"].items():
            text = fill(talk().text(step.get("text") or "", tags), SAMPLES)
            options = tuple(
                (option["id"], talk().text(option["say"], tags)) for option in step.get("options") or ()
            )
            bodies = render([Part(text, options)], channel) if text else []
            assert len(bodies) <= 1, (flow, at, language)
            for body in bodies:
                assert sms(body.text).parts <= 3 if channel == "sms" else units(body.text) <= 1024
