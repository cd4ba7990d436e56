"""Where everything comes from: sources with what rests on them, what is to be confirmed, facts with conflicts, indicators."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from tsela.console.handbook.book import Book, Page, review
from tsela.console.handbook.markup import Html, el, link, listed, pairs, table, tag
from tsela.programme.source import plain


def pages(book: Book) -> dict[str, Callable[[], Page]]:
    return {
        "sources.html": lambda: Page("sources.html", "Sources", _sources(book)),
        "facts.html": lambda: Page("facts.html", "Facts", _facts(book)),
        "indicators.html": lambda: Page("indicators.html", "Indicators", _indicators(book)),
    }


def _sources(book: Book) -> Html:
    resting: defaultdict[str, list[Any]] = defaultdict(list)
    unconfirmed = []
    for row, shown in _cited(book):
        resting[row.get("source") or "(no source)"].append(shown)
        if row.get("review"):
            unconfirmed.append([shown, row.get("source", ""), review(row)])
    rows = [[el("strong", source), listed(some, "plain")] for source, some in sorted(resting.items())]
    return el(
        "div", el("h1", "Sources"), el("h2", f"To be confirmed before use with clients: {len(unconfirmed)}", id="review"),
        table(["Rule", "Source", ""], unconfirmed) if unconfirmed else el("p", "Nothing.", cls="empty"),
        el("h2", "Every source and what rests on it"), table(["Source", "What rests on it"], rows),
    )  # fmt: skip


def _cited(book: Book) -> list[tuple[Mapping[str, Any], Html]]:
    """Everything that names a source, with a link to it."""
    found = [(row, book.item(row)) for row in book.tables["items"]]
    found += [(row, link("flags.html", row["title"], row["id"])) for row in book.tables["flags"]]
    found += [(guide, link(f"guide-{guide['id']}.html", guide["title"])) for guide in book.programme.guides]
    found += [
        (row, link("indicators.html", row.get("short") or row["title"], row["id"])) for row in _rows(book)
    ]
    return found


def _facts(book: Book) -> Html:
    facts, benchmarks = (book.programme.facts.get(kind, {}) for kind in ("facts", "benchmarks"))
    told = "Published figures and benchmarks. Where sources differ, both stand here: nobody has chosen."
    return el(
        "div", el("h1", "Facts"), el("p", told, cls="quiet"), [_fact(name, fact, facts) for name, fact in facts.items()],
        el("h2", "Benchmarks", id="benchmarks") if benchmarks else None, [_fact(name, fact, facts) for name, fact in benchmarks.items()],
    )  # fmt: skip


def _fact(name: str, fact: Mapping[str, Any], facts: Mapping[str, Any]) -> Html:
    others = fact.get("conflicts_with", [])
    beside = [[facts[other]["what"] if other in facts else other, ": ", el("strong", facts.get(other, {}).get("value", "")), " — ", link("#" + other, other)] for other in others]  # fmt: skip
    mark = (
        tag("read in the source", "done")
        if fact.get("checked") == "yes"
        else tag("not read in the source", "high")
    )
    known = {
        "what",
        "value",
        "source",
        "checked",
        "conflicts_with",
        "as_of",
        "note",
        "low",
        "high",
        "unit",
        "direction",
    }
    more = [(key, str(value)) for key, value in fact.items() if key not in known]
    return el(
        "article", el("h2", el("strong", _figure(fact)), " ", fact.get("what", "")), el("p", mark, " ", tag("sources differ", "overdue") if others else None),
        pairs([("Source", fact.get("source")), ("As of", fact.get("as_of")), ("Another source says", listed(beside, "plain")), ("Note", fact.get("note")), *more]),
        id=name, cls="card",
    )  # fmt: skip


def _figure(fact: Mapping[str, Any]) -> str:
    """“at most 5%”."""
    bound = fact.get("direction", "").replace("_", " ")
    return f"{bound} {fact.get('value', '')}{'%' if fact.get('unit') == 'percent' else ''}".strip()


def _indicators(book: Book) -> Html:
    cohorts = {
        name: row for one in book.programme.indicators for name, row in plain(one).get("cohorts", {}).items()
    }
    return el(
        "div", el("h1", "Indicators"), el("p", "The figures of the Annual Evaluation, and how each is defined.", cls="quiet"),
        [_indicator(row, cohorts) for row in _rows(book)],
    )  # fmt: skip


def _indicator(row: Mapping[str, Any], cohorts: Mapping[str, Any]) -> Html:
    said = row.get("words", {})
    marks = [link("facts.html", one, one) for one in row.get("benchmarks", [])]
    written = [
        (name, el("code", row[name]))
        for name in ("numerator", "denominator", "unknown", "at", "event")
        if isinstance(row.get(name), str)
    ]
    return el(
        "article", el("h2", row["title"], " ", el("code", row["id"]), " ", review(row)), el("p", row.get("definition", ""), cls="because"),
        pairs([
            ("Cohort", cohorts.get(row.get("cohort", ""), {}).get("title", row.get("cohort"))),
            *((name.capitalize(), text) for name, text in said.items()), ("Chosen", listed(row.get("choices", []))),
            ("Held against", listed(marks, "plain")), ("Source", row.get("source")),
        ]),
        el("details", el("summary", "As it is written"), pairs(written)) if written else None, id=row["id"], cls="card",
    )  # fmt: skip


def _rows(book: Book) -> list[Mapping[str, Any]]:
    return [
        row
        for one in book.programme.indicators
        for row in plain(one).get("indicators", [])
        if "id" in row and "title" in row
    ]
