"""Her message as the answer to the question that is open (M20, M21)."""

from collections.abc import Callable, Mapping
from typing import Any

from tsela.messaging.flow import answers
from tsela.messaging.flow.builtin import Step
from tsela.messaging.flow.nearest import hear_where, place_options
from tsela.messaging.flow.steps import language_options, search_options, speak
from tsela.messaging.flow.turn import ASKING, Turn
from tsela.messaging.folding import fold
from tsela.messaging.matching import Names, chosen
from tsela.messaging.rendering import numbered
from tsela.programme import said
from tsela.programme.languages import SOURCE

Event = Mapping[str, Any]
STALE = -1  # she tapped what an earlier question showed
CHOOSING = ("choice", "menu", "replies")


def kind_of_answer(turn: Turn) -> str:
    """What the open question wants: `text` any text, `media`, `location`, `place` (a location or any text); else "option", or ""
    where none is open."""
    step = turn.step
    if step is None or step["do"] not in ASKING:
        return ""
    if step["do"] == "ask":
        kind = str(step.get("type") or "text")
        return kind if kind in ("text", "media", "location") else "value"
    if step["do"] == "nearest":
        return "place"
    return "text" if step["do"] == "search" and not turn.state.found else "option"


def tapped_option(turn: Turn, event: Event) -> int | None:
    """The position of the option that she tapped; STALE where it belongs to an earlier question; None where she typed."""
    choice = event.get("choice")
    if not isinstance(choice, str) or not kind_of_answer(turn):
        return None
    mark, colon, id = choice.rpartition(":")
    if colon and mark != turn.state.asked:
        return STALE
    ids = [option["id"] for option in options(turn)]
    return ids.index(id) if id in ids else None


def options(turn: Turn) -> list[Mapping[str, Any]]:
    """What the open question offers now."""
    step = turn.step
    if step is None or step["do"] not in ASKING:
        return []
    if step["do"] == "language":
        return list(language_options(turn))
    if step["do"] == "nearest":
        return list(place_options(turn))
    return list(search_options(turn)) if step["do"] == "search" else list(step.get("options") or ())


def answered(turn: Turn, event: Event, text: str, tapped: int | None) -> bool:
    """Whether the message is dealt with: the flow goes on from the answer, or asks anew what has changed meanwhile."""
    step, state = turn.step, turn.state
    if step is None or step["do"] not in ASKING:
        return _answers_earlier_reply(turn, event, text)
    if turn.withheld():
        return True
    if tapped == STALE and step["do"] not in ("replies", "search"):
        return True
    if state.asked is not None and state.asked != turn.mark(options(turn)):
        if step["do"] != "replies":
            turn.restart()
        return step["do"] != "replies"
    if ANSWERS[step["do"]](turn, step, event, tapped):
        state.misses = 0
        return True
    return _answers_earlier_reply(turn, event, text)


def _position(turn: Turn, event: Event, names: Names, count: int, tapped: int | None) -> int | None:
    if tapped is not None and tapped != STALE:
        return tapped
    return chosen(str(event.get("text") or ""), names, count, numbered=numbered(turn.state.channel))


def _option(turn: Turn, step: Step, event: Event, tapped: int | None) -> bool:
    """A choice, a menu or the replies to a message."""
    state = turn.state
    names = turn.talk.names(state.flow or "", state.at or "", turn.tags)
    position = _position(turn, event, names, len(step["options"]), tapped)
    if position is None:
        return False
    _take(turn, step, step["options"][position])
    return True


def _take(turn: Turn, step: Step, option: Mapping[str, Any]) -> None:
    """On from an option: into its part, and after a menu's part back to the menu."""
    state = turn.state
    if step.get("as"):
        state.vars[step["as"]] = option["id"]
    if step["do"] == "replies":
        state.hers = False
    comes_back = state.at if step["do"] == "menu" and step.get("back", True) else None
    if option.get("call"):
        turn.call(option["call"], comes_back)
    else:
        if comes_back and state.flow:
            state.stack.append((state.flow, comes_back))
        turn.go(option.get("go") or step["next"])


def _answers_earlier_reply(turn: Turn, event: Event, text: str) -> bool:
    """A reply, by tap or in words, to a message that came before what is talked about now."""
    choice = str(event.get("choice") or "").rpartition(":")[2]
    for flow, at in reversed(turn.state.stack):
        step = turn.talk.step(flow, at)
        if step is None or step["do"] != "replies":
            continue
        ids = [option["id"] for option in step["options"]]
        position = ids.index(choice) if choice in ids else None
        if position is None and not fold(text).isdecimal():
            position = chosen(text, turn.talk.names(flow, at, turn.tags), 0, numbered=False)
        if position is not None:
            turn.state.stack.remove((flow, at))
            turn.call(step["options"][position]["call"], turn.state.at)
            return True
    return False


def _value(turn: Turn, step: Step, event: Event, tapped: int | None) -> bool:
    """A typed answer."""
    value = answers.read(step, event, _calendar(turn, step))
    if value is None:
        return False
    if step.get("as"):
        turn.state.vars[step["as"]] = value
    turn.go(step["next"])
    return True


def _calendar(turn: Turn, step: Step) -> answers.Calendar:
    known = [turn.talk.languages.get(tag, {}) for tag in dict.fromkeys((*turn.tags, SOURCE))]
    months, weekdays = ([row[kind] for row in known if row.get(kind)] for kind in ("months", "weekdays"))
    nearby = {
        fold(word): days
        for text, days in ((said.TODAY, 0), (said.TOMORROW, 1))
        for word in turn.talk.wordings(text, turn.tags)
    }
    return answers.Calendar(
        turn.now, list(zip(*months, strict=False)), list(zip(*weekdays, strict=False)), nearby, step.get("high") == "today"
    )  # fmt: skip


def _language(turn: Turn, step: Step, event: Event, tapped: int | None) -> bool:
    offered = options(turn)
    position = _position(turn, event, turn.talk.option_names(offered, turn.tags), len(offered), tapped)
    if position is None:
        return False
    if offered[position]["id"] == said.MORE_LANGUAGES:
        turn.state.page += 1
    else:
        speak(turn, offered[position]["id"])
        turn.go(step["next"])
    return True


def _search(turn: Turn, step: Step, event: Event, tapped: int | None) -> bool:
    """First what she looks for, then which of the articles that were found."""
    state, offered = turn.state, options(turn)
    if offered:
        position = _position(turn, event, turn.talk.option_names(offered, turn.tags), len(offered), tapped)
        article = turn.talk.articles.get(offered[position]["id"]) if position is not None else None
        if article and turn.may_show(article):
            turn.say(article.text, overt=article.tier == "overt")
            state.found = []
            turn.go(step["next"])
            return True
        if position is not None:
            state.found = []
            return True
    found = turn.talk.index(turn.tags).find(str(event.get("text") or ""), turn.tiers(), confirmed=state.live)
    state.found = [article.id for article in found] or state.found
    return bool(found)


def _where(turn: Turn, step: Step, event: Event, tapped: int | None) -> bool:
    offered = options(turn)
    names = turn.talk.option_names(offered, turn.tags)
    return hear_where(turn, step, event, _position(turn, event, names, len(offered), tapped))


ANSWERS: Mapping[str, Callable[[Turn, Step, Event, int | None], bool]] = {
    **dict.fromkeys(CHOOSING, _option), "ask": _value, "language": _language, "search": _search, "nearest": _where,
}  # fmt: skip
