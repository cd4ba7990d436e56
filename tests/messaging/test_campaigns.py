"""One message to many: who is meant, who is told, once each, by lot; paused, gone on, measured, and its wordings compared."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.accounts import accounts
from messaging.people import agrees, client, her_phone, record, refuses, today
from support.record import TEMBISA, event, someone
from tsela.access.models import Device, Role, Staff
from tsela.kernel.errors import TselaError
from tsela.kernel.ids import derived_id
from tsela.messaging import campaign_preview, campaign_results, campaigns
from tsela.messaging.comparing import compare, newcombe
from tsela.messaging.models import Campaign, ContactPoint, Message
from tsela.messaging.outbox import send_due
from tsela.work.campaigning import plan_campaigns

pytestmark = pytest.mark.django_db(transaction=True)

VACCINES = {
    "purpose": "information", "wordings": ["vaccine_days", "vaccine_days_b"], "values": {"date": "2026-12-01"}, "per_minute": 60,
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Any) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def thandi() -> Device:
    return her_phone()


@pytest.fixture
def officer(thandi: Device) -> Staff:
    return someone(Role.ME_OFFICER, TEMBISA)


def mother(device: Device, name: str, place: int, **answers: Any) -> list[dict[str, Any]]:
    """A client who agreed to health information by SMS."""
    number = f"+2782{place:07}"
    return [client(device, name, number, **answers), agrees(device, name, "sms", "information")]


def many(device: Device, count: int) -> None:
    record(device, *(one for place in range(count) for one in mother(device, f"client{place}", place)))


def draft(by: Staff, audience: str = "", **given: Any) -> Campaign:
    told = {"title": "Vaccine days", "sites": [TEMBISA], **VACCINES, **given}
    return campaigns.create(audience=audience, by=by, **told)


def going(by: Staff, audience: str = "", **given: Any) -> Campaign:
    """Started and planned by the worker."""
    made = draft(by, audience, **given)
    campaigns.start(made, by=by)
    plan_campaigns()
    made.refresh_from_db()
    return made


def told(campaign: Campaign) -> list[str]:
    """Whom it was planned for."""
    return sorted(Message.objects.filter(campaign=campaign.pk).values_list("contact__client", flat=True))


def test_it_is_for_those_of_whom_its_condition_holds(thandi: Device, officer: Staff):
    record(
        thandi,
        *mother(thandi, "lerato", 1, birth_date="1999-01-01"),
        *mother(thandi, "zodwa", 2, birth_date="1970-01-01"),
    )
    assert told(going(officer, "age birth_date < 40 years")) == [derived_id("lerato")]
    assert len(told(going(officer))) == 2


def test_only_who_agreed_to_information_and_can_be_told_gets_it(thandi: Device, officer: Staff):
    child_of_ten = f"{timezone.localdate().year - 10}-01-01"
    record(
        thandi, *mother(thandi, "agrees", 1), *mother(thandi, "ended it", 2), refuses(thandi, "ended it", "information"),
        client(thandi, "never asked", "+27820000003"), client(thandi, "reminders only", "+27820000004"), agrees(thandi, "reminders only"),
        *mother(thandi, "said stop", 5), *mother(thandi, "ten years old", 6, birth_date=child_of_ten),
    )  # fmt: skip
    ContactPoint.objects.filter(client=derived_id("said stop")).update(stopped_at=timezone.now())
    made = going(officer)
    assert told(made) == [derived_id("agrees")]
    with_reasons = campaign_preview.preview(made, [[Drawn(one) for one in clients()]], timezone.now())
    assert with_reasons.matching == 6
    assert with_reasons.reached == 1
    assert with_reasons.reasons == {"no_consent": 3, "stopped": 1, "minor": 1}


def test_of_very_many_the_first_by_lot_are_looked_at_and_all_are_counted(
    thandi: Device, officer: Staff, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(campaign_preview, "LOOKED_AT", 5)
    many(thandi, 4)
    made = draft(officer)
    lots = [[Drawn(derived_id(f"client{n}")) for n in some] for some in ((0, 1, 7), (2, 8, 3), (9,))]
    campaign_preview.keep(made, lots, timezone.now())
    made.refresh_from_db()
    found = campaign_preview.Preview.of(made.preview)
    assert (found.matching, found.looked_at, found.reached, dict(found.reasons)) == (
        7,
        5,
        3,
        {"no_contact": 2},
    )
    assert found == campaign_preview.preview(made, lots, timezone.now()), "as it was stored"


def test_planned_twice_each_gets_one(thandi: Device, officer: Staff):
    many(thandi, 12)
    made = going(officer)
    Campaign.objects.filter(pk=made.pk).update(status="planning", planned_to="", planned_all=False)
    plan_campaigns()
    assert Message.objects.filter(campaign=made.pk).count() == 12


def test_at_its_pace(thandi: Device, officer: Staff):
    many(thandi, 4)
    going(officer, per_minute=30)
    due = sorted(Message.objects.values_list("due_at", flat=True))
    assert [(one - due[0]).total_seconds() for one in due] == [0, 2, 4, 6]


def test_the_first_so_many_then_it_waits_for_a_person(thandi: Device, officer: Staff):
    many(thandi, 10)
    made = going(officer, first=3)
    assert (made.status, len(told(made))) == ("paused", 3)
    ContactPoint.objects.update(hours_from=0, hours_to=24 * 60)
    assert send_due(timezone.now() + timedelta(minutes=1)) == 3  # they leave, the rest waits
    plan_campaigns()
    assert len(told(made)) == 3
    campaigns.go_on(made, by=officer)
    plan_campaigns()
    made.refresh_from_db()
    assert (made.status, made.planned, len(told(made))) == ("running", 10, 10)


def test_a_pause_holds_what_has_not_left_and_keeps_the_pace(thandi: Device, officer: Staff):
    many(thandi, 2)
    made = going(officer, per_minute=1)
    before = Message.objects.order_by("due_at").last().due_at  # type: ignore[union-attr]
    campaigns.pause(made, by=officer)
    Campaign.objects.filter(pk=made.pk).update(paused_at=timezone.now() - timedelta(hours=1))
    made.refresh_from_db()
    campaigns.go_on(made, by=officer)
    after = Message.objects.order_by("due_at").last().due_at  # type: ignore[union-attr]
    assert after - before >= timedelta(hours=1)
    with pytest.raises(TselaError, match="E751"):
        campaigns.go_on(made, by=officer)


def test_what_is_paused_does_not_leave(thandi: Device, officer: Staff):
    many(thandi, 2)
    ContactPoint.objects.update(hours_from=0, hours_to=24 * 60)
    made = going(officer, per_minute=4800)
    campaigns.pause(made, by=officer)
    later = timezone.now() + timedelta(minutes=1)
    assert send_due(later) == 0
    campaigns.go_on(made, by=officer)
    send_due(later)
    assert set(Message.objects.values_list("status", flat=True)) <= {"sent", "delivered"}


def test_stopped_for_good_takes_back_what_waits(thandi: Device, officer: Staff):
    many(thandi, 3)
    made = going(officer)
    assert campaigns.stop(made, by=officer) == 3
    assert set(Message.objects.values_list("status", flat=True)) == {"cancelled"}


def test_before_its_hour_nothing_is_planned(thandi: Device, officer: Staff):
    many(thandi, 1)
    assert told(going(officer, starts_at=timezone.now() + timedelta(days=1))) == []


def test_the_day_that_its_words_name_is_in_every_message(thandi: Device, officer: Staff):
    many(thandi, 2)
    ContactPoint.objects.update(hours_from=0, hours_to=24 * 60, language="en")
    made = going(officer, per_minute=4800)
    send_due(timezone.now() + timedelta(minutes=1))
    texts = Message.objects.filter(campaign=made.pk).values_list("text", flat=True)
    assert len(texts) == 2
    assert all("1 December 2026" in text for text in texts)


def test_who_would_get_nothing_since_its_words_are_withheld_is_counted_so(
    thandi: Device, officer: Staff, settings: Any
):
    many(thandi, 2)
    settings.CHANNELS = accounts()  # live
    made = draft(officer, wordings=["covid_facts"], values={})
    found = campaign_preview.preview(
        made, [[Drawn(derived_id(f"client{n}")) for n in range(2)]], timezone.now()
    )
    assert (found.matching, found.reached, dict(found.reasons)) == (2, 0, {"not_reviewed": 2})


def test_stop_is_no_answer(thandi: Device, officer: Staff):
    many(thandi, 1)
    made = going(officer)
    yesterday = timezone.now() - timedelta(hours=20)
    Message.objects.update(status="sent", sent_at=yesterday)
    contact = Message.objects.get().contact
    Message.objects.create(
        key="in:1", contact=contact, outgoing=False, status="received", due_at=timezone.now(), text="STOP"
    )
    ContactPoint.objects.update(stopped_at=timezone.now())
    arms = campaign_results.results(made).arms
    assert (sum(arm.answered for arm in arms), sum(arm.stopped for arm in arms)) == (0, 1)
    assert campaign_results.totals(made)["answered"] == 0


def test_what_came_of_it_by_wording(thandi: Device, officer: Staff):
    many(thandi, 20)
    made = going(officer)
    yesterday = timezone.now() - timedelta(hours=20)
    Message.objects.update(status="sent", sent_at=yesterday)
    first = Message.objects.filter(message="vaccine_days").first()
    assert first is not None
    Message.objects.filter(pk=first.pk).update(status="read")
    Message.objects.create(
        key="in:1",
        contact=first.contact,
        outgoing=False,
        status="received",
        due_at=timezone.now(),
        text="Yes",
    )
    visit = {"appointment_date": today(), "attended": "yes", "attended_date": today()}
    record(thandi, event(thandi, "attendance", first.contact.client or "", visit, occurred_on=today()))
    arms = {arm.wording: arm for arm in campaign_results.results(made).arms}
    assert sum(arm.planned for arm in arms.values()) == sum(arm.sent for arm in arms.values()) == 20
    assert min(arm.planned for arm in arms.values()) >= 3
    one = arms["vaccine_days"]
    assert (one.delivered, one.read, one.answered, one.came) == (1, 1, 1, 1)
    assert (arms["vaccine_days_b"].answered, arms["vaccine_days_b"].came) == (0, 0)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"title": " "}, "E750"),
        ({"wordings": []}, "E750"),
        ({"wordings": ["vaccine_day"]}, "E750"),
        ({"wordings": ["visit_soon"]}, "E750"),
        ({"values": {}}, "E750"),
        ({"wordings": ["pregnancy_news"]}, "E750"),
        ({"per_minute": 0}, "E750"),
        ({"first": -1}, "E750"),
        ({"sites": ["MW-MJ-MULANJE"]}, "E750"),
        ({"audience": "pregnent"}, "E752"),
        ({"audience": "any hiv_test where result = postive"}, "E752"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_before_anything_is_planned(officer: Staff, given: dict[str, Any], code: str):
    with pytest.raises(TselaError, match=code):
        draft(officer, **given)
    assert not Campaign.objects.exists()


def test_a_mentor_mother_sends_no_campaigns(thandi: Device):
    with pytest.raises(TselaError, match="E503"):
        draft(thandi.staff)


def test_the_interval_of_a_difference_is_that_of_newcombe():
    """The examples of Newcombe (1998), table II, method 10."""
    assert newcombe(48, 80, 56, 70) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe(3, 10, 9, 10) == pytest.approx((0.1705, 0.8090), abs=5e-5)
    assert newcombe(0, 10, 10, 10) == pytest.approx((0.6075, 1.0), abs=5e-5)


def test_wordings_differ_only_where_chance_does_not_explain_it():
    same = compare({"a": (50, 500), "b": (55, 500)})[0]
    other = compare({"a": (50, 500), "b": (110, 500)})[0]
    assert (same.differs, other.differs) == (False, True)
    assert other.low < other.difference < other.high
    assert compare({"a": (0, 0), "b": (1, 2)}) == []
    pairs = compare({"a": (10, 100), "b": (20, 100), "c": (22, 100)})
    assert [one.p for one in pairs] == sorted(one.p for one in pairs)


class Drawn:
    """A client, and a lot like another."""

    def __init__(self, client: str) -> None:
        self.client, self.lot = client, "0" * 32


def clients() -> list[str]:
    names = ("agrees", "ended it", "never asked", "reminders only", "said stop", "ten years old")
    return [derived_id(name) for name in names]
