"""The inbox and a thread: what they show, what they refuse, and what they write."""

from datetime import timedelta

import pytest
from django.utils import timezone

from support.record import event, phone, someone
from support.talks import client, signed_in, writes
from tsela.access.models import AuditEntry, Role
from tsela.care.queries import plan_of
from tsela.kernel.ids import derived_id, uuid7
from tsela.messaging.models import CallTask, Consent, ContactPoint, Conversation, Message
from tsela.record.actions import ingest
from tsela.work.worker import work_once

pytestmark = pytest.mark.django_db


def test_who_asks_for_a_person_is_answered_and_the_answer_says_how_far_it_came() -> None:
    promise = someone()
    client(promise)
    browser = signed_in(promise)
    writes("person")
    conversation = writes("1")  # to write here, not to be called
    listed = browser.get("/inbox/").content.decode()
    assert "Nomsa" in listed
    assert "isiZulu" in listed
    path = f"/inbox/{conversation.pk}/"
    assert "sunflower" in browser.get(path).content.decode(), "the agreed word, for when she is called"

    once = uuid7()
    for _ in range(2):
        browser.post(path, {"do": "reply", "text": "Sawubona Nomsa, ngilalele.", "once": once})
    said = Message.objects.get(by=promise.pk)
    assert "in the queue" in browser.get(path).content.decode()
    work_once()
    page = browser.get(path).content.decode()
    assert "Sawubona Nomsa, ngilalele." in page
    assert "sent" in page
    said.refresh_from_db()
    assert said.text == "Sawubona Nomsa, ngilalele."
    assert "Nobody waits" in browser.get("/inbox/").content.decode()


def test_words_that_tell_are_refused_with_what_to_do_and_stay_in_the_field() -> None:
    promise = someone()
    client(promise)
    conversation = writes("person")
    path = f"/inbox/{conversation.pk}/"
    telling = "Your HIV test is ready"
    beforehand = signed_in(promise).post(path, {"do": "check", "text": telling}).content.decode()
    assert "HIV" in beforehand
    answer = signed_in(promise).post(path, {"do": "reply", "text": telling})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "E742" in page
    assert telling in page, "she corrects it, she does not write it again"
    assert not Message.objects.filter(by=promise.pk).exists()


def test_who_agreed_to_open_words_is_answered_openly() -> None:
    promise = someone()
    client(promise, tier="overt")
    conversation = writes("person")
    path = f"/inbox/{conversation.pk}/"
    assert (
        signed_in(promise).post(path, {"do": "reply", "text": "Your clinic day is Monday"}).status_code == 302
    )


def test_a_page_that_looks_again_by_itself_is_one_reading() -> None:
    promise = someone()
    client(promise)
    path = f"/inbox/{writes('person').pk}/"
    browser = signed_in(promise)
    browser.get(path)
    for _ in range(3):
        browser.get(path, headers={"X-Requested-With": "refresh"})
    assert AuditEntry.objects.filter(action="conversation.read").count() == 1


def test_another_mother_s_client_is_not_there() -> None:
    client(someone())
    conversation = writes("person")
    thandi = signed_in(someone())
    assert "Nomsa" not in thandi.get("/inbox/?show=all").content.decode()
    assert thandi.get(f"/inbox/{conversation.pk}/").status_code == 404


def test_a_conversation_is_given_noted_called_handed_back_and_closed() -> None:
    promise, naledi = someone(), someone(Role.SITE_COORDINATOR)
    client(promise)
    conversation = writes("person")
    path, browser = f"/inbox/{conversation.pk}/", signed_in(naledi)
    browser.post(path, {"do": "assign", "staff": promise.pk})
    browser.post(path, {"do": "note", "text": "She is shy."})
    browser.post(path, {"do": "call", "because": "She would rather talk", "when": "2030-01-02T09:00"})
    conversation.refresh_from_db()
    assert conversation.assigned_to == promise.pk
    assert "She is shy." in browser.get(path).content.decode()
    assert CallTask.objects.get().because == "She would rather talk"
    browser.post(path, {"do": "hand_back"})
    conversation.refresh_from_db()
    assert conversation.held_by == "flow"
    browser.post(path, {"do": "close"})
    conversation.refresh_from_db()
    assert conversation.held_by == "closed"
    assert not Message.objects.filter(text__contains="shy").exists(), "a note is never sent"


def test_a_stranger_is_found_among_the_clients_and_has_her_record_then() -> None:
    promise, naledi = someone(), someone(Role.SITE_COORDINATOR)
    client(promise)
    conversation = writes("sawubona", number="+27829990000")
    path, browser = f"/inbox/{conversation.pk}/", signed_in(naledi)
    page = browser.get(path, {"who": "noms"}).content.decode()
    assert "Nomsa" in page
    browser.post(path, {"do": "link", "client": derived_id("Nomsa")})
    assert ContactPoint.objects.get(address="+27829990000").client == derived_id("Nomsa")


def test_reminding_her_now_is_one_message_of_her_task() -> None:
    promise = someone()
    client(promise)
    device = phone(promise)
    day = (timezone.localdate() + timedelta(days=5)).isoformat()
    ingest([event(device, "appointment", "Nomsa", {"appointment_date": day, "service": "anc"})], by=device)
    work_once()
    conversation = writes("person")
    plan = plan_of(derived_id("Nomsa"))
    assert plan is not None
    task = next(
        one["key"] for one in plan["tasks"] if one["item"].startswith("appointment") and one["due"] == day
    )
    browser, path = signed_in(promise), f"/inbox/{conversation.pk}/"
    assert "Remind her" in browser.get(path).content.decode()
    for _ in range(2):
        browser.post(path, {"do": "remind", "task": task, "message": "visit_soon"})
    work_once()
    reminder = Message.objects.get(task=task, by=promise.pk)
    assert reminder.status == "sent"
    assert browser.post(path, {"do": "remind", "task": "none", "message": "visit_soon"}).status_code == 400


