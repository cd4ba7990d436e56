"""Dialogues as documentation: conversations as they must go, as bubbles."""

from collections import defaultdict
from collections.abc import Callable

from tsela.console.handbook.book import Book, Page, spoken
from tsela.console.handbook.markup import Html, el
from tsela.console.handbook.messages import tier
from tsela.messaging.dialogues import Dialogue, read_dialogues
from tsela.messaging.rendering import fill
from tsela.programme.talk.messages import SAMPLES

FIRST = "dialogues.html"
CHAPTER = "flows.html"
HERS, OURS, NEVER = ("client", "taps", "sends"), ("says", "offers"), ("never says", "says nothing")


def pages(book: Book) -> dict[str, Callable[[], Page]]:
    return {FIRST: lambda: Page(CHAPTER, "Dialogues", _dialogues(book))}


def _dialogues(book: Book) -> Html:
    by_file: defaultdict[str, list[Dialogue]] = defaultdict(list)
    for dialogue in read_dialogues(book.programme.folder)[0]:
        by_file[dialogue.where.partition(":")[0].rpartition("/")[2].removesuffix(".yaml")].append(dialogue)
    told = [
        [
            el("h2", spoken(name), el("small", f" {len(dialogues)}")),
            [_dialogue(book, dialogue) for dialogue in dialogues],
        ]
        for name, dialogues in by_file.items()
    ]
    return el(
        "div", el("h1", "Dialogues"),
        el("p", "Each is a test of the conversations, and shows how they go. What stands here is a part of what is said.", cls="quiet"),
        told or el("p", "This programme has none.", cls="empty"),
    )  # fmt: skip


def _dialogue(book: Book, dialogue: Dialogue) -> Html:
    told = [book.programme.language(dialogue.language).name] if dialogue.language else ["First conversation"]
    told += [dialogue.country, {"sms": "SMS", "whatsapp": "WhatsApp"}.get(dialogue.channel, dialogue.channel)]
    lines = [_told(line.word, line.text) for line in dialogue.lines]
    return el(
        "article", el("h3", dialogue.title, " ", tier(dialogue.tier)), el("p", " · ".join(filter(None, told)), cls="quiet"),
        el("ul", lines, cls="dialogue"), id=f"line-{dialogue.where.replace(':', '-').replace('/', '-')}", cls="card",
    )  # fmt: skip


def _told(word: str, text: str) -> Html:
    if word in HERS:
        return el("li", el("p", text, cls="bubble"), cls="hers")
    if word in OURS:
        shown = (
            [el("span", label.strip(), cls="option") for label in text.split("|")]
            if word == "offers"
            else fill(text, SAMPLES)
        )
        return el("li", el("p", shown, cls="bubble" if word == "says" else None), cls="ours")
    return el(
        "li",
        el("small", f"{word}: {text}" if text else word),
        cls="happens" if word not in NEVER else "happens never",
    )
