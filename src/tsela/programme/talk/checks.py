"""What is wrong with messages, flows and articles as they are written: names that nobody knows, steps that cannot be."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tsela.kernel.errors import Problem, TselaError, nearest, problem
from tsela.programme.source import where
from tsela.programme.talk import conditions, routes
from tsela.programme.talk.events import check_event
from tsela.programme.talk.flows import ASKS, Flow, duration, step_ids, verbs
from tsela.programme.talk.given import Given, Row
from tsela.programme.talk.messages import PLACEHOLDER, REPLIES, SAMPLES, placeholders
from tsela.programme.talk.texts import BODIES, parts
from tsela.programme.talk.variables import check_values, check_variable, variables

TEMPLATE = re.compile(r"[a-z][a-z0-9_]*")
MOST_OPTIONS = 10
CHOOSE = "choose"  # `language: choose` offers the languages


@dataclass(frozen=True)
class Known:
    """What a flow may name."""

    forms: Mapping[str, Any]  # dictionaries of the forms
    languages: Collection[str]
    messages: Collection[str]
    articles: Collection[str]
    kinds: Collection[str]  # of services
    flows: Collection[str]
    variables: Mapping[str, set[str] | None]  # name → its values where they are known


def check(
    given: Given, flows: Mapping[str, Flow], forms: Mapping[str, Any], languages: Collection[str]
) -> Iterator[Problem]:
    """Everything wrong with them, apart from words and limits. `flows` are the compiled ones."""
    names = [[row["id"] for row in rows if "id" in row] for rows in (given.messages, given.articles)]
    for kind, found in zip(("message", "article"), names, strict=True):
        yield from doubled(found, kind)
    known = Known(forms, languages, names[0], names[1], given.kinds, given.flows, variables(given.flows))
    for row in given.messages:
        yield from _message(row, known)
    for row in given.articles:
        yield from _placeholders([row.get("title", ""), *parts(row)], SAMPLES)
    wrong = {name: list(_flow(name, row, known)) for name, row in given.flows.items()}
    yield from (found for problems in wrong.values() for found in problems)
    yield from routes.check(given, {name: flow for name, flow in flows.items() if not wrong[name]})
    yield from (found for tag in given.words if languages for found in unknown("A language", tag, languages))


def unknown(key: str, name: str, known: Collection[str]) -> Iterator[Problem]:
    """E220 where a name is none of those that are known."""
    if name not in known:
        yield problem("E220", where=where(name), key=key, name=name, known=", ".join(known) or "none yet", nearest=nearest(name, known))  # fmt: skip


def doubled(names: Iterable[Any], kind: str) -> Iterator[Problem]:
    """E208 for every name that came before."""
    first: dict[str, Any] = {}
    for name in names:
        if name in first:
            yield problem("E208", where=where(name), name=name, kind=kind, first=where(first[name]))
        first.setdefault(name, name)


def _message(row: Row, known: Known) -> Iterator[Problem]:
    yield from _placeholders([row[tier] for tier in ("covert", "overt") if tier in row], SAMPLES)
    replies = [reply for reply in row.get("replies", ()) if "id" in reply]
    yield from doubled([reply["id"] for reply in replies], "reply")
    for reply in replies:
        if "does" in reply:
            yield from unknown("What a reply does", reply["does"], [*REPLIES, *known.flows])
    if not TEMPLATE.fullmatch(row.get("template", "a")):
        yield problem(
            "E226",
            where=where(row["template"]),
            expected="small letters, digits and _",
            found=row["template"],
        )


def _placeholders(texts: Iterable[Any], known: Collection[str]) -> Iterator[Problem]:
    for text in texts:
        for name, offset in placeholders(text):
            if name not in known:
                yield problem(
                    "E701",
                    where=where(text, offset),
                    name=name,
                    known=", ".join(known),
                    nearest=nearest(name, known),
                )


def _flow(name: str, row: Row, known: Known) -> Iterator[Problem]:
    if row.get("flow", name) != name:
        yield problem("E226", where=where(row["flow"]), expected=f"{name}, like the file", found=row["flow"])
    steps = row.get("steps", [])
    yield from doubled([step["id"] for step in steps if "id" in step], "step")
    for step in steps:
        found = verbs(step)
        if len(found) != 1:
            yield problem(
                "E700", where=where(step, 0, where(row.get("flow"))), found=" and ".join(found) or "nothing"
            )
        yield from _placeholders(
            [step[key] for key in BODIES if key in step], {**SAMPLES, **dict.fromkeys(known.variables)}
        )
        yield from _targets(step, step_ids(steps))
        yield from _names(step, known)
        yield from _branch(step, known)
        yield from _options(step)
        yield from _nearest(step, known)
        yield from _lengths(step)
        yield from check_values(step, known.variables)
        if "event" in step:
            yield from check_event(step["event"], known.forms)


def _targets(step: Row, steps: Collection[str]) -> Iterator[Problem]:
    given = [step.get("go"), step.get("none"), *(one.get("go") for one in step.get("options", ()))]
    given += [case.get(key) for case in step.get("branch", ()) for key in ("go", "else")]
    for target in filter(None, given):
        yield from unknown("A step", target, steps)


def _names(step: Row, known: Known) -> Iterator[Problem]:
    for flow in filter(None, [step.get("call"), *(one.get("call") for one in step.get("options", ()))]):
        yield from unknown("A flow", flow, known.flows)
    if "message" in step.get("schedule", {}):
        yield from unknown("A message", step["schedule"]["message"], known.messages)
    if article := step.get("article"):
        pattern = re.compile(PLACEHOLDER.sub("\0", article).replace("\0", ".+"))
        if not any(map(pattern.fullmatch, known.articles)):
            yield from unknown("An article", article, known.articles)
    if step.get("language") and known.languages:
        yield from unknown("A language", step["language"], [CHOOSE, *known.languages])


def _branch(step: Row, known: Known) -> Iterator[Problem]:
    for case in step.get("branch", ()):
        if "else" not in case and not {"if", "go"} <= case.keys():
            yield problem("E223", where=where(case), key="else, or if and go")
        if "if" not in case:
            continue
        try:
            tree = conditions.parse(case["if"])
        except TselaError as error:
            yield from error.problems
            continue
        for compared in conditions.comparisons(tree):
            yield from check_variable(compared, case["if"], known.variables)


def _options(step: Row) -> Iterator[Problem]:
    options = step.get("options", [])
    asks = [key for key in ASKS if key in step and key != "ask"]
    if asks and not options:
        yield problem("E223", where=where(step[asks[0]]), key="options")
    if len(options) > MOST_OPTIONS:
        yield problem("E703", where=where(options[MOST_OPTIONS]), what=f"This has {len(options)} options", most=f"{MOST_OPTIONS}", channel="WhatsApp")  # fmt: skip
    yield from doubled([one["id"] for one in options if "id" in one], "option")


def _nearest(step: Row, known: Known) -> Iterator[Problem]:
    """The kind is one of those that there are, or a variable that can be nothing else."""
    if "nearest" not in step:
        return
    for key in ("kind", "none"):
        if key not in step:
            yield problem("E223", where=where(step["nearest"]), key=key)
    kind = step.get("kind", "")
    whole = PLACEHOLDER.fullmatch(kind)
    for one in (known.variables.get(whole[1]) or ()) if whole else [kind] if kind else ():
        if one not in known.kinds:
            kinds = ", ".join(known.kinds) or "none yet"
            near = nearest(one, known.kinds)
            yield problem(
                "E220", where=where(kind), key="A kind of service", name=one, known=kinds, nearest=near
            )


def _lengths(step: Row) -> Iterator[Problem]:
    given = [step.get("wait", {}).get("for"), step.get("schedule", {}).get("in")]
    for text in filter(None, given):
        if not duration(text):
            yield problem("E226", where=where(text), expected="a time such as 2 days or 3 hours", found=text)
    for key in ("low", "high"):
        if step.get("type") in ("integer", "decimal") and not _number(step.get(key, "0")):
            yield problem("E226", where=where(step[key]), expected="a number", found=step[key])


def _number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False
