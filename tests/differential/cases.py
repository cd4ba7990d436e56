"""The shared cases, contract/cases/*.yaml, as questions and expected answers for every executor.

A file: `about`, `rules` (their numbers), a rules document (groups, define, states, items, flags) and `cases`.
A case: `name`, `events` (a table), and either
  `when`: a condition of the client, with the days on which it `holds` and `fails`; or
  `plans`: one for each day: `today`, `tasks` ("KEY STATUS [due|opens|late|expires|anchor DATE] [step NAME] [named FORM] [by EVENT]"),
  `flags` and `recheck`. Only what is said is compared; all tasks and flags must be said.
`client` is whom it is about: the first of the table by default. A case may have groups, define … of its own.
All files know the forms of _forms.yaml.
`python -m tests.differential.cases` writes them as JSON (contract/cases/compiled.json), which the phone's tests read.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tsela.programme.rules import compile_tables

FOLDER = Path(__file__).resolve().parents[2] / "contract/cases"
COMPILED = FOLDER / "compiled.json"
RULES = ("groups", "define", "states", "steps", "items", "flags")
FIELDS = {"due", "opens", "late", "expires", "anchor", "named", "step", "by"}


@dataclass(frozen=True)
class Case:
    """One client of one record, on some days: what is expected of her plan on each."""

    name: str
    tables: Mapping[str, Any]
    events: list[dict[str, Any]]
    client: str
    expected: list[dict[str, Any]]

    @property
    def asks(self) -> list[tuple[str, str]]:
        return [(self.client, one["today"]) for one in self.expected]


class Loader(yaml.SafeLoader):
    """YAML whose plain values are only JSON's: numbers, true, false, null. Dates stay strings."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("null", r"null", "n"),
    ("bool", r"true|false", "tf"),
    ("int", r"-?[0-9]+", "-0123456789"),
    ("float", r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", "-0123456789"),
]:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), list(first))
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))


def all_cases() -> Iterator[Case]:
    """Every case of every file."""
    for path in sorted(FOLDER.glob("[!_]*.yaml")):
        yield from cases_of(path)


def cases_of(path: Path) -> Iterator[Case]:
    """The cases of one file. Raises AssertionError for rules that do not compile."""
    document, forms = load(path), load(FOLDER / "_forms.yaml")
    for case in document["cases"]:
        name = f"{path.stem}: {case['name']}"
        rules = {key: document[key] for key in RULES if key in document} | {
            key: case[key] for key in RULES if key in case
        }
        if "when" in case:
            rules["flags"] = [{"id": "it", "when": case["when"]}]
        yield _case(name, _tables(name, rules, forms), case)


def load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader)


def _tables(name: str, rules: Mapping[str, Any], forms: Mapping[str, Any]) -> Mapping[str, Any]:
    tables, problems = compile_tables(_strings(rules), forms, where=name)
    wrong = [one for one in problems if one.code != "E211"]  # a warning: `not` over a missing answer
    assert not wrong, "\n".join(map(str, wrong))
    items = [{**item, "words": {}} for item in tables["items"]]  # what people read is not what is tested here
    return {**tables, "items": items, "flags": [{**flag, "words": {}} for flag in tables["flags"]]}


def _strings(value: Any) -> Any:
    """As the programme's own loader reads YAML: every plain value a string."""
    if isinstance(value, dict):
        return {key: _strings(one) for key, one in value.items()}
    return [_strings(one) for one in value] if isinstance(value, list) else str(value)


def _case(name: str, tables: Mapping[str, Any], case: Mapping[str, Any]) -> Case:
    events = [_event(line) for line in case.get("events", "").splitlines() if line.strip()]
    client = case.get("client") or events[0]["client"]
    if "when" in case:
        days = [(day, ["it"]) for day in case.get("holds", [])] + [(day, []) for day in case.get("fails", [])]
        expected = [{"today": day, "tasks": [], "flags": flags} for day, flags in days]
    else:
        expected = [_expected(one) for one in case["plans"]]
    return Case(name, tables, events, client, expected)


def _event(line: str) -> dict[str, Any]:
    """id | client | form | date | answers (YAML, or `void`) | replaces, the last if any."""
    identity, client, form, day, answers, *replaces = (cell.strip() for cell in line.split("|"))
    return {
        "id": identity,
        "client": client,
        "form": form,
        "occurred_on": day,
        "answers": None if answers == "void" else yaml.load(f"{{{answers}}}", Loader),
        "replaces": replaces[0] if replaces else None,
    }


def _expected(plan: Mapping[str, Any]) -> dict[str, Any]:
    tasks = [_task(line.split()) for line in plan.get("tasks", [])]
    return {**plan, "tasks": tasks, "flags": plan.get("flags", [])}


def _task(words: list[str]) -> dict[str, Any]:
    fields = dict(zip(words[2::2], words[3::2], strict=True))
    assert set(fields) <= FIELDS, words
    named = {"done_by" if name == "by" else name: None if v == "none" else v for name, v in fields.items()}
    return {"key": words[0], "status": words[1], **named}


def answered(plan: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """What a plan says of what is expected, in the shape of the expectation."""
    tasks = [
        {**task, "anchor": task["anchor"]["date"], "named": task["anchor"]["form"]} for task in plan["tasks"]
    ]
    wanted = [set(task) for task in expected["tasks"]] + [{"key", "status"}] * len(tasks)
    said = {
        "today": expected["today"],
        "tasks": [{name: task[name] for name in names} for task, names in zip(tasks, wanted, strict=False)],
        "flags": [flag["id"] for flag in plan["flags"]],
    }
    recheck = {"recheck": plan.get("recheck", expected["recheck"])} if "recheck" in expected else {}
    return said | recheck  # SQL knows none


def compiled() -> str:
    """All cases as JSON, one a line; the forms of their tables once."""
    cases = list(all_cases())
    rows = [{**vars(case), "tables": {**case.tables, "forms": None}} for case in cases]
    lines = ",\n".join(_json(row) for row in rows)
    return f'{{"forms": {_json(cases[0].tables["forms"])},\n"cases": [\n{lines}\n]}}\n'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    COMPILED.write_text(compiled(), encoding="utf-8")
