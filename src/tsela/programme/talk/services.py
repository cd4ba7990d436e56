"""Where clients can be sent (MESSAGES M62): services/kinds.yaml and services/COUNTRY.csv → the JSON that the runner reads."""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Any

from tsela.programme.source import Place, Text, plain
from tsela.programme.talk.given import Given, Row

EARTH = 6371.0  # km, its mean radius
ONE = re.compile(r"[^;]+")

Point = tuple[float, float]  # latitude and longitude in degrees


def services_of(given: Given) -> dict[str, Any]:
    """As the runner reads them (M60); what is wrong with a row is said by the checks, and it is left out."""
    return {
        "kinds": {
            str(name): {"title": str(row.get("title", name)), "within": number(row.get("within", "")) or 0}
            for name, row in given.kinds.items()
        },
        "places": {country: list(_compiled(rows)) for country, rows in given.services.items()},
    }


def several(cell: str) -> list[Text]:
    """The parts of a cell between semicolons, each knowing its place."""
    found = []
    for part in ONE.finditer(cell):
        text = part[0].strip()
        if text and isinstance(cell, Text):
            at = part.start() + len(part[0]) - len(part[0].lstrip()) + int(cell.place.raw[:1] == '"')
            place = cell.place
            found.append(Text(text, Place(place.file, place.line, place.column + at, text)))
    return found


def number(text: str) -> float | None:
    """A number as spreadsheets write it, with a point or a comma; None for anything else."""
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return None
    return found if found == found and abs(found) < 1e6 else None


def point_of(row: Mapping[str, Any]) -> Point | None:
    """Where a row, or a location that was sent, is on the earth; None where it says no such place."""
    given = [number(str(row.get(name, ""))) for name in ("latitude", "longitude")]
    match given:
        case [float(latitude), float(longitude)] if abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude
    return None


def kilometres(one: Point, other: Point) -> float:
    """The way as a bird flies (haversine)."""
    (a, b), (c, d) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * EARTH * asin(sqrt(min(half, 1.0)))


def centre(points: Sequence[Point]) -> Point:
    """The middle of some points that are near each other."""
    return sum(one for one, _ in points) / len(points), sum(other for _, other in points) / len(points)


def label(name: str, district: str) -> str:
    """A place as she is asked about it."""
    return name if name.casefold() == district.casefold() else f"{name}, {district}"


def labels(compiled: Mapping[str, Any]) -> Iterator[str]:
    """Every place of `services_of` as she may be asked about it: the same in every language."""
    for rows in compiled.get("places", {}).values():
        yield from (label(name, row["district"]) for row in rows for name in (row["place"], *row["aliases"]))


def _compiled(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    for row in rows:
        if point := point_of(row):
            told = {
                name: row.get(name, "")
                for name in ("id", "name", "place", "district", "phone", "hours", "source", "reviewed")
            }
            yield {
                **plain(told), "covert_name": str(row.get("covert_name", row["name"])), "tier": str(row.get("tier", "covert")),
                "kinds": plain(several(row["kinds"])), "aliases": plain(several(row.get("aliases", ""))),
                "latitude": point[0], "longitude": point[1],
            }  # fmt: skip
