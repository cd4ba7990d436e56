"""A site with a small team, for journeys through a real browser."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from journeys.field import FieldApp
from support.site import Site

PASSWORD = "three calm words here"


@dataclass
class Team:
    """A running site with one coordinator, one M&E officer and one Mentor Mother."""

    site: Site

    def code(self) -> str:
        """A one-time code for the Mentor Mother's phone."""
        return json.loads(self.site.run("device", "code", "promise", "--by", "naledi", "--json"))["code"]

    def sign_in(self, page: Any, username: str) -> None:
        page.goto(f"{self.site.url}/login/")
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()


@pytest.fixture(scope="session")
def team(new_site: Callable[..., Site]) -> Team:
    return new_team(new_site())


def new_team(site: Site) -> Team:
    """The team, on a site that is not yet served."""
    site.run("site", "add", "ZA-GP-TEMBISA", "--name", "Tembisa Clinic")
    staff = [
        ("Promise James", "mentor_mother", "promise"),
        ("Naledi K", "site_coordinator", "naledi"),
        ("Mpho L", "me_officer", "mpho"),
    ]
    for name, role, username in staff:
        site.run(
            "staff", "add", "--name", name, "--role", role, "--site", "ZA-GP-TEMBISA", "--username", username,
            "--password", typed=f"{PASSWORD}\n{PASSWORD}\n",
        )  # fmt: skip
    site.start()
    return Team(site)


@pytest.fixture
def field_app(phone_page: Any, team: Team) -> FieldApp:
    return FieldApp(phone_page, team.site.url)
