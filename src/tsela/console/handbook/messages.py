"""Messages and articles: what clients read, in both tiers, as their phones show it and as it is charged in each language."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tsela.console.handbook.book import Book, Page, review
from tsela.console.handbook.markup import Html, el, link, listed, pairs, table, tag
from tsela.messaging.rendering import Part, fill, render
from tsela.programme.languages import SOURCE
from tsela.programme.talk import Message
from tsela.programme.talk.limits import listed as listed_options
from tsela.programme.talk.messages import COVERT, OVERT, REPLIES, SAMPLES
from tsela.programme.talk.sms import Sms, plainer, sms
from tsela.programme.talk.texts import parts

FIRST = "messages.html"
ARTICLES = "articles.html"
TELLING = "telling.html"
PURPOSES = {
    "reminders": "Reminders", "support": "Beginnings, answers and support", "information": "Health information and campaigns",
    "research": "Research",
}  # fmt: skip
TIERS = {COVERT: "Nothing that tells", OVERT: "Openly"}
CHANNELS = {"sms": "SMS", "whatsapp": "WhatsApp"}


def pages(book: Book) -> dict[str, Callable[[], Page]]:
    made: dict[str, Callable[[], Page]] = {
        FIRST: lambda: Page(FIRST, "Messages", _contents(book)),
        ARTICLES: lambda: Page(FIRST, "Articles", _articles(book)),
        TELLING: lambda: Page(FIRST, "Words that tell", _telling(book)),
    }
    for purpose, messages in _by_purpose(book).items():
        made[f"messages-{purpose}.html"] = lambda purpose=purpose, messages=messages: Page(  # type: ignore[misc]
            FIRST, PURPOSES[purpose], _messages(book, purpose, messages)
        )
    return made


def tier(name: str) -> Html:
    """A mark of how open something is."""
    return tag(TIERS.get(name, name), f"tier-{name}")


def preview(text: str, labels: Iterable[tuple[str, str]], channel: str) -> Html:
    """A text with its options as a phone shows it, filled in with sample data."""
    bodies = render([Part(fill(text, SAMPLES), tuple(labels))], channel)
    shown = [
        [
            el("p", body.text, cls="bubble"),
            [el("span", option.title, cls="option") for option in body.options],
        ]
        for body in bodies
    ]
    return el("div", el("small", CHANNELS[channel]), shown, cls=f"screen {channel}")


def _by_purpose(book: Book) -> Mapping[str, list[Message]]:
    found: defaultdict[str, list[Message]] = defaultdict(list)
    for message in book.programme.messages.values():
        found[message.purpose].append(message)
    return {purpose: found[purpose] for purpose in PURPOSES if purpose in found}


def _contents(book: Book) -> Html:
    told = [
        [
            el("h2", link(f"messages-{purpose}.html", PURPOSES[purpose]), el("small", f" {len(messages)}")),
            table(["Message", "Also openly", "Answers", "SMS parts"], [_listed(book, purpose, message) for message in messages]),
        ]
        for purpose, messages in _by_purpose(book).items()
    ]  # fmt: skip
    more = [link("flows.html", "Conversations"), link(ARTICLES, "Articles"), link(TELLING, "Words that tell")]
    return el(
        "div", el("h1", "Messages"), el("p", "What clients get without asking. The covert text would fit any friend; the open one goes only to whom it was agreed with.", cls="quiet"),
        el("nav", more, cls="chapters", aria_label="More about messages"),
        told or el("p", "This programme has none.", cls="empty"),
    )  # fmt: skip


def _listed(book: Book, purpose: str, message: Message) -> list[Any]:
    charged = {one: _charged(book, one, message, COVERT) for one in book.programme.languages}
    parts = {one: found.parts for one, found in charged.items() if found}
    most = max(parts.values())
    dearer = [
        book.programme.language(one).name for one, count in parts.items() if count == most > parts[SOURCE]
    ]
    return [
        [link(f"messages-{purpose}.html", message.title, message.id), " ", review(_row(message))],
        "yes" if message.overt else "", ", ".join(reply.say for reply in message.replies),
        [str(parts[SOURCE]), el("small", f" {most} in {', '.join(dearer)}") if dearer else ""],
    ]  # fmt: skip


def _messages(book: Book, purpose: str, messages: list[Message]) -> Html:
    return el("div", el("h1", PURPOSES[purpose]), [_message(book, message) for message in messages])


def _message(book: Book, message: Message) -> Html:
    labels = [(reply.id, reply.say) for reply in message.replies]
    tiers = [COVERT, OVERT] if message.overt else [COVERT]
    shown = [
        el(
            "section",
            tier(name),
            el("div", [preview(message.text(name), labels, one) for one in CHANNELS], cls="screens"),
        )
        for name in tiers
    ]
    does = [[reply.say, " — ", _does(reply.does)] for reply in message.replies]
    told = pairs([
        ("Answers", listed(does)), ("Sent by", listed(_senders(book, message.id))), ("WhatsApp template", _template(message)),
        ("Source", message.source),
    ])  # fmt: skip
    return el(
        "article", el("h2", message.title, " ", el("code", message.id), " ", review(_row(message))), shown, told,
        el("details", el("summary", "In every language, and what it costs"), _languages(book, message, tiers)),
        id=message.id, cls="card",
    )  # fmt: skip


def _does(what: str) -> Any:
    return (
        what.replace("_", " ")
        if what in REPLIES
        else ["begins ", link(f"flow-{what}.html", what.replace("_", " "))]
    )


def _template(message: Message) -> Any:
    return [el("code", f"{message.template}_LANGUAGE")] if message.template else ""


def _senders(book: Book, message: str) -> list[Any]:
    """The schedule items and conversations that send it."""
    items = [
        book.item(row) for row in book.tables["items"] if (row["remind"] or {}).get("message") == message
    ]
    flows = [
        link(f"flow-{name}.html", flow["title"])
        for name, flow in book.programme.flows.items()
        if any(step.get("message") == message for step in flow["steps"].values())
    ]
    return [*items, *flows]


def _languages(book: Book, message: Message, tiers: list[str]) -> Html:
    rows = []
    for tag_ in book.programme.languages:
        cells = [_in_language(book, tag_, message, name) for name in tiers]
        rows.append(
            [el("strong", book.programme.language(tag_).name), *(cell for pair in cells for cell in pair)]
        )
    heads = [head for name in tiers for head in (TIERS[name], "SMS parts")]
    return table(["Language", *heads], rows)


def _in_language(book: Book, language: str, message: Message, tier: str) -> tuple[Any, Any]:
    """A text in a language, and how many parts of SMS it takes there."""
    text, found = message.text(tier), _charged(book, language, message, tier)
    if found is None:
        return el("em", "missing", cls="quiet"), ""
    draft = [" ", tag("draft", "soon")] if text in book.catalogues[language].drafts else ""
    said = _words(book, language, text)
    return [said, draft], [
        el("strong", str(found.parts)),
        el("small", f" {found.length} of {found.encoding}"),
    ]


def _charged(book: Book, language: str, message: Message, tier: str) -> Sms | None:
    """A message as SMS in a language, with its answers; None where it has no words."""
    said = _words(book, language, message.text(tier))
    labels = [_words(book, language, reply.say) or reply.say for reply in message.replies]
    return sms(plainer(listed_options(fill(said, SAMPLES), labels))) if said else None


def _words(book: Book, language: str, text: str) -> str:
    return text if language == SOURCE else book.catalogues[language].get(text, "")


def _articles(book: Book) -> Html:
    by_topic: defaultdict[str, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for name, article in book.programme.articles.items():
        by_topic[(article["topics"] or ["other"])[0]].append((name, article))
    told = [
        [el("h2", topic.replace("_", " ").capitalize(), el("small", f" {len(some)}")), [_article(name, one) for name, one in some]]
        for topic, some in by_topic.items()
    ]  # fmt: skip
    return el(
        "div",
        el("h1", "Articles"),
        el("p", "What clients read in conversations, and find when they search.", cls="quiet"),
        told,
    )


def _article(name: str, article: Mapping[str, Any]) -> Html:
    said = [
        [el("p", fill(text, SAMPLES), cls="bubble"), el("small", _parts(text))] for text in parts(article)
    ]
    return el(
        "article", el("h3", article["title"], " ", el("code", name), " ", tier(article["tier"]), " ", review(article)), said,
        pairs([("Found by", ", ".join(article["words"])), ("Source", article["source"])]), id=name,
    )  # fmt: skip


def _parts(text: str) -> str:
    count = sms(plainer(fill(text, SAMPLES))).parts
    return f"{count} SMS part{'s' if count != 1 else ''}"


def _telling(book: Book) -> Html:
    leaks, programme = book.programme.leaks, book.programme
    told = []
    for language in ("all", *programme.registered):
        terms = leaks.terms.get(language, ())
        kinds: defaultdict[str, list[str]] = defaultdict(list)
        for term in terms:
            kinds[term.kind].append(term.text)
        name = "In every language" if language == "all" else programme.language(language).name
        rows = pairs((kind.capitalize(), ", ".join(words)) for kind, words in kinds.items())
        told.append(el("details", el("summary", name, el("small", f" {len(terms)}")), rows))
    return el(
        "div", el("h1", "Words that tell"),
        el("p", "No covert text, template name, link or sender may hold one of these, however it is disguised. Native speakers confirm the lists.", cls="quiet"), told,
    )  # fmt: skip


def _row(message: Message) -> Mapping[str, str]:
    return {"review": message.review}
