"""Conversations as an outline: what is said, what she can answer, where that leads."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tsela.console.handbook.book import Book, Page, Row, review
from tsela.console.handbook.markup import Html, el, link, listed, pairs, table, tag
from tsela.console.handbook.messages import ARTICLES, tier
from tsela.console.handbook.services import FIRST as SERVICES
from tsela.programme.rules import words

FIRST = "flows.html"
DIALOGUES = "dialogues.html"
KINDS = {
    "stop": "Ends every message", "danger": "A person must look now", "menu": "Back to the beginning", "person": "Somebody to talk to",
    "language": "Another language", "names": "Names of the language", "wrong": "This number is not hers", "asks": "What else one stops: no STOP",
}  # fmt: skip
OPERATORS = {
    "=": "is",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
}


def pages(book: Book) -> dict[str, Callable[[], Page]]:
    made: dict[str, Callable[[], Page]] = {
        FIRST: lambda: Page(FIRST, "Conversations", _contents(book)),
        "words.html": lambda: Page(FIRST, "Words understood everywhere", _words(book)),
    }
    for name, flow in book.programme.flows.items():
        made[f"flow-{name}.html"] = lambda name=name, flow=flow: Page(
            FIRST, flow["title"], _flow(book, name, flow)
        )  # type: ignore[misc]
    return made


def _contents(book: Book) -> Html:
    rows = [
        [
            link(f"flow-{name}.html", flow["title"]),
            tier(flow["tier"]),
            ", ".join(flow["keywords"]),
            len(flow["steps"]),
        ]
        for name, flow in sorted(book.programme.flows.items(), key=lambda one: one[1]["title"])
    ]
    more = [
        link(DIALOGUES, "Dialogues"),
        link("words.html", "Words understood everywhere"),
        link(ARTICLES, "Articles"),
        link(SERVICES, "Services"),
    ]
    return el(
        "div", el("h1", "Conversations"), el("p", "What we answer when a client writes. Every choice answers to its number, its label and its words.", cls="quiet"),
        el("nav", more, cls="chapters", aria_label="More about conversations"),
        table(["Conversation", "How open", "Begins with", "Steps"], rows) if rows else el("p", "This programme has none.", cls="empty"),
    )  # fmt: skip


def _flow(book: Book, name: str, flow: Row) -> Html:
    given = book.source.talk.flows[name]
    callers = [
        link(f"flow-{other}.html", one["title"])
        for other, one in book.programme.flows.items()
        if name in _called(one)
    ]
    about = pairs([
        ("How open", tier(flow["tier"])), ("Begins with", ", ".join(flow["keywords"])), ("Part of", listed(callers)),
        ("Source", str(given.get("source", ""))),
    ])  # fmt: skip
    steps = [el("li", _step(book, step, after), id=_anchor(one)) for one, after, step in _in_order(flow)]
    return el(
        "div",
        el("h1", flow["title"], " ", el("code", name), " ", review(given)),
        about,
        el("ol", steps, cls="outline"),
    )


def _in_order(flow: Row) -> Iterator[tuple[str, str | None, Row]]:
    """(step, the one that stands after it, what it does)."""
    names = list(flow["steps"])
    yield from (
        (name, after, flow["steps"][name]) for name, after in zip(names, [*names[1:], None], strict=True)
    )


def _called(flow: Row) -> set[str]:
    steps = flow["steps"].values()
    return {step["flow"] for step in steps if "flow" in step} | {
        option["call"] for step in steps for option in step.get("options", ()) if option["call"]
    }


def _step(book: Book, step: Row, after: str | None) -> list[Any]:
    """What a step does, and where it leads if not to the next."""
    told = _SHOWN[step["do"]](book, step)
    elsewhere = step["do"] not in ("branch", "go", "end", "choice") and step["next"] != after and step["next"]
    return [told, _to(step["next"]) if elsewhere else None]


def _said(book: Book, step: Row) -> Any:
    return el("p", step["text"], cls="bubble")


def _asked(book: Book, step: Row) -> Any:
    low, high = step["low"], step["high"]
    room = (
        f" from {low} to {high}"
        if low is not None and high is not None
        else f" from {low}"
        if low is not None
        else ""
    )
    return [_said(book, step), el("p", "She answers with ", _KINDS.get(step["type"], step["type"]), room, _kept(step), cls="quiet"),
            el("p", "Otherwise: ", el("q", step["again"]), cls="quiet") if step["again"] else None]  # fmt: skip


def _near(book: Book, step: Row) -> Any:
    again = el("p", "Otherwise: ", el("q", step["again"]), cls="quiet") if step["again"] else None
    told = [
        "She names a place or sends her location, and is told the nearest ",
        link(SERVICES, "services"),
        f" of that kind ({step['kind'].strip('{}')}). Where there is none ",
    ]
    return [_said(book, step), el("p", told, _to(step["none"]), cls="quiet"), again]


def _chosen(book: Book, step: Row) -> Any:
    options = [
        [
            el("span", option["say"], cls="option"),
            " ",
            _after(book, option),
            el("small", f" {', '.join(option['words'])}") if option["words"] else None,
        ]
        for option in step["options"]
    ]
    told = [f"Kept as {step['as']}." if step["as"] else "", "Then back to these." if step.get("back") else ""]
    kept = el("p", " ".join(filter(None, told)), cls="quiet") if any(told) else None
    return [_said(book, step), listed(options, "plain"), kept]


def _branched(book: Book, step: Row) -> Any:
    cases = [["If ", _condition(case["if"]), " ", _to(case["go"])] for case in step["cases"]]
    return listed([*cases, ["Otherwise ", _to(step["next"])]], "plain")


def _wrote(book: Book, step: Row) -> Any:
    answers = ", ".join(
        f"{book.labels.question(name)}: {_value(value)}" for name, value in step["answers"].items()
    )
    return el("p", "Written into her record: ", book.form(step["form"]), f" — {answers}" if answers else "")


def _handed(book: Book, step: Row) -> Any:
    urgent = [" ", tag("urgent", "urgent")] if step["urgent"] else ""
    return el("p", f"To a person ({step['queue']})", urgent, el("small", f" {step['because']}"))


def _read(book: Book, step: Row) -> Any:
    name = step["article"]
    articles = book.programme.articles
    known = [link(ARTICLES, articles[name]["title"], name)] if name in articles else [el("code", name)]
    return el("p", "Article: ", known)


def _line(text: Callable[[Row], Any]) -> Callable[[Book, Row], Any]:
    return lambda book, step: el("p", text(step))


_KINDS = {"text": "her own words", "integer": "a whole number", "decimal": "a number", "date": "a day", "phone": "a phone number",
          "media": "a picture or voice note", "location": "where she is"}  # fmt: skip
_SHOWN: Mapping[str, Callable[[Book, Row], Any]] = {
    "say": _said, "ask": _asked, "nearest": _near, "choice": _chosen, "menu": _chosen, "branch": _branched, "event": _wrote, "handover": _handed, "article": _read,
    "set": _line(lambda step: "; ".join(f"{words.spoken(name)} is {value or 'forgotten'}" for name, value in step["values"].items())),
    "wait": _line(lambda step: f"{_length(step['for'])} pass."),
    "schedule": _line(lambda step: ["In ", _length(step["in"]), ": message ", el("code", step["message"])]),
    "task": _line(lambda step: [f"A call to make ({step['queue']})", el("small", f" {step['because']}")]),
    "search": _line(lambda step: "What she wrote is looked for in the articles."),
    "stop": _line(lambda step: f"Every message ends ({step['reason']})."),
    "language": _line(lambda step: "She chooses her language." if step["tag"] in ("", "choose") else f"Her language is {step['tag']} from now on."),
    "reply": _line(lambda step: f"Her answer counts as: {words.spoken(step['word'])}."),
    "call": _line(lambda step: ["Goes through ", link(f"flow-{step['flow']}.html", words.spoken(step["flow"])), "."]),
    "go": lambda book, step: el("p", _to(step["next"])),
    "end": _line(lambda step: f"Ends: {words.spoken(step['word'])}."),
}  # fmt: skip


def _after(book: Book, option: Row) -> Any:
    if option["call"]:
        return ["→ ", link(f"flow-{option['call']}.html", words.spoken(option["call"]))]
    return _to(option["go"]) if option["go"] else None


def _to(step: str | None) -> Any:
    if step is None:
        return "→ the end"
    return [
        "→ ",
        el("a", f"step {step[1:]}" if step.startswith("#") else words.spoken(step), href=f"#{_anchor(step)}"),
    ]


def _anchor(step: str) -> str:
    return f"step-{step.lstrip('#')}"


def _condition(tree: Row) -> str:
    for word in ("and", "or"):
        if word in tree:
            return f" {word} ".join(map(_condition, tree[word]))
    if "not" in tree:
        return f"not ({_condition(tree['not'])})"
    name = words.spoken(tree["var"])
    return (
        f"{name} is known" if tree["op"] == "answered" else f"{name} {OPERATORS[tree['op']]} {tree['value']}"
    )


def _kept(step: Row) -> str:
    return f", kept as {step['as']}" if step["as"] else ""


def _length(given: Any) -> str:
    count, unit = given
    return f"{count} {unit[:-1] if count == 1 else unit}"


def _value(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _words(book: Book) -> Html:
    told = [
        el(
            "details",
            el("summary", book.programme.language(language).name),
            pairs((KINDS[kind], ", ".join(some)) for kind, some in kinds.items()),
        )
        for language, kinds in book.programme.talk_words.items()
    ]
    return el(
        "div", el("h1", "Words understood everywhere"),
        el("p", "Before any conversation, whatever her language is: a word of any language counts. * stands for any letters.", cls="quiet"), told,
    )  # fmt: skip
