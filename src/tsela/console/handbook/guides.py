"""Guides: group sessions, telephone scripts and job aids, as she reads them."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from tsela.console.handbook.book import Book, Page, review
from tsela.console.handbook.markup import Html, el, link, listed, pairs

FIRST = "guides.html"
KINDS = {"session": "Group sessions", "script": "On the telephone", "job_aid": "To read with her"}


def pages(book: Book) -> dict[str, Callable[[], Page]]:
    made: dict[str, Callable[[], Page]] = {FIRST: lambda: Page(FIRST, "Guides", _contents(book))}
    for guide in book.programme.guides:
        made[f"guide-{guide['id']}.html"] = lambda guide=guide: Page(
            FIRST, guide["title"], _guide(book, guide)
        )  # type: ignore[misc]
    return made


def _contents(book: Book) -> Html:
    parts = [el("p", "This programme has none.", cls="empty")] if not book.programme.guides else []
    for kind, guides in groupby(book.programme.guides, key=lambda guide: guide["kind"]):
        parts.append(el("h2", KINDS.get(kind, kind)))
        for series, some in groupby(guides, key=lambda guide: guide.get("series", "")):
            told = listed(link(f"guide-{guide['id']}.html", guide["title"]) for guide in some)
            parts.append(el("div", el("h3", series) if series else None, told))
    return el(
        "div", el("h1", "Guides"), el("p", "What she says, does and reads with a client.", cls="quiet"), parts
    )


def _guide(book: Book, guide: dict[str, Any]) -> Html:
    about = pairs([
        ("Aim", guide.get("aim")), ("Minutes", guide.get("minutes")), ("Part of", guide.get("series")), ("Form", book.form(guide["form"]) if guide.get("form") else ""),
        ("Source", guide.get("source")),
    ])  # fmt: skip
    return el(
        "div",
        el("h1", guide["title"], " ", review(guide)),
        about,
        [_part(part) for part in guide.get("parts", [])],
    )


def _part(part: dict[str, Any]) -> Html:
    minutes = el("small", f" {part['minutes']} min") if part.get("minutes") else None
    heard = [
        el("p", el("em", f"If she says: {one['if']}"), el("br"), one["say"]) for one in part.get("hears", [])
    ]
    return el(
        "section", el("h2", part.get("title", ""), minutes), el("blockquote", part["say"]) if part.get("say") else None,
        listed(part.get("do", [])), listed(part.get("ask", []), "asking"), heard,
    )  # fmt: skip
