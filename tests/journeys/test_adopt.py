"""A newcomer's change, from docs/adopt.md alone: its commands and its lines are taken from the page itself and done in its order."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from journeys.conftest import PASSWORD
from journeys.field import FieldApp, ago
from support.browser import PATIENCE, PHONE
from support.site import PROJECT, Site

PAGE = (PROJECT / "docs/adopt.md").read_text()
SECTIONS = re.split(r"^## ", PAGE, flags=re.M)
MASERU, LERIBE = "LS-MS-MASERU", "LS-LB-LERIBE"
FIRST_TEST = "First HIV test for baby"


@dataclass
class Newcomer:
    """Someone with the page in front of her, in a folder of her own beside the sources of the app."""

    site: Site
    folder: Path

    def does(self, section: int) -> list[str]:
        """Every command of a section, in order; what each said."""
        blocks = re.findall(r"```console\n(.*?)```", SECTIONS[section], flags=re.S)
        return [self.runs(line) for block in blocks for line in block.splitlines()]

    def runs(self, line: str) -> str:
        program, *words = shlex.split(line)
        assert program == "tsela"
        done = subprocess.run(
            [sys.executable, "-m", "tsela", *words], env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=300
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "TSELA_MODE": "test",
            "TSELA_HOME": str(self.site.home),
            "TSELA_DATABASE_URL": self.site.database_url,
        }
        return {**os.environ, **own, "PYTHONPATH": str(PROJECT / "src")}

    def writes(self, file: str, change: Callable[[str], str]) -> None:
        path = self.folder / "programmes/lesotho" / file
        path.write_text(change(path.read_text() if path.exists() else ""))


def lines_of(name: str) -> str:
    """The block of YAML that the page calls so."""
    found = re.search(rf"```yaml {name}\n(.*?)```", PAGE, flags=re.S)
    assert found, name
    return found[1]


def rows_of(section: int) -> list[list[str]]:
    """The rows of the table of a section."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]


def fill(path: Path, sheet: str, table: list[list[str]]) -> None:
    """Write a table of the page into a sheet: into the row that has its first cell already, or into a new one."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    heads, *rows = table
    columns = [cell.value for cell in page[1]]
    for head in heads:
        if head not in columns:
            page.cell(1, len(columns) + 1, head)
            columns.append(head)
    key = columns.index("English" if "English" in heads else "name")
    for row in rows:
        cells = dict(zip(heads, row, strict=True))
        here = next(
            (one[0].row for one in page.iter_rows(min_row=2) if one[key].value == cells[columns[key]]),
            page.max_row + 1,
        )
        for head, text in cells.items():
            page.cell(here, columns.index(head) + 1, text)
    book.save(path)


@pytest.fixture(scope="module")
def site(new_site: Callable[..., Site]) -> Site:
    """A running site with a pilot clinic and another one."""
    made = new_site()
    for code, name in ((MASERU, "Maseru Clinic"), (LERIBE, "Leribe Clinic")):
        made.run("site", "add", code, "--name", name)
    staff = [
        ("Promise James", "mentor_mother", "promise", MASERU), ("Lineo M", "mentor_mother", "lineo", LERIBE),
        ("Tumelo R", "admin", "tumelo", MASERU), ("Mpho L", "me_officer", "mpho", MASERU),
    ]  # fmt: skip
    for name, role, username, where in staff:
        password = ["--password"] if role == "me_officer" else []
        made.run("staff", "add", "--name", name, "--role", role, "--site", where, "--username", username, *password, typed=f"{PASSWORD}\n{PASSWORD}\n")  # fmt: skip
    return made.start()


@pytest.fixture
def phones(browser: Any, site: Site) -> Iterator[tuple[FieldApp, FieldApp]]:
    """A phone at the pilot clinic and one at the other, both in a child's fifth week."""
    contexts = [browser.new_context(**PHONE) for _ in range(2)]
    apps = [FieldApp(context.new_page(), site.url).on(ago(0)) for context in contexts]
    for app, username in zip(apps, ("promise", "lineo"), strict=True):
        app.page.context.set_default_timeout(PATIENCE)
        app.claim(json.loads(site.run("device", "code", username, "--by", "tumelo", "--json"))["code"])
    yield apps[0], apps[1]
    for context in contexts:
        context.close()


