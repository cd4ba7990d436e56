"""A programme's compiled tables, ready to run (RULES 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tsela.care.engine.cleaning import Dictionary
from tsela.care.engine.conditions import Compiler
from tsela.care.engine.words import Find, Holds, Shift, Source, Tree
from tsela.kernel.errors import fail

ENGINE = 3  # the vocabulary of this executor; tables that ask for a greater one are refused


class Step(NamedTuple):
    """A step of an escalation, and what stands in its place for whom it is not to be taken (R34)."""

    after: Shift
    do: str
    unless: Holds | None
    instead: str


@dataclass(frozen=True, slots=True)
class Item:
    """A schedule item. Durations that are not given are None."""

    id: str
    group: Holds
    anchor: tuple[Source, ...]
    when: Holds
    unless: Holds
    series: tuple[tuple[str, Shift], ...]
    opens: Shift | None
    late: Shift | None
    expires: Shift | None
    done: tuple[Find, ...]
    escalate: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class FlagRule:
    """A flag of the tables: raised while its group and its condition hold."""

    id: str
    level: str
    group: Holds
    when: Holds


class Rules:
    """Tables compiled to closures, once. Raises E290 for tables that need a newer engine."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        if tables["engine"] > ENGINE:
            fail("E290", where=str(tables.get("programme", "")), theirs=tables["engine"], ours=ENGINE)
        self.tables = tables
        self.dictionary = Dictionary(tables["forms"])
        self._compiler = compiler = Compiler(self.dictionary)
        for name, tree in {**tables.get("groups", {}), **tables.get("define", {})}.items():
            compiler.named[name] = compiler.condition(tree)
        self.items = tuple(_item(compiler, tree) for tree in tables.get("items", ()))
        self.texts = {tree["id"]: tree for kind in ("flags", "items") for tree in tables.get(kind, ())}
        self.places = _places(tables.get("items", ()))
        self.flags = tuple(_flag(compiler, tree) for tree in tables.get("flags", ()))

    def condition(self, condition: Tree | str) -> Holds:
        """A condition of this programme: a tree, or the name of a definition or group."""
        return self._compiler.condition({"ref": condition} if isinstance(condition, str) else condition)


def _item(compiler: Compiler, tree: Tree) -> Item:
    shift = {
        name: compiler.duration(tree[name]) if tree[name] else None for name in ("opens", "late", "expires")
    }
    return Item(
        id=tree["id"],
        group=compiler.condition(tree["for"]),
        anchor=tuple(compiler.anchor(source) for source in tree["anchor"]),
        when=compiler.condition(tree["when"]),
        unless=compiler.condition(tree["unless"]),
        series=tuple((key, compiler.duration(due)) for key, due in tree["series"]),
        done=tuple(compiler.events(events) for events in tree["done"]),
        escalate=tuple(_step(compiler, *step) for step in tree["escalate"]),
        **shift,
    )


def _step(compiler: Compiler, after: list[Any], do: str, other: Tree | None = None) -> Step:
    unless, instead = (compiler.condition(other["unless"]), other["instead"]) if other else (None, do)
    return Step(compiler.duration(after), do, unless, instead)


def _places(items: Sequence[Tree]) -> dict[str, list[int]]:
    """For each form, the places of the items that may be counted from its events; under "" from attributes (R8)."""
    places: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        for form in {_form(source) for source in item["anchor"]}:
            places.setdefault(form, []).append(place)
    return places


def _form(source: Tree) -> str:
    """The form of the anchor event: of several dates, of the first (R24)."""
    made_of = source.get("later") or source.get("earlier") or [source.get("date")]
    if made_of[0]:
        return _form(made_of[0])
    form: str = "" if "attr" in source else source["each"] if "each" in source else source["form"]
    return form


def _flag(compiler: Compiler, tree: Tree) -> FlagRule:
    return FlagRule(
        tree["id"], tree["level"], compiler.condition(tree["for"]), compiler.condition(tree["when"])
    )
