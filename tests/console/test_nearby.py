"""The nearest services in the inbox: by a place that is typed, or from where she is, which no page shows (M65)."""

import html
import re

import pytest

from support.record import someone
from support.talks import NUMBER, client, signed_in, writes
from tsela.kernel.ids import uuid7
from tsela.messaging import door
from tsela.messaging.channels.simulator import written
from tsela.messaging.models import Conversation
from tsela.work.worker import work_once

pytestmark = pytest.mark.django_db
HERE = {"latitude": -25.5312345, "longitude": 28.1098765}  # Soshanguve


def sends_where_she_is() -> None:
    door.keep("simulator-sms", written(uuid7(), NUMBER, "[location]", location=HERE))
    work_once()


def near(page: str) -> str:
    """The part of a page that tells what is near."""
    return html.unescape(page.partition('id="near"')[2].partition("</details>")[0])


def test_she_who_answers_finds_what_is_near_a_place_or_the_woman_and_writes_it_to_her() -> None:
    promise = someone()
    client(promise, language="en")
    path = f"/inbox/{writes('person').pk}/"
    browser = signed_in(promise)

    def asks(kind: str, place: str = "") -> str:
        answer = browser.post(path, {"do": "near", "kind": kind, "near": place, "text": "Good morning"})
        assert "Good morning</textarea>" in answer.content.decode(), "what she was writing stays"
        return near(answer.content.decode())

    assert "A safe place" not in near(browser.get(path).content.decode()), (
        "what tells is not offered for this phone"
    )
    assert "She sent no location" in asks("hospital")
    shown = asks("mother", "Tembisa")
    assert (
        re.findall('data-put="(.*?)"', shown)[0]
        == "Marula House (example), Tembisa. Open Mon-Fri 7:00-16:00. Phone 000 000 0003."
    )
    assert "Which of these?" in asks("mother", "Tembissa")
    assert "No service that we know" in asks("mother", "Nowhere")

    sends_where_she_is()
    together, *each = re.findall('data-put="([^"]*)"', asks("mother"))
    assert together.splitlines() == each
    assert each[0].startswith("Example Hospital (not real), Soshanguve: about 2 km.")
    assert "clinic" not in together.lower()
    whole = (
        browser.get(path).content.decode()
        + browser.post(path, {"do": "near", "kind": "mother"}).content.decode()
    )
    assert not re.search(r"25\.5|28\.1", whole), "where she is is not shown"
    browser.post(path, {"do": "reply", "text": each[0], "once": uuid7()})
    work_once()
    assert each[0] in html.unescape(browser.get(path).content.decode())


def test_the_programme_answers_her_and_hands_her_over_where_nothing_is_near() -> None:
    promise = someone()
    client(promise, language="en")
    for text in ("menu", "nearest", "hospital"):
        writes(text)
    sends_where_she_is()
    conversation = Conversation.objects.get()
    said = conversation.contact.messages.filter(outgoing=True).order_by("-id").first()
    assert said is not None
    assert "Example Hospital (not real), Soshanguve: about 2 km." in said.text
    for text in ("menu", "nearest", "food", "Thohoyandou"):
        conversation = writes(text)
    assert (conversation.held_by, conversation.because) == ("person", "Looks for: food, near Thohoyandou")
    assert "28.1" not in str(conversation.state)
