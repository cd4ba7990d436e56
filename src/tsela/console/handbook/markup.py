"""HTML as values: `el("p", "Who & what", cls="quiet")`. Text is escaped; what is `Html` already stays."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

VOID = {"input", "line", "circle", "rect", "path", "meta", "link", "br"}


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def el(tag: str, *children: Any, **attributes: Any) -> Html:
    """An element. `cls` is its class, `_` in a name is `-`; None and False leave an attribute out, True gives it no value."""
    given = "".join(
        _attribute(name, value) for name, value in attributes.items() if value not in (None, False)
    )
    if tag in VOID:
        return Html(f"<{tag}{given}>" if tag in ("input", "meta", "link", "br") else f"<{tag}{given}/>")
    return Html(f"<{tag}{given}>{join(children)}</{tag}>")


def join(children: Any) -> Html:
    """Children one after the other; lists are flattened, None is nothing."""
    if children is None or children == "":
        return Html("")
    if isinstance(children, Html):
        return children
    if isinstance(children, str) or not isinstance(children, Iterable):
        return Html(escape(str(children)))
    return Html("".join(join(child) for child in children))


def table(heads: Sequence[Any], rows: Iterable[Sequence[Any]], cls: str = "") -> Html:
    """A table that scrolls by itself where it is too wide."""
    head = el("thead", el("tr", [el("th", one, scope="col") for one in heads]))
    body = el("tbody", [el("tr", [el("td", cell) for cell in row]) for row in rows])
    return el("div", el("table", head, body, cls=cls or None), cls="wide")


def pairs(rows: Iterable[tuple[Any, Any]]) -> Html:
    """Terms and what they mean; empty ones are left out."""
    told = [(term, meaning) for term, meaning in rows if meaning not in ("", None, [], Html(""))]
    return (
        el("dl", [(el("dt", term), el("dd", meaning)) for term, meaning in told], cls="told")
        if told
        else Html("")
    )


def link(name: str, text: Any, anchor: str = "") -> Html:
    return el("a", text, href=f"{name}#{anchor}" if anchor else name)


def tag(text: Any, kind: str = "") -> Html:
    return el("span", text, cls=f"tag {kind}".strip())


def listed(items: Iterable[Any], cls: str = "") -> Html:
    told = list(items)
    return el("ul", [el("li", one) for one in told], cls=cls or None) if told else Html("")


def document(
    title: str,
    programme: str,
    body: Html,
    chapters: Sequence[tuple[str, str]],
    here: str,
    styles: Sequence[str],
) -> str:
    """A whole page for a browser, with nothing that needs a connection."""
    tabs = [
        el("a", label, href=name, aria_current="page" if name == here else None) for name, label in chapters
    ]
    head = el("head", el("meta", charset="utf-8"), el("meta", name="viewport", content="width=device-width, initial-scale=1"),
              el("title", f"{title} · {programme}"), [el("link", rel="stylesheet", href=style) for style in styles])  # fmt: skip
    banner = el(
        "header", el("a", programme, cls="brand", href="index.html"), el("nav", tabs, aria_label="Chapters")
    )
    page = el(
        "body",
        el("a", "Skip to the page", cls="skip", href="#main"),
        banner,
        el("main", body, id="main", cls="handbook"),
    )
    return f'<!doctype html>\n<html lang="en">{head}{page}</html>\n'


def _attribute(name: str, value: Any) -> str:
    said = "class" if name == "cls" else name.rstrip("_").replace("_", "-")
    return f" {said}" if value is True else f' {said}="{escape(str(value))}"'
