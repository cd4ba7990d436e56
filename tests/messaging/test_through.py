"""The whole way of a message: in by the door, through the flow, out by the channel; on a simulated account."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.people import NUMBER, her_phone, reached, today
from support.record import event
from tsela.access.models import Role
from tsela.kernel.errors import TselaError
from tsela.kernel.ids import derived_id
from tsela.messaging import actions, door, inbox, queries
from tsela.messaging.channels.simulator import Simulator, written
from tsela.messaging.models import CallTask, Consent, ContactPoint, Conversation, Inbound, Message
from tsela.messaging.outbox import send_due
from tsela.record.models import Event
from tsela.record.queries import events_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def simulated(settings: Any) -> None:
    settings.CHANNELS = {"wa": Simulator("wa"), "sms": Simulator("sms", kind="sms")}


class Client:
    """Somebody with a phone."""

    def __init__(self, address: str = NUMBER, account: str = "wa") -> None:
        self.address, self.account, self.n, self.seen = address, account, 0, 0

    def says(self, text: str, **more: Any) -> list[str]:
        """Write, and read what comes back."""
        self.n += 1
        door.keep(self.account, written(f"{self.address}.{self.n}", self.address, text, **more))
        inbox.process_due()
        send_all()
        return self.reads()

    def reads(self) -> list[str]:
        rows = Message.objects.filter(contact__address=self.address, outgoing=True, status="sent").order_by(
            "sent_at", "id"
        )
        texts = [row.text for row in rows]
        new, self.seen = texts[self.seen :], len(texts)
        return new


def refused(action: Any, *given: Any, **named: Any) -> str:
    """The number of the error."""
    with pytest.raises(TselaError) as caught:
        action(*given, **named)
    return caught.value.problem.code


def send_all(now: datetime | None = None) -> int:
    total = 0
    while moved := send_due(now or timezone.now()):
        total += moved
    return total


def test_who_writes_first_is_asked_for_her_language_and_talked_to():
    nomsa = Client()
    first = nomsa.says("Hello")
    assert "language" in first[-1].lower()
    assert nomsa.says("English")
    contact = ContactPoint.objects.get()
    assert (contact.client, contact.country, contact.language) == (None, "ZA", "en")


def test_the_same_webhook_twice_is_one_message_and_one_answer():
    nomsa = Client()
    nomsa.says("Hello")
    said = Message.objects.count()
    door.keep("wa", written(f"{NUMBER}.1", NUMBER, "Hello"))
    inbox.process_due()
    send_all()
    assert Message.objects.count() == said
    assert Inbound.objects.filter(processed_at=None).count() == 0


def test_a_client_of_the_record_who_writes_on_whatsapp_is_known():
    device = her_phone()
    reached(device)
    Client().says("Hello")
    contact = ContactPoint.objects.get(channel="whatsapp")
    assert contact.client == derived_id("nomsa")
    assert contact.owner == "unknown", "until somebody has asked who reads it"


def test_stop_ends_every_consent_cancels_what_waits_and_is_said_once():
    device = her_phone()
    sms = reached(device)
    later = actions.enqueue(sms, key="later", message="visit_soon", purpose="reminders", values={"date": today()},
                            due_at=timezone.now() + timedelta(days=1))  # fmt: skip
    nomsa = Client(account="sms")
    said = nomsa.says("STOP")
    assert len(said) == 1
    assert "no more messages" in said[0]
    later.refresh_from_db()
    assert (later.status, later.reason) == ("cancelled", "stopped")
    assert not Consent.objects.filter(granted=True).exists()
    assert all(point.stopped_at for point in ContactPoint.objects.all())
    consent = [one for one in events_of([derived_id("nomsa")]) if one["form"] == "consent"][-1]
    assert (consent["mode"], consent["answers"]) == (
        "chat",
        {"purpose": "messages", "granted": "no", "text_version": "stop"},
    )
    assert nomsa.says("stop") == [], "she is told once"
    after = actions.enqueue(
        sms, key="after", message="visit_soon", purpose="reminders", values={"date": today()}
    )
    send_all()
    after.refresh_from_db()
    assert (after.status, after.reason) == ("cancelled", "stopped")


def test_who_writes_again_after_a_stop_is_answered_by_a_person_and_begins_again_when_she_says_so():
    device = her_phone()
    sms = reached(device)
    nomsa, stopped = Client(account="sms"), "E741"
    nomsa.says("STOP")
    conversation = Conversation.objects.get(contact=sms)
    assert refused(actions.reply, conversation, "Are you well?", by=device.staff) == stopped
    assert refused(actions.begin_again, conversation, by=device.staff) == stopped
    assert nomsa.says("Hello, it is me") == [], "the programme keeps still"
    conversation.refresh_from_db()
    assert conversation.held_by == "person"
    assert refused(actions.reply, conversation, "Your ARVs are here", by=device.staff) == "E742"
    answer = actions.reply(conversation, "Good to hear you. Shall we write to you again?", by=device.staff)
    asked = actions.enqueue(sms, key="asked", message="satisfaction", by=device.staff.pk)
    send_all()
    answer.refresh_from_db()
    asked.refresh_from_db()
    assert (answer.status, asked.status, asked.reason) == ("sent", "cancelled", "stopped")
    nomsa.says("Stop!")
    conversation.refresh_from_db()
    assert refused(actions.begin_again, conversation, by=device.staff) == stopped, "she has said it again"
    nomsa.says("Yes please, write to me")
    conversation.refresh_from_db()
    assert conversation in queries.conversations_for(device.staff).filter(queries.WAITING)
    actions.begin_again(conversation, by=device.staff)
    consent = [one for one in events_of([derived_id("nomsa")]) if one["form"] == "consent"][-1]
    assert (consent["author"], consent["answers"]["granted"]) == (device.staff.pk, "yes")
    assert ContactPoint.objects.get(pk=sms.pk).stopped_at is None
    after = actions.enqueue(
        sms, key="after", message="visit_soon", purpose="reminders", values={"date": today()}
    )
    send_all()
    after.refresh_from_db()
    assert after.status == "sent"


def test_why_she_may_be_in_danger_is_not_forgotten_over_what_she_writes_then():
    reached(her_phone())
    nomsa = Client(account="sms")
    for text in ("I am bleeding", "STOP", "Hello?"):
        nomsa.says(text)
    conversation = Conversation.objects.get(contact__channel="sms")
    assert (conversation.urgent, conversation.because) == (True, "Danger word: bleeding")


def test_a_stop_of_a_stranger_is_kept_with_the_number():
    nomsa = Client()
    nomsa.says("Hello")
    nomsa.says("STOP")
    assert ContactPoint.objects.get().stopped_at
    assert not Event.objects.exists()


def test_staff_answer_and_the_flow_keeps_still_until_they_hand_her_back():
    device = her_phone()
    reached(device, channel="whatsapp")
    nomsa = Client()
    nomsa.says("Hello")
    conversation = Conversation.objects.get(contact__channel="whatsapp")
    actions.reply(conversation, "Good morning, how are you?", by=device.staff)
    send_all()
    assert nomsa.reads()[-1] == "Good morning, how are you?"
    assert nomsa.says("I am well") == []
    conversation.refresh_from_db()
    assert (conversation.held_by, conversation.waiting_since is not None) == ("person", True)
    actions.hand_back(conversation, by=device.staff)
    assert nomsa.says("menu") != []


def test_staff_words_that_would_tell_are_refused():
    device = her_phone()
    reached(device, channel="whatsapp")
    Client().says("Hello")
    conversation = Conversation.objects.get()
    with pytest.raises(TselaError, match="E742"):
        actions.reply(conversation, "Your HIV result is here", by=device.staff)


def test_after_a_day_whatsapp_lets_nobody_write_and_staff_are_told_so():
    device = her_phone()
    reached(device, channel="whatsapp")
    Client().says("Hello")
    ContactPoint.objects.update(last_inbound_at=timezone.now() - timedelta(days=1))
    ContactPoint.objects.filter(channel="sms").delete()
    with pytest.raises(TselaError, match="E741"):
        actions.reply(Conversation.objects.get(), "Good morning", by=device.staff)


def test_another_mentor_mother_does_not_see_her():
    device, other = her_phone(), her_phone()
    reached(device, channel="whatsapp")
    Client().says("Hello")
    with pytest.raises(TselaError, match="E503"):
        actions.reply(Conversation.objects.get(), "Hello", by=other.staff)


def test_a_number_that_is_wrong_is_suspended():
    device = her_phone(Role.SITE_COORDINATOR)
    contact = reached(device)
    call = actions.call(contact, queue="adherence", because="She missed her day", key="c")
    actions.finish_call(call, "wrong_number", by=device.staff)
    contact.refresh_from_db()
    assert contact.suspended_because in ("number_changed", "unknown_reader")
    assert CallTask.objects.get().done_at


def test_she_joins_by_chat_and_what_she_agreed_to_is_hers():
    her_phone()  # the site is there
    nomsa = Client("+27831110000")
    for text in ("Hello", "English", "join"):
        said = nomsa.says(text)
    assert said, "the flow asks"
    for text in ("Yes", "Nomsa", "25/11/1998", "A woman", "Yes, you may"):
        nomsa.says(text)
    contact = ContactPoint.objects.get(channel="whatsapp")
    assert contact.client is not None
    forms = [one["form"] for one in events_of([contact.client])]
    assert forms.count("registration") == 1
    assert "consent" in forms
    assert Consent.objects.filter(contact=contact, purpose="messages", granted=True).exists()


def test_a_long_message_emoji_and_marks_are_kept_whole():
    text = "😀\u202e" + "x" * 10_000
    Client().says(text)
    assert Message.objects.get(outgoing=False).text == text


def test_a_voice_note_goes_to_a_person():
    device = her_phone()
    reached(device, channel="whatsapp")
    nomsa = Client()
    nomsa.says("Hello")
    nomsa.says("", media={"type": "audio", "id": "m1"})
    conversation = Conversation.objects.get(contact__channel="whatsapp")
    assert (conversation.held_by, conversation.assigned_to) == ("person", device.staff_id)
    assert Message.objects.filter(outgoing=False).order_by("created_at").last().parts == [
        {"media": {"type": "audio", "id": "m1"}}
    ]


def test_an_event_of_the_server_is_by_no_person_and_nobody_can_log_in_as_it():
    device = her_phone()
    reached(device)
    Client(account="sms").says("STOP")
    last = events_of([derived_id("nomsa")])[-1]
    from django.contrib.auth import authenticate

    from tsela.access import policy, system
    from tsela.access.models import Staff

    assert (last["author"], last["device"]) == (system.STAFF, system.DEVICE)
    server = Staff.objects.get(pk=system.STAFF)
    assert not any(policy.may(server, action) for action in policy.Action)
    assert authenticate(username="system", password="!") is None
    assert event(device, "encounter", "nomsa")


@pytest.mark.parametrize("text", ["STOP", "Wrong number!", "Hello", "person", "I am bleeding", "1"])
def test_all_that_follows_from_what_she_wrote_is_of_the_moment_that_is_given(text: str) -> None:
    device, noon = her_phone(), timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    contact = reached(device)
    actions.enqueue(contact, key="k", message="visit_soon", purpose="reminders", values={"date": today()}, task="a:b:c", due_at=noon)  # fmt: skip
    send_all(noon)
    door.keep("sms", written("1", NUMBER, text))
    inbox.process_due(now=noon)
    rows = (
        Message.objects.values_list("due_at"),
        CallTask.objects.values_list("due_at"),
        Conversation.objects.values_list("waiting_since"),
        ContactPoint.objects.values_list("stopped_at", "suspended_at"),
    )
    moments = {moment for some in rows for row in some for moment in row if moment}
    moments |= {datetime.fromisoformat(one["recorded_at"]) for one in events_of([derived_id("nomsa")]) if one["author"] != device.staff_id}  # fmt: skip
    assert moments == {noon}


def test_a_conversation_that_cannot_go_on_is_put_before_a_person_and_holds_up_nobody():
    for name in (NUMBER, "+27820000009"):
        client = Client(name)
        client.says("Hello")
        client.says("English")
    broken, other = Conversation.objects.order_by("pk")
    now = timezone.now()
    Conversation.objects.filter(pk=broken.pk).update(timer_at=now, state={"remind": "never"})
    Conversation.objects.filter(pk=other.pk).update(timer_at=now)
    inbox.process_due(now=now + timedelta(seconds=1))
    broken.refresh_from_db()
    other.refresh_from_db()
    assert (broken.held_by, broken.queue, broken.timer_at) == ("person", "support", None)
    assert other.held_by == "flow"
    assert other.timer_at is None or other.timer_at > now
