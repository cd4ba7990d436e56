"""The handbook shows the whole programme, without a script and without a connection, and every link in it leads somewhere."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tsela.console.handbook import contents, write
from tsela.console.handbook.markup import el
from tsela.messaging.dialogues import read_dialogues
from tsela.programme import Programme, load
from tsela.programme.cases import read_cases

ROOT = Path(__file__).parents[2]
VOID = {"input", "meta", "link", "br", "line", "circle", "rect"}


class Reader(HTMLParser):
    """Elements that are closed in the order in which they were opened; links, ids, and what must not be there."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.wrong += [f"{tag} has no end" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [given[name] or "" for name in ("href", "src") if name in given]
        self.ids += [given["id"] or ""] if "id" in given else []
        self.wrong += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.wrong += [tag] if tag in ("script", "style", "iframe") else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.wrong.append(f"end of {tag}")


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load(ROOT / "programmes/mentor_mother")


@pytest.fixture(scope="module")
def site(programme: Programme, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every page as a file, by name."""
    folder = tmp_path_factory.mktemp("site")
    write(programme, folder)
    return {path.name: path.read_text() for path in folder.glob("*.html")}


@pytest.fixture(scope="module")
def read(site: dict[str, str]) -> dict[str, Reader]:
    return {name: Reader(text) for name, text in site.items()}


def test_every_page_is_well_formed_with_no_script_and_no_style_of_its_own(read: dict[str, Reader]) -> None:
    assert {name: page.wrong for name, page in read.items() if page.wrong} == {}
    twice = {name: one for name, page in read.items() for one in page.ids if page.ids.count(one) > 1}
    assert twice == {}


def test_every_link_leads_somewhere_and_nothing_needs_a_connection(read: dict[str, Reader]) -> None:
    lost = []
    for name, page in read.items():
        for link in page.links:
            target, _, anchor = link.partition("#")
            known = read.get(target or name)
            if target.endswith(".css"):
                continue
            if known is None or (anchor and anchor not in known.ids):
                lost.append((name, link))
    assert lost == []


def test_everything_in_the_programme_is_there(
    programme: Programme, site: dict[str, str], read: dict[str, Reader]
) -> None:
    ids = {one for page in read.values() for one in page.ids}
    rows = [row for kind in ("items", "flags") for row in programme.tables[kind]]
    assert {row["id"] for row in rows} <= ids
    assert {f"form-{name}.html" for name in programme.forms} <= set(site)
    assert {f"guide-{guide['id']}.html" for guide in programme.guides} <= set(site)
    assert {*programme.facts["facts"], *programme.facts["benchmarks"]} <= ids
    assert set(programme.tables["define"]) <= ids
    assert set(programme.countries) <= ids
    cases = read_cases(
        programme.folder,
        programme.tables["forms"],
        *({row["id"] for row in programme.tables[k]} for k in ("items", "flags")),
    )[0]
    shown = sum(text.count("<svg") for name, text in site.items() if name.startswith("examples-"))
    assert shown == len(cases)
    assert sum(text.count("<svg") for name, text in site.items() if name.startswith("schedule-")) == len(
        programme.tables["items"]
    )


def test_every_message_conversation_article_and_dialogue_is_there(
    programme: Programme, site: dict[str, str], read: dict[str, Reader]
) -> None:
    ids = {one for page in read.values() for one in page.ids}
    assert {*programme.messages, *programme.articles} <= ids
    assert {f"flow-{name}.html" for name in programme.flows} <= set(site)
    dialogues = read_dialogues(programme.folder)[0]
    assert site["dialogues.html"].count('<ul class="dialogue">') == len(dialogues) > 0
    reminders = site["messages-reminders.html"]
    assert "1. I will come" in reminders  # SMS has numbers,
    assert '<span class="option">I will come</span>' in reminders  # WhatsApp has buttons


def test_every_question_and_choice_is_shown_as_people_read_it(
    programme: Programme, site: dict[str, str]
) -> None:
    for name, form in programme.forms.items():
        text = site[f"form-{name}.html"]
        for choices in form["choices"].values():
            assert all(str(el("i", one["label"]))[3:-4] in text for one in choices)


def test_what_is_to_be_confirmed_and_where_sources_differ_is_said(
    programme: Programme, site: dict[str, str]
) -> None:
    unconfirmed = [row for kind in ("items", "flags") for row in programme.tables[kind] if row["review"]]
    assert site["sources.html"].count("to be confirmed: ") >= len(unconfirmed) > 0
    differing = [fact for fact in programme.facts["facts"].values() if fact.get("conflicts_with")]
    assert site["facts.html"].count(">sources differ<") == len(differing) > 0


def test_text_is_shown_and_never_run(tmp_path: Path) -> None:
    folder = tmp_path / "programme"
    import shutil

    shutil.copytree(ROOT / "tests/programme/sound", folder)
    form = folder / "forms/hiv_test.md"
    form.write_text(form.read_text().replace("Date of the test", "<script>alert(1)</script> & so on"))
    body = contents(load(folder))["form-hiv_test.html"]().body
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on" in body
    assert not re.search(r"<script", body)
