"""The page to try it: the programme talks, time passes, and nothing of it is kept or sent."""

import html
import re
from typing import Any

import pytest
from django.test import Client as Browser

from support.record import someone
from tsela.access.models import Role
from tsela.messaging.models import Conversation, Message
from tsela.record.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Browser:
    found = Browser()
    found.force_login(someone(Role.DIRECTOR, "ZA-GP-TEMBISA"))
    return found


def does(browser: Browser, **posted: Any) -> str:
    """A step on the page, and the page after it, as it reads."""
    answer = browser.post("/chat/", posted, follow=True)
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_she_chooses_her_language_from_a_list_and_drafts_are_marked(browser: Browser) -> None:
    assert "Choose" in does(browser, text="hello")
    page = does(browser, choice="zu", text="")
    assert "isiZulu" in page
    page = does(browser, text="isiZulu")
    assert "Singakubhalela yini kuqala" in page
    assert "draft" in page
    assert "[draft]" not in does(browser, text="menu"), "marked beside the words, not in them"


def test_on_sms_each_text_says_what_it_takes_and_the_talk_what_it_costs(browser: Browser) -> None:
    does(browser, do="set", channel="sms", country="ZA", tier="covert", language="en", price="0.03")
    page = does(browser, text="menu")
    assert re.search(r"\d SMS · \d+ letters \(GSM-7\)", page)
    assert re.search(r"From us \d+ SMS, 0\.\d\d at 0\.03 each", page)


def test_time_passes_and_what_was_promised_comes(browser: Browser) -> None:
    does(browser, do="set", channel="sms", country="ZA", tier="covert", language="en")
    for text in ("cough", "no", "no", "no"):
        page = does(browser, text=text)
    assert "message later" in page
    page = does(browser, forward="week")
    assert page.count("cough_again") >= 1
    assert "Message “cough_again”" not in page, "it has come"


def test_after_stop_nothing_comes_by_itself(browser: Browser) -> None:
    does(browser, do="set", channel="sms", country="ZA", tier="covert", language="en")
    page = does(browser, text="STOP")
    assert "Every consent ends" in page
    page = does(browser, do="message", message="visit_soon")
    assert "she wrote STOP" in page
    assert "We look forward to seeing you" not in page


@pytest.mark.parametrize(
    ("tier", "open_words"), [("covert", False), ("overt_on_request", False), ("overt", True)]
)
def test_a_message_is_as_open_as_she_allowed(browser: Browser, tier: str, open_words: bool) -> None:
    does(browser, do="set", channel="whatsapp", country="ZA", tier=tier, language="en")
    page = does(browser, do="message", message="visit_soon")
    assert ("Your clinic visit is on" in page) is open_words
    assert ("We look forward to seeing you on" in page) is not open_words


def test_her_answer_to_a_reminder_is_told_and_not_written(browser: Browser) -> None:
    does(browser, do="set", channel="whatsapp", country="ZA", tier="covert", language="en")
    does(browser, do="message", message="visit_soon")
    assert "she will come" in does(browser, text="I will come")
    assert not Event.objects.exists()
    assert not Message.objects.exists()
    assert not Conversation.objects.exists()


def test_a_person_can_have_her_and_hand_her_back(browser: Browser) -> None:
    does(browser, do="set", channel="sms", country="ZA", tier="covert", language="en")
    does(browser, media="audio")
    page = does(browser, text="person")
    page = does(browser, text="1")
    assert "A person has her now" in page
    assert "Sawubona" in does(browser, reply="Sawubona")
    assert "A person has her now" not in does(browser, do="returned")


def test_whatever_is_posted_the_page_stands(browser: Browser) -> None:
    for posted in ({"choice": "nothing"}, {"do": "message", "message": "none"}, {"forward": "?"}, {"do": "set", "country": "XX"},
                   {"text": "🙂" * 3000}, {"text": "\u202etxt\u0000"}, {"do": "?"}):  # fmt: skip
        assert browser.post("/chat/", posted, follow=True).status_code == 200, posted


def test_she_sends_where_she_is_or_writes_a_place_and_is_told_what_is_near(browser: Browser) -> None:
    does(browser, do="set", channel="whatsapp", country="ZA", tier="covert", language="en")
    does(browser, text="nearest")
    page = does(browser, text="A hospital")
    assert "Soshanguve, City of Tshwane" in page
    assert "Send location" in page
    page = does(browser, media="location", place="Soshanguve, City of Tshwane")
    assert "(where she is: Soshanguve, City of Tshwane)" in page
    assert "Example Hospital (not real), Soshanguve: about 1 km." in page
    assert "28.1" not in page
    for text in ("nearest", "Food"):
        does(browser, text=text)
    assert "Example Hall (not real), Tembisa." in does(browser, text="Tembisa")
    for text in ("nearest", "Food"):
        does(browser, text=text)
    assert "Looks for: food, near the location that she sent" in does(
        browser, media="location", place="Far from everything"
    )
