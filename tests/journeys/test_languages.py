"""A Mentor Mother changes the language of her phone, with and without signal."""

from typing import Any

from journeys.conftest import Team
from journeys.field import FieldApp


def test_the_words_of_another_language_come_when_the_phone_is_online(team: Team, field_app: FieldApp) -> None:
    app, screen = field_app, field_app.page
    app.claim(team.code())
    app.open("settings")
    choose(screen, "isiXhosa")
    screen.get_by_role("heading", name="Iisethingi").wait_for()

    # Without signal: a language that was here before is spoken at once, another one as soon as it can come.
    screen.context.set_offline(True)
    choose(screen, "English")
    screen.get_by_role("heading", name="Settings").wait_for()
    choose(screen, "Setswana")
    screen.get_by_text("The words come as soon as the phone is online.").wait_for()
    screen.get_by_role("heading", name="Settings").wait_for()
    choose(screen, "isiXhosa")
    screen.get_by_role("heading", name="Iisethingi").wait_for()
    choose(screen, "Setswana")

    screen.context.set_offline(False)
    screen.get_by_role("heading", name="Dithulaganyo").wait_for()
    app.open("today")
    screen.get_by_role("heading", name="Gompieno").wait_for()


def choose(screen: Any, language: str) -> None:
    screen.get_by_role("radio", name=language).check()
