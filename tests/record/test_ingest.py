"""SPEC S2-S6 and S20-S25: what becomes of an event that a phone sends."""

import pytest

from support.record import MULANJE, TEMBISA, event, phone, registration, someone
from tsela.access.models import Role
from tsela.kernel.ids import derived_id, uuid7
from tsela.record.actions import ingest
from tsela.record.models import Client, Event, ScopeChange, SiteCounter
from tsela.record.queries import all_events, events_of

pytestmark = pytest.mark.django_db


def statuses(results):
    return [(result.status, result.problem.code if result.problem else None) for result in results]


@pytest.fixture
def thandi():
    """A Mentor Mother's phone at Tembisa."""
    return phone(someone(name="Thandi"))


def test_s21_an_event_sent_twice_is_stored_once(thandi):
    visit = event(thandi, "encounter", "Nomsa")
    assert statuses(ingest([visit], by=thandi)) == [("accepted", None)]
    assert statuses(ingest([visit, visit], by=thandi)) == [("known", None)] * 2
    assert Event.objects.count() == 1


def test_s21_an_event_twice_in_one_batch_is_stored_once(thandi):
    visit = event(thandi, "encounter", "Nomsa")
    assert statuses(ingest([visit, visit], by=thandi)) == [("accepted", None), ("known", None)]
    assert Event.objects.count() == 1


def test_s2_the_order_of_keys_is_no_difference_but_true_is_not_1(thandi):
    visit = event(thandi, "encounter", "Nomsa", {"a": 1, "b": 2})
    turned = dict(reversed(visit.items())) | {"answers": {"b": 2, "a": 1}}
    assert statuses(ingest([visit, turned], by=thandi)) == [("accepted", None), ("known", None)]
    assert statuses(ingest([visit | {"answers": {"a": True, "b": 2}}], by=thandi)) == [("refused", "E405")]
    assert events_of([visit["client"]]) == [visit]


REFUSED = {
    "E401 not an object": ("E401", lambda good: 17),
    "E401 a field is missing": ("E401", lambda good: {k: v for k, v in good.items() if k != "mode"}),
    "E401 a field too many": ("E401", lambda good: good | {"seq": 1}),
    "E401 a day that does not exist": ("E401", lambda good: good | {"occurred_on": "2026-02-30"}),
    "E402 someone else's": ("E402", lambda good: good | {"author": uuid7()}),
    "E403 a site that is not hers": ("E403", lambda good: good | {"site": MULANJE}),
    "E406 dated next month": ("E406", lambda good: good | {"occurred_on": "2199-01-01"}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_s22_s23_a_bad_event_is_refused_and_blocks_no_other(thandi, case):
    code, spoil = REFUSED[case]
    before, bad, after = (event(thandi, "encounter", "Nomsa") for _ in range(3))
    results = ingest([before, spoil(bad), after], by=thandi)
    assert statuses(results) == [("accepted", None), ("refused", code), ("accepted", None)]
    assert {stored["id"] for stored in all_events()} == {before["id"], after["id"]}


def test_s23_a_correction_stays_with_its_client_and_form(thandi):
    visit = event(thandi, "encounter", "Nomsa")
    of_another = event(thandi, "encounter", "Zanele", replaces=visit["id"])
    of_another_form = event(thandi, "feeding", "Nomsa", replaces=visit["id"])
    void = event(thandi, "encounter", "Nomsa", replaces=visit["id"]) | {"answers": None}
    assert statuses(ingest([visit, of_another, of_another_form, void], by=thandi)) == [
        ("accepted", None), ("refused", "E404"), ("refused", "E404"), ("accepted", None),
    ]  # fmt: skip


def test_s23_a_correction_of_an_event_not_yet_seen_is_accepted(thandi):
    correction = event(thandi, "encounter", "Nomsa", replaces=uuid7())
    assert statuses(ingest([correction], by=thandi)) == [("accepted", None)]


def test_s23_a_client_of_another_site_is_refused(thandi):
    chikondi = phone(someone(Role.MENTOR_MOTHER, MULANJE))
    ingest([registration(thandi, "Nomsa")], by=thandi)
    assert statuses(ingest([event(chikondi, "encounter", "Nomsa")], by=chikondi)) == [("refused", "E407")]


def test_s5_before_a_registration_home_is_where_she_was_first_met():
    roaming = phone(someone(Role.NURSE, TEMBISA, MULANJE))
    ingest(
        [
            event(roaming, "encounter", "Nomsa", site=TEMBISA),
            event(roaming, "encounter", "Nomsa", site=MULANJE),
        ],
        by=roaming,
    )
    assert list(Event.objects.values_list("site", "seq").order_by("seq")) == [(TEMBISA, 1), (TEMBISA, 2)]


def test_s5_home_is_the_site_of_the_last_live_registration():
    roaming = phone(someone(Role.NURSE, TEMBISA, MULANJE))
    first = registration(roaming, "Nomsa", site=TEMBISA)
    moved = registration(roaming, "Nomsa", site=MULANJE, replaces=first["id"])
    late = registration(
        roaming, "Nomsa", site=TEMBISA, occurred_on="2026-10-01"
    )  # dated before: does not count
    undone = registration(roaming, "Nomsa", site=TEMBISA, replaces=moved["id"]) | {"answers": None}
    homes = []
    for each in (first, moved, late, undone):
        ingest([each], by=roaming)
        homes.append(Client.objects.get().home)
    assert homes == [TEMBISA, MULANJE, MULANJE, TEMBISA]


def test_s6_s33_a_move_is_numbered_at_both_homes():
    roaming = phone(someone(Role.NURSE, TEMBISA, MULANJE))
    first = registration(roaming, "Nomsa", site=TEMBISA)
    moved = registration(roaming, "Nomsa", site=MULANJE, replaces=first["id"])
    ingest([first, moved], by=roaming)
    assert set(ScopeChange.objects.values_list("site", "seq")) == {(TEMBISA, 2), (MULANJE, 1)}
    assert dict(Event.objects.values_list("site", "seq")) == {TEMBISA: 1, MULANJE: 2}
    assert dict(SiteCounter.objects.values_list("site", "seq")) == {TEMBISA: 2, MULANJE: 2}


def test_s30_a_family_of_whom_another_looks_after_an_infant_changes_scope(thandi):
    lindiwe = someone(name="Lindiwe")
    ingest([registration(thandi, "Nomsa"), registration(thandi, "Sipho", mother="Nomsa")], by=thandi)
    assert not ScopeChange.objects.exists()
    ingest([registration(thandi, "Themba", caseload=lindiwe, mother="Nomsa")], by=thandi)
    changed = {derived_id("Nomsa"), derived_id("Sipho")}
    assert set(ScopeChange.objects.values_list("client", flat=True)) == changed


def test_s24_answers_never_refuse_an_event_whatever_they_hold(thandi):
    strange = {
        "given_name": "N\u0000ul",
        "caseload": ["x"],
        "mother": 3,
        "client_group": None,
        "n": 10**400,
        "deep": [[{}]],
    }
    odd = registration(thandi, "Nomsa") | {"answers": strange}
    assert statuses(ingest([odd], by=thandi)) == [("accepted", None)]
    assert events_of([odd["client"]]) == [odd]
    assert Client.objects.get().name == "Nul"
