"""The pages on which staff talk with clients: what they show, what they refuse, and what they write."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from support.record import event, phone, registration, someone
from tsela.access.models import AuditEntry, Role, Staff
from tsela.kernel.ids import derived_id, uuid7
from tsela.messaging import actions, inbox
from tsela.messaging.channels.simulator import written
from tsela.messaging.models import CallTask, ContactPoint, Conversation, Message
from tsela.record.actions import ingest
from tsela.record.models import Event
from tsela.record.programme import current
from tsela.work.campaigning import plan_campaigns
from tsela.work.worker import work_once

pytestmark = pytest.mark.django_db

NUMBER = "+27821234567"
ALL_DAY = "00:00-23:59"


def signed_in(staff: Staff) -> Browser:
    browser = Browser()
    browser.force_login(staff)
    return browser


def client(
    mother: Staff, name: str = "Nomsa", number: str = NUMBER, tier: str = "covert", **answers: Any
) -> str:
    """A client of this Mentor Mother with a phone of her own, who agreed to messages by SMS."""
    device = phone(mother)
    person = registration(device, name)
    person["answers"] |= {"phone": number, "phone_owner": "own", "language": "zu"} | answers
    agreed = {"purpose": "messages", "granted": "yes", "channel": "sms", "tier": tier, "safe_hours": ALL_DAY, "code_word": "sunflower"}  # fmt: skip
    ingest([person, event(device, "consent", name, agreed)], by=device)
    work_once()
    return derived_id(name)


def writes(text: str, number: str = NUMBER) -> Conversation:
    """She writes to us, and what follows follows."""
    inbox.receive("simulator-sms", written(uuid7(), number, text))
    work_once()
    return Conversation.objects.get(contact__address=number, contact__channel="sms")


def events_of(form: str) -> list[dict[str, Any]]:
    return [json.loads(body) for body in Event.objects.filter(form=form).values_list("body", flat=True)]


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


def call_her(script: str = "call_missed_visit", queue: str = "reminders") -> CallTask:
    contact = ContactPoint.objects.get(channel="phone")
    return actions.call(contact, queue=queue, because="She missed her visit", key=uuid7(), script=script)


def test_a_call_opens_neutrally_and_writes_what_was_agreed_into_her_record() -> None:
    promise = someone()
    client(promise)
    browser, task = signed_in(promise), call_her()
    page = browser.get(f"/calls/{task.pk}/").content.decode()
    assert page.index("Is it her?") < page.index("sunflower") < page.index("A call after a missed visit")
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
    began = (timezone.localdate() - timedelta(days=400)).isoformat()
    browser.post(
        "/drives/",
        {"do": "begin", "title": "50,000 clients into eServices", "goal": "50000", "began_on": began},
    )
    page = browser.get("/drives/").content.decode()
    assert '<b class="mono">1</b>' in page
    assert "1 were never asked" in page
    from tsela.messaging.models import Drive

    browser.post("/drives/", {"do": "call_more", "drive": Drive.objects.get().pk, "many": "50"})
    browser.post("/drives/", {"do": "call_more", "drive": Drive.objects.get().pk, "many": "50"})
    assert [call.client for call in CallTask.objects.all()] == [derived_id("Thandi")]
    assert browser.post("/drives/", {"do": "begin", "title": "", "goal": "0"}).status_code == 400


def dead_letter(status: str = "failed") -> Message:
    contact = ContactPoint.objects.get(channel="sms")
    found = actions.enqueue(contact, key=uuid7(), message="visit_missed", purpose="reminders")
    Message.objects.filter(pk=found.pk).update(status=status, problem="Refused by the provider")
    found.refresh_from_db()
    return found


@pytest.mark.parametrize(
    ("step", "status", "calls"), [("again", "queued", 0), ("drop", "cancelled", 0), ("call", "cancelled", 1)]
)
def test_what_did_not_arrive_waits_for_a_person(step: str, status: str, calls: int) -> None:
    promise = someone()
    client(promise)
    message, browser = dead_letter(), signed_in(promise)
    assert "Refused by the provider" in browser.get("/delivery/").content.decode()
    browser.post("/delivery/", {"do": step, "message": message.pk})
    message.refresh_from_db()
    assert message.status == status
    assert CallTask.objects.count() == calls


def test_an_account_that_refuses_us_is_seen_and_opened_again_by_the_coordinator() -> None:
    from tsela.messaging.models import Pause

    now = timezone.now()
    Pause.objects.create(
        account="simulator", until=now + timedelta(hours=1), code="E713", problem="Token expired", since=now
    )
    promise, naledi = signed_in(someone()), signed_in(someone(Role.SITE_COORDINATOR))
    assert "Token expired" in promise.get("/inbox/").content.decode(), "everybody is told why nothing goes"
    assert promise.post("/delivery/", {"do": "resume", "account": "simulator"}).status_code == 403
    assert naledi.post("/delivery/", {"do": "resume", "account": "simulator"}).status_code == 302
    assert not Pause.objects.exists()


def test_the_words_page_says_what_a_live_channel_would_say() -> None:
    page = signed_in(someone()).get("/words/", {"country": "ZA", "language": "zu"}).content.decode()
    assert "We look forward to seeing you" in page
    assert "in English" in page


def test_reminding_her_now_is_one_message_of_her_task() -> None:
    promise = someone()
    client(promise)
    device = phone(promise)
    day = (timezone.localdate() + timedelta(days=5)).isoformat()
    ingest([event(device, "appointment", "Nomsa", {"appointment_date": day, "service": "anc"})], by=device)
    work_once()
    conversation = writes("person")
    from tsela.care.queries import plan_of

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


def agrees_to_information(mother: Staff, name: str) -> None:
    device = phone(mother)
    agreed = {"purpose": "information", "granted": "yes", "channel": "sms"}
    ingest([event(device, "consent", name, agreed)], by=device)
    work_once()


GIVEN = {
    "title": "A healthy week", "audience": "", "purpose": "information",
    "per_minute": "600", "first": "0", "starts_at": "",
}  # fmt: skip


def test_a_campaign_whose_condition_cannot_be_read_says_where_and_keeps_what_was_typed() -> None:
    mpho = signed_in(someone(Role.ME_OFFICER))
    wordings = information_wordings()
    answer = mpho.post(
        "/campaigns/new/", GIVEN | {"wordings": wordings, "audience": "pregnent and not exited"}
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "E752" in page
    assert "pregnent and not exited" in page
    assert "A healthy week" in page


def test_a_campaign_is_looked_at_before_it_goes_and_says_what_came_of_it() -> None:
    promise, mpho = someone(), someone(Role.ME_OFFICER)
    for number, name in enumerate(["Nomsa", "Thandi", "Lerato"]):
        client(promise, name, number=f"+2782123456{number}")
    for name in ("Nomsa", "Thandi"):
        agrees_to_information(promise, name)
    browser, wordings = signed_in(mpho), information_wordings()
    made = browser.post("/campaigns/new/", GIVEN | {"wordings": wordings})
    page = browser.get(made["Location"]).content.decode()
    assert tiles(page) == {"clients match": 3, "would get it": 2, "would not": 1}
    assert "she has not agreed to messages of this kind" in page
    assert not Message.objects.exclude(campaign=None).exists(), "looking sends nothing"

    path = made["Location"].partition("?")[0]
    browser.post(path, {"do": "start"})
    plan_campaigns()
    work_once()
    page = browser.get(path).content.decode()
    assert "2 planned" in page
    assert Message.objects.filter(campaign__isnull=False, status="sent").count() == 2
    assert "drawn by lot" in page


def tiles(page: str) -> dict[str, int]:
    return {label: int(number) for number, label in re.findall(r"<b>(\d+)</b>([\w ]+)</div>", page)}


def information_wordings() -> list[str]:
    """Two messages of the programme that a campaign can compare."""
    return [one.id for one in current().messages.values() if one.purpose == "information"][:2]
