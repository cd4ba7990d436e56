"""Reminders of what is near: from plans to messages that wait, and back where a task is done, moved or no longer needed.

Key `remind:CLIENT:TASK:BEFORE:DUE`: planned as often as you like, each goes once; a task that moved is another reminder.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from tsela.care.actions import Replanned
from tsela.care.models import StoredPlan
from tsela.care.queries import PLANS
from tsela.care.rules import rules_at
from tsela.kernel.dates import add, format_date, parse_date
from tsela.messaging.channels.accounts import route
from tsela.messaging.models import ContactPoint, Message
from tsela.messaging.queue import UNSENT, cancel
from tsela.messaging.readers import best
from tsela.messaging.writing import zone_of
from tsela.record.follow import positions
from tsela.record.models import Client, Event
from tsela.record.programme import current

MORNING = 9 * 60  # minutes after midnight: the hour of reminders, where it is safe
STILL_TO_COME = ("upcoming", "due", "overdue")
TOGETHER = 500  # clients brought up to date together
LATE_BY = timedelta(days=3)  # a reminder after the day is of no use later
FINAL = ("by_sms", "by_call", "let_go", "expired", "limit", "hours")  # cancelled for good


@dataclass(frozen=True, slots=True)
class Reminder:
    """A message that should wait. `due_at`: when it goes."""

    key: str
    contact: ContactPoint
    message: str
    purpose: str
    task: str
    values: Mapping[str, str]
    due_at: datetime
    expires_at: datetime


def refresh(clients: Iterable[str], now: datetime) -> None:
    """Bring what waits for these clients in line with their plans, consents and contact points. In a transaction."""
    ids = list(clients)
    for start in range(0, len(ids), TOGETHER):
        _refresh(ids[start : start + TOGETHER], now)


def follow(work: Replanned) -> None:
    """With new plans, in the transaction that stores them."""
    refresh(work.plans, timezone.now())


def _refresh(clients: Iterable[str], now: datetime) -> None:
    people = {client.pk: client for client in Client.objects.filter(pk__in=list(clients))}
    contacts = _contacts(people.values())
    rows = Message.objects.filter(about__in=list(people), outgoing=True, key__startswith="remind:")
    known = {row.key: row for row in rows.select_related("contact")}
    reached = [id for id, client in people.items() if contacts.get(_reader(client))]
    wanted = {
        one.key: one
        for plan in StoredPlan.objects.filter(pk__in=reached)
        for one in _reminders(
            people[plan.pk], plan.unpacked()["tasks"], contacts[_reader(people[plan.pk])], now
        )
        if one.due_at > now or one.key in known
    }
    _take_back([row for key, row in known.items() if key not in wanted])
    new = [_row(one, str(key)) for key, one in wanted.items() if key not in known]
    Message.objects.bulk_create(new, ignore_conflicts=True, batch_size=100)
    for key, one in wanted.items():
        if key in known:
            _bring_back(known[key], one, now)


def standing(messages: Iterable[Message]) -> dict[str, bool | None]:
    """Whether the task that each reminds of still stands, on the day that it names; None where events of hers are not yet in
    her plan."""
    reminding = [message for message in messages if message.about]
    if not reminding:
        return {}
    plans = {
        plan.pk: plan for plan in StoredPlan.objects.filter(pk__in={message.about for message in reminding})
    }
    places = positions(PLANS)
    behind = {plan.pk for plan in plans.values() if _ahead(plan, places.get(plan.site, 0))}
    tasks = {id: {task["key"]: task for task in plan.unpacked()["tasks"]} for id, plan in plans.items()}
    return {
        message.pk: None if message.about in behind else _stands(message, tasks.get(message.about or "", {}))
        for message in reminding
    }


def _ahead(plan: StoredPlan, position: int) -> bool:
    """Whether her record has an event that her plan has not seen."""
    return Event.objects.filter(client=plan.pk, site=plan.site, seq__gt=position).exists()


def _stands(message: Message, tasks: Mapping[str, Mapping[str, Any]]) -> bool:
    task = tasks.get(message.task)
    return bool(task) and task["status"] in STILL_TO_COME and task["due"] == message.values.get("date")  # type: ignore[index]


def _contacts(people: Iterable[Client]) -> dict[str, list[ContactPoint]]:
    readers = {_reader(client) for client in people}
    found: dict[str, list[ContactPoint]] = {}
    reached = ContactPoint.objects.filter(client__in=readers, stopped_at=None, suspended_at=None)
    for contact in reached.filter(consents__granted=True).distinct().prefetch_related("consents"):
        found.setdefault(contact.client or "", []).append(contact)
    return found


def _reader(client: Client) -> str:
    """Who is reminded: the mother of a child, else herself."""
    return client.mother or client.pk


def _reminders(
    client: Client, tasks: Iterable[Mapping[str, Any]], contacts: list[ContactPoint], now: datetime
) -> Iterator[Reminder]:
    texts, programme = rules_at(client.home).texts, current(client.home)
    for task in tasks:
        remind = texts.get(task["item"], {}).get("remind")
        message = (
            programme.messages.get(remind["message"]) if remind and task["status"] in STILL_TO_COME else None
        )
        contact = best(contacts, message.purpose, now) if message else None
        if not (remind and message and contact) or (message.review and _live(contact)):
            continue
        values = {"date": task["due"]} | ({"baby": client.name.split(" ")[0]} if client.mother else {})
        for count, unit in remind["before"]:
            day = add(parse_date(task["due"]) or 0, -count, unit)
            if day is not None:
                key = f"remind:{client.pk}:{task['key']}:{count}{unit[0]}:{task['due']}"
                due_at, expires_at = _times(contact, format_date(day), task["due"])
                yield Reminder(
                    key, contact, message.id, message.purpose, task["key"], values, due_at, expires_at
                )


def _live(contact: ContactPoint) -> bool:
    channel = route(contact.channel, contact.country)
    return channel is not None and channel.live


def _times(contact: ContactPoint, day: str, due: str) -> tuple[datetime, datetime]:
    """When it goes, and from when it is of no use: the end of the day it speaks of, or soon after one that is over."""
    zone = ZoneInfo(zone_of(contact.country))
    opens, closes = contact.hours_from, contact.hours_to
    minutes = MORNING if opens <= MORNING < closes else opens
    at = datetime.combine(date.fromisoformat(day), time(minutes // 60, minutes % 60), tzinfo=zone)
    end = datetime.combine(date.fromisoformat(due), time(23, 59), tzinfo=zone)
    return at.astimezone(UTC), (end if at < end else at + LATE_BY).astimezone(UTC)


def _row(one: Reminder, key: str) -> Message:
    return Message(
        key=key, contact=one.contact, outgoing=True, message=one.message, purpose=one.purpose, values=dict(one.values),
        task=one.task, about=key.split(":")[1], status=Message.Status.QUEUED, due_at=one.due_at, expires_at=one.expires_at,
    )  # fmt: skip


def _take_back(rows: Iterable[Message]) -> None:
    ids = [row.pk for row in rows if row.status in UNSENT]
    if ids:
        cancel(Q(pk__in=ids), because="cancelled")


def _bring_back(row: Message, one: Reminder, now: datetime) -> None:
    """It may go to another contact point now, or go after all."""
    cancelled = row.status == Message.Status.CANCELLED and row.reason not in FINAL and one.due_at > now
    moved = row.status in UNSENT and row.contact_id != one.contact.pk
    if cancelled or moved:
        Message.objects.filter(pk=row.pk, status=row.status).update(
            contact=one.contact,
            status=Message.Status.QUEUED,
            reason="",
            due_at=one.due_at,
            expires_at=one.expires_at,
        )
