"""Reads the rules of indicator files, noting every problem at its place and going on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tsela.kernel.dates import Duration, parse_duration
from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme.rules import Names, checks
from tsela.programme.rules.compiler import Compiler

NEVER = {"const": False}


class Reader:
    """Compiles rules against the names of a programme; `problems` collects what is wrong."""

    def __init__(self, names: Names) -> None:
        self._compiler = Compiler(names)
        self._find_hops()

    @property
    def names(self) -> Names:
        return self._compiler.names

    @property
    def problems(self) -> list[Problem]:
        return self._compiler.problems

    def report(self, wrong: Problem, at: Any) -> None:
        self._compiler.report(wrong, at)

    def define(self, name: str, text: str) -> None:
        """One more definition; it may use those before it."""
        taken = [*self.names.references, *self.names.states, *self.names.attributes]
        if name in taken:
            self.report(
                problem("E208", name=name, kind="name", first="in the programme's rules or above"), name
            )
        else:
            define = {**self.names.define, str(name): self.condition(text)}
            self._compiler.names = replace(self.names, define=define)
            self._find_hops()

    def condition(self, text: str, anchors: list[str] | None = None) -> dict[str, Any]:
        """COND; `never` where it is wrong. `anchors`: the forms of the index date, where `anchor` may be used."""
        tree, _ = self._compiler.condition(text, "", anchors=anchors)
        if any("same" in node or "window" in node for node in _nodes(tree)):
            self.report(problem("E213", word="same or in window", place="in items"), text)
        return tree

    def sources(self, text: str) -> tuple[dict[str, Any], ...]:
        """DATE | DATE …"""
        found = self._compiler.read(text, "", "sources") or []
        if any("each" in source for source in found):
            self.report(problem("E213", word="each", place="in items"), text)
        return tuple(self._plain(source) for source in found)

    def date(self, text: str) -> dict[str, Any]:
        return self._plain(self._compiler.read(text, "", "date"))

    def events(self, text: str) -> dict[str, Any]:
        return self._plain(self._compiler.read(text, "", "events"))

    def span(self, text: str) -> tuple[Duration, ...]:
        """'2 months - 1 day': durations, added one after another."""
        parts = [parse_duration(part.strip()) for part in text.replace(" - ", " + -").split(" + ")]
        if not all(parts):
            self.report(problem("E610", text=text), text)
        return tuple(part for part in parts if part)

    def choice(self, key: str, value: str, known: Sequence[str]) -> str:
        """One of the known values."""
        if value not in known:
            listed = ", ".join(known) or "none yet"
            self.report(
                problem("E220", key=key, name=value, known=listed, nearest=nearest(value, known)), value
            )
        return value

    def _plain(self, tree: Any) -> dict[str, Any]:
        return dict(checks.expand(tree, self.names.states)) if tree else dict(NEVER)

    def _find_hops(self) -> None:
        trees = {**self.names.groups, **self.names.define}
        uses = {name: [node["ref"] for node in _nodes(tree) if "ref" in node] for name, tree in trees.items()}
        direct = [name for name, tree in trees.items() if any("hop" in node for node in _nodes(tree))]
        self._compiler.hopping = frozenset(checks.hopping(uses, direct))


def _nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping inside a tree, itself included."""
    if isinstance(tree, Mapping):
        yield tree
    for part in tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ():
        yield from _nodes(part)
