"""Who a client is, computed as events come, equals who she is computed from the whole log."""

import random

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from support.record import MULANJE, TEMBISA, event, phone, registration, someone
from tsela.access.models import Role
from tsela.kernel.ids import derived_id
from tsela.record.actions import ingest, rebuild
from tsela.record.models import Client, Event
from tsela.record.projection import Person, live_events, person

pytestmark = pytest.mark.django_db
WOMEN = ("Nomsa", "Zanele", "Sipho", "Themba")


def random_batch(rng, device, sent):
    """Visits and registrations, corrections and voids, mothers and moves."""
    for _ in range(rng.randint(1, 6)):
        woman, site = rng.choice(WOMEN), rng.choice([TEMBISA, MULANJE])
        dated = {"site": site, "occurred_on": f"2026-10-{rng.randint(1, 9):02}"}
        if rng.random() < 0.4:
            made = event(device, "encounter", woman, **dated)
        else:
            made = registration(device, woman, mother=rng.choice(["", *WOMEN]), **dated)
        same = [old for old in sent if (old["client"], old["form"]) == (made["client"], made["form"])]
        if same and rng.random() < 0.5:
            made |= {"replaces": rng.choice(same)["id"]}
            made |= {"answers": None} if rng.random() < 0.3 else {}
        sent.append(made)
        yield made


@pytest.mark.parametrize("seed", range(12))
def test_rebuilt_clients_equal_those_kept_event_by_event(seed):
    rng, sent = random.Random(seed), []
    device = phone(someone(Role.NURSE, TEMBISA, MULANJE))
    for _ in range(12):
        ingest(list(random_batch(rng, device, sent)), by=device)
    before = list(Client.objects.order_by("pk").values())
    assert rebuild() == 0
    assert list(Client.objects.order_by("pk").values()) == before


def test_a_damaged_table_of_clients_is_made_again():
    device = phone(someone())
    ingest([registration(device, "Nomsa"), registration(device, "Zanele")], by=device)
    right = list(Client.objects.order_by("pk").values())
    Client.objects.filter(pk=derived_id("Nomsa")).update(home=MULANJE)
    Client.objects.filter(pk=derived_id("Zanele")).delete()
    Client.objects.create(id=derived_id("nobody"), home=TEMBISA, first_site=TEMBISA)
    assert rebuild() == 3
    assert list(Client.objects.order_by("pk").values()) == right


def test_the_database_refuses_to_change_an_event():
    device = phone(someone())
    ingest([registration(device, "Nomsa")], by=device)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Event.objects.update(body="{}")


CHAINS = [
    ("one event stands", {"a": None}, {"a"}),
    ("a correction stands for what it corrects", {"a": None, "b": "a"}, {"b"}),
    ("of two corrections the later id stands", {"a": None, "b": "a", "c": "a"}, {"c"}),
    ("also where a longer fork is older", {"a": None, "b": "a", "c": "b", "d": "a"}, {"d"}),
    ("a correction of what is not here stands on its own", {"b": "a"}, {"b"}),
    ("two corrections of what is not here share a root", {"b": "a", "c": "a"}, {"c"}),
    ("a circle stands for nothing", {"a": "b", "b": "a"}, set()),
    ("nor does what hangs on it", {"a": "b", "b": "a", "c": "a"}, set()),
    ("an event that replaces itself stands for nothing", {"a": "a"}, set()),
]


@pytest.mark.parametrize(
    ("name", "chain", "live"), CHAINS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_r1_r2_which_events_are_live(name, chain, live):
    events = [{"id": id, "replaces": target} for id, target in chain.items()]
    assert {event["id"] for event in live_events(events)} == live


@given(st.permutations(range(6)), st.randoms())
def test_the_order_of_arrival_makes_no_difference(order, rng):
    registrations = [
        {"id": f"{n}", "replaces": f"{n - 2}" if n > 3 else None, "site": f"S{n}", "occurred_on": f"2026-01-0{n % 3 + 1}",
         "answers": {"given_name": f"N{n}"} if n != 5 else None}
        for n in range(6)
    ]  # fmt: skip
    nobody = Person("c", home="X", first_site="X")
    assert person(nobody, [registrations[n] for n in order]) == person(nobody, registrations)
