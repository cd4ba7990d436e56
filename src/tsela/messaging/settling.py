"""What becomes of a message that was given to a provider: by its answer, by its statuses, by silence (M51-M53)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from tsela.messaging import reminders
from tsela.messaging.channels import AccountProblem, Channel, Cost, Failed, Result, Retry, Sent, Status
from tsela.messaging.deciding import Verdict
from tsela.messaging.models import CallTask, ContactPoint, Message, Pause
from tsela.messaging.queue import call, enqueue
from tsela.messaging.readers import best
from tsela.messaging.stopping import stop, suspend

S = Message.Status
BACKOFF = (30, 120, 600, 3600, 6 * 3600)  # seconds after the first, second … try (M52)
LEASE, LONG_LEASE = timedelta(minutes=2), timedelta(minutes=15)  # a request ends sooner; statuses come later
SLOW_DOWN = timedelta(seconds=10)
CLOSED = timedelta(hours=1)  # a refused account is tried again then; staff resume it sooner
NOT_SENT = (S.QUEUED, S.WAITING, S.SENDING, S.UNKNOWN)
SENDING: Any = RawSQL(
    "messaging_message.status = 'sending'", (), output_field=BooleanField()
)  # as its index says
BEFORE: dict[Status, Any] = {  # M53: what a status may follow
    "sent": (S.SENDING, S.UNKNOWN),
    "delivered": (*NOT_SENT, S.SENT, S.FAILED),
    "read": (*NOT_SENT, S.SENT, S.DELIVERED, S.FAILED),
    "failed": (*NOT_SENT, S.SENT),
}


def lease(channel: Channel) -> timedelta:
    """How long a message may be found as being sent before nobody knows. To be called with what sends it."""
    return LONG_LEASE if channel.settles else LEASE


def mark(going: Sequence[tuple[Message, Verdict]], now: datetime) -> None:
    """These are being sent now. One statement for all: it runs for every message, and the ORM would cost more than the rest."""
    rows = []
    for message, verdict in going:
        assert verdict.channel
        message.status, message.tries, message.rest = S.SENDING, message.tries + 1, verdict.rest
        until = now + lease(verdict.channel)
        rows.append(
            (
                message.tries,
                verdict.text,
                verdict.language,
                verdict.rest,
                verdict.channel.account,
                until,
                now,
                message.pk,
            )
        )
    _run_many(
        "UPDATE messaging_message SET status = 'sending', reason = '', tries = %s, text = %s, language = %s, rest = %s, "
        "account = %s, lease_until = %s, sent_at = %s WHERE id = {id}",
        rows,
    )


def sent(ended: Sequence[tuple[Message, Sent]], now: datetime) -> None:
    """These left, and nothing follows. What a status has settled meanwhile stays as it is."""
    rows = [(end.provider_id, _charged(end.cost), now, message.pk) for message, end in ended]
    _run_many(
        "UPDATE messaging_message SET status = 'sent', provider_id = %s, cost = %s, sent_at = %s, lease_until = NULL, reason = '', "
        "problem = '' WHERE id = {id} AND status IN ('sending', 'unknown')",
        rows,
    )


def settle(message: Message, channel: Channel, result: Result, now: datetime) -> None:
    """The provider's answer. In a transaction; a status that came before it is not undone."""
    match result:
        case Sent(provider_id, cost):
            went(message, "sent", now, provider_id, cost)
        case Retry(problem, after, account):
            if account:
                pause(channel.account, now + (timedelta(seconds=after) if after else SLOW_DOWN), problem, now)
            again(message, problem, now, after or 0)
        case AccountProblem(code, problem):
            pause(channel.account, now + CLOSED, problem, now, code)
            _change(
                message,
                (S.SENDING,),
                status=S.QUEUED,
                tries=message.tries - 1,
                problem=problem[:300],
                lease_until=None,
            )
        case Failed():
            failed(message, result, now)
        case _:  # Unsure
            if not channel.settles:
                _change(
                    message,
                    (S.SENDING,),
                    status=S.UNKNOWN,
                    reason="unsure",
                    problem=result.problem[:300],
                    lease_until=None,
                )


def went(
    message: Message, status: Status, at: datetime, provider_id: str = "", cost: Cost | None = None
) -> None:
    """It left, was delivered or read. What follows its leaving, follows once."""
    first = message.status in NOT_SENT
    given = {"provider_id": provider_id} if provider_id else {}
    given |= {"cost": _charged(cost)} if cost else {}
    times = {"delivered": {"delivered_at": at}, "read": {"read_at": at}}.get(status, {})
    left = {"sent_at": at, "lease_until": None, "reason": "", "problem": ""} if first else {}
    if _change(message, BEFORE[status], status=status, **given, **times, **left):
        if first:
            _follow(message)
    elif given:
        Message.objects.filter(pk=message.pk).update(**given)


def failed(message: Message, why: Failed, now: datetime) -> None:
    """It will never go this way."""
    contact = message.contact
    if why.reason == "stopped":
        stop(contact, now=now, tell=False)
    elif why.reason == "outside_window":
        ContactPoint.objects.filter(pk=contact.pk).update(last_inbound_at=None)
        again(message, why.problem, now, 0, at_once=True)
    elif why.reason == "unreachable":
        _unreachable(message, why.problem, now)
    else:
        fall_back(message, why.reason, why.problem, now)


