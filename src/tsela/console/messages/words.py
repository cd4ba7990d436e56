"""What clients can be told, by language: reviewed, drafted, missing; and what a live channel would say (MESSAGES M13)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.http import HttpRequest, HttpResponse

from tsela.console.messages import prices, show_section
from tsela.console.messages.prices import ENCODINGS
from tsela.console.pages import page, staff_of
from tsela.messaging.rendering import Part, render
from tsela.programme import Programme
from tsela.programme.languages import SOURCE, chain
from tsela.programme.locales import Catalogue, catalogue
from tsela.programme.talk.messages import filled
from tsela.programme.talk.sms import Sms, sms
from tsela.record.programme import current

KINDS = {"messages": "Messages", "flows": "Conversations", "articles": "Articles"}


@dataclass(frozen=True)
class Text:
    """One text that a client may receive."""

    of: str
    title: str
    tier: str
    text: str
    review: str = ""
    options: tuple[str, ...] = ()  # what she may answer: by SMS their numbers and labels come with it
    choice: bool = False


@dataclass(frozen=True)
class Coverage:
    """How far a language has come."""

    tag: str
    name: str
    english: str
    total: int
    reviewed: int
    drafts: int
    long: int
    instead: str

    @property
    def missing(self) -> int:
        return self.total - self.reviewed - self.drafts


@dataclass(frozen=True)
class Said:
    """A text in one language, and what is said of it on a live channel."""

    id: str
    title: str
    tier: str
    source: str
    text: str
    draft: bool
    live: str
    sms: str
    cost: str


@page(None)
def words(request: HttpRequest) -> HttpResponse:
    """The languages of a country, and one of them text by text if chosen."""
    sites = sorted(staff_of(request).site_codes)
    programme = current(sites[0] if sites else "")
    home = sites[0][:2] if sites else next(iter(programme.countries), "")
    country, language = request.GET.get("country", home), request.GET.get("language", "")
    found, kind, price = texts_of(programme), request.GET.get("kind", "messages"), prices.price(request)
    shown = [one for one in found if one.of.startswith(f"{kind}/")]
    tags = languages_of(programme, country)
    known = programme.language(language) if language else None
    return show_section(
        request, "words", "words", rows=[coverage(programme, found, tag, country) for tag in tags],
        texts=list(said(programme, shown, language, country, price)) if language in tags else [],
        kinds=KINDS.items(), kind=kind, countries=sorted((code, one.title) for code, one in programme.countries.items()), country=country,
        languages=[programme.language(tag) for tag in tags], language=language, language_name=known.name if known else "", price=price,
    )  # fmt: skip


def languages_of(programme: Programme, country: str) -> tuple[str, ...]:
    """Those that are spoken in a country, with words or without; all where that is not known."""
    known = programme.countries.get(country)
    return known.languages if known else tuple(tag for tag in programme.registered if "-" not in tag)


def coverage(programme: Programme, texts: Sequence[Text], tag: str, country: str) -> Coverage:
    """How many of the texts a language has."""
    about = programme.language(tag)
    own = own_words(programme, tag)
    ids = {one.text for one in texts}
    if tag == SOURCE:
        reviewed, drafts = len(ids), 0
    else:
        reviewed = sum(own.reviewed(text) is not None for text in ids)
        drafts = sum(text in own.drafts for text in ids)
    messages = (one for one in texts if one.of.startswith("messages/"))
    long = sum(size.parts > 1 for one in messages if (size := by_sms(one, own, tag)))
    instead = [programme.language(one).name for one in stands_in(programme, tag, country)[1:]]
    return Coverage(
        tag,
        about.name,
        about.english or about.name,
        len(ids),
        reviewed,
        drafts,
        long,
        ", then ".join(instead),
    )


def said(
    programme: Programme, texts: Sequence[Text], tag: str, country: str, price: Decimal | None
) -> Iterator[Said]:
    """Every text in a language, those of a message side by side."""
    own = own_words(programme, tag)
    for one in texts:
        text = one.text if tag == SOURCE else own.get(one.text, "")
        draft = one.text in own.drafts
        size = by_sms(one, own, tag)
        told = f"{size.parts} SMS · {size.length} {ENCODINGS[size.encoding]}" if size else ""
        cost = f"{size.cost(price):.2f}" if size and price else ""
        yield Said(
            one.of,
            one.title,
            one.tier,
            one.text,
            text,
            draft,
            _live(programme, one, tag, country),
            told,
            cost,
        )


def by_sms(one: Text, own: Catalogue, tag: str) -> Sms | None:
    """How a text travels as an SMS, filled in with examples, the choices below it; None where the language has no words for it,
    and for a choice by itself."""
    words = [text if tag == SOURCE else own.get(text, "") for text in (one.text, *one.options)]
    if one.choice or not words[0]:
        return None
    options = tuple((str(number), label) for number, label in enumerate(words[1:]))
    sizes = [sms(body.text) for body in render([Part(filled(words[0]), options)], "sms")]
    wide = any(size.encoding == "ucs2" for size in sizes)
    return Sms(
        "ucs2" if wide else "gsm7", sum(size.length for size in sizes), sum(size.parts for size in sizes)
    )


def _live(programme: Programme, text: Text, tag: str, country: str) -> str:
    if text.review:
        return f"nothing, until a {text.review} has confirmed it"
    for one in stands_in(programme, tag, country):
        if one == SOURCE or own_words(programme, one).reviewed(text.text):
            return "this" if one == tag else f"in {programme.language(one).name}"
    return f"in {programme.language(SOURCE).name}"


def stands_in(programme: Programme, tag: str, country: str) -> tuple[str, ...]:
    """The languages that are tried, the wanted one first."""
    known = programme.countries.get(country)
    return chain(tag, known.official if known else "")


def own_words(programme: Programme, tag: str) -> Catalogue:
    """What a language itself has, nothing that stands in for it."""
    return catalogue(programme.folder, tag)


@lru_cache(maxsize=4)
def texts_of(programme: Programme) -> tuple[Text, ...]:
    """Messages, what flows say, and articles; what clients type is not among them."""
    return tuple(dict.fromkeys([*_messages(programme), *_flows(programme), *_articles(programme)]))


def _messages(programme: Programme) -> Iterator[Text]:
    for one in programme.messages.values():
        options = tuple(reply.say for reply in one.replies)
        yield Text(f"messages/{one.id}", one.title, "covert", one.covert, one.review, options)
        if one.overt:
            yield Text(f"messages/{one.id}", one.title, "overt", one.overt, one.review, options)
        yield from (
            Text(f"messages/{one.id}", f"{one.title}: a choice", "covert", option, choice=True)
            for option in options
        )


def _flows(programme: Programme) -> Iterator[Text]:
    for name, flow in programme.talk.get("flows", {}).items():
        for step in flow["steps"].values():
            options = tuple(option["say"] for option in step.get("options") or ())
            if step.get("text"):
                yield Text(f"flows/{name}", flow["title"], flow["tier"], step["text"], options=options)
            if step.get("again"):
                yield Text(f"flows/{name}", flow["title"], flow["tier"], step["again"])
            for option in options:
                yield Text(f"flows/{name}", f"{flow['title']}: a choice", flow["tier"], option, choice=True)


def _articles(programme: Programme) -> Iterator[Text]:
    for id, one in programme.talk.get("articles", {}).items():
        parts = one["text"] if isinstance(one["text"], list) else [one["text"]]
        for text in (one["title"], *parts):
            yield Text(f"articles/{id}", one["title"], one["tier"], text, one.get("review", ""))
