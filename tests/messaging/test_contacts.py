"""From her record to contact points and consents (MESSAGES M30), and again from nothing."""

from datetime import date, datetime
from typing import Any

import pytest

from messaging.people import NUMBER, agrees, client, her_phone, record, refuses, today
from support.record import event
from tsela.kernel.ids import derived_id
from tsela.messaging import contacts, conversing
from tsela.messaging.models import Consent, ContactPoint, Conversation
from tsela.messaging.points import tidy_number

pytestmark = pytest.mark.django_db


def ways(name: str = "nomsa") -> dict[str, str]:
    return dict(ContactPoint.objects.filter(client=derived_id(name)).values_list("channel", "address"))


def agreed(name: str = "nomsa") -> set[tuple[str, str]]:
    rows = Consent.objects.filter(contact__client=derived_id(name), granted=True)
    return set(rows.values_list("contact__channel", "purpose"))


def test_the_number_of_her_registration_is_for_sms_and_calls_and_nothing_is_agreed():
    device = her_phone()
    record(device, client(device, "nomsa", "082 123 4567"))
    assert ways() == {"sms": NUMBER, "phone": NUMBER}
    assert agreed() == set()
    contact = ContactPoint.objects.filter(channel="sms").get()
    assert (contact.owner, contact.tier, contact.country, contact.name) == ("own", "covert", "ZA", "nomsa")


def test_who_agrees_to_whatsapp_has_it_on_the_same_number():
    device = her_phone()
    record(
        device,
        client(device, "nomsa"),
        agrees(device, "nomsa", "whatsapp", tier="overt", safe_hours="09:00-12:30"),
    )
    assert ways() == {"sms": NUMBER, "phone": NUMBER, "whatsapp": NUMBER}
    assert agreed() == {("whatsapp", "messages")}
    contact = ContactPoint.objects.get(channel="whatsapp")
    assert (contact.tier, contact.hours_from, contact.hours_to) == ("overt", 540, 750)


def test_contact_points_of_her_own_take_the_place_of_the_registrations():
    device = her_phone()
    named = event(device, "contact_point", "nomsa", {"channel": "sms", "address": "0731112222", "owner": "shared", "in_use": "yes",
                  "readers_know": "no", "name": "Auntie", "safe_hours": "10:00-11:00"}, occurred_on=today())  # fmt: skip
    record(device, client(device, "nomsa"), agrees(device, "nomsa"))
    record(device, named)
    old, new = (
        ContactPoint.objects.get(address=NUMBER, channel="sms"),
        ContactPoint.objects.get(address="+27731112222"),
    )
    assert (new.owner, new.name, new.hours_from) == ("shared", "Auntie", 600)
    assert old.suspended_because == "number_changed", "nobody vouches for it any more"
    assert agreed() == {("sms", "messages")}


def test_a_refusal_without_a_channel_ends_the_purpose_everywhere():
    device = her_phone()
    record(
        device, client(device, "nomsa"), agrees(device, "nomsa", "whatsapp"), agrees(device, "nomsa", "sms")
    )
    assert agreed() == {("whatsapp", "messages"), ("sms", "messages")}
    record(device, refuses(device, "nomsa"))
    assert agreed() == set()


def test_a_void_takes_back_what_was_agreed():
    device = her_phone()
    yes = agrees(device, "nomsa")
    record(device, client(device, "nomsa"), yes)
    record(
        device, event(device, "consent", "nomsa", replaces=yes["id"], occurred_on=today()) | {"answers": None}
    )
    assert agreed() == set()


def test_rebuilding_changes_nothing():
    device = her_phone()
    record(
        device,
        client(device, "nomsa"),
        agrees(device, "nomsa", "whatsapp"),
        agrees(device, "nomsa", purpose="information"),
    )
    record(device, client(device, "thandi", "0820000001"), refuses(device, "thandi"))
    before = snapshot()
    contacts.rebuild()
    assert snapshot() == before
    Consent.objects.all().delete()
    ContactPoint.objects.update(owner="other", tier="overt", name="x")
    contacts.rebuild()
    assert snapshot() == before


def snapshot() -> Any:
    fields = (
        "client",
        "channel",
        "address",
        "owner",
        "tier",
        "name",
        "born_on",
        "stopped_at",
        "suspended_at",
    )
    consents = ("contact__address", "contact__channel", "purpose", "granted", "given_on", "event")
    return set(ContactPoint.objects.values_list(*fields)), set(Consent.objects.values_list(*consents))


@pytest.mark.parametrize(
    ("given", "tidy"),
    [
        ("+27 82 123 4567", "+27821234567"),
        ("082-123-4567", "+27821234567"),
        ("0027821234567", "+27821234567"),
        ("27821234567", "+27821234567"),
        ("+258 84 123 4567", "+258841234567"),
        ("12", ""),
        ("", ""),
        (None, ""),
        ("call me", ""),
    ],
)
def test_numbers_are_written_in_one_way(given: Any, tidy: str):
    assert tidy_number(given, "27") == tidy


def test_a_birth_date_is_kept_for_the_rules_of_minors():
    device = her_phone()
    record(device, client(device, "lindi", birth_date="2012-02-03"))
    assert ContactPoint.objects.filter(channel="sms").get().born_on == date(2012, 2, 3)


MARCH, APRIL, MAY = (f"2026-{month}-10T09:00:00+02:00" for month in ("03", "04", "05"))


def language(channel: str = "sms") -> str:
    return ContactPoint.objects.get(client=derived_id("nomsa"), channel=channel).language


def chooses(tag: str, at: str) -> None:
    """She chose it herself, writing by SMS."""
    contact = ContactPoint.objects.filter(client=derived_id("nomsa"), channel="sms")
    contact.update(language=tag, language_chosen_at=datetime.fromisoformat(at))


def test_a_language_corrected_in_her_record_is_hers_from_then_on():
    device = her_phone()
    first = client(device, "nomsa", language="en") | {"recorded_at": MARCH}
    record(device, first)
    assert language() == "en"
    record(device, client(device, "nomsa", language="st") | {"recorded_at": APRIL, "replaces": first["id"]})
    assert (language(), language("phone")) == ("st", "st")


def test_what_she_chose_herself_holds_until_her_record_says_another():
    device = her_phone()
    first = client(device, "nomsa", language="en") | {"recorded_at": MARCH}
    record(device, first)
    chooses("zu", APRIL)
    moved = client(device, "nomsa", language="en", given_name="Nomsa") | {"recorded_at": MAY}
    record(device, moved | {"replaces": first["id"]})
    assert language() == "zu", "a correction of her name says nothing new of her language"
    assert language("phone") == "en", "there she chose nothing"
    record(device, client(device, "nomsa", language="st") | {"recorded_at": MAY, "replaces": moved["id"]})
    assert language() == "st"
    chooses("zu", "2026-06-10T09:00:00+02:00")
    contacts.rebuild()
    assert language() == "zu"


def test_a_conversation_goes_on_in_the_language_that_was_corrected():
    device = her_phone()
    record(device, client(device, "nomsa", language="en"), agrees(device, "nomsa"))
    conversation = Conversation.objects.create(
        contact=ContactPoint.objects.get(client=derived_id("nomsa"), channel="sms"), state={"language": "en"}
    )
    ContactPoint.objects.update(language="zu")
    conversation.refresh_from_db()
    conversing.converse(conversation, {"kind": "message", "text": "menu"}, key="k")
    assert conversation.state["language"] == "zu"
