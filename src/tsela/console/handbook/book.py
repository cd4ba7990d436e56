"""What every page of the handbook looks up: the programme in words, where a rule stands, who uses a form."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tsela.console.handbook.markup import Html, el, link
from tsela.programme import Programme, describe
from tsela.programme import folder as folders
from tsela.programme.folder import Source
from tsela.programme.locales import Catalogue
from tsela.programme.rules.words import Labels
from tsela.programme.source import where

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """A page: its chapter's first file, its title and what is on it."""

    chapter: str
    title: str
    body: Html


@dataclass(frozen=True)
class Book:
    """A programme and its files, read."""

    programme: Programme
    source: Source
    labels: Labels
    names: Mapping[str, str]

    @classmethod
    def of(cls, programme: Programme) -> "Book":
        return cls(
            programme, folders.read(programme.folder), describe.labels(programme), describe.names(programme)
        )

    @property
    def tables(self) -> Row:
        return self.programme.tables

    @cached_property
    def files(self) -> Mapping[tuple[str, str], str]:
        """(items or flags, id) → the file where it is written."""
        return {
            (kind, str(row["id"])): where(row["id"]).partition(":")[0]
            for kind in ("items", "flags") for row in self.source.rules[kind] if "id" in row
        }  # fmt: skip

    @cached_property
    def closes(self) -> Mapping[str, list[Row]]:
        """form → the items that it can close."""
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self.tables["items"]:
            for form in dict.fromkeys(of["form"] for of in row["done"]):
                found[form].append(row)
        return found

    @cached_property
    def catalogues(self) -> Mapping[str, Catalogue]:
        """The words of each language of the programme."""
        return {tag: self.programme.catalogue(tag) for tag in self.programme.languages}

    def form(self, name: str) -> Html | str:
        """A link to a form, by its title."""
        form = self.programme.forms.get(name)
        return link(f"form-{name}.html", form["title"]) if form else name

    def item(self, row: Row) -> Html:
        """A link to an item, by its title."""
        return link(self.page_of(str(row["id"])), row["title"], str(row["id"]))

    def page_of(self, item: str) -> str:
        """The page of the schedule file where an item stands."""
        return f"schedule-{_stem(self.files.get(('items', item), 'schedules/other.yaml'))}.html"

    def schedules(self) -> Mapping[str, list[Row]]:
        """schedule page → its items, in the order of the tables."""
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self.tables["items"]:
            found[self.page_of(row["id"])].append(row)
        return found


def review(row: Row) -> Html:
    """A mark where somebody must still confirm something."""
    return el("span", f"to be confirmed: {row['review']}", cls="tag high") if row.get("review") else Html("")


def spoken(name: str) -> str:
    """`10_pregnancy` as “Pregnancy”."""
    words = name.lstrip("0123456789_").replace("_", " ")
    return words[:1].upper() + words[1:]


def _stem(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".yaml")
