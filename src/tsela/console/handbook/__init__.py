"""The handbook: a programme as pages to read. Comes in: a checked `Programme`. Goes out: pages by file name.

The same pages stand in a folder (`tsela programme show`, no connection and no script needed) and in the console.
"""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from tsela.console.handbook import (
    dialogues,
    examples,
    flows,
    forms,
    guides,
    home,
    messages,
    places,
    rules,
    schedules,
    services,
    sources,
)
from tsela.console.handbook.book import Book, Page
from tsela.console.handbook.markup import document
from tsela.programme import Programme

__all__ = ["CHAPTERS", "STYLES", "Book", "Page", "contents", "write"]

STATIC = Path(__file__).parents[1] / "static" / "console"
STYLES = ("console.css", "handbook.css")
# First page of each chapter: (file, what people call it).
CHAPTERS = (
    ("index.html", "Programme"), ("schedules.html", "Schedules"), ("forms.html", "Forms"), ("flags.html", "Flags"),
    ("guides.html", "Guides"), ("messages.html", "Messages"), ("flows.html", "Conversations"), ("definitions.html", "Definitions"), ("countries.html", "Countries"), ("languages.html", "Languages"),
    ("indicators.html", "Indicators"), ("facts.html", "Facts"), ("sources.html", "Sources"), ("examples.html", "Examples"),
)  # fmt: skip


def contents(programme: Programme) -> Mapping[str, Callable[[], Page]]:
    """Every page by its file name; a page is made when it is asked for."""
    book = Book.of(programme)
    chapters = (
        home,
        schedules,
        forms,
        rules,
        guides,
        messages,
        flows,
        dialogues,
        services,
        places,
        sources,
        examples,
    )
    return {name: make for chapter in chapters for name, make in chapter.pages(book).items()}


def write(programme: Programme, folder: Path) -> list[str]:
    """The whole handbook as files; the names of its pages."""
    folder.mkdir(parents=True, exist_ok=True)
    made = contents(programme)
    for name, make in made.items():
        page = make()
        text = document(page.title, programme.title, page.body, CHAPTERS, page.chapter, STYLES)
        (folder / name).write_text(text, encoding="utf-8")
    for style in STYLES:
        shutil.copy(STATIC / style, folder / style)
    return list(made)