def again(message: Message, problem: str, now: datetime, after: float, *, at_once: bool = False) -> None:
    """One more try, later each time; after the last, another way or a dead letter."""
    if message.tries > len(BACKOFF):
        fall_back(message, "tries", problem, now)
        return
    wait = timedelta(seconds=0 if at_once else max(after, BACKOFF[max(message.tries, 1) - 1]))
    _change(
        message,
        BEFORE["failed"],
        status=S.QUEUED,
        due_at=now + wait,
        problem=problem[:300],
        lease_until=None,
    )


def of_this_try(message: Message, status: Status, attempt: int, provider_id: str) -> bool:
    """Whether "sent" or "failed" is said of the try under way. Said late or again of an earlier one, it must neither end the
    next try nor send the message once more. What was delivered or read is so, whichever try it was."""
    if status in ("delivered", "read"):
        return True
    if message.status in (S.QUEUED, S.WAITING):
        return False  # that try has failed already
    if attempt:
        return attempt == message.tries
    return message.provider_id in ("", provider_id)


def fall_back(message: Message, reason: str, problem: str, now: datetime) -> None:
    """WhatsApp → SMS → a call, where she agreed to it (M52); else a dead letter."""
    by = _by_sms(message, now) or _by_call(message, now)
    status, why = (S.CANCELLED, by) if by else (S.FAILED, reason)
    _change(message, BEFORE["failed"], status=status, reason=why, problem=problem[:300], lease_until=None)


def expired(now: datetime) -> int:
    """Whatever was being sent when something broke, and of which no provider has told: a person decides (M51)."""
    lost = Message.objects.filter(SENDING, lease_until__lte=now)
    return lost.update(status=S.UNKNOWN, reason="no_answer", lease_until=None)


def pause(account: str, until: datetime, problem: str, now: datetime, code: str = "") -> None:
    """The account's messages wait."""
    Pause.objects.update_or_create(
        account=account,
        defaults={"until": until, "problem": problem[:300], "code": code},
        create_defaults={"until": until, "problem": problem[:300], "code": code, "since": now},
    )


def _charged(cost: Cost | None) -> str:
    return f"{cost.currency} {cost.amount}".strip()[:40] if cost and cost.amount else ""


def _run_many(sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    adapted = [
        tuple(
            connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
            for value in row
        )
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql.format(id="%s::uuid" if connection.vendor == "postgresql" else "%s"), adapted)


def _change(message: Message, before: Any, **fields: object) -> bool:
    changed = Message.objects.filter(pk=message.pk, status__in=before).update(**fields) == 1
    if changed:
        for name, value in fields.items():
            setattr(message, name, value)
    return changed


def _follow(message: Message) -> None:
    if message.rest:
        _next_body(message)


def _next_body(message: Message) -> None:
    after = enqueue(
        message.contact, key=f"after:{message.pk}", message=message.message, parts=message.parts, values=message.values,
        purpose=message.purpose, task=message.task, about=message.about, campaign=message.campaign, by=message.by,
        due_at=message.due_at,
    )  # fmt: skip
    Message.objects.filter(pk=after.pk, place=0).update(place=message.place + 1)


def _unreachable(message: Message, problem: str, now: datetime) -> None:
    """Nothing more goes to this address; what waited for it goes another way where there is one."""
    contact = message.contact
    others = ContactPoint.objects.filter(client=contact.client, suspended_at=None).exclude(pk=contact.pk)
    if contact.client and others.filter(channel__in=("whatsapp", "sms")).exists():
        ContactPoint.objects.filter(pk=contact.pk, suspended_at=None).update(
            suspended_at=now, suspended_because="not_delivered"
        )
        fall_back(message, "unreachable", problem, now)
        reminders.refresh([contact.client], now)
    else:
        fall_back(message, "unreachable", problem, now)
        suspend(contact, because="not_delivered", now=now)


def _by_sms(message: Message, now: datetime) -> str:
    contact = message.contact
    if contact.channel != "whatsapp" or not contact.client:
        return ""
    others = ContactPoint.objects.filter(client=contact.client, channel="sms")
    other = best(others, message.purpose or "support", now)
    if other is None:
        return ""
    enqueue(
        other, key=f"sms:{message.pk}", message=message.message, parts=message.parts, values=message.values,
        purpose=message.purpose or "support", task=message.task, about=message.about, campaign=message.campaign, by=message.by,
        due_at=now, expires_at=message.expires_at,
    )  # fmt: skip
    return "by_sms"


def _by_call(message: Message, now: datetime) -> str:
    """Nobody is called to be told what a campaign says."""
    contact = message.contact
    if not contact.client or message.purpose in ("information", "research"):
        return ""
    phone = ContactPoint.objects.filter(
        client=contact.client, channel="phone", stopped_at=None, suspended_at=None,
        consents__purpose="messages", consents__granted=True,
    ).first()  # fmt: skip
    if phone is None:
        return ""
    found: CallTask = call(
        phone,
        queue="reminders",
        because="No message reached her",
        key=f"unreached:{message.pk}",
        due_at=now,
    )
    return "by_call" if found else ""
