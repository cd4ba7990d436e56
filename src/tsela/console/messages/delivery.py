"""What did not arrive, and what a person can do about it; how the accounts are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from tsela.access import audit, policy
from tsela.access.models import Staff
from tsela.access.policy import Action
from tsela.console.messages import opens, show_section
from tsela.console.messages.lines import text_of
from tsela.console.messages.people import names_of
from tsela.console.messages.states import REASONS, Reason, moment, state_of
from tsela.console.pages import page, staff_of
from tsela.kernel.errors import problem
from tsela.messaging import actions, notices, queries
from tsela.messaging.models import Channel, ContactPoint, Inbound, Message, Notice, Pause
from tsela.messaging.queue import UNSENT

SHOWN = 100
MANY = 500  # that are sent again at one press
SOMETHING = Reason("", first="again")  # what the provider says, and we do not know
Status = Message.Status


@dataclass(frozen=True)
class Row:
    """A message that did not arrive, or of which nobody knows."""

    id: str
    name: str
    thread: str | None
    channel: str
    text: str
    detail: str
    since: datetime
    steps: list[tuple[str, str]]


@dataclass(frozen=True)
class Group:
    """Messages that failed for the same reason; the newest are shown. `all`: what can be done with every one of them at once."""

    reason: str
    why: str
    todo: str
    count: int
    rows: list[Row]
    all: bool


@dataclass(frozen=True)
class Account:
    """A channel account and how it is."""

    name: str
    kind: str
    live: bool
    word: str
    tone: str
    problem: str
    todo: str
    queued: int
    sent: int
    paused: bool


@dataclass(frozen=True)
class Warned:
    """What a provider warned of, with what to do."""

    id: int
    account: str
    what: str
    why: str
    todo: str
    since: datetime
    times: int


@page(None)
def delivery(request: HttpRequest) -> HttpResponse:
    """Dead letters of her clients, with what can be done, and the accounts."""
    staff = staff_of(request)
    if not opens(staff, "delivery"):
        policy.require(staff, Action.INBOX)
    if request.method == "POST":
        return _do(request, staff)
    groups = groups_of(queries.dead_letters(staff))
    audit.note(staff, "delivery.read", rows=sum(len(one.rows) for one in groups))
    mends = staff.role not in policy.BY_CASELOAD
    shown = [one for one in accounts() if mends or one.paused]
    unread = Inbound.objects.filter(processed_at=None).exclude(problem="").order_by("-id")[:20]
    return show_section(
        request,
        "delivery",
        "delivery",
        groups=groups,
        accounts=shown,
        trouble=any(one.paused for one in shown),
        received=unread,
        notices=[warned(one) for one in notices.holding()[:SHOWN]] if mends else [],
        mends=mends,
    )


def groups_of(dead: QuerySet[Message]) -> list[Group]:
    """By what went wrong: first what befell most."""
    counts = (
        dead.order_by().values("status", "reason").annotate(count=Count("pk")).order_by("-count", "reason")
    )
    return [_group(dead, **one) for one in counts]


def _group(dead: QuerySet[Message], status: str, reason: str, count: int) -> Group:
    here = list(dead.filter(status=status, reason=reason)[:SHOWN])
    state, alike = state_of(here[0]), len({one.problem for one in here}) == 1
    known = reason in REASONS or status == Status.UNKNOWN
    why = state.word if known or alike else "not sent"
    return Group(
        reason, why[:1].upper() + why[1:], state.todo, count, rows_of(here), all=status == Status.FAILED and count > 1
    )  # fmt: skip


def rows_of(found: Iterable[Message]) -> list[Row]:
    """The rows of a part of the page."""
    found = list(found)
    names = names_of(one.contact for one in found)
    return [_row(one, names[one.contact_id]) for one in found]


def _row(one: Message, name: str) -> Row:
    conversation = getattr(one.contact, "conversation", None)
    return Row(
        id=one.pk, name=name, thread=conversation.pk if conversation else None, channel=one.contact.get_channel_display(), text=text_of(one),
        detail=state_of(one).detail, since=one.due_at, steps=_steps(one),
    )  # fmt: skip


def _steps(one: Message) -> list[tuple[str, str]]:
    """What can be done with it; first what most likely helps."""
    others = other_channels(one)
    steps = {"again": "Send again", "call": "Call her instead", "drop": "Let it go"}
    if others:
        steps["other"] = f"Send by {others[0].get_channel_display()}"
    first = "call" if one.status == Status.UNKNOWN else REASONS.get(one.reason, SOMETHING).first
    order = [first, *(step for step in ("other", "call", "again", "drop") if step != first)]
    return [(step, steps[step]) for step in order if step in steps]


def other_channels(one: Message) -> list[ContactPoint]:
    """Her other ways to be written to."""
    if one.contact.client is None:
        return []
    hers = ContactPoint.objects.filter(client=one.contact.client, stopped_at=None, suspended_at=None)
    return list(hers.filter(channel__in=("whatsapp", "sms")).exclude(channel=one.contact.channel))


def accounts() -> list[Account]:
    """Every account of this server: what waits for it, what went today, and what is wrong."""
    pauses = {pause.account: pause for pause in Pause.objects.filter(until__gt=timezone.now())}
    counts = Message.objects.filter(outgoing=True, due_at__gte=timezone.now() - timedelta(days=2))
    today = Q(sent_at__gte=timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0))
    rows = counts.values("account").annotate(
        queued=Count("pk", filter=Q(status__in=UNSENT)), sent=Count("pk", filter=today)
    )
    found = {row["account"]: row for row in rows.order_by()}
    none = {"queued": 0, "sent": 0}
    return [
        _account(name, channel, pauses.get(name), found.get(name, none))
        for name, channel in settings.CHANNELS.items()
    ]


def warned(one: Notice) -> Warned:
    """In words of the catalogue."""
    known = problem(one.code, problem=one.problem)
    return Warned(one.pk, one.account, known.what, known.why, known.remedy, one.since, one.times)


def _account(name: str, channel: Any, pause: Pause | None, row: dict[str, int]) -> Account:
    known = problem(pause.code) if pause and pause.code else None
    told = f"{pause.problem} Tried again at {moment(pause.until)}." if pause else ""
    return Account(
        name=name, kind=Channel(channel.kind).label, live=getattr(channel, "live", False),
        word="stopped" if known else "slowed down" if pause else "works", tone="urgent" if known else "due" if pause else "done",
        problem=told, todo=known.remedy if known else "", queued=row["queued"], sent=row["sent"], paused=pause is not None,
    )  # fmt: skip


def _do(request: HttpRequest, staff: Staff) -> HttpResponse:
    verb = request.POST.get("do", "")
    if verb == "resume":
        actions.reopen(request.POST.get("account", ""), by=staff)
        messages.success(request, "What waits is being sent.")
        return redirect("delivery")
    if verb == "seen_to":
        notices.seen_to(request.POST.get("notice", ""), by=staff)
        return redirect("delivery")
    if verb == "all_again":
        messages.success(request, _all_again(request.POST.get("reason", ""), staff))
        return redirect("delivery")
    found = queries.dead_letters(staff).filter(pk=request.POST.get("message", "")).first()
    if found is None or verb not in VERBS:
        raise Http404("no such message")
    messages.success(request, VERBS[verb](found, staff))
    return redirect("delivery")


def _all_again(reason: str, staff: Staff) -> str:
    alike = list(queries.dead_letters(staff).filter(status=Status.FAILED, reason=reason)[:MANY])
    for one in alike:
        actions.send_again(one, by=staff)
    return f"{len(alike)} are in the queue again."


def _again(found: Message, staff: Staff) -> str:
    actions.send_again(found, by=staff)
    return "It is in the queue again."


def _other(found: Message, staff: Staff) -> str:
    others = other_channels(found)
    if not others:
        raise Http404("no other way to reach her")
    actions.enqueue(
        others[0], key=f"other:{found.pk}", message=found.message or None, parts=found.parts, values=found.values, purpose=found.purpose,
        task=found.task, about=found.about, by=staff.pk,
    )  # fmt: skip
    actions.let_go(found, by=staff)
    return f"It goes by {others[0].get_channel_display()}."


def _call(found: Message, staff: Staff) -> str:
    actions.call(
        found.contact, queue="reminders", because=f"A message did not reach her: {text_of(found)}"[:200], key=f"dead:{found.pk}"
    )  # fmt: skip
    actions.let_go(found, by=staff)
    return "She is on the list of calls."


def _drop(found: Message, staff: Staff) -> str:
    actions.let_go(found, by=staff)
    return "It is let go."


VERBS: dict[str, Callable[[Message, Staff], str]] = {
    "again": _again,
    "other": _other,
    "call": _call,
    "drop": _drop,
}
