"""Forms as a person sees them: every question with its choices, and in words when it is asked and what it allows."""

from collections.abc import Callable
from typing import Any

from tsela.console.handbook.book import Book, Page
from tsela.console.handbook.markup import Html, el, join, link, listed, pairs, table, tag
from tsela.programme.forms import Form, Node
from tsela.programme.forms.words import Reader, answer_kind, every

FIRST = "forms.html"
MOST_SHOWN = 12  # choices of one question
INPUTS = {"integer": "number", "decimal": "number", "date": "date", "time": "time", "range": "range"}


def pages(book: Book) -> dict[str, Callable[[], Page]]:
    made: dict[str, Callable[[], Page]] = {FIRST: lambda: Page(FIRST, "Forms", _contents(book))}
    for name, form in book.programme.forms.items():
        made[f"form-{name}.html"] = lambda form=form: Page(FIRST, form["title"], _form(book, form))  # type: ignore[misc]
    return made


def _contents(book: Book) -> Html:
    rows = [
        [
            link(f"form-{name}.html", form["title"]),
            el("code", name),
            _group(book, form["for"]),
            _count(form),
            _closed(book, name),
        ]
        for name, form in book.programme.forms.items()
    ]
    return el("div", el("h1", "Forms"), table(["Form", "Name", "For", "Questions", "Closes"], rows))


def _form(book: Book, form: Form) -> Html:
    reader = Reader.of(form)
    hidden = [node["name"] for node in every(form["body"]) if node["type"] == "hidden"]
    about = pairs([
        ("Offered to", _group(book, form["for"])), ("Its day", reader.label(form["date_question"]) if form["date_question"] else "the day of the visit"),
        ("Closes", listed([book.item(row) for row in book.closes.get(form["id"], [])], "plain")),
        ("Filled in by the app", ", ".join(hidden)),
    ])  # fmt: skip
    asked = el("div", [_node(reader, node) for node in form["body"]], cls="paper")
    return el("div", el("h1", form["title"], " ", el("code", form["id"])), about, asked)


def _node(reader: Reader, node: Node) -> Html:
    if node["type"] in ("group", "repeat"):
        again = tag("can be filled in again for each") if node["type"] == "repeat" else None
        head = el("legend", node.get("label") or node["name"].replace("_", " "), " ", again)
        return el("fieldset", head, _told(reader, node), [_node(reader, part) for part in node["body"]])
    if node["type"] == "hidden":
        return Html("")
    if node["type"] == "note":
        return el("div", el("p", node.get("label", ""), cls="note"), _told(reader, node), cls="question")
    must = (
        el("abbr", "*", title="must be answered", cls="must")
        if node.get("required") == ["lit", True]
        else None
    )
    label = el("p", node.get("label") or node["name"].replace("_", " "), must, cls="asked")
    hints = [el("p", node[name], cls="hint") for name in ("hint", "guidance_hint") if node.get(name)]
    return el(
        "div", label, hints, _control(reader, node), _told(reader, node), cls="question", id=node["name"]
    )


def _control(reader: Reader, node: Node) -> Html:
    kind = node["type"]
    if kind in ("select_one", "select_multiple", "rank"):
        return _choices(reader, node, "radio" if kind == "select_one" else "checkbox")
    if kind == "calculate":
        return el("p", "worked out by the app", cls="hint")
    if kind in ("text", *INPUTS):
        name = node.get("label") or node["name"]
        return el("input", type=INPUTS.get(kind, "text"), disabled=True, aria_label=name)
    return el("p", f"[{answer_kind(node)}]", cls="hint")


def _choices(reader: Reader, node: Node, kind: str) -> Html:
    labels = list(reader.choices.get(node.get("list", ""), {}).values())
    shown = [el("label", el("input", type=kind, disabled=True), " ", label, cls="choice") for label in labels]
    if len(shown) <= MOST_SHOWN:
        return el("div", shown, cls="choices")
    more = el("details", el("summary", f"and {len(shown) - MOST_SHOWN} more"), shown[MOST_SHOWN:])
    return el("div", shown[:MOST_SHOWN], more, cls="choices")


def _told(reader: Reader, node: Node) -> Html:
    """What happens behind a question, in words."""
    required = node.get("required")
    conditional = required if required not in (None, ["lit", True]) else None
    said = [
        ("Asked when", node.get("relevant")), ("Must be answered when", conditional), ("Allowed:", node.get("constraint")),
        ("Choices shown where", node.get("choice_filter")), ("Worked out as", node.get("calculation")),
        ("How many:", node.get("count")),
    ]  # fmt: skip
    lines = [f"{what} {reader.words(expr)}" for what, expr in said if expr]
    lines += (
        [f"Begins as {reader.value(['q', node['name']], node['default'])}"] if node.get("default") else []
    )
    lines += [f"If not: “{node['constraint_message']}”"] if node.get("constraint_message") else []
    return join([el("p", line, cls="behind") for line in lines])


def _group(book: Book, name: str | None) -> str:
    return book.programme.labels["groups"].get(name or "", name or "everybody")


def _count(form: Form) -> int:
    return sum(
        node["type"] not in ("group", "repeat", "note", "hidden", "calculate") for node in every(form["body"])
    )


def _closed(book: Book, name: str) -> Any:
    return len(book.closes.get(name, [])) or ""
