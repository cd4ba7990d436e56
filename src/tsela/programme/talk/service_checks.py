"""What is wrong with services as they are written: unknown kinds, impossible places, names that tell (MESSAGES M62, M63)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from statistics import median

from tsela.kernel import dates
from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme import said
from tsela.programme.languages import SOURCE
from tsela.programme.source import where
from tsela.programme.talk.given import Given, Row
from tsela.programme.talk.leaks import Leaks
from tsela.programme.talk.limits import SMS_PARTS
from tsela.programme.talk.messages import COVERT, filled
from tsela.programme.talk.services import Point, kilometres, number, point_of, several
from tsela.programme.talk.sms import plainer, sms

FAR = {"district": 400, "country": 2500}  # km from the middle of the others: more is a slip of the pen
READ = ("name", "covert_name", "district", "place", "aliases", "phone", "hours")


def check(given: Given, countries: Collection[str]) -> Iterator[Problem]:
    """Everything wrong with kinds and rows, apart from their words."""
    for row in given.kinds.values():
        if not (number(row.get("within", "1")) or -1) > 0:
            yield _not(row["within"], "a distance in kilometres, such as 50")
    for country in given.services.keys() - countries if countries else ():
        yield _unknown("The country", country, f"services/{country}.csv:1", countries)
    first: dict[str, str] = {}
    for row in chain.from_iterable(given.services.values()):
        if "id" in row and row["id"] in first:
            yield problem(
                "E208", where=where(row["id"]), name=row["id"], kind="service", first=first[row["id"]]
            )
        first.setdefault(row.get("id", ""), where(row.get("id")))
        yield from _row(row, given.kinds)
    for rows in given.services.values():
        yield from _far(rows)


def _row(row: Row, kinds: Collection[str]) -> Iterator[Problem]:
    for kind in several(row.get("kinds", "")):
        if kind not in kinds:
            yield _unknown("The kind", kind, where(kind), kinds)
    for name, most in (("latitude", 90), ("longitude", 180)):
        degrees = number(row.get(name, "0"))
        if degrees is None or abs(degrees) > most:
            yield _not(row[name], f"degrees between -{most} and {most}, such as -25.53")
    if dates.parse_date(row.get("reviewed", "2026-11-20")) is None:
        yield _not(row["reviewed"], "the day on which it was confirmed, such as 2026-11-20")


def _far(rows: Sequence[Row]) -> Iterator[Problem]:
    """E723 for a row that lies far from the others of its district or, alone there, of its country: a sign was forgotten, or
    latitude and longitude stand in each other's place."""
    known = [(row, point) for row in rows if (point := point_of(row))]
    by_district: defaultdict[str, list[Point]] = defaultdict(list)
    for row, point in known:
        by_district[row.get("district", "").casefold()].append(point)
    for row, point in known:
        near = by_district[row.get("district", "").casefold()]
        of, points = ("district", near) if len(near) > 2 else ("country", [other for _, other in known])
        middle = (median(one for one, _ in points), median(other for _, other in points))
        if len(points) > 2 and (away := kilometres(point, middle)) > FAR[of]:
            yield problem(
                "E723", where=where(row["latitude"]), name=row.get("name", ""), km=round(away), of=of
            )


def check_words(
    given: Given, leaks: Leaks, languages: Mapping[str, Collection[str]], words: Iterable[Mapping[str, str]]
) -> Iterator[Problem]:
    """What of a row tells who may read it (`languages`, by country), and what is too long for SMS in the `words` of some language."""
    longest = list(
        dict.fromkeys(
            (words_of(said.NEAREST_PLACE, own), words_of(said.SERVICE_AT, own)) for own in ({}, *words)
        )
    )
    for country, rows in given.services.items():
        read = languages.get(country, (SOURCE,))
        for row in rows:
            if row.get("tier", COVERT) == COVERT:
                yield from _telling(row, leaks, read)
            if (most := max(_parts(row, *texts) for texts in longest)) > SMS_PARTS:
                yield problem(
                    "E703",
                    where=where(row.get("id")),
                    what=f"This has {most} parts",
                    channel="SMS",
                    most=SMS_PARTS,
                )


def words_of(text: str, own: Mapping[str, str]) -> str:
    return own.get(text) or text


def _telling(row: Row, leaks: Leaks, read: Collection[str]) -> Iterator[Problem]:
    for column in READ:
        text = row.get(column, "")
        if column == "name" and "covert_name" in row:
            continue
        for leak in leaks.find(text, read):
            yield problem(
                "E724",
                where=where(text, leak.at),
                text=text,
                term=leak.term,
                kind=leak.kind,
                language=leak.language,
            )


def _parts(row: Row, above: str, line: str) -> int:
    """Of an SMS that gives this row alone."""
    names = [row.get(name, "") for name in ("name", "covert_name")]
    told = {"service": max(names, key=len), "town": row.get("place", ""), "there": f"{row.get('place', '')}, {row.get('district', '')}",
            "km": "000", "hours": row.get("hours", ""), "telephone": row.get("phone", "")}  # fmt: skip
    return sms(plainer(f"{filled(above, told)}\n{filled(line, told)}")).parts


def _not(text: str, expected: str) -> Problem:
    return problem("E226", where=where(text), expected=expected, found=text)


def _unknown(key: str, name: str, place: str, known: Collection[str]) -> Problem:
    return problem(
        "E220",
        where=place,
        key=key,
        name=name,
        known=", ".join(known) or "none yet",
        nearest=nearest(name, known),
    )
