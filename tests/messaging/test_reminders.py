"""From plans to reminders, and back where a task is done, moved or no longer wanted (MESSAGES M31, M51)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.people import NUMBER, agrees, client, her_phone, record, refuses, today
from messaging.test_through import Client, send_all
from support.record import event
from tsela.access.models import Device
from tsela.kernel.ids import derived_id
from tsela.messaging.channels.simulator import Simulator
from tsela.messaging.models import CallTask, ContactPoint, Message
from tsela.record.actions import ingest
from tsela.record.queries import events_of
from tsela.work.subscriptions import follow_all

pytestmark = pytest.mark.django_db
IN_TEN_DAYS = date.fromisoformat(today()) + timedelta(days=10)


@pytest.fixture(autouse=True)
def simulated(settings: Any) -> None:
    settings.CHANNELS = {"wa": Simulator("wa"), "sms": Simulator("sms", kind="sms")}


@pytest.fixture
def device() -> Device:
    device = her_phone()
    record(device, client(device, "nomsa"), agrees(device, "nomsa"))
    follow_all()
    return device


def writes(device: Device, *events: dict[str, Any]) -> None:
    """She records something, and what follows has followed."""
    assert not [result.problem for result in ingest(list(events), by=device) if result.problem]
    follow_all()


def appointment(
    device: Device, day: date = IN_TEN_DAYS, service: str = "art", **fields: Any
) -> dict[str, Any]:
    answers = {"appointment_date": day.isoformat(), "service": service}
    return event(device, "appointment", "nomsa", answers, occurred_on=today(), **fields)


def waiting() -> list[tuple[str, str, str]]:
    """(message, local day, date that it names) of what waits."""
    rows = Message.objects.filter(status__in=("queued", "waiting")).exclude(task="").order_by("due_at")
    return [
        (row.message, timezone.localtime(row.due_at).strftime("%m-%d %H:%M"), row.values["date"])
        for row in rows
    ]


def at(days_before: int, day: date = IN_TEN_DAYS) -> str:
    return f"{day - timedelta(days=days_before):%m-%d} 09:00"


def test_an_appointment_is_reminded_of_a_week_and_a_day_before_in_the_morning(device: Device) -> None:
    writes(device, appointment(device))
    assert waiting() == [
        ("visit_soon", at(7), IN_TEN_DAYS.isoformat()),
        ("visit_soon", at(1), IN_TEN_DAYS.isoformat()),
    ]


def test_planning_again_changes_nothing(device: Device) -> None:
    writes(device, appointment(device))
    before = waiting()
    writes(device, event(device, "encounter", "nomsa", {}, occurred_on=today()))
    assert waiting() == before


def test_a_moved_appointment_is_reminded_of_on_its_new_day(device: Device) -> None:
    old = appointment(device)
    writes(device, old)
    later = IN_TEN_DAYS + timedelta(days=5)
    writes(device, appointment(device, later, replaces=old["id"]))
    assert [row[2] for row in waiting()] == [later.isoformat()] * 2


@pytest.mark.parametrize("end", ["consent", "void", "exit"])
def test_nothing_waits_after(end: str, device: Device) -> None:
    one = appointment(device)
    writes(device, one)
    ends = {
        "consent": refuses(device, "nomsa"),
        "void": event(device, "appointment", "nomsa", replaces=one["id"], occurred_on=today())
        | {"answers": None},
        "exit": event(
            device, "exit", "nomsa", {"exit_date": today(), "reason": "moved"}, occurred_on=today()
        ),
    }
    writes(device, ends[end])
    assert waiting() == []


def test_who_agrees_again_is_reminded_again(device: Device) -> None:
    writes(device, appointment(device), refuses(device, "nomsa"))
    assert waiting() == []
    writes(device, agrees(device, "nomsa"))
    assert len(waiting()) == 2


def test_who_never_agreed_is_not_reminded() -> None:
    device = her_phone()
    record(device, client(device, "nomsa"))
    writes(device, appointment(device))
    assert waiting() == []


def morning(days_before: int) -> datetime:
    day = IN_TEN_DAYS - timedelta(days=days_before)
    return datetime.combine(day, datetime.min.time(), tzinfo=timezone.get_current_timezone()) + timedelta(
        hours=9, minutes=1
    )


def test_it_is_sent_when_its_time_comes_and_not_before(device: Device) -> None:
    writes(device, appointment(device))
    assert send_all(morning(8)) == 0
    assert send_all(morning(7)) > 0
    sent = Message.objects.get(status="sent")
    assert "We look forward to seeing you on" in sent.text
    assert sent.text.startswith("Hello nomsa")


def test_what_was_recorded_a_moment_ago_and_is_not_yet_planned_holds_it_back(device: Device) -> None:
    writes(device, appointment(device))
    void = event(device, "exit", "nomsa", {"exit_date": today(), "reason": "moved"}, occurred_on=today())
    assert ingest([void], by=device)[0].status == "accepted"
    send_all(morning(7))
    assert Message.objects.get(reason="replanning").status == "waiting"
    follow_all()
    send_all(morning(7) + timedelta(minutes=1))
    assert not Message.objects.filter(status="sent").exists()


def answered(device: Device, text: str) -> list[tuple[str, dict[str, Any]]]:
    """What stands in her record after she answered the reminder of a week before."""
    known = {one["id"] for one in events_of([derived_id("nomsa")])}
    Client(NUMBER, "sms").says(text)
    return [
        (one["form"], one["answers"]) for one in events_of([derived_id("nomsa")]) if one["id"] not in known
    ]


def test_she_answers_that_she_will_come(device: Device) -> None:
    writes(device, appointment(device))
    send_all(morning(7))
    assert answered(device, "1") == [
        ("reply", {"reply": "will_come", "appointment_date": IN_TEN_DAYS.isoformat()})
    ]
    follow_all()
    assert [row[1] for row in waiting()] == [at(1)]


def test_she_wants_another_day_and_the_appointment_moves(device: Device) -> None:
    writes(device, appointment(device))
    send_all(morning(7))
    nomsa = Client(NUMBER, "sms")
    nomsa.says("another day")
    day = IN_TEN_DAYS + timedelta(days=7)
    nomsa.says(f"{day:%d/%m/%Y}")
    last = [(one["form"], one["answers"]) for one in events_of([derived_id("nomsa")])][-2:]
    assert sorted(last, key=lambda one: one[0]) == [
        ("appointment", {"appointment_date": day.isoformat(), "service": "art"}),
        ("reply", {"reply": "another_day", "appointment_date": IN_TEN_DAYS.isoformat()}),
    ]
    follow_all()
    assert {row[2] for row in waiting()} == {day.isoformat()}


def test_she_asks_for_a_call(device: Device) -> None:
    writes(device, appointment(device))
    send_all(morning(7))
    Client(NUMBER, "sms").says("3")
    assert CallTask.objects.get().client == derived_id("nomsa")


def test_the_mother_of_a_baby_is_reminded_of_its_visits() -> None:
    device = her_phone()
    record(device, client(device, "nomsa"), agrees(device, "nomsa"))
    born = (date.fromisoformat(today()) - timedelta(days=30)).isoformat()
    baby = event(device, "registration", "sipho", {"given_name": "Sipho", "client_group": "child", "sex": "male",
                 "birth_date": born, "mother": derived_id("nomsa"), "caseload": device.staff_id}, occurred_on=today())  # fmt: skip
    writes(device, baby)
    about = Message.objects.exclude(task="").filter(about=derived_id("sipho"))
    assert about.exists()
    assert {row.contact_id for row in about} == {ContactPoint.objects.get(channel="sms").pk}
    assert about.first().values["baby"] == "Sipho"
