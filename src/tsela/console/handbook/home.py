"""The first page: what the programme is, how much of it there is, and what somebody must still confirm."""

from collections.abc import Callable, Mapping
from typing import Any

from tsela.console.handbook.book import Book, Page
from tsela.console.handbook.markup import Html, el, pairs, table
from tsela.programme.cases import read_cases


def pages(book: Book) -> dict[str, Callable[[], Page]]:
    return {"index.html": lambda: Page("index.html", book.programme.title, _body(book))}


def _body(book: Book) -> Html:
    programme = book.programme
    tiles = [
        el("a", el("b", f"{count:,}"), label, cls="tile", href=name) for count, label, name in _counts(book)
    ]
    labels = programme.labels
    return el(
        "div",
        el("h1", programme.title), el("p", f"Version {programme.version} · made from programme folder {programme.name}", cls="quiet"),
        el("div", tiles, cls="tiles"),
        el("h2", "Whom it serves"), table(["Group", "Who is in it"], _groups(book)),
        el("h2", "Who serves"), _names( labels["roles"]),
        el("h2", "How she is met"), _names( labels["modes"]),
        el("h2", "What is asked when a task stays open"), _names( labels["steps"]),
    )  # fmt: skip


def _counts(book: Book) -> list[tuple[int, str, str]]:
    tables, programme = book.tables, book.programme
    ids = [{row["id"] for row in tables[kind]} for kind in ("items", "flags")]
    cases = read_cases(programme.folder, tables["forms"], *ids)[0]
    unconfirmed = sum(bool(row["review"]) for kind in ("items", "flags") for row in tables[kind])
    return [
        (len(tables["items"]), "schedule items", "schedules.html"), (len(programme.forms), "forms", "forms.html"),
        (len(tables["flags"]), "flags", "flags.html"), (len(cases), "worked examples", "examples.html"),
        (len(programme.guides), "guides", "guides.html"), (len(programme.messages), "messages", "messages.html"), (len(programme.flows), "conversations", "flows.html"), (len(programme.countries), "countries", "countries.html"),
        (len(programme.languages), "languages with words", "languages.html"), (unconfirmed, "rules to be confirmed", "sources.html"),
    ]  # fmt: skip


def _names(given: Mapping[str, str]) -> Html:
    return pairs((text, el("code", name)) for name, text in given.items())


def _groups(book: Book) -> list[list[Any]]:
    said = book.source.rules["groups"]
    return [
        [el("strong", text), el("code", said.get(name, ""))]
        for name, text in book.programme.labels["groups"].items()
    ]
