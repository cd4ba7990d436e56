"""Who tries to make us tell, to write where we may not, or to write on after STOP: shared phones, numbers that changed hands, clocks."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from messaging.people import NUMBER, agrees, client, her_phone, reached, record, refuses, today
from messaging.test_through import Client, send_all
from support.record import MULANJE, TEMBISA, event, someone
from tsela.access.models import Device, Role
from tsela.kernel.ids import derived_id
from tsela.messaging import actions, contacts, conversing, inbox, reminders, settling
from tsela.messaging.channels import InboundMessage, NumberChanged
from tsela.messaging.channels.simulator import Simulator
from tsela.messaging.models import Consent, ContactPoint, Conversation, Message
from tsela.record.actions import ingest
from tsela.work.subscriptions import follow_all

pytestmark = pytest.mark.django_db
OTHER = "+27820000009"


@pytest.fixture(autouse=True)
def simulated(settings: Any) -> None:
    settings.CHANNELS = {"wa": Simulator("wa"), "sms": Simulator("sms", kind="sms")}


@pytest.fixture
def device() -> Device:
    return her_phone()


def way(
    device: Device, name: str, address: str = NUMBER, channel: str = "sms", **answers: Any
) -> dict[str, Any]:
    told = {"channel": channel, "address": address, "owner": "own", "in_use": "yes"} | answers
    return event(device, "contact_point", name, told, occurred_on=today())


def told(contact: ContactPoint, key: str = "k", **more: Any) -> Message:
    """What becomes of a message that she did not ask for."""
    given = {"message": "visit_soon", "purpose": "reminders", "values": {"date": today()}} | more
    message = actions.enqueue(contact, key=key, **given)
    send_all()
    message.refresh_from_db()
    return message


def at(name: str, channel: str = "sms") -> ContactPoint:
    return ContactPoint.objects.get(client=derived_id(name), channel=channel)


# A number that has changed hands.


def has_another_number(device: Device) -> None:
    """She agreed to SMS, and then told that her number is another one."""
    record(
        device,
        client(device, "nomsa"),
        agrees(device, "nomsa"),
        way(device, "nomsa", in_use="no"),
        way(device, "nomsa", OTHER),
    )


def test_a_stranger_with_her_old_number_is_not_taken_for_her(device: Device) -> None:
    has_another_number(device)
    Client().says("Hello")
    stranger = ContactPoint.objects.get(channel="whatsapp")
    assert stranger.client is None
    assert at_number(NUMBER, "sms").suspended_because == "number_changed"


def at_number(address: str, channel: str) -> ContactPoint:
    return ContactPoint.objects.get(address=address, channel=channel)


def test_the_stop_of_a_stranger_with_her_old_number_is_not_hers(device: Device) -> None:
    has_another_number(device)
    Client().says("STOP")
    assert told(at_number(OTHER, "sms")).status == "sent"


def test_who_writes_with_the_same_whatsapp_from_another_number_is_answered_there(device: Device) -> None:
    record(device, client(device, "nomsa"), agrees(device, "nomsa", "whatsapp"))
    for id, number in (("1", NUMBER), ("2", OTHER)):
        said = InboundMessage(id, number, {"kind": "message", "text": "Hello"}, user_id="ZA.1")
        inbox.take(said, Simulator("wa"), timezone.now())
    send_all()
    answers = Message.objects.filter(outgoing=True).values_list("contact__address", "status")
    assert list(answers.order_by("created_at")) == [(NUMBER, "cancelled"), (OTHER, "sent")]
    assert at_number(NUMBER, "whatsapp").suspended_because == "number_changed"
    assert at_number(OTHER, "whatsapp").client == derived_id("nomsa")


def test_another_whatsapp_at_her_number_is_not_taken_for_her(device: Device) -> None:
    record(device, client(device, "nomsa"), agrees(device, "nomsa", "whatsapp"))
    for id in ("1", "2"):
        said = InboundMessage(id, NUMBER, {"kind": "message", "text": "Hello"}, user_id=f"ZA.{id}")
        inbox.take(said, Simulator("wa"), timezone.now())
    assert at_number(NUMBER, "whatsapp").suspended_because == "unknown_reader"
    assert Conversation.objects.get().queue == "contacts"
    assert told(at("nomsa", "sms")).reason == "suspended"


def test_who_writes_by_whatsapp_is_still_reminded_by_sms(device: Device) -> None:
    sms = reached(device)
    Client().says("Hello")
    sms.refresh_from_db()
    assert sms.suspended_at is None
    assert told(sms).status == "sent"


# A phone that two share.


def test_what_is_open_to_one_is_covert_where_another_has_the_same_phone(device: Device) -> None:
    record(device, client(device, "nomsa"), agrees(device, "nomsa", tier="overt"))
    assert "medicine" in told(at("nomsa")).text
    reached(device, "thandi", tier="overt")
    for name in ("nomsa", "thandi"):
        assert "medicine" not in told(at(name), key=name).text


def test_who_is_answered_openly_is_reminded_covertly_even_while_she_talks(device: Device) -> None:
    record(device, client(device, "nomsa"), agrees(device, "nomsa", tier="overt_on_request"))
    Client(account="sms").says("fever")
    assert Conversation.objects.get().state["hers"]
    assert "medicine" not in told(at("nomsa")).text


def test_a_number_without_its_country_is_of_the_country_where_it_was_written_down(device: Device) -> None:
    record(device, client(device, "nomsa", "0821234567"), agrees(device, "nomsa"))
    device.staff = someone(Role.MENTOR_MOTHER, TEMBISA, MULANJE)
    record(device, client(device, "nomsa", "0821234567") | {"site": MULANJE})
    assert {point.address for point in ContactPoint.objects.all()} == {NUMBER}
    record(device, client(device, "nomsa", "0881234567") | {"site": MULANJE})
    assert at_number("+265881234567", "sms").suspended_at is None


def test_a_minor_is_not_written_to_on_a_phone_that_another_client_has_too(device: Device) -> None:
    record(
        device,
        client(device, "lindi", birth_date=f"{timezone.localdate().year - 10}-01-01"),
        agrees(device, "lindi"),
        way(device, "lindi", assent="yes"),
    )
    assert told(at("lindi")).status == "sent"
    reached(device, "mother")
    assert told(at("lindi"), key="2").reason == "minor"


def test_one_of_two_who_share_a_phone_says_stop_and_both_are_left_in_peace_everywhere(device: Device) -> None:
    reached(device)
    record(
        device,
        client(device, "thandi"),
        agrees(device, "thandi"),
        way(device, "thandi"),
        way(device, "thandi", OTHER),
    )
    Client(account="sms").says("STOP")
    assert all(point.stopped_at for point in ContactPoint.objects.all())
    assert told(at_number(OTHER, "sms")).reason == "stopped"


# STOP, and clocks.


def test_a_stop_holds_though_a_phone_with_a_wrong_clock_dated_her_consent_tomorrow(device: Device) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    record(device, client(device, "nomsa"), agrees(device, "nomsa") | {"occurred_on": tomorrow})
    Client(account="sms").says("STOP")
    contacts.Projected([derived_id("nomsa")]).store()
    assert at("nomsa").stopped_at
    assert not Consent.objects.filter(granted=True).exists()


def test_a_stop_of_the_first_hour_of_a_day_holds_against_a_consent_of_the_day_before(device: Device) -> None:
    soon_after_midnight = timezone.localtime().replace(hour=0, minute=30) + timedelta(days=1)
    ContactPoint.objects.create(
        channel="sms", address=NUMBER, country="ZA", stopped_at=soon_after_midnight
    )  # a stranger
    assert reached(device).stopped_at


def test_a_consent_that_a_phone_brings_late_does_not_undo_a_stop(device: Device) -> None:
    late = agrees(device, "nomsa")
    reached(device)
    Client(account="sms").says("STOP")
    record(device, late)
    assert at("nomsa").stopped_at
    record(device, agrees(device, "nomsa"))
    assert at("nomsa").stopped_at is None


def test_who_said_stop_before_anybody_knew_her_has_stopped_everywhere(device: Device) -> None:
    Client(OTHER).says("STOP")
    reached(device)
    stranger = Conversation.objects.get(contact__address=OTHER)
    actions.link(stranger, derived_id("nomsa"), by=someone(Role.SITE_COORDINATOR))
    assert all(point.stopped_at for point in ContactPoint.objects.all())


def test_who_died_is_written_to_no_more(device: Device) -> None:
    nomsa = reached(device)
    record(device, event(device, "death", "nomsa", {"death_date": today()}, occurred_on=today()))
    assert told(nomsa, message="nets", purpose="reminders").reason == "suspended"


def test_who_does_not_want_to_go_on_is_written_to_no_more_until_she_agrees_again(device: Device) -> None:
    nomsa = reached(device)
    left = {"exit_date": today(), "reason": "withdrew"}
    record(device, event(device, "exit", "nomsa", left, occurred_on=today()))
    assert told(nomsa).reason == "no_consent"
    record(device, agrees(device, "nomsa"))
    assert told(at("nomsa"), key="2").status == "sent"


def test_a_withdrawal_that_is_not_yet_carried_on_holds_a_message_back(device: Device) -> None:
    nomsa = reached(device)
    follow_all()
    ingest([refuses(device, "nomsa")], by=device)
    message = told(nomsa)
    assert (message.status, message.reason) == ("waiting", "replanning")
    follow_all()
    send_all(timezone.now() + timedelta(seconds=3))
    message.refresh_from_db()
    assert message.reason == "no_consent"


def test_others_read_her_phone_she_says_on_one_channel_and_it_holds_on_all(device: Device) -> None:
    record(
        device,
        client(device, "nomsa"),
        agrees(device, "nomsa", "sms", tier="overt"),
        agrees(device, "nomsa", "whatsapp", tier="overt"),
    )
    shared = agrees(device, "nomsa", "whatsapp", tier="covert") | {"mode": "chat"}
    record(device, shared)
    assert {point.tier for point in ContactPoint.objects.exclude(channel="phone")} == {"covert"}


# Words of staff.


def test_words_of_staff_that_tell_in_any_language_of_the_country_are_refused(device: Device) -> None:
    reached(device, channel="whatsapp")
    Client().says("Hello")
    with pytest.raises(Exception, match="E742"):
        actions.reply(Conversation.objects.get(), "Woza uzothatha amashanguzo", by=device.staff)


def test_open_words_of_staff_reach_her_who_agreed_to_them_and_nobody_after_she_took_it_back(
    device: Device,
) -> None:
    reached(device, channel="whatsapp", tier="overt")
    nomsa = Client()
    nomsa.says("Hello")
    talk = Conversation.objects.get(contact__channel="whatsapp")
    actions.reply(talk, "Your HIV medicine is here", by=device.staff)
    send_all()
    assert nomsa.reads()[-1] == "Your HIV medicine is here"
    actions.reply(talk, "Your ARVs wait", by=device.staff)
    record(device, agrees(device, "nomsa", "whatsapp", tier="covert"))
    send_all()
    assert nomsa.reads() == []


def test_danger_is_urgent_though_she_had_said_stop(device: Device) -> None:
    nomsa = Client()
    nomsa.says("STOP")
    nomsa.says("I am bleeding")
    assert Conversation.objects.get().urgent


def test_who_says_that_the_number_is_wrong_is_told_sorry_and_nothing_else_ever(device: Device) -> None:
    nomsa = reached(device)
    assert told(nomsa).status == "sent"
    stranger = Client(account="sms")
    stranger.reads()
    (sorry,) = stranger.says("Wrong number!")
    assert "wrong person" in sorry
    nomsa.refresh_from_db()
    assert (nomsa.suspended_because, nomsa.stopped_at) == ("unknown_reader", None)
    assert told(nomsa, key="2").reason == "suspended"
    assert stranger.says("Who are you?") == []
    assert Conversation.objects.get(contact=nomsa).queue == "contacts"


@pytest.mark.parametrize("outcome", ["wrong_number", "not_safe"])
def test_nothing_is_written_to_a_number_at_which_somebody_else_answered_a_call(
    device: Device, outcome: str
) -> None:
    record(device, client(device, "nomsa"), agrees(device, "nomsa"), agrees(device, "nomsa", "phone"))
    call = actions.call(at("nomsa", "phone"), queue="reminders", because="She missed her day", key="c")
    actions.finish_call(call, outcome, by=device.staff)
    assert told(at("nomsa")).reason == "suspended"


def test_a_number_that_has_changed_is_written_to_by_no_channel(device: Device) -> None:
    record(device, client(device, "nomsa"), agrees(device, "nomsa"), agrees(device, "nomsa", "whatsapp"))
    inbox.take(NumberChanged(NUMBER, OTHER, "1"), Simulator("wa"), timezone.now())
    assert {point.suspended_because for point in ContactPoint.objects.all()} == {"number_changed"}


def test_a_conversation_does_not_go_on_by_itself_outside_her_hours(device: Device) -> None:
    evening = timezone.localtime().replace(hour=20, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        talk = conversing.of(reached(device))
        conversing.converse(talk, {"kind": "message", "text": "cough"}, key="1", now=evening)
        conversing.converse(talk, {"kind": "message", "text": "English"}, key="2", now=evening)
    said = Message.objects.count()
    for hours in range(12):
        inbox.process_due(now=evening + timedelta(hours=hours))
        assert Message.objects.count() == said
    inbox.process_due(now=evening + timedelta(hours=12))
    assert Message.objects.count() == said + 1


def test_the_sms_in_the_place_of_a_reminder_outlives_a_new_plan(device: Device) -> None:
    record(device, client(device, "nomsa"), agrees(device, "nomsa"), agrees(device, "nomsa", "whatsapp"))
    visit = {"appointment_date": (timezone.localdate() + timedelta(days=20)).isoformat(), "service": "anc"}
    record(device, event(device, "appointment", "nomsa", visit, occurred_on=today()))
    follow_all()
    for reminder in Message.objects.filter(contact__channel="whatsapp"):
        settling.fall_back(reminder, "rejected", "", timezone.now())
    follow_all()
    reminders.refresh([derived_id("nomsa")], timezone.now())
    waiting = Message.objects.filter(contact__channel="sms").values_list("status", flat=True)
    assert list(waiting) == ["queued", "queued"]


def test_no_words_of_staff_say_a_result_however_open_she_is(device: Device) -> None:
    reached(device, channel="whatsapp", tier="overt")
    Client().says("Hello")
    with pytest.raises(Exception, match="E742"):
        actions.reply(
            Conversation.objects.get(contact__channel="whatsapp"), "You are negative", by=device.staff
        )


def test_who_writes_what_tells_is_answered_without_her_word(device: Device) -> None:
    contact = reached(device)
    said = {"text": "You look for {wish}. We ask around.", "values": {"wish": "the ARV clinic"}}
    message = told(contact, message=None, parts=[said], purpose="")
    assert (message.status, message.text) == ("sent", "We ask around.")


def test_a_word_agreed_on_that_tells_is_in_no_text_and_no_template(device: Device) -> None:
    contact = reached(device, channel="whatsapp", code_word="ARV")
    message = told(contact, message="code_word_hello", purpose="support")
    assert (message.status, message.reason) != ("sent", "")
    Client().says("Hello")
    assert (
        told(at("nomsa", "whatsapp"), key="2", message="code_word_hello", purpose="support").text
        == "Hello nomsa, it is us."
    )
