"""What becomes of a message on its way out (MESSAGES M33, M51-M53): against providers that accept, refuse and break."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.accounts import accounts
from messaging.people import agrees, client, her_phone, record
from support.provider import Provider
from tsela.kernel.ids import derived_id
from tsela.messaging import actions, inbox, queries, settling
from tsela.messaging.channels import Limits, StatusUpdate
from tsela.messaging.models import CallTask, ContactPoint, Message, Pause
from tsela.messaging.outbox import send_due

pytestmark = pytest.mark.django_db
NOON = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with Provider() as provider:
        known: dict[str, Any] = accounts(provider.url)
        settings.CHANNELS = {name: replace(known[name], limits=Limits()) for name in ("whatsapp", "sms")}
        yield provider


@pytest.fixture
def device() -> Any:
    return her_phone()


def whatsapp(device: Any, *more: Any, name: str = "nomsa") -> ContactPoint:
    """A client who agreed to WhatsApp, and wrote a moment ago."""
    record(device, client(device, name), agrees(device, name, "whatsapp"), *more)
    contact = ContactPoint.objects.get(client=derived_id(name), channel="whatsapp")
    contact.last_inbound_at = NOON - timedelta(hours=1)
    contact.save()
    return contact


def reminder(contact: ContactPoint, key: str = "k", **more: Any) -> Message:
    values = {"date": (NOON.date() + timedelta(days=3)).isoformat()}
    given = {"message": "visit_soon", "purpose": "reminders", "values": values, "due_at": NOON} | more
    return actions.enqueue(contact, key=key, **given)


def after(message: Message, now: datetime = NOON) -> tuple[str, str]:
    """Its status and reason after one round of sending."""
    send_due(now)
    message.refresh_from_db()
    return message.status, message.reason


def test_it_is_sent_once_however_often_we_look(provider: Provider, device: Any) -> None:
    message = reminder(whatsapp(device))
    assert after(message) == ("sent", "")
    assert after(message) == ("sent", "")
    assert provider.counts() == {message.pk: 1}
    assert message.text.endswith("• Call me")


def test_the_same_key_is_the_same_message(provider: Provider, device: Any) -> None:
    contact = whatsapp(device)
    assert reminder(contact).pk == reminder(contact).pk


def test_tries_come_later_each_time_and_then_it_is_a_dead_letter(provider: Provider, device: Any) -> None:
    provider.behave("error")
    message, now, waits = reminder(whatsapp(device)), NOON, []
    while after(message, now)[0] == "queued":
        waits.append((message.due_at - now).total_seconds())
        now = message.due_at
        if now.hour >= 17:
            ContactPoint.objects.update(hours_from=0, hours_to=1440)
    assert waits == [30, 120, 600, 3600, 21600]
    assert (message.status, message.reason, message.tries) == ("failed", "tries", 6)
    assert queries.dead_letters(device.staff).get() == message


def test_a_dead_letter_goes_again_when_a_person_says_so(provider: Provider, device: Any) -> None:
    message = reminder(whatsapp(device))
    Message.objects.filter(pk=message.pk).update(status="failed", reason="tries")
    actions.send_again(message, by=device.staff)
    assert after(message, timezone.now()) == ("sent", "")


def test_an_account_that_is_refused_pauses_and_nothing_is_lost(provider: Provider, device: Any) -> None:
    provider.behave("expired_token")
    message = reminder(whatsapp(device))
    assert after(message)[0] == "queued"
    assert Pause.objects.get().code == "E713"
    provider.behave("accept")
    assert after(message) == ("waiting", "paused")
    assert after(message, NOON + timedelta(hours=2)) == ("sent", "")


def test_who_is_not_on_whatsapp_gets_an_sms(provider: Provider, device: Any) -> None:
    contact = whatsapp(device, agrees(device, "nomsa", "sms"))
    provider.fails[contact.address] = 131026
    message = reminder(contact)
    assert after(message)[0] == "sent"
    settling.failed(message, settling.Failed("unreachable", "131026"), NOON)
    message.refresh_from_db()
    contact.refresh_from_db()
    assert (message.status, message.reason, contact.suspended_because) == (
        "cancelled",
        "by_sms",
        "not_delivered",
    )
    sms = Message.objects.get(key=f"sms:{message.pk}")
    assert after(sms) == ("sent", "")
    assert sms.contact.channel == "sms"


def test_who_agreed_to_calls_only_besides_is_called(provider: Provider, device: Any) -> None:
    contact = whatsapp(device, agrees(device, "nomsa", "phone"))
    message = reminder(contact)
    settling.failed(message, settling.Failed("unreachable", "131026"), NOON)
    message.refresh_from_db()
    assert message.reason == "by_call"
    assert CallTask.objects.get().contact.channel == "phone"


def test_who_agreed_to_nothing_else_is_for_staff_to_see(provider: Provider, device: Any) -> None:
    contact = whatsapp(device)
    message = reminder(contact)
    settling.failed(message, settling.Failed("unreachable", "131026"), NOON)
    message.refresh_from_db()
    contact.refresh_from_db()
    assert (message.status, contact.suspended_because) == ("failed", "not_delivered")
    assert not CallTask.objects.exists()


def test_outside_the_window_the_template_goes(provider: Provider, device: Any) -> None:
    contact = whatsapp(device)
    ContactPoint.objects.update(last_inbound_at=None)
    assert after(reminder(contact)) == ("sent", "")
    assert provider.accepted[0].payload["template"]["name"] == "checkin_day_en"


def test_an_answer_that_came_too_late_is_a_dead_letter(provider: Provider, device: Any) -> None:
    contact = whatsapp(device)
    ContactPoint.objects.update(last_inbound_at=None)
    message = actions.enqueue(contact, key="a", parts=[{"text": "Yes", "as_is": True}], due_at=NOON)
    assert after(message) == ("failed", "outside_window")


def test_at_night_it_waits_for_the_morning(provider: Provider, device: Any) -> None:
    message = reminder(whatsapp(device), due_at=NOON - timedelta(days=1))
    assert after(message, NOON.replace(hour=22)) == ("waiting", "hours")
    assert timezone.localtime(message.due_at).strftime("%H:%M") == "08:00"


def test_a_fourth_message_of_the_day_waits_for_the_next(provider: Provider, device: Any) -> None:
    contact = whatsapp(device)
    ends = [after(reminder(contact, key=str(n))) for n in range(4)]
    assert ends == [("sent", "")] * 3 + [("waiting", "limit")]


def test_what_is_of_no_use_any_more_is_not_sent(provider: Provider, device: Any) -> None:
    message = reminder(whatsapp(device), expires_at=NOON - timedelta(minutes=1))
    assert after(message) == ("cancelled", "expired")


def test_a_name_that_would_tell_is_left_out(provider: Provider, device: Any) -> None:
    contact = whatsapp(device)
    ContactPoint.objects.filter(pk=contact.pk).update(name="HIV clinic")
    message = reminder(ContactPoint.objects.get(pk=contact.pk))
    assert after(message) == ("sent", "")
    assert message.text.startswith("Hello. We look forward")


def test_words_that_would_tell_stop_a_message(provider: Provider, device: Any) -> None:
    said = [{"text": "Your HIV test", "as_is": True}]
    message = actions.enqueue(whatsapp(device), key="k", parts=said, due_at=NOON)
    assert after(message) == ("failed", "tells")
    assert provider.counts() == {}


def test_stop_between_the_queue_and_the_sending(provider: Provider, device: Any) -> None:
    contact = whatsapp(device)
    message = reminder(contact)
    actions.stop(contact, now=NOON, tell=False)
    Message.objects.filter(pk=message.pk).update(
        status="queued", reason=""
    )  # as if another process had put it back
    assert after(message) == ("cancelled", "stopped")


def test_long_words_go_as_several_messages_in_order(provider: Provider, device: Any) -> None:
    contact = whatsapp(device)
    words = " ".join(f"Sentence {n} is here." for n in range(120))
    actions.enqueue(contact, key="long", parts=[{"text": words, "as_is": True}], due_at=NOON)
    while send_due(NOON):
        pass
    texts = [one.payload["text"]["body"] for one in provider.accepted]
    assert len(texts) == 3
    assert " ".join(texts) == words


def test_a_status_never_goes_back(provider: Provider, device: Any) -> None:
    message = reminder(whatsapp(device))
    after(message)
    account: Any = inbox.channel("whatsapp")
    for status in ("read", "sent", "delivered", "failed"):
        inbox.take(StatusUpdate(message.provider_id, status, message.pk), account, NOON)  # type: ignore[arg-type]
    message.refresh_from_db()
    assert message.status == "read"


def test_a_crash_between_marking_and_asking_is_for_a_person(provider: Provider, device: Any) -> None:
    message = reminder(whatsapp(device))
    Message.objects.filter(pk=message.pk).update(status="sending", tries=1, lease_until=NOON)
    assert after(message, NOON + timedelta(seconds=1)) == ("unknown", "no_answer")
    assert provider.counts() == {}


def test_its_status_settles_what_a_crash_left_open(provider: Provider, device: Any) -> None:
    message = reminder(whatsapp(device))
    Message.objects.filter(pk=message.pk).update(status="unknown", tries=1)
    inbox.take(StatusUpdate("wamid.9", "delivered", message.pk), inbox.channel("whatsapp"), NOON)  # type: ignore[arg-type]
    message.refresh_from_db()
    assert (message.status, message.provider_id) == ("delivered", "wamid.9")


def test_hers_come_in_order_one_at_a_time(provider: Provider, device: Any) -> None:
    contact = whatsapp(device)
    for n in range(5):
        actions.enqueue(contact, key=f"n{n}", parts=[{"text": f"Word {n}", "as_is": True}], due_at=NOON)
    provider.behave("slow")
    while send_due(NOON):
        pass
    assert [one.payload["text"]["body"] for one in provider.accepted] == [f"Word {n}" for n in range(5)]
