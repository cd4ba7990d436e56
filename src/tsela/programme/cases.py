"""Worked examples: people and events as small tables, a day, and what is expected (docs/how-to-write-rules.md).

A case's tables are text, columns divided by `|`. Comes in: the parsed YAML of cases/*.yaml. Goes out: `Case`s with
events as the engine reads them, and problems with file and line.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tsela.kernel.dates import format_date, parse_date
from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme import source
from tsela.programme.rules.names import ATTRIBUTES, Dictionary
from tsela.programme.shape import fit, schema
from tsela.programme.source import Text, where

Event = dict[str, Any]
COLUMNS = ("who", "task", "due", "opens", "late", "expires", "status", "step")
ABSENT = "none"  # in the column status: there is no such task
NAMESPACE = uuid.UUID("6f9ddc52-3c3f-5d0e-9d5c-7aa0b2a3c1de")


@dataclass(frozen=True)
class Case:
    """One example. `tasks` are rows of expected cells, `days` such rows of other days (`day`, a day number, is one of
    the cells); `absent`, `around`, `flags`, `no_flags` are (who, name)."""

    title: str
    where: str
    policy: str
    today: int
    people: Mapping[str, str]
    events: list[Event]
    tasks: list[dict[str, str]]
    absent: list[tuple[str, str]]
    flags: list[tuple[str, str]]
    no_flags: list[tuple[str, str]]
    days: list[dict[str, Any]] = field(default_factory=list)
    around: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A line of a table: its cells and its place."""

    cells: list[str]
    where: str


def read_cases(
    folder: Path, forms: Dictionary, items: set[str], flags: set[str]
) -> tuple[list[Case], list[Problem]]:
    """The cases of a programme folder and everything wrong with their writing."""
    cases: list[Case] = []
    problems: list[Problem] = []
    for path in sorted((folder / "cases").glob("*.yaml")):
        name = path.relative_to(folder).as_posix()
        value, found = source.read(path, name)
        shaped, wrong = fit(value, schema("cases"), f"{name}:1")
        problems += [*found, *wrong]
        for given in shaped or []:
            reader = _Reader(given, forms, {"task": items, "flag": flags})
            if "today" in given and "case" in given:
                cases.append(reader.case())
            problems += reader.problems
    return cases, problems


