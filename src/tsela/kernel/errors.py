"""Errors that a person can act on: a catalogue number, a plain sentence, a remedy.

The texts live in catalogue.toml. `problem` gives one as a value, to collect; `fail` raises it.
"""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal, NoReturn

Level = Literal["error", "warning"]

ROOMS = {
    "E1": "Command line",
    "E2": "Programme",
    "E3": "Forms",
    "E4": "Record and sync",
    "E5": "Access and devices",
    "E6": "Evaluation and data files",
    "E7": "Messaging",
    "E9": "Server and set-up",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of the catalogue, its texts still with their {fields}."""

    code: str
    title: str
    sentence: str
    remedy: str
    why: str = ""
    level: Level = "error"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, at a place, with what to do about it. A `warning` stops nothing."""

    code: str
    where: str
    what: str
    remedy: str
    why: str = ""
    level: Level = "error"

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return "\n  ".join(filter(None, [f"{self.code} {place}{self.what}", self.why, self.remedy]))


class TselaError(Exception):
    """An anticipated error, or several found together. Show their texts to the person, never a traceback."""

    def __init__(self, first: Problem, /, *others: Problem) -> None:
        super().__init__(first, *others)
        self.problems = (first, *others)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))

    def as_dicts(self) -> list[dict[str, str]]:
        """The problems for a program to read."""
        return [asdict(problem) for problem in self.problems]

    @property
    def problem(self) -> Problem:
        return self.problems[0]

    @property
    def code(self) -> str:
        return self.problem.code

    @property
    def where(self) -> str:
        return self.problem.where

    @property
    def what(self) -> str:
        return self.problem.what

    @property
    def why(self) -> str:
        return self.problem.why

    @property
    def remedy(self) -> str:
        return self.problem.remedy


def problem(code: str, /, *, where: str = "", **fields: object) -> Problem:
    """The catalogue's texts for a number, with these fields filled in."""
    entry = catalogue()[code]
    if "nearest" in fields:
        fields["did_you_mean"] = f"Did you mean {fields['nearest']}?" if fields["nearest"] else ""
    what, remedy, why = (_fill(text, fields) for text in (entry.sentence, entry.remedy, entry.why))
    return Problem(code, where, what, remedy, why, entry.level)


def fail(code: str, /, *, where: str = "", **fields: object) -> NoReturn:
    """Raise a catalogued error."""
    raise TselaError(problem(code, where=where, **fields))


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that a misspelt name most likely meant, if any is near."""
    matches = difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.6)
    return matches[0] if matches else None


@cache
def catalogue() -> Mapping[str, Entry]:
    """Every number, in order."""
    text = Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    return {code: Entry(code, **texts) for code, texts in sorted(tomllib.loads(text).items())}


def as_markdown() -> str:
    """The catalogue as docs/errors.md."""
    lines = [
        "# Errors",
        "",
        "Every error that Tsela anticipates, by number, as `tsela errors` prints them.",
        "",
    ]
    for prefix, room in ROOMS.items():
        entries = [entry for code, entry in catalogue().items() if code.startswith(prefix)]
        if entries:
            lines += [f"## {room} ({prefix}xx)", "", *(line for entry in entries for line in _section(entry))]
    return "\n".join(lines).rstrip() + "\n"


def _section(entry: Entry) -> list[str]:
    texts = filter(None, [entry.sentence, entry.why, f"*What to do:* {entry.remedy}"])
    kind = " (a warning)" if entry.level == "warning" else ""
    return [f"### {entry.code} {entry.title}{kind}", "", " ".join(texts), ""]


def _fill(text: str, fields: Mapping[str, object]) -> str:
    return _Forgiving().vformat(text, (), fields).strip()


class _Forgiving(Formatter):
    """A field that a caller forgot reads '?': an error message must never hide the error."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        try:
            return super().get_field(field_name, args, kwargs)
        except (KeyError, AttributeError, IndexError):
            return "?", field_name


if __name__ == "__main__":
    print(as_markdown(), end="")
