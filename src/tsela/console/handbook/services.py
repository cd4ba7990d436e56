"""Services: what clients can look for, and where they can be sent, country by country."""

from collections.abc import Callable, Mapping
from typing import Any

from tsela.console.handbook.book import Book, Page
from tsela.console.handbook.markup import Html, el, table, tag

FIRST = "services.html"
ABOUT = (
    "Where clients are sent when they ask what is near. Only what somebody confirmed (called, or went there) is given to people; in a"
    " rehearsal all of it. What tells by its name is given openly, or by another name."
)


def pages(book: Book) -> dict[str, Callable[[], Page]]:
    return {FIRST: lambda: Page("flows.html", "Services", _body(book))}


def _body(book: Book) -> Html:
    given = book.programme.talk["services"]
    countries = book.programme.countries
    told = [
        _country(countries[code].title if code in countries else code, rows, given["kinds"])
        for code, rows in given["places"].items()
    ]
    return el(
        "div", el("h1", "Services"), el("p", ABOUT, cls="quiet"),
        _kinds(given) if given["kinds"] else el("p", "This programme has none.", cls="empty"), told,
    )  # fmt: skip


def _kinds(given: Mapping[str, Any]) -> Html:
    rows = [row for rows in given["places"].values() for row in rows]
    told = [
        [
            [el("strong", kind["title"]), " ", el("code", name)],
            sum(name in row["kinds"] for row in rows),
            f"{kind['within']:g} km",
        ]
        for name, kind in given["kinds"].items()
    ]
    return table(["What is looked for", "Services", "At most so far, else a person looks"], told)


def _country(title: str, rows: list[Mapping[str, Any]], kinds: Mapping[str, Any]) -> Html:
    confirmed = sum(bool(row["reviewed"]) for row in rows)
    heads = ["Service", "Where", "What it gives", "Open", "Telephone", "Confirmed"]
    return el(
        "section", el("h2", title, el("small", f" {len(rows)}, confirmed {confirmed}")),
        table(heads, [_row(row, kinds) for row in sorted(rows, key=lambda row: (row["district"], row["place"], row["name"]))]),
    )  # fmt: skip


def _row(row: Mapping[str, Any], kinds: Mapping[str, Any]) -> list[Any]:
    other = el("small", f" to others: {row['covert_name']}") if row["covert_name"] != row["name"] else None
    aliases = el("small", f" also {', '.join(row['aliases'])} ·") if row["aliases"] else None
    openly = [" ", tag("openly only", "tier-overt")] if row["tier"] == "overt" else None
    reviewed = row["reviewed"] or tag("not yet: nobody gets it", "high")
    return [
        [el("strong", row["name"]), openly, other, el("small", f" {row['source']}")],
        [f"{row['place']}, {row['district']}", aliases, el("small", f" {row['latitude']:g}, {row['longitude']:g}")],
        ", ".join(kinds[kind]["title"] for kind in row["kinds"] if kind in kinds), row["hours"], row["phone"], reviewed,
    ]  # fmt: skip