def family(app: FieldApp) -> str:
    """A mother with HIV and her baby of five weeks; the baby's id."""
    mother = app.register(
        client_group="woman", given_name="Palesa", family_name="Moloi", sex="female", birth_date="1996-04-03",
        phone="+266 5800 0000", phone_owner="own", language="st",
    )  # fmt: skip
    app.record("pregnancy", mother, lmp_date=ago(35 + 270), first_anc_date=ago(200))
    app.record("hiv_test", mother, test_date=ago(200), result="positive", result_given="yes")
    app.record(
        "pregnancy_outcome", mother, outcome="live_birth", outcome_date=ago(35), place="facility",
        **{"infants[0].sex": "male", "infants[0].given_name": "Thabo"},
    )  # fmt: skip
    app.find("Thabo")
    baby = app.client_id()
    app.sync()
    return baby


def asks(app: FieldApp, form: str, question: str, client: str) -> bool:
    """Whether a form on this phone has a question on one of its first pages."""
    app.open("today")
    app.open(f"form/{form}/{client}")
    app.page.locator("[data-question]").first.wait_for()
    return app.page.locator(f'[data-question="{question}"]').count() > 0


def test_a_newcomer_makes_the_programme_hers_and_brings_it_to_phones_and_back(
    site: Site, phones: tuple[FieldApp, FieldApp], page: Any, tmp_path: Path
) -> None:
    pilot, other = phones
    hers, theirs = family(pilot), family(other)
    assert FIRST_TEST in pilot.plan(hers)
    (tmp_path / "phone").symlink_to(PROJECT / "phone")
    (tmp_path / "programmes").mkdir()
    (tmp_path / "programmes/mentor_mother").symlink_to(PROJECT / "programmes/mentor_mother")
    newcomer = Newcomer(site, tmp_path)

    # 1 to 5: a fork, a date, a question, a language, proved.
    assert "examples hold" in newcomer.does(1)[1]
    assert (tmp_path / "site/index.html").exists()
    newcomer.writes(
        "countries/LS.yaml",
        lambda text: text.replace("parameters:\n", f"parameters:\n{lines_of('parameters')}", 1),
    )
    newcomer.writes("cases/lesotho.yaml", lambda text: text + lines_of("cases"))
    export, take_in = re.findall(r"^tsela .*", SECTIONS[3], flags=re.M)
    newcomer.runs(export)
    fill(tmp_path / "hiv_test.xlsx", "survey", rows_of(3))
    assert "sound" in newcomer.runs(take_in)
    for file, name in (("programme.yaml", "programme"), ("countries/LS.yaml", "country")):
        newcomer.writes(
            file,
            lambda text, name=name: re.sub(r"^languages: .*\n", lines_of(name), text, count=1, flags=re.M),
        )
    words, export, take_in = re.findall(r"^tsela .*", SECTIONS[4], flags=re.M)
    newcomer.runs(words)
    newcomer.runs(export)
    fill(tmp_path / "lesotho.xlsx", "words", rows_of(4))
    assert "locales/xh.po" in newcomer.runs(take_in)
    checked, tested, differing = newcomer.does(5)
    assert "sound" in checked
    assert re.search(r"(\d+) of \1 examples hold", tested)
    assert "due in LS: 6 weeks after birth → 8 weeks after birth" in differing
    assert "question hiv_test.came_with" in differing

    # 6: at the pilot site, and nowhere else.
    assert re.search(
        r"First HIV test for baby \(eid_first\) moves: 1 task of 1 client, by \+14 days", newcomer.does(6)[0]
    )
    for app in phones:
        app.sync()
    assert FIRST_TEST not in pilot.plan(hers)
    assert FIRST_TEST in other.plan(theirs)
    assert asks(pilot, "hiv_test", "came_with", hers)
    assert not asks(other, "hiv_test", "came_with", theirs)
    pilot.open("settings")
    pilot.page.get_by_text("isiXhosa").first.click()
    pilot.open("today")
    pilot.page.get_by_role("heading", name="Namhlanje").wait_for()
    pilot.open("settings")
    pilot.page.get_by_text("English").first.click()

    # Whoever answers for it sees the version.
    page.goto(f"{site.url}/login/?next=/programme/versions/")
    page.get_by_label("User name").fill("mpho")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{site.url}/programme/versions/")
    page.get_by_text("published LS-MS-MASERU by Mpho L").wait_for()

    # 7: everywhere; then back to the pilot; then back to the beginning.
    everywhere, versions, first, second = re.findall(r"^tsela .*", SECTIONS[7], flags=re.M)
    newcomer.runs(everywhere)
    other.sync()
    assert FIRST_TEST not in other.plan(theirs)
    assert newcomer.runs(versions).count("published") == 2
    newcomer.runs(first)
    for app in phones:
        app.sync()
    assert FIRST_TEST in other.plan(theirs)
    assert FIRST_TEST not in pilot.plan(hers)
    newcomer.runs(second)
    pilot.sync()
    assert FIRST_TEST in pilot.plan(hers)
    assert not asks(pilot, "hiv_test", "came_with", hers)
