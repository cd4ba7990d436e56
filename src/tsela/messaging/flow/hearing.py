"""What follows her message (M21-M25): the words that count everywhere, then the answer to what was asked, then the menu."""

from collections.abc import Callable, Mapping
from typing import Any

from tsela.messaging.flow.answering import answered, kind_of_answer, tapped_option
from tsela.messaging.flow.answers import hint
from tsela.messaging.flow.state import kept, moment
from tsela.messaging.flow.steps import run, speak
from tsela.messaging.flow.turn import SLEEPS, Turn
from tsela.messaging.folding import fold
from tsela.messaging.matching import Found
from tsela.programme import said

Event = Mapping[str, Any]
AGAIN = "She wrote again"  # to the person who has her
LONG = 200  # characters: who writes so much is not choosing from a menu
FREE = ("text", "place")  # answers in her own words
SENTENCE = 3  # words: more than a greeting


def hear(turn: Turn, event: Event) -> None:
    """Her message, whatever is in it."""
    text = str(event.get("text") or "")
    _wake(turn)
    tapped = tapped_option(turn, event)
    heard = turn.talk.words.heard(text, turn.tags, free=kind_of_answer(turn) in FREE)
    if heard and (tapped is None or heard[0] == "stop"):
        FOLLOWS[heard[0]](turn, heard[1])
    elif turn.state.person:
        turn.hand_over(AGAIN)
    elif _carries(event) and not isinstance(event.get(_carried(turn)), Mapping):
        _media(turn)
    elif answered(turn, event, text, tapped):
        run(turn)
    else:
        _unclear(turn, text)


def _wake(turn: Turn) -> None:
    """A conversation that slept begins anew; at rest, what she writes is hers."""
    state = turn.state
    last = moment(state.last, turn.now) or moment(state.opened, turn.now)
    if last is None or turn.now - last >= SLEEPS:
        turn.close()
        state.opened = state.opened and turn.now.isoformat()
    if turn.resting:
        state.hers = True
    state.last = turn.now.isoformat()


def _is_new(turn: Turn) -> bool:
    return turn.state.language is None or turn.state.opened is None


# Words that count everywhere.


def _stop(turn: Turn, found: Found[str]) -> None:
    turn.do("stop")
    state = turn.state
    state.stack, state.waits, state.person, state.flow, state.wants = [], {}, False, None, None
    turn.call("stop")
    run(turn)


def _danger(turn: Turn, found: Found[str]) -> None:
    turn.state.vars["word"] = found.phrase
    turn.close()
    turn.call("danger")
    run(turn)
    turn.hand_over(f"Danger word: {found.phrase}", urgent=True)


def _wrong(turn: Turn, found: Found[str]) -> None:
    """It is not she who reads here."""
    turn.close()
    turn.do("wrong_number")


def _named(turn: Turn, found: Found[str]) -> None:
    """She named a language: it is hers, and what was asked is asked in it."""
    if found.value not in turn.talk.keywords:
        _language(turn, found)
        return
    new, step = _is_new(turn), turn.step
    speak(turn, found.value)
    if turn.state.person:
        turn.hand_over(AGAIN)
        return
    if step is not None and step["do"] == "language":
        turn.go(step["next"])
    elif new:
        turn.begin()
    elif turn.resting:
        turn.call("menu", turn.state.at)
    run(turn)


def _language(turn: Turn, found: Found[str]) -> None:
    if turn.state.person:
        turn.hand_over(AGAIN)
    else:
        turn.call("language", turn.state.at)
        run(turn)


def _menu(turn: Turn, found: Found[str]) -> None:
    turn.state.person, turn.state.hers = False, True
    if _is_new(turn):
        turn.begin()
    else:
        turn.close()
        turn.call("menu", turn.state.at)
    run(turn)


def _person(turn: Turn, found: Found[str]) -> None:
    if turn.state.person:
        turn.hand_over("She asks for a person again")
    else:
        turn.call("person", turn.state.at)
        run(turn)


FOLLOWS: Mapping[str, Callable[[Turn, Found[str]], None]] = {
    "stop": _stop, "danger": _danger, "wrong": _wrong, "named": _named, "language": _language, "menu": _menu, "person": _person,
}  # fmt: skip


# What no question was open for, or what does not answer it.


def _carries(event: Event) -> bool:
    return any(isinstance(event.get(kind), Mapping) for kind in ("media", "location"))


def _carried(turn: Turn) -> str:
    """What beside words would be an answer."""
    kind = kind_of_answer(turn)
    return "location" if kind == "place" else kind


def _media(turn: Turn) -> None:
    turn.call("media", turn.state.at)
    run(turn)
    turn.hand_over("Voice note, picture or file")


def _unclear(turn: Turn, text: str) -> None:
    """A flow by its word; else the menu at rest; else once more, and then a person (M21)."""
    state, resting, long = turn.state, turn.resting, len(text) > LONG
    flow = None if long else turn.talk.keyword(fold(text), turn.tags)
    if long or state.misses:
        state.vars["text"] = kept(text, LONG)
    if resting and _is_new(turn):
        _begin(turn, text, "unclear" if long else flow)
    elif flow and flow != state.flow:
        state.hers, state.misses = True, 0
        turn.call(flow, state.at)
    elif state.flow == "unclear":
        _give_up(turn)
        return
    elif state.misses or long:
        state.misses = 0
        turn.call("unclear", state.at)
    elif resting:
        turn.call("menu", state.at)
        state.misses = int(len(text.split()) >= SENTENCE)
    else:
        _once_more(turn)
        return
    run(turn)


def _begin(turn: Turn, text: str, wants: str | None) -> None:
    """The first conversation: her language, then what she asked for."""
    if turn.state.language is None:
        turn.state.vars["guess"] = turn.talk.guess(text, turn.talk.offered(turn.state.country))
    turn.begin(wants if wants != "menu" else None)


def _once_more(turn: Turn) -> None:
    """Her answer was not understood: how to answer, and the question again."""
    step = turn.step
    if step is None:
        turn.restart()
        run(turn)
        return
    turn.state.misses = 1
    if step.get("again"):
        turn.ask(step["again"])
        return
    turn.say(said.NOTHING_FOUND if step["do"] == "search" else said.AGAIN)
    if step["do"] == "ask":
        text, values = hint(step)
        if text:
            turn.say(text, **values)
    run(turn)


def _give_up(turn: Turn) -> None:
    """Not understood even when asked what she would like: a person reads it."""
    because = kept(f"Not understood: {turn.state.vars.get('text', '')}", LONG)
    turn.close()
    turn.hand_over(because, text=said.PERSON_COMES)
