"""SPEC S30-S35: what a phone gets, and what it must let go of."""

import pytest

from support.phones import Phone, through_django
from support.record import MULANJE, TEMBISA, event, phone, registration, someone
from tsela.access.actions import set_sites
from tsela.access.models import AuditEntry, Role
from tsela.kernel.ids import derived_id
from tsela.record import pull

pytestmark = pytest.mark.django_db
NOMSA, SIPHO, ZANELE = derived_id("Nomsa"), derived_id("Sipho"), derived_id("Zanele")


@pytest.fixture
def hand(client):
    """hand(staff) → her phone's row, and a phone that syncs for it."""

    def make(staff):
        device = phone(staff)
        return device, Phone(through_django(client, device.id))

    return make


def fresh(client, held: Phone, device) -> Phone:
    """A second phone with the same token that has seen nothing: what the first must equal."""
    return Phone(through_django(client, device.id)).pull()


def test_s30_a_mentor_mother_sees_her_caseload_and_their_infants(hand):
    thandi, her_phone = hand(someone())
    lindiwe, other_phone = hand(someone())
    her_phone.push([registration(thandi, "Nomsa"), event(thandi, "encounter", "Nomsa")])
    other_phone.push([registration(lindiwe, "Zanele"), registration(lindiwe, "Sipho", mother="Nomsa")])
    assert her_phone.pull().clients() == {NOMSA, SIPHO}
    assert other_phone.pull().clients() == {ZANELE, SIPHO, NOMSA}  # the mother of her infant client


def test_s30_a_family_is_seen_whole_also_where_its_infants_have_different_mentor_mothers(hand, client):
    thandi, her_phone = hand(someone())
    lindiwe, other_phone = hand(someone())
    born = registration(lindiwe, "Sipho", mother="Nomsa")
    other_phone.push([born, registration(lindiwe, "Zanele")])
    her_phone.push([registration(thandi, "Nomsa"), registration(thandi, "Thabo", mother="Nomsa")])
    family = {NOMSA, SIPHO, derived_id("Thabo")}
    assert her_phone.pull().clients() == family
    assert other_phone.pull().clients() == {ZANELE, *family}
    other_phone.push([registration(lindiwe, "Sipho", mother="Zanele", replaces=born["id"])])
    assert other_phone.pull().clients() == {SIPHO, ZANELE}
    assert her_phone.pull().clients() == {NOMSA, derived_id("Thabo")}
    assert her_phone.events == fresh(client, her_phone, thandi).events
    assert other_phone.events == fresh(client, other_phone, lindiwe).events


@pytest.mark.parametrize("role", [Role.SITE_COORDINATOR, Role.NURSE, Role.LINKAGE_OFFICER, Role.ME_OFFICER])
def test_s30_others_see_who_is_at_home_at_their_sites(hand, role):
    thandi, her_phone = hand(someone())
    her_phone.push([registration(thandi, "Nomsa"), event(thandi, "encounter", "Zanele")])
    assert hand(someone(role))[1].pull().clients() == {NOMSA, ZANELE}
    assert hand(someone(role, MULANJE))[1].pull().clients() == set()


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.ADMIN])
def test_who_needs_no_records_gets_none(hand, role):
    assert hand(someone(role))[1].send("GET", "pull")[0] == 403


def test_s31_nothing_new_is_204(hand):
    thandi, her_phone = hand(someone())
    assert her_phone.send("GET", "pull")[0] == 204
    her_phone.push([registration(thandi, "Nomsa")])
    her_phone.pull()
    assert her_phone.send("GET", f"pull?cursor={her_phone.cursor}")[0] == 204


def test_s31_rows_stand_in_the_order_of_columns_and_say_what_was_sent(hand):
    thandi, her_phone = hand(someone())
    woman = registration(thandi, "Nomsa")
    her_phone.push([woman])
    assert her_phone.pull().events == {woman["id"]: woman}
    page = her_phone.pages[0]
    assert page["events"]["columns"][-1] == "seq"
    assert page["events"]["rows"][0][-1] == 1
    assert page["programme"]


def test_s32_a_first_sync_comes_in_pages_and_misses_nothing_written_meanwhile(hand, client, monkeypatch):
    monkeypatch.setattr(pull, "PAGE", 7)
    monkeypatch.setattr(pull, "CLIENTS", 2)
    thandi, her_phone = hand(someone())
    for woman in ("Nomsa", "Zanele", "Ayanda", "Buhle"):
        her_phone.push([registration(thandi, woman), *(event(thandi, "encounter", woman) for _ in range(9))])
    second = Phone(her_phone.send)
    while second.pull_page():
        her_phone.push(
            [event(thandi, "encounter", "Nomsa"), registration(thandi, f"new {len(second.pages)}")]
        )
    second.pull()
    assert all(len(page["events"]["rows"]) <= 7 for page in second.pages)
    assert second.events == fresh(client, her_phone, thandi).events
    assert len(second.pages) > 6


