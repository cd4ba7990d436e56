"""Indicators as data: the YAML of a programme's `indicators/` folder, parsed and checked. Pure: no database.

A file holds `define` (more definitions of the rules language), `cohorts` (who is counted, from which day) and
`indicators` (what is judged of them, and when). Conditions are those of contract/RULES.md; `anchor` is the cohort's
index date. docs/indicators.md explains every key.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from tsela.evaluation.reader import Reader
from tsela.kernel.dates import Duration, add_duration
from tsela.kernel.errors import Problem, problem
from tsela.programme.rules import Names, checks
from tsela.programme.shape import fit, schema

Tree = dict[str, Any]
"""COND, DATE or EVENTS of RULES 4."""
Span = tuple[Duration, ...]

ALWAYS, NEVER = "always", "never"


@dataclass(frozen=True)
class Cohort:
    """Clients for whom `members` holds on the data cut, and whose index date + `in_period` falls inside the period."""

    id: str
    title: str
    members: Tree
    index: tuple[Tree, ...]  # DATEs; the first that she has
    in_period: Span


@dataclass(frozen=True)
class PersonTime:
    """From the index date to `negative`; or, where the numerator holds, to midway between it and `positive` (DATEs)."""

    negative: Tree
    positive: Tree


@dataclass(frozen=True)
class Survival:
    """Loss is the first of `ends` (DATEs) and of the days that no event of `covered_by` (EVENTS … within) covers.

    Where `censor` holds, she is followed until `censored_on` only. The index day counts as supply for no days.
    """

    covered_by: Tree
    ends: tuple[Tree, ...]
    censor: Tree
    censored_on: Tree | None


@dataclass(frozen=True)
class Indicator:
    """One figure. All conditions are judged on the index date + `at`, for each client on her own day."""

    id: str
    title: str
    short: str
    kind: str
    cohort: Cohort
    at: Span
    exclude: Mapping[str, Tree]
    denominator: Tree
    numerator: Tree
    unknown: Tree
    person_time: PersonTime | None
    survival: Survival | None
    benchmarks: tuple[str, ...]  # ids in facts.yaml
    beside: str  # the indicator that is always shown with it, or ""
    definition: str
    choices: tuple[str, ...]
    source: str
    words: Mapping[str, str]  # what numerator, denominator and unknown are called
    version: str = ""


@dataclass(frozen=True)
class Definitions:
    """All indicators of a programme, and its tables with the definitions that they add."""

    tables: Mapping[str, Any]
    indicators: tuple[Indicator, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    def indicator(self, name: str) -> Indicator:
        return next(indicator for indicator in self.indicators if indicator.id == name)


def read(
    documents: Iterable[Any], names: Names, tables: Mapping[str, Any], benchmarks: Mapping[str, Any]
) -> Definitions:
    """The parsed YAML of the indicator files, against a programme's compiled tables and its benchmarks.

    What is wrong is left out and listed in `problems`, with file, line, column and the nearest right name.
    """
    reader = Reader(names)
    shaped = [_shaped(reader, document) for document in documents]
    cohorts: dict[str, Cohort] = {}
    found: dict[str, Indicator] = {}
    for document in shaped:
        for name, text in document.get("define", {}).items():
            reader.define(name, text)
    for document in shaped:
        cohorts |= {
            str(name): _cohort(reader, name, given) for name, given in document.get("cohorts", {}).items()
        }
    for given in (row for document in shaped for row in document.get("indicators", ())):
        indicator = _indicator(reader, given, cohorts, benchmarks)
        if indicator and indicator.id in found:
            reader.report(problem("E208", name=indicator.id, kind="indicator", first="above"), given["id"])
        elif indicator:
            found[indicator.id] = indicator
    for given in (row for document in shaped for row in document.get("indicators", ()) if "beside" in row):
        reader.choice("beside", given["beside"], tuple(found))
    extended = {**tables, "define": dict(reader.names.define)}
    listed = tuple(replace(one, version=version(one, extended)) for one in found.values())
    return Definitions(extended, listed, tuple(reader.problems))


def of(programme: Any) -> Definitions:
    """The indicators of a loaded programme."""
    return read(
        programme.indicators, programme.names, programme.tables, programme.facts.get("benchmarks", {})
    )


def check(programme: Any) -> list[Problem]:
    """Everything wrong with a loaded programme's indicators, for `tsela programme check`."""
    return list(of(programme).problems)


def moved(day: int, span: Span) -> int | None:
    """A day + a span, one step after another (RULES R9)."""
    moving: int | None = day
    for step in span:
        moving = None if moving is None else add_duration(moving, step)
    return moving


