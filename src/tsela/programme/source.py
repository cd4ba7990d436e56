"""YAML read as strings only, every string knowing its file, line and column.

`yes`, `1e3` and `2026-01-01` stay the text that a person wrote. A mapping is a dict, a list a list; a string is a
`Text`, a str with a place, keys included, so that whoever finds something wrong later can point at it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tsela.kernel.errors import Problem, problem

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a string stands: file, line and column from 1, and the raw text from there on."""

    file: str
    line: int
    column: int
    raw: str

    def at(self, text: str, offset: int = 0) -> str:
        """`file:line:column` of an offset in the string, folded and quoted strings included."""
        index, wanted = self._start(), sum(not char.isspace() for char in text[:offset])
        while index < len(self.raw) and wanted:
            wanted -= not self.raw[index].isspace()
            index += 1
        if text[offset:].strip():
            index += len(self.raw[index:]) - len(self.raw[index:].lstrip())
        before = self.raw[:index]
        lines = before.count("\n")
        column = len(before) - before.rfind("\n") if lines else self.column + len(before)
        return f"{self.file}:{self.line + lines}:{column}"

    def _start(self) -> int:
        if self.raw[:1] in ("|", ">"):
            return self.raw.find("\n") + 1
        return int(self.raw[:1] in ("'", '"'))


class Text(str):
    """A string of a YAML file that knows its place."""

    place: Place

    def __new__(cls, value: str, place: Place) -> "Text":
        text = super().__new__(cls, value)
        text.place = place
        return text

    def __getnewargs__(self) -> tuple[str, Place]:  # type: ignore[override]
        return str(self), self.place


def where(value: Any, offset: int = 0, otherwise: str = "") -> str:
    """`file:line:column` of a Text, or of the first Text in a mapping or list."""
    if isinstance(value, Text):
        return value.place.at(value, offset)
    inside = list(value) if isinstance(value, dict | list) else []
    return where(inside[0], 0, otherwise) if inside else otherwise


def plain(value: Any) -> Any:
    """The same without places."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return str(value) if isinstance(value, str) else value


def read(path: Path, name: str) -> tuple[Any, list[Problem]]:
    """A YAML file and what is wrong with it as YAML; `name` is what problems call the file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return {}, [problem("E221", where=name, reason=_reason(error))]
    return parse(text, name)


def parse(text: str, name: str) -> tuple[Any, list[Problem]]:
    """YAML text and what is wrong with it; what cannot be read is left out."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        return {}, [problem("E222", where=place, reason=error.problem or error.context or "unreadable")]
    except yaml.YAMLError as error:
        return {}, [problem("E222", where=name, reason=str(error).splitlines()[0])]
    reader = _Reader(text, name)
    return (reader.value(root) if root is not None else {}), reader.problems


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self._lines = text.splitlines(keepends=True)
        self._open: set[int] = set()

    def value(self, node: yaml.Node) -> Any:
        if id(node) in self._open:
            here = self._text(node, "")
            self.problems.append(problem("E222", where=where(here), reason="an alias inside itself"))
            return here
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node)
            return (
                [self.value(item) for item in node.value]
                if isinstance(node, yaml.SequenceNode)
                else self._text(node, node.value)
            )
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.MappingNode) -> dict[Text, Any]:
        found: dict[Text, Any] = {}
        for key_node, value_node in node.value:
            key = self._text(key_node, key_node.value if isinstance(key_node.value, str) else "?")
            if key in found:
                first = next(other for other in found if other == key)
                self.problems.append(
                    problem("E208", where=where(key), name=key, kind="key", first=where(first))
                )
            else:
                found[key] = self.value(value_node)
        return found

    def _text(self, node: yaml.Node, value: str) -> Text:
        start, end = node.start_mark, node.end_mark
        raw = "".join(self._lines[start.line : end.line + 1])[start.column :] if self._lines else ""
        return Text(value, Place(self.name, start.line + 1, start.column + 1, raw))


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not UTF-8 text"