def test_s33_a_client_who_moves_leaves_one_scope_and_enters_another_whole(hand, client):
    nurse, roaming = hand(someone(Role.NURSE, TEMBISA, MULANJE))
    _, phone_here = hand(someone(Role.SITE_COORDINATOR, TEMBISA))
    there, phone_there = hand(someone(Role.SITE_COORDINATOR, MULANJE))
    woman = registration(nurse, "Nomsa", site=TEMBISA)
    roaming.push(
        [woman, event(nurse, "encounter", "Nomsa", site=TEMBISA), registration(nurse, "Zanele", site=MULANJE)]
    )
    assert phone_here.pull().clients() == {NOMSA}
    assert phone_there.pull().clients() == {ZANELE}
    roaming.push([registration(nurse, "Nomsa", site=MULANJE, replaces=woman["id"])])
    assert phone_here.pull().clients() == set()
    assert phone_there.pull().clients() == {NOMSA, ZANELE}
    assert len([1 for each in phone_there.events.values() if each["client"] == NOMSA]) == 3
    assert NOMSA in phone_here.pages[-1]["leave"]
    assert phone_there.pages[-1]["enter"] == [NOMSA]
    assert phone_there.events == fresh(client, phone_there, there).events
    assert roaming.pull().clients() == {NOMSA, ZANELE}


def test_s33_a_client_given_to_a_colleague(hand, client):
    thandi, her_phone = hand(someone())
    lindiwe, other_phone = hand(someone())
    woman = registration(thandi, "Nomsa")
    her_phone.push([woman, registration(thandi, "Sipho", mother="Nomsa"), event(thandi, "feeding", "Sipho")])
    assert her_phone.pull().clients() == {NOMSA, SIPHO}
    her_phone.push([registration(thandi, "Nomsa", caseload=lindiwe.staff, replaces=woman["id"])])
    assert other_phone.pull().clients() == {NOMSA, SIPHO}
    assert other_phone.events == fresh(client, other_phone, lindiwe).events
    assert her_phone.pull().clients() == {
        NOMSA,
        SIPHO,
    }  # the infant is still hers, and so she sees his mother
    her_phone.push(
        [registration(thandi, "Sipho", mother="Nomsa", caseload=lindiwe.staff, occurred_on="2026-11-03")]
    )
    assert her_phone.pull().clients() == set()


def test_s33_a_caseload_reaches_a_site_that_is_not_hers(hand, client):
    thandi, her_phone = hand(someone())
    nurse, roaming = hand(someone(Role.NURSE, TEMBISA, MULANJE))
    woman = registration(nurse, "Nomsa", caseload=thandi.staff, site=TEMBISA)
    roaming.push([woman])
    assert her_phone.pull().clients() == {NOMSA}
    roaming.push([registration(nurse, "Nomsa", caseload=thandi.staff, site=MULANJE, replaces=woman["id"])])
    roaming.push(
        [event(nurse, "encounter", "Nomsa", site=MULANJE), registration(nurse, "Zanele", site=MULANJE)]
    )
    her_phone.pull()
    roaming.push([event(nurse, "encounter", "Nomsa", site=MULANJE)])
    assert her_phone.pull().events == fresh(client, her_phone, thandi).events
    assert her_phone.clients() == {NOMSA}
    assert len(her_phone.events) == 4


def test_s33_a_site_gained_and_lost(hand, client):
    nurse, her_phone = hand(someone(Role.NURSE, TEMBISA))
    malawian, phone_there = hand(someone(Role.MENTOR_MOTHER, MULANJE))
    her_phone.push([registration(nurse, "Nomsa")])
    phone_there.push([registration(malawian, "Zanele"), event(malawian, "encounter", "Zanele")])
    assert her_phone.pull().clients() == {NOMSA}
    set_sites(nurse.staff, [TEMBISA, MULANJE])
    assert her_phone.pull().clients() == {NOMSA, ZANELE}
    set_sites(nurse.staff, [MULANJE])
    assert her_phone.pull().clients() == {ZANELE}
    assert her_phone.events == fresh(client, her_phone, nurse).events