def version(indicator: Indicator, tables: Mapping[str, Any]) -> str:
    """A hash of what decides the figure (not of its words), definitions included: same hash, same meaning."""
    decides = (
        "kind",
        "cohort",
        "at",
        "exclude",
        "denominator",
        "numerator",
        "unknown",
        "person_time",
        "survival",
    )
    meaning = {name: _resolved(getattr(indicator, name), tables) for name in decides}
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()[:12]


def _resolved(part: Any, tables: Mapping[str, Any]) -> Any:
    if isinstance(part, Mapping):
        if "ref" in part:
            return _resolved(tables["define"].get(part["ref"]) or tables["groups"][part["ref"]], tables)
        return {key: _resolved(value, tables) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_resolved(value, tables) for value in part]
    if isinstance(part, Cohort | PersonTime | Survival):
        kept = {key: value for key, value in vars(part).items() if key not in ("id", "title")}
        return _resolved(kept, tables)
    return str(part) if isinstance(part, Duration) else part


def _shaped(reader: Reader, document: Any) -> Mapping[str, Any]:
    value, problems = fit(document, schema("indicators"), "indicators")
    reader.problems.extend(problems)
    return value or {}


def _cohort(reader: Reader, name: str, given: Mapping[str, Any]) -> Cohort:
    return Cohort(
        str(name), str(given.get("title", name)), reader.condition(given.get("for", ALWAYS)),
        reader.sources(given.get("index", "")), reader.span(given.get("in_period", "0 days")),
    )  # fmt: skip


def _indicator(
    reader: Reader, given: Mapping[str, Any], cohorts: Mapping[str, Cohort], benchmarks: Mapping[str, Any]
) -> Indicator | None:
    """None where anything of it is wrong: no figure is better than a wrong one."""
    before = len(reader.problems)
    cohort = cohorts.get(reader.choice("cohort", given.get("cohort", ""), tuple(cohorts)))
    if cohort is None or not {"id", "kind", "at"} <= given.keys():
        return None
    anchors = [str(checks.dates(date)[0].get("form", "registration")) for date in cohort.index]
    rule = partial(reader.condition, anchors=anchors)
    indicator = Indicator(
        id=str(given["id"]), title=str(given.get("title", given["id"])), short=str(given.get("short", given["id"])),
        kind=str(given["kind"]), cohort=cohort, at=reader.span(given["at"]),
        exclude={str(reason): rule(text) for reason, text in given.get("exclude", {}).items()},
        denominator=rule(given.get("denominator", ALWAYS)), numerator=rule(given.get("numerator", NEVER)),
        unknown=rule(given.get("unknown", NEVER)),
        person_time=_person_time(reader, given), survival=_survival(reader, given, rule),
        benchmarks=tuple(str(reader.choice("benchmarks", one, tuple(benchmarks))) for one in _many(given, "benchmarks")),
        beside=str(given.get("beside", "")), definition=_line(given.get("definition", "")),
        choices=tuple(_line(one) for one in _many(given, "choices")), source=str(given.get("source", "")),
        words={str(key): str(word) for key, word in given.get("words", {}).items()},
    )  # fmt: skip
    return indicator if len(reader.problems) == before else None


def _person_time(reader: Reader, given: Mapping[str, Any]) -> PersonTime | None:
    if given["kind"] != "rate":
        return None
    part = given.get("person_time") or {}
    if len(part) != 2:
        reader.report(problem("E223", key="person_time"), given["id"])
        return None
    return PersonTime(reader.date(part["negative"]), reader.date(part["positive"]))


def _survival(reader: Reader, given: Mapping[str, Any], rule: Callable[[str], Tree]) -> Survival | None:
    if given["kind"] != "survival":
        return None
    part = given.get("survival") or {}
    if "covered_by" not in part:
        reader.report(problem("E223", key="survival"), given["id"])
        return None
    covered = reader.events(part["covered_by"])
    if set(covered) != {"form", "time"} or "within" not in covered["time"]:
        reader.report(problem("E611"), part["covered_by"])
    on = part.get("censored_on")
    ends = tuple(reader.date(end) for end in _many(part, "ends"))
    return Survival(covered, ends, rule(part.get("censor", NEVER)), reader.date(on) if on else None)


def _many(given: Mapping[str, Any], key: str) -> list[str]:
    """A list of texts; one text counts as a list of one."""
    value = given.get(key, [])
    return value if isinstance(value, list) else [value]


def _line(text: str) -> str:
    return " ".join(text.split())
