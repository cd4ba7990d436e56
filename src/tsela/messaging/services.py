"""The nearest services (MESSAGES M62-M65): by where she is, or by the name of a place as she writes it. Pure.

Comes in: `programme.talk["services"]` (M60). Goes out: services, the nearest first, and how far they are in a straight line.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from math import ceil, inf
from typing import Any

from tsela.messaging.folding import fold
from tsela.programme.talk.services import Point, centre, kilometres, label

MOST = 3  # services told at once
WORDS = 40  # of what she writes: a place is named early
LONGEST = 5  # words of a name
ALIKE = 0.82  # of a misspelt name to the right one (difflib)
NEAR_MISSES = 3
TOWN = 50  # km: a place that is farther does not say where she is
EXACT, STEPS = 20, 5  # km: from there on, distances are told in fives


@dataclass(frozen=True, slots=True)
class Service:
    """A row of a directory. `covert_name` is its name where that tells nothing."""

    id: str
    name: str
    covert_name: str
    kinds: tuple[str, ...]
    place: str
    district: str
    aliases: tuple[str, ...]
    latitude: float
    longitude: float
    phone: str = ""
    hours: str = ""
    tier: str = "covert"
    source: str = ""
    reviewed: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Service":
        """Of a compiled row (M60)."""
        return cls(**{**row, "kinds": tuple(row["kinds"]), "aliases": tuple(row["aliases"])})

    @property
    def point(self) -> Point:
        return self.latitude, self.longitude

    def is_at(self, spot: "Spot") -> bool:
        """Whether its row names this place."""
        return self.district == spot.district and spot.name in (self.place, *self.aliases)


@dataclass(frozen=True, slots=True)
class Spot:
    """Somewhere that has a name. `known`: its own services say where it is; of an alias of several towns we know only that people
    go from there to these."""

    name: str
    district: str
    point: Point
    known: bool

    @property
    def label(self) -> str:
        return label(self.name, self.district)


@dataclass(frozen=True, slots=True)
class Near:
    """A service, and how far it is, in whole kilometres; None where that is not known, or it is in the place itself."""

    service: Service
    km: int | None = None


@dataclass(frozen=True)
class Area:
    """The services of a country that may be told, and the places that they name."""

    services: Sequence[Service] = ()
    within: Mapping[str, float] = field(default_factory=dict)  # by kind, km

    def near(self, kind: str, point: Point) -> list[Near]:
        """The nearest of a kind to where she is."""
        return [Near(one, told(km)) for km, one in self._ranked(kind, point)[:MOST]]

    def at(self, kind: str, spot: Spot) -> list[Near]:
        """Those of a kind in a place, then, where it is known where that is, the nearest to it."""
        ranked = [
            (km, one) for km, one in self._ranked(kind, spot.point, spot) if spot.known or one.is_at(spot)
        ]
        return [Near(one, None if one.is_at(spot) else told(km)) for km, one in ranked[:MOST]]

    def named(self, text: str) -> tuple[list[Spot], bool]:
        """The places that a text names, and whether it can only mean that one. A district is no place: she is asked where in it.
        Nor is one taken for granted out of a sentence: “Mulanje road, Blantyre” may be anywhere."""
        folded = fold(text)
        inside = list(_inside(folded, self._names))
        found = [self._names[name] for name in inside]
        if not found:
            alike = get_close_matches(folded, self._names, NEAR_MISSES, ALIKE)
            return list(dict.fromkeys(spot for name in alike for spot in self._names[name].spots)), False
        common = [spot for spot in found[0].spots if all(spot in one.spots for one in found)]
        meant = (
            [spot for spot in common if any(spot in one.places for one in found)] if len(found) > 1 else []
        )
        if meant:  # “Roma, Maseru”
            return meant, len(meant) == 1 and _whole(folded, inside)
        spots = list(dict.fromkeys(spot for one in found for spot in one.places or one.spots))
        return spots, len(spots) == 1 and bool(found[0].places) and _whole(folded, inside)

    def town(self, point: Point) -> Spot | None:
        """The place near which a location is."""
        known = [(kilometres(point, spot.point), spot) for spot in self.spots if spot.known]
        km, spot = min(known, key=lambda pair: pair[0], default=(inf, None))
        return spot if km <= TOWN else None

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """Every place, those with most services first; a name by which several places are called is one of its own."""
        towns, called = self._grouped(lambda one: (one.place,)), self._grouped(lambda one: one.aliases)
        shared = {
            name: some
            for name, some in called.items()
            if name not in towns and len({one.place for one in some}) > 1
        }
        ranked = sorted([*towns.items(), *shared.items()], key=lambda pair: -len(pair[1]))
        return tuple(
            Spot(*place, centre([one.point for one in some]), place in towns) for place, some in ranked
        )

    def _grouped(self, names: Callable[[Service], Iterable[str]]) -> Mapping[tuple[str, str], list[Service]]:
        """(name, district) → the services of that name."""
        found: defaultdict[tuple[str, str], list[Service]] = defaultdict(list)
        for one in self.services:
            for name in dict.fromkeys(names(one)):
                found[name, one.district].append(one)
        return found

    @cached_property
    def labelled(self) -> Mapping[str, Spot]:
        return {spot.label: spot for spot in self.spots}

    @cached_property
    def _names(self) -> Mapping[str, "_Named"]:
        found: defaultdict[str, _Named] = defaultdict(_Named)
        known = {(spot.name, spot.district): spot for spot in self.spots}
        for spot in self.spots:
            found[fold(spot.name)].places.append(spot)
            if spot.known:
                found[fold(spot.district)].inside.append(spot)
        for one in self.services:
            for alias in one.aliases:
                spot, named = (
                    known.get((alias, one.district)) or known[one.place, one.district],
                    found[fold(alias)],
                )
                named.places += [spot] * (spot not in named.places)
        return {name: one for name, one in found.items() if name}

    def _ranked(self, kind: str, point: Point, spot: Spot | None = None) -> list[tuple[float, Service]]:
        """(km, service) of a kind, not too far, the nearest first; in the place itself it is 0 km."""
        most = self.within.get(kind, 0)
        found = [
            (0.0 if spot and one.is_at(spot) else kilometres(point, one.point), one)
            for one in self.services
            if kind in one.kinds
        ]
        return sorted(((km, one) for km, one in found if km <= most), key=lambda pair: (pair[0], pair[1].id))


@dataclass
class _Named:
    """What a name can mean: places of that name, and those inside a district of that name."""

    places: list[Spot] = field(default_factory=list)
    inside: list[Spot] = field(default_factory=list)

    @property
    def spots(self) -> list[Spot]:
        return list(dict.fromkeys([*self.places, *self.inside]))


@dataclass(frozen=True, eq=False)
class Directory:
    """All services of a programme, by country. What is computed from them is kept."""

    services: Mapping[str, Sequence[Service]] = field(default_factory=dict)
    within: Mapping[str, float] = field(default_factory=dict)
    _areas: dict[tuple[str, bool, tuple[str, ...]], Area] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, compiled: Mapping[str, Any]) -> "Directory":
        """Of the compiled directory of a programme (M60)."""
        places = {code: tuple(map(Service.of, rows)) for code, rows in compiled.get("places", {}).items()}
        return cls(places, {kind: row["within"] for kind, row in compiled.get("kinds", {}).items()})

    def area(self, country: str, tiers: Collection[str], *, reviewed: bool) -> Area:
        """What may be told of a country in these tiers; where people receive it, only what was reviewed (M13)."""
        key = (country, reviewed, tuple(sorted(tiers)))
        if key not in self._areas:
            known = self.services.get(country, ())
            told = tuple(one for one in known if one.tier in tiers and (one.reviewed or not reviewed))
            self._areas[key] = Area(told, self.within)
        return self._areas[key]


def told(km: float) -> int:
    """A distance as it is told: rounded up, for by road it is farther; a long one in fives, for nobody knows it better."""
    whole = max(1, ceil(km))
    return whole if whole <= EXACT else STEPS * ceil(whole / STEPS)


def _inside(folded: str, names: Iterable[str]) -> Iterator[str]:
    """The names in a text, as whole words, the longest first; none that is a part of another."""
    words, known, taken = folded.split()[:WORDS], frozenset(names), set[int]()
    for length in range(LONGEST, 0, -1):
        for at in range(len(words) - length + 1):
            name, places = " ".join(words[at : at + length]), set(range(at, at + length))
            if name in known and not places & taken:
                taken |= places
                yield name


def _whole(folded: str, names: Iterable[str]) -> bool:
    """Whether a text has no other words."""
    return len(folded.split()) == sum(len(name.split()) for name in names)