def test_s33_another_role_another_scope(hand):
    staff = someone(Role.SITE_COORDINATOR)
    _, her_phone = hand(staff)
    thandi, other_phone = hand(someone())
    other_phone.push([registration(thandi, "Nomsa"), registration(thandi, "Zanele", caseload=staff)])
    assert her_phone.pull().clients() == {NOMSA, ZANELE}
    staff.role = Role.MENTOR_MOTHER
    staff.save()
    assert her_phone.pull().clients() == {ZANELE}


def test_s33_who_was_long_away_gets_whole_histories_and_lets_go(hand, client, monkeypatch):
    monkeypatch.setattr(pull, "FAR", 5)
    thandi, her_phone = hand(someone())
    lindiwe, other_phone = hand(someone())
    woman = registration(thandi, "Nomsa")
    her_phone.push([woman, registration(thandi, "Zanele")])
    her_phone.pull()
    other_phone.push([registration(lindiwe, "Nomsa", replaces=woman["id"])])
    her_phone.push([event(thandi, "encounter", "Zanele") for _ in range(9)])
    assert her_phone.pull().clients() == {ZANELE}
    assert her_phone.events == fresh(client, her_phone, thandi).events


def test_s31_many_who_enter_at_once_come_in_pages(hand, client, monkeypatch):
    monkeypatch.setattr(pull, "PAGE", 10)
    thandi, her_phone = hand(someone())
    lindiwe, other_phone = hand(someone())
    women = [registration(thandi, f"woman {n}") for n in range(8)]
    her_phone.push([*women, *(event(thandi, "encounter", f"woman {n % 8}") for n in range(24))])
    other_phone.pull()
    her_phone.push(
        [
            registration(lindiwe, f"woman {n}", replaces=woman["id"], author=thandi.staff_id)
            for n, woman in enumerate(women)
        ]
    )
    other_phone.pull()
    assert other_phone.events == fresh(client, other_phone, lindiwe).events
    assert len(other_phone.events) == 40
    assert all(len(page["events"]["rows"]) <= 10 for page in other_phone.pages)


def test_s35_a_lost_answer_is_asked_for_again(hand):
    thandi, her_phone = hand(someone())
    her_phone.push([registration(thandi, "Nomsa")])
    first = her_phone.send("GET", "pull")
    assert first == her_phone.send("GET", "pull")


def test_a_cursor_that_is_not_ours_is_refused(hand):
    _, her_phone = hand(someone())
    for cursor in ("x", "AAAA", "%00", "kwECAw"):
        assert her_phone.send("GET", f"pull?cursor={cursor}")[1]["error"]["code"] == "E400"


def test_what_is_read_is_audited(hand):
    thandi, her_phone = hand(someone())
    her_phone.push([registration(thandi, "Nomsa")])
    her_phone.pull()
    entry = AuditEntry.objects.get(action="record.pull")
    assert (entry.actor, entry.detail) == (f"device:{thandi.id}", '{"enter": 1, "events": 1, "leave": 0}')


def test_s40_the_programme_with_its_etag(hand):
    from support.phones import through_django  # noqa: F401

    _, her_phone = hand(someone())
    status, bundle = her_phone.send("GET", "programme")
    assert status == 200
    assert {"version", "name", "languages", "tables", "forms", "locales", "ui"} <= set(bundle)


def test_s40_an_unchanged_programme_is_304(client):
    device = phone(someone())
    headers = {"Authorization": f"Bearer {device.id}"}
    etag = client.get("/api/v1/programme", headers=headers).headers["ETag"]
    assert client.get("/api/v1/programme", headers=headers | {"If-None-Match": etag}).status_code == 304


def test_s40_a_phone_asks_for_the_words_of_one_language(client):
    headers = {"Authorization": f"Bearer {phone(someone()).id}"}
    for asked, given in (
        ("?words=xh", {"xh"}),
        ("?words=en", set()),
        ("?words=nobody", set()),
        ("", {"zu", "xh", "st", "tn", "ss"}),
    ):
        assert set(client.get(f"/api/v1/programme{asked}", headers=headers).json()["locales"]) == given


def test_answers_are_packed_as_the_phone_can_read_them(client):
    device = phone(someone())
    headers = {"Authorization": f"Bearer {device.id}"}
    for accepts, encoding in (("zstd, gzip", "zstd"), ("gzip", "gzip"), ("", None)):
        answer = client.get("/api/v1/programme", headers=headers | {"Accept-Encoding": accepts})
        assert answer.headers.get("Content-Encoding") == encoding
