"""Pages of messages in a real browser: on the smallest phone, without JavaScript, and what scripts add."""

from typing import Any

import pytest

from journeys.conftest import Team
from journeys.field import FieldApp, ago
from support.browser import PHONE

NUMBER = "+27825550177"
PAGES = ("inbox", "calls", "delivery", "words", "words/?country=ZA&language=zu", "chat")
OFFICERS = ("campaigns", "campaigns/new", "drives")


@pytest.fixture
def asks(team: Team, field_app: FieldApp, page: Any) -> Any:
    """A client who has written, from the phone of the simulator, and waits for a person; the coordinator is signed in."""
    field_app.on(ago(1)).claim(team.code())
    client = field_app.register(
        client_group="woman", given_name="Refilwe", family_name="Mokwena", sex="female", birth_date="1997-02-01", language="en",
    )  # fmt: skip
    agreed = {
        "purpose": "messages",
        "granted": "yes",
        "channel": "sms",
        "tier": "covert",
        "safe_hours": "00:00-24:00",
    }
    field_app.record("contact_point", client, channel="sms", address=NUMBER, owner="own")
    field_app.record("consent", client, **agreed)
    field_app.sync()
    team.sign_in(page, "naledi")
    page.goto(f"{team.site.url}/chat/phone/?number=%2B{NUMBER[1:]}&channel=sms")
    page.get_by_label("What she writes").fill("I am bleeding")
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator(".theirs .bubble").first.wait_for()
    return page


def test_no_page_is_wider_than_the_smallest_phone(browser: Any, team: Team) -> None:
    for user, pages in (("naledi", PAGES), ("mpho", OFFICERS)):
        context = browser.new_context(**PHONE)
        page = context.new_page()
        team.sign_in(page, user)
        for path in pages:
            page.goto(f"{team.site.url}/{path}" if "?" in path else f"{team.site.url}/{path}/")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= PHONE["viewport"]["width"], f"{path} is {wide} wide"  # type: ignore[index]
        context.close()


def test_without_scripts_she_is_answered_called_and_noted(browser: Any, team: Team, asks: Any) -> None:
    context = browser.new_context(**PHONE, java_script_enabled=False)
    page = context.new_page()
    team.sign_in(page, "naledi")
    page.goto(f"{team.site.url}/inbox/")
    page.get_by_role("link", name="Refilwe Mokwena").click()
    page.get_by_label("Your answer").fill("I am here.")
    page.get_by_role("button", name="Send", exact=True).click()
    assert page.get_by_text("I am here.").count() == 1
    page.get_by_text("Note for colleagues").click()
    page.get_by_label("It is never sent to her").fill("She is alone.")
    page.get_by_role("button", name="Keep the note").click()
    assert page.get_by_text("note, never sent").count() == 1

    page.get_by_role("button", name="Call her now").click()
    page.get_by_label("What it is about").select_option("call_missed_visit")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_label("Nobody answered").check()
    assert page.get_by_label("Next try").is_visible()
    page.get_by_role("button", name="Save").click()
    assert page.get_by_text("Nobody answered: written down. Next try:").count() == 1
    context.close()


def test_a_change_of_her_phone_holds_at_once(team: Team, page: Any) -> None:
    team.sign_in(page, "naledi")
    page.goto(f"{team.site.url}/chat/")
    with page.expect_navigation():
        page.get_by_label("Phone shows").select_option("sms")
    assert page.locator(".handset.sms").count() == 1
    with page.expect_navigation():
        page.locator("select[name=language]").select_option("zu")
    page.get_by_label("What she writes").fill("menu")
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator(".theirs .bubble", has_text="1. ").first.wait_for()
    assert not page.get_by_text("[draft]").count()