def test_reminders_of_the_coming_weeks_stand_apart_from_what_was_said() -> None:
    promise = someone()
    client(promise)
    device = phone(promise)
    day = timezone.localdate() + timedelta(days=20)
    ingest(
        [event(device, "appointment", "Nomsa", {"appointment_date": f"{day}", "service": "anc"})], by=device
    )
    work_once()
    conversation = writes("person")
    assert Message.objects.filter(status="queued", task__startswith="appointment").exists()
    page = signed_in(promise).get(f"/inbox/{conversation.pk}/").content.decode()
    talk, _, beside = page.partition("</ol>")
    assert "in the queue" not in talk
    assert "Planned for her" in beside


def test_who_may_be_in_danger_is_called_from_where_she_wrote() -> None:
    promise = someone()
    client(promise)
    conversation = writes("I am bleeding")
    browser, path = signed_in(promise), f"/inbox/{conversation.pk}/"
    assert "She may be in danger" in browser.get(path).content.decode()
    calling = browser.post(path, {"do": "call_now"})
    assert browser.post(path, {"do": "call_now"})["Location"] == calling["Location"], (
        "one call, however often"
    )
    page = browser.get(calling["Location"]).content.decode()
    assert page.index("sunflower") < page.index("What happened")
    assert CallTask.objects.get().queue == "urgent"


def test_that_she_wrote_again_does_not_hide_why_she_asked() -> None:
    promise = someone()
    client(promise)
    writes("I am bleeding")
    conversation = writes("please")
    assert "bleeding" in conversation.because
    assert "bleeding" in signed_in(promise).get("/inbox/").content.decode()


@pytest.mark.parametrize(
    ("helped", "told"), [(1, "She said that we helped."), (0, "we did not help her enough")]
)
def test_what_she_said_of_our_help_stands_in_words(helped: int, told: str) -> None:
    promise = someone()
    client(promise)
    conversation = writes("person")
    Conversation.objects.update(satisfaction=helped)
    browser = signed_in(promise)
    assert told in browser.get(f"/inbox/{conversation.pk}/").content.decode()
    counted = f"Of 1 client who said whether we helped, {helped} said yes"
    assert counted in browser.get("/inbox/").content.decode()


def test_what_an_answer_would_meet_is_said_before_she_writes_it() -> None:
    promise = someone()
    client(promise)
    conversation = writes("person")
    browser, path = signed_in(promise), f"/inbox/{conversation.pk}/"
    assert '<button name="do" value="reply">' in browser.get(path).content.decode()
    ContactPoint.objects.exclude(pk=conversation.contact_id).delete()  # she has no other number
    long_ago = timezone.now() - timedelta(hours=30)
    ContactPoint.objects.update(channel="whatsapp", last_inbound_at=long_ago)
    page = browser.get(path).content.decode()
    assert "WhatsApp lets nobody write then" in page
    assert 'value="reply" disabled' in page
    ContactPoint.objects.update(channel="sms", hours_from=0, hours_to=1)
    assert "outside her hours" in browser.get(path).content.decode()
    Consent.objects.all().delete()
    assert "she has not agreed to messages" in browser.get(path).content.decode()


def test_an_empty_note_is_no_note() -> None:
    promise = someone()
    client(promise)
    conversation = writes("person")
    signed_in(promise).post(f"/inbox/{conversation.pk}/", {"do": "note", "text": "  "})
    assert not conversation.notes.exists()


def test_a_draft_is_marked_beside_the_words_and_not_in_them() -> None:
    promise = someone()
    client(promise)
    page = signed_in(promise).get(f"/inbox/{writes('person').pk}/").content.decode()
    assert "[draft]" not in page
    assert '<span class="tag draft">draft</span>' in page


@pytest.mark.parametrize(("urgent", "waits"), [(False, False), (True, True)])
def test_who_wrote_stop_waits_for_no_answer_unless_she_may_be_in_danger(urgent: bool, waits: bool) -> None:
    promise = someone()
    client(promise)
    conversation = writes("I am bleeding" if urgent else "person")
    browser = signed_in(promise)
    ContactPoint.objects.filter(pk=conversation.contact_id).update(stopped_at=timezone.now())
    assert ("Nomsa" in browser.get("/inbox/").content.decode()) is waits
    page = browser.get(f"/inbox/{conversation.pk}/").content.decode()
    assert "She wrote STOP" in page
    assert 'value="reply" disabled' in page


def test_who_writes_again_after_a_stop_may_be_answered_and_begins_again_when_she_says_so() -> None:
    promise = someone()
    client(promise)
    writes("STOP")
    browser = signed_in(promise)
    assert "Nomsa" not in browser.get("/inbox/").content.decode()
    conversation = writes("Sawubona")
    assert "Nomsa" in browser.get("/inbox/").content.decode()
    page = browser.get(f"/inbox/{conversation.pk}/").content.decode()
    assert "has written again" in page
    assert 'value="reply" disabled' not in page
    suspended = ContactPoint.objects.filter(pk=conversation.contact_id)
    suspended.update(suspended_at=timezone.now(), suspended_because="unknown_reader")
    elsewhere = browser.get(f"/inbox/{conversation.pk}/").content.decode()
    assert "has written again" not in elsewhere, "nobody knows who has"
    assert 'value="reply" disabled' in elsewhere
    suspended.update(suspended_at=None, suspended_because="")
    page = browser.post(f"/inbox/{conversation.pk}/", {"do": "begin_again"}, follow=True).content.decode()
    assert "She gets messages again" in page
    assert "She wrote STOP" not in page
