"""Conversation flows (MESSAGES M20): flows/NAME.yaml → the JSON of M60 that the runner steps through."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tsela.kernel.errors import TselaError
from tsela.programme.source import plain
from tsela.programme.talk import conditions

Row = Mapping[str, Any]
Flow = dict[str, Any]
Step = dict[str, Any]
VERBS = ("say", "ask", "choice", "menu", "branch", "set", "wait", "schedule", "task", "event", "handover", "search", "nearest", "article",
         "stop", "language", "reply", "call", "go", "end")  # fmt: skip
ASKS = ("ask", "choice", "menu")
YES, NO = ("yes", "true"), ("no", "false")
UNITS = ("minutes", "hours", "days", "weeks", "months")
DURATION = re.compile(r"(\d+) (minute|hour|day|week|month)s?")


def compile_flow(given: Row) -> Flow:
    """A flow as JSON. What is wrong with `given` is said by `checks`; here it is merely left out."""
    rows = given.get("steps", [])
    names = step_ids(rows)
    steps: dict[str, Step] = {}
    for name, after, row in zip(names, [*names[1:], None], rows, strict=True):
        if step := _compiled(row, after):
            steps[name] = step
    return {
        "title": str(given.get("title", "")), "tier": str(given.get("tier", "covert")),
        "review": str(given.get("review", "")), "keywords": plain(given.get("keywords", [])), "first": names[0] if names else None, "steps": steps,
    }  # fmt: skip


def step_ids(rows: Sequence[Row]) -> list[str]:
    """The id of each step; one that has none is called by its place, from 1."""
    return [str(row.get("id", f"#{number}")) for number, row in enumerate(rows, 1)]


def verbs(row: Row) -> list[str]:
    """What a step does; `go` beside another word only says what comes next."""
    found = [word for word in VERBS if word in row]
    return [word for word in found if word != "go"] or found


def duration(text: str) -> tuple[int, str] | None:
    """“2 days” as (2, "days"); None for anything else."""
    found = DURATION.fullmatch(text)
    return (int(found[1]), f"{found[2]}s") if found else None


def nexts(step: Step) -> Iterator[str | None]:
    """Where a step can lead; None: the flow ends. A menu can be left."""
    if step["do"] == "end":
        return
    yield from (case["go"] for case in step.get("cases", ()))
    yield from filter(None, [step.get("none")])
    options = step.get("options", ())
    yield from (None if option["call"] else option["go"] or step["next"] for option in options)
    if not options or step["do"] == "menu":
        yield step["next"]


def _compiled(row: Row, after: str | None) -> Step | None:
    found = verbs(row)
    if len(found) != 1:
        return None
    verb = found[0]
    step = {"do": verb, "next": str(row["go"]) if "go" in row else after, **_PARTS[verb](row)}
    return {**step, "next": None} if verb == "end" else step


def _say(row: Row) -> Step:
    return {"text": str(row["say"])}


def _ask(row: Row) -> Step:
    bounds = {key: _number(str(row[key])) for key in ("low", "high") if key in row}
    return {
        "text": str(row["ask"]), "as": _name(row), "type": str(row.get("type", "text")), "low": bounds.get("low"),
        "high": bounds.get("high"), "again": str(row["again"]) if "again" in row else None,
    }  # fmt: skip


def _nearest(row: Row) -> Step:
    rest = {key: str(row[key]) if key in row else None for key in ("again", "kind", "none")}
    return {"text": str(row["nearest"]), "as": _name(row), **rest}


def _choice(row: Row) -> Step:
    return {"text": str(row["choice"]), "as": _name(row), "options": _options(row)}


def _menu(row: Row) -> Step:
    return {
        "text": str(row["menu"]),
        "as": _name(row),
        "options": _options(row),
        "back": row.get("back") != "false",
    }


def _branch(row: Row) -> Step:
    cases = [
        {"if": _tree(case["if"]), "go": str(case["go"])}
        for case in row["branch"]
        if "if" in case and "go" in case
    ]
    other = next((str(case["else"]) for case in row["branch"] if "else" in case), None)
    return {"cases": cases} | ({"next": other} if other else {})


def _inside(verb: str) -> Callable[[Row], Step]:
    return lambda row: dict(plain(row[verb]))


def _text(verb: str, key: str) -> Callable[[Row], Step]:
    return lambda row: {key: str(row[verb])}


_PARTS: Mapping[str, Callable[[Row], Step]] = {
    "say": _say, "ask": _ask, "nearest": _nearest, "choice": _choice, "menu": _menu, "branch": _branch,
    "set": lambda row: {"values": plain(row["set"])},
    "wait": lambda row: {"for": _length(row["wait"].get("for", ""))},
    "schedule": lambda row: {**plain(row["schedule"]), "in": _length(row["schedule"].get("in", ""))},
    "task": _inside("task"), "event": _inside("event"), "search": _inside("search"),
    "handover": lambda row: {**plain(row["handover"]), "urgent": row["handover"].get("urgent") in YES},
    "article": _text("article", "article"), "stop": _text("stop", "reason"), "language": _text("language", "tag"),
    "reply": _text("reply", "word"), "call": _text("call", "flow"), "end": _text("end", "word"),
    "go": lambda row: {},
}  # fmt: skip


def _options(row: Row) -> list[Step]:
    return [
        {
            "id": str(one.get("id", "")), "say": str(one.get("say", "")), "words": plain(one.get("words", [])),
            **{key: str(one[key]) if key in one else None for key in ("go", "call")},
        }
        for one in row.get("options", ())
    ]  # fmt: skip


def _name(row: Row) -> str | None:
    return str(row["as"]) if "as" in row else None


def _tree(text: str) -> conditions.Tree:
    try:
        return conditions.parse(text)
    except TselaError:
        return {"or": []}


def _length(text: str) -> list[Any]:
    return list(duration(text) or (0, "days"))


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text
