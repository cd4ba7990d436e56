"""Of many at once: the same contact points as of each alone, and the same rows as a message of its own."""

import random
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection

from support.record import MULANJE, TEMBISA
from tsela.kernel.ids import derived_id
from tsela.messaging.channels.simulator import Simulator
from tsela.messaging.consent import years_between
from tsela.messaging.models import Consent, ContactPoint, Message
from tsela.messaging.queue import put_in
from tsela.messaging.reaching import Reach
from tsela.messaging.readers import best

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
AGES = (0, 11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 40)
BORN = [date(2026 - age, 11, day) for age in AGES for day in (19, 20, 21)]
FIELDS: dict[str, list[Any]] = {
    "channel": ["sms", "sms", "whatsapp", "phone"], "country": ["ZA", "MW", "MZ", "XX", ""], "site": [TEMBISA, MULANJE, ""],
    "owner": ["own", "own", "shared", "other", "unknown"], "readers_know": [True, False], "assent": [True, False],
    "tier": ["covert", "overt"], "born_on": [None, *BORN], "stopped_at": [None, None, None, NOON],
    "suspended_at": [None, None, None, NOON], "hours_from": [0, 480, 1200],
}  # fmt: skip


def women(count: int, rng: random.Random) -> list[str]:
    """Clients with one to three contact points and any consents, no two alike."""
    clients = [derived_id(place) for place in range(count)]
    contacts = [
        ContactPoint(client=client, address=f"+27{place}", **{name: rng.choice(some) for name, some in FIELDS.items()})
        for place, client in enumerate(clients + rng.choices(clients, k=count))
    ]  # fmt: skip
    ContactPoint.objects.bulk_create(contacts)
    Consent.objects.bulk_create([
        Consent(contact=one, purpose=purpose, granted=rng.random() < 0.8, given_on=NOON.date())
        for one in contacts for purpose in ("messages", "information") if rng.random() < 0.8
    ])  # fmt: skip
    return clients


@pytest.mark.parametrize("purpose", ["information", "support"])
def test_who_may_be_told_is_the_same_asked_together_and_one_by_one(settings: Any, purpose: str):
    settings.CHANNELS = {
        "sms": Simulator("sms", "sms", frozenset({"ZA", "MW", ""})), "whatsapp": Simulator("whatsapp"),
    }  # fmt: skip
    clients = women(800, random.Random(purpose))
    alone = {
        client: best(ContactPoint.objects.filter(client=client), purpose, NOON) for client in clients
    }  # fmt: skip
    together = Reach(purpose, NOON).of([*clients, derived_id("nobody")])
    assert together == {client: contact.pk for client, contact in alone.items() if contact}
    assert 100 < len(together) < 700
    young = ContactPoint.objects.filter(pk__in=together.values(), born_on__gt=date(2005, 1, 1)).values_list(
        "born_on", flat=True
    )
    assert {years_between(born, NOON.date()) for born in young if born} > {12, 15, 18}


def test_of_a_million_contact_points_only_theirs_are_read():
    reach = Reach("information", NOON)
    plan = reach.agreed([derived_id("nomsa")]).explain()
    if connection.vendor == "sqlite":  # PostgreSQL decides by the size of the table
        assert "USING INDEX messaging_contactpoint_client" in plan
        assert "SCAN messaging" not in plan


def test_put_in_together_they_are_as_messages_of_their_own():
    contact = ContactPoint.objects.create(channel="sms", address="+27821234567", country="ZA")
    east = timezone(timedelta(hours=2))
    told = {
        "outgoing": True,
        "purpose": "information",
        "campaign": 1,
        "status": "queued",
        "values": {"date": "2026-12-01", "it's": '"'},
    }
    due = [NOON, NOON + timedelta(microseconds=1), NOON.astimezone(east), NOON.replace(microsecond=500_000)]
    rows = [
        (f"'{place}\" ?", contact.pk, "vaccine_days", at, at + timedelta(days=7))
        for place, at in enumerate(due)
    ]
    columns = ("key", "contact_id", "message", "due_at", "expires_at")
    put_in(Message(**told), columns, rows)
    put_in(Message(**told), columns, [*rows[1:], ("new", *rows[0][1:])])  # again, and one that is new
    put_in(Message(**told), columns, [])
    stored = list(Message.objects.order_by("id"))
    assert [one.key for one in stored] == [*(row[0] for row in rows), "new"]
    for one, row in zip(stored, rows, strict=False):
        alone = Message.objects.create(**told, **dict(zip(columns, ("alone", *row[1:]), strict=True)))
        together, apart = (Message.objects.filter(pk=pk).values().get() for pk in (one.pk, alone.pk))
        differ = {name for name, value in together.items() if apart[name] != value}
        assert differ == {"id", "key", "created_at"}
        assert Message.objects.filter(due_at=row[3], pk=one.pk).exists()  # and is compared as they are
        alone.delete()
