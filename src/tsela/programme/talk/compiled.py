"""What the programme compiles for conversations: one JSON (MESSAGES M60)."""

from collections.abc import Mapping
from typing import Any

from tsela.programme.countries import Country, Fact
from tsela.programme.languages import Language
from tsela.programme.source import plain
from tsela.programme.talk.flows import compile_flow
from tsela.programme.talk.given import Given, Row
from tsela.programme.talk.messages import Message
from tsela.programme.talk.services import services_of

Talk = dict[str, Any]
KINDS = ("stop", "asks", "danger", "wrong", "language", "menu", "person", "names")


def talk_of(
    given: Given,
    messages: Mapping[str, Message],
    languages: Mapping[str, Language],
    countries: Mapping[str, Country],
) -> Talk:
    """Flows, words, articles, replies, languages, countries and services, as the runner of conversations reads them."""
    words = plain(given.words)
    flows = {name: compile_flow(row) for name, row in given.flows.items()}
    return {
        "flows": flows, "words": {tag: {kind: row[kind] for kind in KINDS if kind in row} for tag, row in words.items()},
        "articles": {row["id"]: _article(row) for row in map(plain, given.articles)},
        "messages": {one.id: {"replies": [{"id": reply.id, "say": reply.say, "does": reply.does} for reply in one.replies]} for one in messages.values()},
        "languages": {tag: _language(one) for tag, one in languages.items()},
        "countries": {code: _country(one) for code, one in countries.items()}, "services": services_of(given),
    }  # fmt: skip


def _article(row: Row) -> dict[str, Any]:
    return {
        "title": row["title"], "text": row["text"], "tier": row.get("tier", "covert"), "words": row.get("words", []),
        "topics": row.get("topics", []), "source": row.get("source", ""), "review": row.get("review", ""),
    }  # fmt: skip


def _language(one: Language) -> dict[str, Any]:
    return {
        "name": one.name,
        "english": one.english,
        "months": list(one.months),
        "weekdays": list(one.weekdays),
    }


def _country(one: Country) -> dict[str, Any]:
    facts = {
        name: one.facts.get(f"{name}_number" if name == "emergency" else name, Fact()).value
        for name in ("emergency", "helpline")
    }
    return {"official": one.official, "languages": list(one.languages), **facts}
