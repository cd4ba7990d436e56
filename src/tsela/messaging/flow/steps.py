"""What each step does when a conversation comes to it (M20). True: it goes on at once; False: it waits for her or for a day."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tsela.kernel import dates
from tsela.messaging.flow.builtin import Step
from tsela.messaging.flow.conditions import holds
from tsela.messaging.flow.nearest import ask_where
from tsela.messaging.flow.state import kept, moment, today
from tsela.messaging.flow.turn import Turn
from tsela.programme import said

MOST_STEPS = 300  # in one turn; the checks of a programme let no circle through, a changed programme might
PAGE = 9  # languages at once: a list has ten rows, the last one leads on
CLOCK = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1), "weeks": timedelta(weeks=1)}  # fmt: skip


def run(turn: Turn) -> None:
    """From where she is, until something waits or everything has ended."""
    state = turn.state
    for _ in range(MOST_STEPS):
        if state.flow is None:
            return
        step = turn.step
        turn.visited.append((state.flow, state.at or ""))
        if step is None:
            turn.restart()
        elif not turn.withheld() and not ARRIVE.get(step["do"], _on)(turn, step):
            return
    turn.hand_over("The flow goes round in circles", text=said.PERSON_COMES)
    turn.close()


def _on(turn: Turn, step: Step) -> bool:
    turn.go(step["next"])
    return True


def _say(turn: Turn, step: Step) -> bool:
    turn.say(step["text"])
    return _on(turn, step)


def _question(turn: Turn, step: Step) -> bool:
    """An `ask` or `choice`. Nothing is asked of someone whom a person has: what she writes is for that person."""
    if turn.state.person:
        turn.close()
    else:
        turn.ask(step["text"], step.get("options") or ())
    return False


def _menu(turn: Turn, step: Step) -> bool:
    state = turn.state
    here = (state.flow or "", state.at or "")
    if here in state.stack:
        turn.cut(state.stack.index(here))
    if state.person:
        turn.close()
    else:
        turn.ask(step["text"], step["options"], remind=False)
    return False


def _replies(turn: Turn, step: Step) -> bool:
    turn.ask("", step["options"], remind=False)
    return False


def _branch(turn: Turn, step: Step) -> bool:
    known = {**turn.state.vars, **turn.facts()}
    turn.go(next((case["go"] for case in step["cases"] if holds(case["if"], known)), step["next"]))
    return True


def _set(turn: Turn, step: Step) -> bool:
    turn.state.vars |= {name: turn.filled(value) for name, value in step["values"].items()}
    return _on(turn, step)


def _wait(turn: Turn, step: Step) -> bool:
    """Waits are known by their place, so that one goes on while she talks about something else."""
    state = turn.state
    place = f"{state.flow} {state.at}"
    if place not in state.waits:
        state.waits[place] = later(turn.now, *step["for"]).isoformat()
        turn.do("timer", at=state.waits[place])
    until = moment(state.waits[place], turn.now)
    if until is not None and until > turn.now:
        return False
    del state.waits[place]
    return _on(turn, step)


def _schedule(turn: Turn, step: Step) -> bool:
    turn.do("schedule", message=step["message"], at=later(turn.now, *step["in"]).isoformat())
    return _on(turn, step)


def _task(turn: Turn, step: Step) -> bool:
    turn.do("task", queue=step["queue"], because=turn.filled(step.get("because", "")))
    return _on(turn, step)


def _event(turn: Turn, step: Step) -> bool:
    answers = {name: _filled(turn, value) for name, value in step["answers"].items()}
    turn.do(
        "event",
        form=step["form"],
        answers={n: value for n, value in answers.items() if value not in ("", [])},
    )
    return _on(turn, step)


def _filled(turn: Turn, value: Any) -> Any:
    """A value, or those of a list that have one."""
    if isinstance(value, list):
        return [one for part in value if (one := turn.filled(part)) != ""]
    return turn.filled(value)


def _handover(turn: Turn, step: Step) -> bool:
    because = kept(turn.filled(step.get("because", "")), 200)
    turn.do("handover", queue=step["queue"], because=because, urgent=step.get("urgent") is True)
    turn.state.person = True
    return _on(turn, step)


def _article(turn: Turn, step: Step) -> bool:
    article = turn.talk.articles.get(turn.filled(step["article"]))
    turn.go(step["next"])
    if article and turn.may_show(article):
        turn.say(article.text, overt=article.tier == "overt")
    return True


def _search(turn: Turn, step: Step) -> bool:
    if turn.state.person:
        turn.close()
    else:
        found = search_options(turn)
        turn.ask(said.FOUND if found else said.SEARCH, found)
    return False


def search_options(turn: Turn) -> list[dict[str, Any]]:
    """The articles that were found, by their titles, and something else."""
    articles = [turn.talk.articles[id] for id in turn.state.found if id in turn.talk.articles]
    shown = [{"id": article.id, "say": article.title} for article in articles]
    return [*shown, {"id": said.SOMETHING_ELSE, "say": said.SOMETHING_ELSE}] if shown else []


def _stop(turn: Turn, step: Step) -> bool:
    turn.do("stop")
    return _on(turn, step)


def _language(turn: Turn, step: Step) -> bool:
    """Her language from now on; or the choice of it (M25), unless there is none to make."""
    state, tag = turn.state, str(step.get("tag") or "")
    if tag in turn.talk.catalogues or tag in turn.talk.languages:
        speak(turn, tag)
        return _on(turn, step)
    offered = turn.talk.offered(state.country)
    if len(offered) == 1:
        speak(turn, offered[0])
    if len(offered) == 1 or (step.get("unless_known") and state.language):
        return _on(turn, step)
    turn.ask(said.CHOOSE_LANGUAGE, language_options(turn), remind=False)
    return False


def speak(turn: Turn, tag: str) -> None:
    """Her language is this one."""
    if turn.state.language != tag:
        turn.state.language = tag
        turn.do("language", tag=tag)
    turn.state.page = 0


def language_options(turn: Turn) -> list[dict[str, Any]]:
    """The languages of a page by their own names, the one that her words look like first; ten lines at most."""
    state = turn.state
    offered = turn.talk.offered(state.country)
    if state.vars.get("guess") in offered:
        offered = list(dict.fromkeys([state.vars["guess"], *offered]))
    pages = (
        [offered]
        if len(offered) <= PAGE + 1
        else [offered[at : at + PAGE] for at in range(0, len(offered), PAGE)]
    )
    shown = [{"id": tag, "say": turn.talk.own_name(tag)} for tag in pages[state.page % len(pages)]]
    return shown + [{"id": said.MORE_LANGUAGES, "say": said.MORE_LANGUAGES}] * (len(pages) > 1)


def _reply(turn: Turn, step: Step) -> bool:
    day = turn.state.vars.get("date") if step["word"] == "another_day" else None
    turn.do(step["word"], **({"date": day} if day else {}))
    return _on(turn, step)


def _call(turn: Turn, step: Step) -> bool:
    turn.call(step["flow"], step["next"])
    return True


def _wanted(turn: Turn, step: Step) -> bool:
    wants, turn.state.wants = turn.state.wants, None
    if wants and wants in turn.talk.flows:
        turn.call(wants, step["next"])
        return True
    return _on(turn, step)


def _end(turn: Turn, step: Step) -> bool:
    turn.do("end", word=step.get("word", ""))
    turn.back()
    return True


ARRIVE: Mapping[str, Callable[[Turn, Step], bool]] = {
    "say": _say, "ask": _question, "choice": _question, "menu": _menu, "replies": _replies, "branch": _branch, "set": _set,
    "wait": _wait, "schedule": _schedule, "task": _task, "event": _event, "handover": _handover, "article": _article,
    "search": _search, "nearest": ask_where, "stop": _stop, "language": _language, "reply": _reply, "call": _call, "wanted": _wanted, "end": _end,
}  # fmt: skip


def later(now: datetime, count: int, unit: str) -> datetime:
    """A time, so much later; months as the calendar counts them. At most until 2199."""
    if unit in CLOCK:
        return now + CLOCK[unit] * count
    day = dates.add(today(now), count, "months")
    year, month, of_month = dates.to_civil(dates.LAST_DAY if day is None else day)
    return now.replace(year=year, month=month, day=of_month)
