"""Two programmes → what was added, removed and changed, in words."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tsela.programme import Programme
from tsela.programme.describe import DEFAULT, Thing, countries, describe

Change = Literal["added", "removed", "changed"]
ORDER = (
    "programme", "country", "item", "flag", "state", "definition", "group", "form", "question", "guide", "message",
    "conversation", "article", "service", "indicator", "fact", "translation",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One change of one thing; `field`, `old` and `new` where it changed; `countries` where that is not everywhere."""

    kind: str
    name: str
    title: str
    change: Change
    field: str = ""
    old: str = ""
    new: str = ""
    countries: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        what = f"{self.kind} {self.name}" + ("" if self.title in ("", self.name) else f" (“{self.title}”)")
        if self.change != "changed":
            return f"{what} {self.change}"
        where = f" in {', '.join(self.countries)}" if self.countries else ""
        return f"{what}: {self.field}{where}: {self.old or '(nothing)'} → {self.new or '(nothing)'}"


def differences(old: Programme, new: Programme) -> list[Difference]:
    """Everything that differs, rules first. A removed form is told once, not question by question."""
    before, after = describe(old), describe(new)
    places = dict.fromkeys([*countries(old), *countries(new)])
    found = [
        one
        for kind, name in dict.fromkeys([*before, *after])
        for one in _compare(kind, name, before.get((kind, name)), after.get((kind, name)), list(places))
    ]
    whole = {one.name for one in found if one.kind == "form" and one.change != "changed"}
    kept = [one for one in found if one.kind != "question" or one.name.partition(".")[0] not in whole]
    return sorted(kept, key=lambda one: ORDER.index(one.kind))


def _compare(
    kind: str, name: str, old: Thing | None, new: Thing | None, places: list[str]
) -> Iterator[Difference]:
    if old is None or new is None:
        thing = old or new
        assert thing is not None
        yield Difference(kind, name, thing.title, "added" if old is None else "removed")
        return
    for field in dict.fromkeys([*old.texts, *new.texts]):
        changes = _by_country(old.texts.get(field, {}), new.texts.get(field, {}), places)
        for (before, after), where in changes.items():
            shown = () if len(where) == len(places) else tuple(one or "other countries" for one in where)
            yield Difference(kind, name, new.title, "changed", field, before, after, shown)


def _by_country(
    old: Mapping[str, str], new: Mapping[str, str], places: list[str]
) -> dict[tuple[str, str], list[str]]:
    """(old, new) → the countries where that is the change. A country without texts of its own has the default's."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for country in places:
        pair = tuple(texts.get(country, texts.get(DEFAULT, "")) for texts in (old, new))
        if pair[0] != pair[1]:
            found[pair[0], pair[1]].append(country)
    return found
