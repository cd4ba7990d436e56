"""Runs the dialogues of a programme through its own flows and words."""

from collections.abc import Sequence

from tsela.kernel.errors import Problem, nearest, problem
from tsela.messaging.dialogues import Dialogue, Result, read_dialogues, run_dialogue
from tsela.messaging.flow import Talk
from tsela.programme import Programme
from tsela.programme.languages import base
from tsela.programme.talk.messages import SAMPLES


def run_dialogues(programme: Programme) -> tuple[list[Result], list[Problem]]:
    """Every dialogue of the programme's folder, and what is wrong with their writing."""
    dialogues, problems = read_dialogues(programme.folder)
    talk = talk_of(programme)
    for dialogue in dialogues:
        problems += _unknown(dialogue, talk, programme)
    return [run_dialogue(talk, dialogue, SAMPLES) for dialogue in dialogues], problems


def not_shown(programme: Programme, results: Sequence[Result]) -> dict[str, list[str]]:
    """The steps of each flow that no dialogue comes to."""
    visited = frozenset[tuple[str, str]]().union(*(result.visited for result in results))
    missing = {
        name: [at for at in flow["steps"] if (name, at) not in visited]
        for name, flow in programme.flows.items()
    }
    return {name: steps for name, steps in missing.items() if steps}


def talk_of(programme: Programme) -> Talk:
    """What the programme can talk about, in all its languages."""
    return Talk.of(programme.talk, {tag: programme.catalogue(tag) for tag in programme.languages})


def _unknown(dialogue: Dialogue, talk: Talk, programme: Programme) -> list[Problem]:
    """Names that the programme does not know."""
    named = [
        ("The language", base(dialogue.language), list(programme.registered)),
        ("The country", dialogue.country, list(programme.countries)),
        ("The flow", dialogue.start, list(talk.flows)),
    ]
    return [
        problem("E220", where=dialogue.where, key=key, name=name, known=", ".join(known), nearest=nearest(name, known))
        for key, name, known in named
        if name and known and name not in known
    ]  # fmt: skip
