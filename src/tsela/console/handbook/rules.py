"""Flags, and the names that rules use: definitions, states and groups, in words and as they are written."""

from collections.abc import Callable
from typing import Any

from tsela.console.handbook.book import Book, Page, review
from tsela.console.handbook.markup import Html, el, pairs, table, tag
from tsela.programme import describe
from tsela.programme.rules import words


def pages(book: Book) -> dict[str, Callable[[], Page]]:
    return {
        "flags.html": lambda: Page("flags.html", "Flags", _flags(book)),
        "definitions.html": lambda: Page("definitions.html", "Definitions", _definitions(book)),
    }


def _flags(book: Book) -> Html:
    levels = {"urgent": "Someone acts today", "high": "Someone acts this week", "info": "Good to know"}
    parts = []
    for level, title in levels.items():
        rows = [row for row in book.tables["flags"] if row["level"] == level]
        parts.append([el("h2", title), [_flag(book, row) for row in rows]] if rows else None)
    return el("div", el("h1", "Flags"), el("p", "What somebody must see at once.", cls="quiet"), parts)


def _flag(book: Book, row: Any) -> Html:
    said = describe.flag(row, book.labels)
    head = el(
        "h3", tag(row["level"], row["level"]), " ", row["title"], " ", el("code", row["id"]), " ", review(row)
    )
    told = pairs(
        [("For", said["for"] or "everybody"), ("Raised while", said["when"]), ("Source", row["source"])]
    )
    return el("article", head, el("p", row["because"], cls="because"), told, id=row["id"], cls="card")


def _definitions(book: Book) -> Html:
    rules, tables = book.source.rules, book.tables
    named = [
        [_name(name), _said(given), _means(book, tables["define"][name]), _written(given)]
        for name, given in rules["define"].items()
    ]
    states = [
        [
            _name(name) if number == 0 else words.spoken(name),
            words.spoken(row["is"]),
            _means(book, tree),
            _written(row["when"]),
        ]
        for name, rows in rules["states"].items()
        for number, (row, (_, tree)) in enumerate(zip(rows, tables["states"][name], strict=False))
    ]
    groups = [
        [
            _name(name),
            book.programme.labels["groups"].get(name, ""),
            _means(book, tables["groups"][name]),
            _written(given),
        ]
        for name, given in rules["groups"].items()
    ]
    heads = ["Name", "As people say it", "What it means", "As it is written"]
    return el(
        "div", el("h1", "Definitions"), el("p", "Names that schedules, flags and indicators use.", cls="quiet"), table(heads, named),
        el("h2", "States", id="states"), el("p", "Of a state, the first value that is true holds.", cls="quiet"), table(["State", "Value", *heads[2:]], states),
        el("h2", "Groups", id="groups"), table(heads, groups),
    )  # fmt: skip


def _name(name: str) -> Html:
    return el("strong", words.spoken(name), id=str(name))


def _said(given: Any) -> str:
    return str(given.get("words", "")) if isinstance(given, dict) else ""


def _means(book: Book, tree: Any) -> str:
    return words.condition(tree, book.labels)


def _written(given: Any) -> Html:
    return el("code", given["when"] if isinstance(given, dict) else given)
