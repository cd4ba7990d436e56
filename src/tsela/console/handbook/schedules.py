"""Schedules: each item with its time line, when it is there, what closes it, and how it differs by country."""

from collections.abc import Callable
from typing import Any

from tsela.console.handbook import timeline
from tsela.console.handbook.book import Book, Page, Row, review, spoken
from tsela.console.handbook.markup import Html, el, link, listed, pairs, table
from tsela.console.handbook.timeline import Mark, days
from tsela.programme import describe
from tsela.programme.rules import words

FIRST = "schedules.html"
COMPARED = ("when", "due", "opens", "late", "expires", "done", "escalate")


def pages(book: Book) -> dict[str, Callable[[], Page]]:
    made: dict[str, Callable[[], Page]] = {FIRST: lambda: Page(FIRST, "Schedules", _contents(book))}
    for name, rows in book.schedules().items():
        made[name] = lambda name=name, rows=rows: Page(FIRST, _title(name), _schedule(book, name, rows))  # type: ignore[misc]
    return made


def _contents(book: Book) -> Html:
    parts = []
    for name, rows in book.schedules().items():
        told = table(
            ["What she is asked to do", "For", "Due"],
            [[book.item(row), _for(book, row), _due(book, row)] for row in rows],
        )
        parts.append([el("h2", link(name, _title(name)), el("small", f" {len(rows)}")), told])
    return el(
        "div",
        el("h1", "Schedules"),
        el("p", "What is due to whom and when, and what closes it.", cls="quiet"),
        parts,
    )


def _schedule(book: Book, name: str, rows: list[Row]) -> Html:
    key = el("p", el("span", "waiting", cls="key wait"), el("span", "open", cls="key open"), el("span", "late", cls="key late"),
             " The line is drawn in days from the due date, far days closer together. Numbers are steps.", cls="quiet")  # fmt: skip
    return el("div", el("h1", _title(name)), key, [_item(book, row) for row in rows])


def _item(book: Book, row: Row) -> Html:
    said = row["words"]
    steps = list(describe.steps(row, book.labels, book.names))
    closed = [book.form(form) for form in dict.fromkeys(of["form"] for of in row["done"])]
    return el(
        "article", el("h2", row["title"], " ", el("code", row["id"]), " ", review(row)), el("p", row["because"], cls="because"), _line(book, row),
        pairs([
            ("For", _for(book, row)), ("While", said["when"] if said["when"] != "always" else ""),
            ("Cancelled while", said["unless"] if said["unless"] != "never" else ""), ("Due", _due(book, row)),
            ("Closed by", [said["done"], " — form ", _commas(closed)]),
            ("Steps", el("ol", [el("li", step) for step in steps]) if steps else ""),
            ("Reminder", describe.item(row, book.labels, book.names)["remind"]),
            ("Who does it", book.names.get(row["by"], row["by"])),
            ("At her next contact", "Done when she is met anyway; it sends nobody to her by itself." if row.get("at_contact") else ""),
            ("By country", _countries(book, row["id"])), ("Source", row["source"]),
        ]), id=row["id"], cls="card",
    )  # fmt: skip


def _line(book: Book, row: Row) -> Html:
    """The window of one task; of a series, one line with all its due days besides."""
    opens, late = days(row["opens"]) or 0.0, days(row["late"]) or 0.0
    marks = [Mark(days(after) or 0.0, do) for after, do, *_ in row["escalate"]]
    lengths = {name: describe.duration(row[name], book.labels) for name in ("opens", "late", "expires")}
    ends = {
        "opens": "opens",
        "late": "late after" if lengths["late"] else "then late",
        "expires": "over after",
    }
    texts = {name: f"{word} {lengths[name].lstrip('-')}".strip() for name, word in ends.items()}
    said = ", ".join(f"{name} {text} from due" for name, text in lengths.items() if text)
    return timeline.window(
        opens,
        late,
        days(row["expires"]),
        marks,
        texts,
        f"{row['title']}: {said or 'open from its due date on'}",
    )


def _due(book: Book, row: Row) -> Any:
    if len(row["series"]) == 1:
        return row["words"]["due"]
    return listed(
        [f"{key}: {words.due(row['anchor'], due, book.labels)}" for key, due in row["series"]], "plain"
    )


def _for(book: Book, row: Row) -> str:
    groups = book.programme.labels["groups"]
    match row["for"]:
        case {"ref": name} if name in groups:
            return str(groups[name])
    return describe.condition(row["for"], book.labels) or "everybody"


def _countries(book: Book, item: str) -> Html:
    """Where the item is otherwise than by the default policy."""
    programme = book.programme
    usual = _texts(book, programme.policy, item)
    told = []
    for code, country in programme.countries.items():
        there = _texts(book, programme.policy_of(code), item)
        other = [
            f"{name}: {there[name] or 'none'}" for name in COMPARED if there.get(name) != usual.get(name)
        ]
        if other:
            told.append([link("countries.html", country.title or code, code), ": ", "; ".join(other)])
    return listed(told, "plain")


def _texts(book: Book, policy: str, item: str) -> dict[str, str]:
    row = next((one for one in book.programme.tables_for(policy)["items"] if one["id"] == item), None)
    return describe.item(row, book.labels, book.names) if row else {}


def _commas(parts: list[Any]) -> list[Any]:
    return [part for one in parts for part in (one, ", ")][:-1]


def _title(name: str) -> str:
    return spoken(name.removeprefix("schedule-").removesuffix(".html"))
