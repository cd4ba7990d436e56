"""SPEC S5, S6 on PostgreSQL: what another writer does between our reading and our writing is never overlooked."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from support.record import MULANJE, TEMBISA, event, phone, registration, someone
from tsela.access.models import Role
from tsela.kernel.ids import derived_id
from tsela.record import store
from tsela.record.actions import ingest, rebuild
from tsela.record.models import Client, Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nurse():
    """A phone at two sites, on a database with more than one writer."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: nobody comes between")
    return phone(someone(Role.NURSE, TEMBISA, MULANJE))


@pytest.fixture
def meanwhile(monkeypatch):
    """meanwhile(events, by): once, just before our next write, someone else's events are committed."""

    def arrange(events, by):
        real, waiting = store.write, [events]

        def write(decision, known):
            if waiting:
                with ThreadPoolExecutor(1) as other:
                    assert {one.status for one in other.submit(in_a_thread, waiting.pop(), by).result()} == {
                        "accepted"
                    }
            real(decision, known)

        monkeypatch.setattr(store, "write", write)

    return arrange


def in_a_thread(events, by):
    try:
        return ingest(events, by=by)
    finally:
        connection.close()


def test_s5_a_client_who_moves_takes_our_event_along(nurse, meanwhile):
    ingest([registration(nurse, "Nomsa", site=TEMBISA)], by=nurse)
    visit = event(nurse, "encounter", "Nomsa", site=TEMBISA)
    meanwhile([registration(nurse, "Nomsa", site=MULANJE, occurred_on="2026-11-03")], nurse)
    assert [one.status for one in ingest([visit], by=nurse)] == ["accepted"]
    assert Event.objects.get(pk=visit["id"]).site == MULANJE


def test_s5_a_client_first_met_elsewhere_is_at_home_there(nurse, meanwhile):
    meanwhile([event(nurse, "encounter", "Nomsa", site=MULANJE)], nurse)
    visit = event(nurse, "encounter", "Nomsa", site=TEMBISA)
    ingest([visit], by=nurse)
    assert Client.objects.get().home == MULANJE
    assert Event.objects.get(pk=visit["id"]).site == MULANJE
    assert rebuild() == 0


def test_s21_the_same_event_by_another_way_is_known(nurse, meanwhile):
    visit = event(nurse, "encounter", "Nomsa", site=TEMBISA)
    meanwhile([visit], nurse)
    assert [one.status for one in ingest([visit], by=nurse)] == ["known"]
    assert Event.objects.count() == 1


def test_s6_numbers_have_no_twin(nurse, meanwhile):
    meanwhile([event(nurse, "encounter", "Zanele", site=TEMBISA)], nurse)
    ingest([event(nurse, "encounter", "Nomsa", site=TEMBISA)], by=nurse)
    assert sorted(Event.objects.values_list("client", "seq")) == sorted(
        [(derived_id("Zanele"), 1), (derived_id("Nomsa"), 2)]
    )
