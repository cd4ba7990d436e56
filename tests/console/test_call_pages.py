"""The desk for calls, and enrolment drives: what is asked, and what becomes of it."""

import pytest
from django.utils import timezone

from support.record import phone, registration, someone
from support.talks import client, events_of, signed_in
from tsela.access.models import Role
from tsela.kernel.ids import derived_id, uuid7
from tsela.messaging import actions
from tsela.messaging.models import CallTask, ContactPoint, Drive
from tsela.record.actions import ingest
from tsela.work.worker import work_once

pytestmark = pytest.mark.django_db


def call_her(script: str = "call_missed_visit", queue: str = "reminders") -> CallTask:
    contact = ContactPoint.objects.get(channel="phone")
    return actions.call(contact, queue=queue, because="She missed her visit", key=uuid7(), script=script)


def test_a_call_opens_neutrally_and_writes_what_was_agreed_into_her_record() -> None:
    promise = someone()
    client(promise)
    browser, task = signed_in(promise), call_her()
    page = browser.get(f"/calls/{task.pk}/").content.decode()
    assert (
        page.index("is it her?")
        < page.index("sunflower")
        < page.index("can talk: A call after a missed visit")
    )
    missing = browser.post(f"/calls/{task.pk}/", {"do": "save", "outcome": "reached", "form": "tracing"})
    assert missing.status_code == 400
    assert "Please answer this" in missing.content.decode()
    today = timezone.localdate().isoformat()
    told = {"q-attempt_date": today, "q-channel": "phone", "q-outcome": "promised"}
    browser.post(f"/calls/{task.pk}/", {"do": "save", "outcome": "reached", "form": "tracing", **told})
    (written_down,) = events_of("tracing")
    assert written_down["answers"] == {"attempt_date": today, "channel": "phone", "outcome": "promised"}
    assert (written_down["author"], written_down["mode"]) == (promise.pk, "phone")
    task.refresh_from_db()
    assert task.done_at is not None


def test_nobody_answers_she_is_tried_again_and_the_attempt_is_in_her_record() -> None:
    promise = someone()
    client(promise)
    task = call_her()
    signed_in(promise).post(
        f"/calls/{task.pk}/", {"do": "save", "outcome": "no_answer", "again": "2030-01-02T10:00"}
    )
    task.refresh_from_db()
    assert (task.done_at, task.tries) == (None, 1)
    assert timezone.localtime(task.due_at).isoformat()[:16] == "2030-01-02T10:00"
    assert [one["answers"]["outcome"] for one in events_of("tracing")] == ["not_found"]


@pytest.mark.parametrize("outcome", ["wrong_number", "not_safe"])
def test_a_number_that_is_not_hers_is_left_in_peace(outcome: str) -> None:
    promise = someone()
    client(promise)
    task = call_her(script="")
    signed_in(promise).post(f"/calls/{task.pk}/", {"do": "save", "outcome": outcome})
    assert ContactPoint.objects.get(channel="phone").suspended_at is not None
    assert events_of("tracing") == [], "only a call that looked for her is an attempt to find her"


@pytest.mark.parametrize(
    ("hours", "closed"),
    {(0, 24): False, (9, 16): False, (9, 15): True, (19, 21): True, (14, 6): False, (20, 6): True}.items(),
)
def test_who_is_called_at_half_past_three(hours: tuple[int, int], closed: bool) -> None:
    promise = someone()
    client(promise)
    ContactPoint.objects.update(hours_from=hours[0] * 60, hours_to=hours[1] * 60)
    page = signed_in(promise).get(f"/calls/{call_her().pk}/").content.decode()
    assert ("It is 15:30 where she lives" in page) == closed


def test_a_question_that_follows_from_an_answer_is_asked_when_the_page_looks_again() -> None:
    promise = someone()
    client(promise)
    task = call_her(script="call_enrolment", queue="enrolment")
    answers = {
        "do": "look",
        "outcome": "reached",
        "form": "consent",
        "q-purpose": "messages",
        "q-granted": "yes",
    }
    page = signed_in(promise).post(f"/calls/{task.pk}/", answers).content.decode()
    assert "How open may we be?" in page
    answers["q-granted"] = "no"
    assert (
        "How open may we be?" not in signed_in(promise).post(f"/calls/{task.pk}/", answers).content.decode()
    )


def test_a_drive_counts_who_agreed_and_calls_who_was_never_asked() -> None:
    promise, mpho = someone(), someone(Role.ME_OFFICER)
    client(promise)
    device = phone(promise)
    unasked = registration(device, "Thandi")
    unasked["answers"] |= {"phone": "+27821110000", "phone_owner": "own"}
    ingest([unasked], by=device)
    work_once()
    browser = signed_in(mpho)
    browser.post(
        "/drives/",
        {"do": "begin", "title": "50,000 clients into eServices", "goal": "50000", "began_on": "2026-11-02"},
    )
    page = browser.get("/drives/").content.decode()
    assert '<b class="mono">1</b>' in page
    assert "1 were never asked" in page
    browser.post("/drives/", {"do": "call_more", "drive": Drive.objects.get().pk, "many": "50"})
    browser.post("/drives/", {"do": "call_more", "drive": Drive.objects.get().pk, "many": "50"})
    assert [call.client for call in CallTask.objects.all()] == [derived_id("Thandi")]
    refused = browser.post("/drives/", {"do": "begin", "title": "Many", "goal": "7", "until": "2020-01-01"})
    assert refused.status_code == 400
    assert 'value="Many"' in refused.content.decode(), "she corrects it, she does not write it again"
    assert browser.post("/drives/", {"do": "begin", "title": "", "goal": "0"}).status_code == 400


def test_a_call_has_the_script_that_she_chooses_in_the_language_of_the_client() -> None:
    promise = someone()
    client(promise)
    browser, task = signed_in(promise), call_her(script="", queue="support")
    page = browser.get(f"/calls/{task.pk}/").content.decode()
    assert "Liyini igama esalikhetha ndawonye?" in page, "isiZulu, with the English below"
    assert "What is the word that we chose together?" in page
    assert "No speaker has reviewed the isiZulu yet" in page
    assert "She said the word, and can talk" not in page
    page = browser.get(f"/calls/{task.pk}/", {"script": "call_feeding"}).content.decode()
    assert "She said the word, and can talk: A call about feeding the baby" in page
    told = {"do": "look", "outcome": "reached", "script": "call_feeding"}
    assert 'name="form" value="feeding"' in browser.post(f"/calls/{task.pk}/", told).content.decode()


def test_counselling_about_medicine_brings_its_script_by_itself() -> None:
    promise = someone()
    client(promise)
    task = call_her(script="", queue="adherence")
    browser = signed_in(promise)
    assert "A call about taking medicine</summary>" in browser.get(f"/calls/{task.pk}/").content.decode()
    assert "can talk:" not in browser.get(f"/calls/{task.pk}/", {"script": "none"}).content.decode()


def test_who_has_no_telephone_number_is_not_offered_to_be_dialled() -> None:
    promise = someone()
    client(promise)
    task = call_her()
    ContactPoint.objects.update(address="ZA.user-17")
    page = signed_in(promise).get(f"/calls/{task.pk}/").content.decode()
    assert "tel:" not in page
    assert "No number is known" in page
