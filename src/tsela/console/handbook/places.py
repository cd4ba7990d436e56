"""Countries with what their policies say, and languages with how much of the programme has words in each."""

from collections.abc import Callable
from typing import Any

from tsela.console.handbook.book import Book, Page
from tsela.console.handbook.markup import Html, el, pairs, table, tag
from tsela.programme import Programme
from tsela.programme.countries import FACTS, Country, Fact
from tsela.programme.rules.words import spoken
from tsela.programme.source import plain
from tsela.programme.translation import KINDS, Translation, translation


def pages(book: Book) -> dict[str, Callable[[], Page]]:
    return {
        "countries.html": lambda: Page("countries.html", "Countries", _countries(book)),
        "languages.html": lambda: Page("languages.html", "Languages", _languages(book.programme)),
    }


def _countries(book: Book) -> Html:
    programme, source = book.programme, book.source
    known = {name: plain(source.parameters(name)) for name in source.written}
    heads = ["What the rules ask for", *(source.policies[name].get("title", name) for name in known)]
    values = (
        [
            [el("code", f"${name}"), *(_value(known[policy].get(name)) for policy in known)]
            for name in known[programme.policy]
        ]
        if known
        else []
    )
    return el(
        "div", el("h1", "Countries"), el("p", "What differs by country, and what nobody has told us yet; there the policy holds.", cls="quiet"),
        [_country(country) for country in programme.countries.values()], el("h2", "Policies", id="policies"), table(heads, values),
    )  # fmt: skip


def _country(country: Country) -> Html:
    facts = [(spoken(name).capitalize(), _fact(country.facts.get(name, Fact()))) for name in FACTS]
    own = [[el("code", f"${name}"), _value(fact.value), fact.source, tag("to be confirmed", "high") if fact.review else ""]
           for name, fact in country.parameters.items() if fact.known]  # fmt: skip
    told = [
        ("Policy", country.policy),
        ("Languages", ", ".join(country.languages)),
        ("Districts (a sample)", ", ".join(country.districts)),
        *facts,
    ]
    unknown = [name for name, fact in country.parameters.items() if not fact.known]
    return el(
        "article", el("h2", country.title or country.code, " ", el("code", country.code)), pairs(told),
        table(["Set here", "To", "Source", ""], own) if own else None,
        el("p", f"Not known yet: {', '.join(spoken(name) for name in unknown)}.", cls="quiet") if unknown else None,
        id=country.code, cls="card",
    )  # fmt: skip


def _fact(fact: Fact) -> Any:
    if not fact.known:
        return el("em", "unknown")
    return [
        str(fact.value),
        el("small", f" {fact.source} "),
        tag("to be confirmed", "high") if fact.review else "",
    ]


def _value(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def _languages(programme: Programme) -> Html:
    found = translation(programme)
    rows = []
    for tag_, row in found.rows():
        known = programme.language(tag_)
        listed = tag("in the programme", "done") if tag_ in programme.languages else ""
        rows.append(
            [
                el("strong", known.name),
                el("code", tag_),
                ", ".join(known.countries),
                listed,
                *(str(row[kind]) for kind in KINDS),
            ]
        )
    told = "Share of texts with words; in brackets what a native speaker has read, where that is less. Clients get only what was read."
    return el(
        "div",
        el("h1", "Languages"),
        el("p", told, cls="quiet"),
        table(["Language", "", "Spoken in", "", *KINDS], rows),
        el("details", el("summary", "What clients read, one by one"), _one_by_one(programme, found)),
    )


def _one_by_one(programme: Programme, found: Translation) -> Html:
    """The share of each message, conversation and article in the languages of the programme."""
    own = programme.languages[1:]
    rows = [
        [place.replace("/", ": ").replace("_", " "), *(str(row[one]) for one in own)]
        for place, row in found.by_message()
    ]
    return table(["", *own], rows)