@dataclass
class _Reader:
    given: Mapping[str, Any]
    forms: Dictionary
    known: Mapping[str, set[str]]
    problems: list[Problem] = field(default_factory=list)

    def case(self) -> Case:
        today = self._day(self.given["today"], where(self.given["today"]))
        rows = table(self.given.get("events"))
        days = [day for row in rows if row.cells and (day := parse_date(row.cells[0])) is not None]
        people = self._people(min([today, *days]))
        events = [
            *people.values(),
            *self._events(rows, {name: event["client"] for name, event in people.items()}),
        ]
        return Case(
            title=str(self.given["case"]), where=where(self.given["case"]), policy=str(self.given.get("policy", "")),
            today=today, people={name: event["client"] for name, event in people.items()}, events=events,
            tasks=self._tasks("tasks", people), absent=self._named("no_tasks", "task", people),
            flags=self._named("flags", "flag", people), no_flags=self._named("no_flags", "flag", people),
            days=[{**row, "day": self._day(row.get("day", ""), row["where"])} for row in self._tasks("days", people)],
            around=self._named("around", "task", people),
        )  # fmt: skip

    def _people(self, first: int) -> dict[str, Event]:
        """Registrations by name. One without `registered` is registered on the first day of the example."""
        head, *rows = table(self.given.get("people")) or [Row(["name"], "")]
        people: dict[str, Event] = {}
        for row in rows:
            cells = {key: value for key, value in zip(head.cells, row.cells, strict=False) if value}
            name = cells.pop("name", "")
            registered = cells.pop("registered", format_date(first))
            if "mother" in cells:
                cells["mother"] = person(self._member("mother", cells["mother"], people, row.where) or "")
            answers = {key: self._answer(ATTRIBUTES, key, value, row.where) for key, value in cells.items()}
            people[name] = _event(f"registration {name}", ATTRIBUTES, person(name), registered, answers)
        return people

    def _events(self, rows: list[Row], people: Mapping[str, str]) -> Iterator[Event]:
        named: dict[str, str] = {}
        for number, row in enumerate(rows):
            day, who, form, given, note = [*row.cells, "", "", "", "", ""][:5]
            if not (
                self._member("who", who, people, row.where)
                and self._member("form", form, self.forms, row.where)
            ):
                continue
            self._day(day, row.where)
            answers = self._answers(form, given, row.where)
            date = self.forms[form]["date"]
            if date:
                answers.setdefault(date, day)
            event = _event(f"event {number:03}", form, people[who], day, answers)
            word, _, label = note.partition(" ")
            if word == "as":
                named[label] = event["id"]
            elif word in ("replaces", "voids"):
                event["replaces"] = named.get(self._member("event", label, named, row.where) or "")
                event["answers"] = None if word == "voids" else answers
            elif note:
                self.problems.append(
                    problem(
                        "E220",
                        where=row.where,
                        key="The note",
                        name=note,
                        known="as NAME, replaces NAME, voids NAME",
                        nearest=None,
                    )
                )
            yield event

    def _answers(self, form: str, text: str, at: str) -> dict[str, Any]:
        """“test: nat, result: negative” as answers; several options as “danger_signs: fever + convulsing”."""
        answers: dict[str, Any] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            key, _, value = (piece.strip() for piece in part.partition(":"))
            answers[key] = self._answer(form, key, value, at)
        return answers

    def _answer(self, form: str, key: str, value: str, at: str) -> Any:
        question = self.forms[form]["questions"].get(key)
        if question is None:
            near = nearest(key, self.forms[form]["questions"])
            self.problems.append(problem("E203", where=at, name=key, form=form, nearest=near))
            return value
        if question["type"] == "codes":
            return [self._code(key, question, one.strip(), at) for one in value.split("+")]
        if question["type"] in ("integer", "decimal"):
            number = float(value) if value.replace(".", "", 1).lstrip("-").isdigit() else None
            return value if number is None else int(number) if number.is_integer() else number
        return self._code(key, question, value, at) if question["type"] == "code" else value

    def _code(self, key: str, question: Mapping[str, Any], value: str, at: str) -> str:
        codes = question["codes"]
        if value not in codes:
            self.problems.append(
                problem(
                    "E205",
                    where=at,
                    name=value,
                    of=key,
                    known=", ".join(codes),
                    nearest=nearest(value, codes),
                )
            )
        return value

    def _tasks(self, key: str, people: Mapping[str, Any]) -> list[dict[str, str]]:
        head, *rows = table(self.given.get(key)) or [Row(["who", "task"], "")]
        for column in head.cells:
            self._member("column", column, ("day", *COLUMNS) if key == "days" else COLUMNS, head.where)
        found = []
        for row in rows:
            cells = {key: value for key, value in zip(head.cells, row.cells, strict=False) if value}
            self._member("who", cells.get("who", ""), people, row.where)
            self._member("task", cells.get("task", "").partition(":")[0], self.known["task"], row.where)
            found.append({**cells, "where": row.where})
        return found

    def _named(self, key: str, kind: str, people: Mapping[str, Any]) -> list[tuple[str, str]]:
        """“Thandi: danger_pregnancy, past_due” lines as (who, name)."""
        found = []
        for who, names in (self.given.get(key) or {}).items():
            self._member("who", who, people, where(who))
            for name in names if isinstance(names, list) else [names]:
                self._member(kind, name.partition(":")[0], self.known[kind], where(name))
                found.append((str(who), str(name)))
        return found

    def _member(self, kind: str, name: str, known: Any, at: str) -> str | None:
        if name in known:
            return name
        near = nearest(name, known)
        self.problems.append(
            problem(
                "E220",
                where=at,
                key=f"The {kind}",
                name=name or "empty",
                known=", ".join(sorted(known)) or "none yet",
                nearest=near,
            )
        )
        return None

    def _day(self, text: str, at: str) -> int:
        day = parse_date(text)
        if day is None:
            self.problems.append(problem("E230", where=at, date=text))
        return day or 0


def table(text: Any) -> list[Row]:
    """The lines of a text table, cells stripped, each with its place; empty lines and lines that start with # are left out."""
    rows, offset = [], 0
    for line in (text or "").splitlines(keepends=True):
        if line.strip() and not line.lstrip().startswith("#"):
            at = text.place.at(text, offset).rsplit(":", 1)[0] if isinstance(text, Text) else ""
            rows.append(Row([cell.strip() for cell in line.strip().strip("|").split("|")], at))
        offset += len(line)
    return rows


def person(name: str) -> str:
    """The client id of a name in a case."""
    return str(uuid.uuid5(NAMESPACE, name))


def _event(label: str, form: str, client: str, day: str, answers: dict[str, Any]) -> Event:
    """An event as the engine reads it. Ids grow with the order in the table, as UUIDv7 do."""
    number = int(label.split()[1]) + 1 if label.startswith("event") else 0
    tail = uuid.uuid5(NAMESPACE, label).hex[:16]
    return {
        "id": f"{number:08x}-0000-7000-{tail[:4]}-{tail[4:]}", "form": form, "form_version": "", "client": client,
        "session": None, "mode": "facility", "site": "ZA-GP-EXAMPLE", "author": person("author"), "device": person("device"),
        "occurred_on": day, "recorded_at": f"{day}T12:00:00+02:00", "replaces": None, "answers": answers,
    }  # fmt: skip
