"""A YAML file of a programme as rows of sheets, and back.

Its lists of rows (items, flags, cases) and named rows (definitions, parameters, facts) are sheets of their own; whatever
else it holds is told as path and value. A cell that begins with {, [ or " is YAML; any other is the text that it shows.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from tsela.programme import source
from tsela.programme.workbook.excel import Row

Rows = dict[str, list[dict[str, str]]]
NAME, TEXT = "(name)", "(text)"  # of a named row: its name; and its value, where that is only a text
PATH, VALUE, STEP = "path", "value", " › "
REST = "other"
STRUCTURED = ("{", "[", '"')


class Table(NamedTuple):
    """A sheet: a key of the files of a folder (None: the file is itself the list), its rows named or not."""

    sheet: str
    folder: str
    key: str | None
    named: bool


TABLES = (
    Table("items", "schedules", "items", False),
    Table("flags", "flags", "flags", False),
    Table("definitions", "schedules", "define", True),
    Table("definitions", "flags", "define", True),
    Table("states", "schedules", "states", True),
    Table("policies", "policies", "parameters", True),
    Table("countries", "countries", "parameters", True),
    Table("facts", "facts.yaml", "facts", True),
    Table("benchmarks", "facts.yaml", "benchmarks", True),
    Table("languages", "languages.yaml", "languages", True),
    Table("indicators", "indicators", "indicators", False),
    Table("cases", "cases", None, False),
    Table("messages", "messages", "messages", False),
    Table("conversations", "flows", "steps", False),
    Table("understood", "flows", "words", True),
    Table("articles", "articles", "articles", False),
    Table("service kinds", "services/kinds.yaml", "kinds", True),
    Table("words that tell", "leaks", "terms", True),
    Table("dialogues", "dialogues", "dialogues", False),
)
COLUMNS = {
    "items": ("file", "id", "title", "because", "for", "anchor", "when", "unless", "due", "series", "window", "done", "escalate",
              "remind", "form", "by", "at_contact", "source", "review"),
    "flags": ("file", "id", "title", "because", "level", "for", "when", "source", "review"),
    "definitions": ("file", NAME, TEXT, "when", "words", "words_not"),
    "policies": ("file", NAME, TEXT), "countries": ("file", NAME, "value", "source", "review", TEXT),
    "cases": ("file", "case", "people", "events", "today", "policy", "tasks", "no_tasks", "flags", "no_flags"),
    "messages": ("file", "id", "title", "purpose", "covert", "overt", "replies", "template", "source", "review"),
    "conversations": ("file", "id", "say", "ask", "choice", "menu", "as", "options", "branch", "go", "call", "article", "end"),
    "articles": ("file", "id", "title", "tier", "topics", "words", "text", "source", "review"),
    "dialogues": ("file", "dialogue", "language", "tier", "channel", "country", "talk"),
    REST: ("file", PATH, VALUE),
}  # fmt: skip


def to_rows(name: str, text: str) -> Rows:
    """The rows of a file, by sheet. `name` is its path in the programme's folder."""
    rest = source.plain(source.parse(text, name)[0])
    rows: Rows = {}
    for table in _tables(name):
        found = rest if table.key is None else rest.get(table.key) if isinstance(rest, dict) else None
        if _fits(found, table):
            rows[table.sheet] = [_row(one) for one in _listed(found)]
            rest = {key: value for key, value in rest.items() if key != table.key} if table.key else {}
    told = [{PATH: path, VALUE: cell(value)} for path, value in _flat(rest, "")] if rest else []
    return rows | ({REST: told} if told else {})


def to_text(name: str, rows: Mapping[str, Sequence[Row]], order: Sequence[str] = ()) -> str:
    """The file that these rows tell; its keys in this order, where it is given."""
    value: Any = _unflat([(row[PATH], row.get(VALUE, "")) for row in rows.get(REST, ())])
    for table in _tables(name):
        if rows.get(table.sheet):
            made = [_made({k: v for k, v in row.items() if k != NAME}) for row in rows[table.sheet]]
            found = (
                dict(zip((row.get(NAME, "") for row in rows[table.sheet]), made, strict=True))
                if table.named
                else made
            )
            value = found if table.key is None else {**value, table.key: found}
    if isinstance(value, dict):
        value = {key: value[key] for key in dict.fromkeys([*(k for k in order if k in value), *value])}
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=118)


def keys(text: str) -> list[str]:
    """The keys of a file, in order."""
    value = source.parse(text, "")[0]
    return [str(key) for key in value] if isinstance(value, dict) else []


def cell(value: Any) -> str:
    """A value as one cell."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if not value or value.startswith(STRUCTURED) else value
    return str(
        yaml.dump(
            value, Dumper=_Dumper, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**9
        ).strip()
    )


def value_of(text: str) -> Any:
    """What a cell says."""
    return source.plain(source.parse(text, "")[0]) if text.startswith(STRUCTURED) else text


def _tables(name: str) -> list[Table]:
    return [table for table in TABLES if name == table.folder or name.startswith(f"{table.folder}/")]


def _fits(found: Any, table: Table) -> bool:
    """Whether it can be told as rows, and read back as the same."""
    if table.named:
        return isinstance(found, dict) and bool(found) and all(isinstance(key, str) and key for key in found)
    return isinstance(found, list) and bool(found) and all(isinstance(one, dict) and one for one in found)


def _listed(found: Any) -> list[Any]:
    return list(found.items() if isinstance(found, dict) else found)


def _row(one: Any) -> dict[str, str]:
    if isinstance(one, tuple):
        name, value = one
        told = (
            {key: cell(part) for key, part in value.items()}
            if isinstance(value, dict) and value
            else {TEXT: cell(value)}
        )
        return {NAME: name, **told}
    return {key: cell(part) for key, part in one.items()}


def _made(row: Mapping[str, str]) -> Any:
    return value_of(row[TEXT]) if TEXT in row else {key: value_of(text) for key, text in row.items()}


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """(path, value) of everything inside that has no inside; a step into a list is its number in brackets."""
    steps = (
        value.items() if isinstance(value, dict) else [(f"[{n}]", part) for n, part in enumerate(value, 1)]
    )
    for key, part in steps:
        here = f"{path}{STEP}{key}" if path else str(key)
        if isinstance(part, dict | list) and part and not _short(part):
            yield from _flat(part, here)
        else:
            yield here, part


def _short(part: Any) -> bool:
    """A list of texts that stands well in one cell."""
    return isinstance(part, list) and all(isinstance(one, str) for one in part) and sum(map(len, part)) < 100


def _unflat(rows: Sequence[tuple[str, str]]) -> Any:
    root: dict[str, Any] = {}
    for path, text in rows:
        here, *steps = root, *path.split(STEP)
        for step in steps[:-1]:
            here = here.setdefault(step, {})
        here[steps[-1]] = value_of(text)
    return _lists(root)


def _lists(value: Any) -> Any:
    """Mappings whose keys are all [1], [2], … as lists."""
    if not isinstance(value, dict):
        return value
    parts = {key: _lists(part) for key, part in value.items()}
    numbered = parts and all(
        key.startswith("[") and key.endswith("]") and key[1:-1].isdigit() for key in parts
    )
    return [parts[key] for key in sorted(parts, key=lambda key: int(key[1:-1]))] if numbered else parts


class _Dumper(yaml.SafeDumper):
    """Tables of cases as blocks of text."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)
_Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]
