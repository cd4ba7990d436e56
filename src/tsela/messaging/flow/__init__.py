"""Conversations as a pure function (MESSAGES M20-M27, M60, M61).

Comes in: what a programme can talk about (`Talk`), a state, an event and the time. Goes out: the next state and effects.
Total: whatever a state, a text or a changed programme holds, there is an answer. No database, no clock, no framework.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tsela.messaging.flow.builtin import MESSAGE
from tsela.messaging.flow.hearing import hear
from tsela.messaging.flow.state import State, moment
from tsela.messaging.flow.steps import run
from tsela.messaging.flow.talk import Talk
from tsela.messaging.flow.turn import ASKING, SLEEPS, Effect, Turn
from tsela.programme import said

__all__ = ["Effect", "Talk", "step", "take_turn"]


def step(
    talk: Talk, state: Mapping[str, Any], event: Mapping[str, Any], now: datetime
) -> tuple[dict[str, Any], list[Effect]]:
    """What follows an event (M27): the state after it, and the effects in order. `now` knows its time zone: hers."""
    turn = take_turn(talk, state, event, now)
    return turn.state.as_dict(), turn.effects


def take_turn(talk: Talk, state: Mapping[str, Any], event: Mapping[str, Any], now: datetime) -> Turn:
    """The same, with the steps that were come to."""
    turn = Turn(talk, State.of(state), now if now.tzinfo else now.replace(tzinfo=UTC))
    match event.get("kind"):
        case "message":
            hear(turn, event)
        case "start":
            _start(turn, event)
        case "timer":
            _tick(turn)
        case "returned":
            _returned(turn)
    return turn


def _start(turn: Turn, event: Mapping[str, Any]) -> None:
    """We begin: a flow, or the wait for the reply to a message that was sent. Nobody is talked to whom a person has."""
    state, flow = turn.state, str(event.get("flow") or "")
    if flow not in turn.talk.flows or (state.person and not flow.startswith(MESSAGE)):
        return
    given = event.get("vars")
    state.vars |= {str(name): value for name, value in given.items()} if isinstance(given, Mapping) else {}
    last = moment(state.last, turn.now)
    if last is None or turn.now - last >= SLEEPS:
        turn.close()
    if turn.resting or turn.is_overt(flow):
        state.hers = False
    turn.call(flow, state.at)
    run(turn)


def _tick(turn: Turn) -> None:
    """Time has passed: what waits goes on when its time has come; an open question is asked once more."""
    state = turn.state
    if turn.resting:
        _run_what_is_due(turn)
        return
    remind, last = moment(state.remind, turn.now), moment(state.last, turn.now)
    awake = last is not None and turn.now - last < SLEEPS
    open_question = turn.step is not None and turn.step["do"] in ASKING and not state.person
    if remind is not None and remind <= turn.now and awake and open_question:
        turn.say(said.STILL_HERE)
        run(turn)
        state.remind = None
        turn.effects = [effect for effect in turn.effects if effect["do"] != "timer"]


def _run_what_is_due(turn: Turn) -> None:
    """The waits that are over, the innermost first; whoever waits longer is told when."""
    state = turn.state
    frames = [*state.stack, *([(state.flow, state.at)] if state.flow and state.at else [])]
    due = [frame for frame in frames if (until := _until(turn, frame)) is not None and until <= turn.now]
    for frame in reversed(due[-1:]):
        state.stack = [other for other in frames if other != frame]
        state.flow, state.at = frame
        run(turn)
    waiting = [until for frame in frames if (until := _until(turn, frame)) is not None and until > turn.now]
    if waiting and turn.resting:
        turn.do("timer", at=min(waiting).isoformat())


def _until(turn: Turn, frame: tuple[str, str]) -> datetime | None:
    return moment(turn.state.waits.get(" ".join(frame)), turn.now)


def _returned(turn: Turn) -> None:
    """A person hands her back: to the flow `returned` where there is one, else to rest."""
    turn.state.person = False
    if "returned" in turn.talk.flows:
        turn.call("returned", turn.state.at)
    run(turn)
