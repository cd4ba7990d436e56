"""Staff read the programme in the console; whoever answers for it sees its versions and takes one back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client as Browser

from support.record import TEMBISA, someone
from tsela.access.models import Role, Staff
from tsela.programme import load
from tsela.record import programme as in_force
from tsela.record.publishing import publish

pytestmark = pytest.mark.django_db
SMALL = Path(__file__).parents[1] / "programme/sound"


@pytest.fixture(autouse=True)
def small(tmp_path: Path, settings) -> Iterator[None]:
    settings.HOME, settings.PROGRAMME = tmp_path, SMALL
    in_force.forget()
    yield
    in_force.forget()


def signed_in(staff: Staff) -> Browser:
    browser = Browser()
    browser.force_login(staff)
    return browser


def test_a_mentor_mother_reads_the_forms_that_she_fills_in() -> None:
    browser = signed_in(someone())
    page = browser.get("/programme/form-hiv_test.html").content.decode()
    assert "Did she get her result?" in page
    assert "Versions" not in page
    assert browser.get("/").headers["Location"] == "/inbox/", "her home is who writes to her"
    assert browser.get("/programme/nothing.html").status_code == 404


def test_the_version_of_her_site_is_shown() -> None:
    staff = someone(Role.NURSE, TEMBISA)
    version = publish(load(SMALL), sites=[TEMBISA]).version
    assert version in signed_in(staff).get("/programme/").content.decode()


def test_an_officer_sees_who_published_what_and_takes_it_back() -> None:
    officer = someone(Role.ME_OFFICER, name="Mpho")
    publish(load(SMALL), by=officer)
    browser = signed_in(officer)
    page = browser.get("/programme/versions/").content.decode()
    assert "everywhere" in page
    assert "by Mpho" in page
    assert "Roll back" in page
    after = browser.post("/programme/rollback/", follow=True).content.decode()
    assert "was withdrawn everywhere" in after
    assert "Roll back" not in after
    assert "E242" in browser.post("/programme/rollback/").content.decode()
