"""What pages ask of the stored plans; every query starts from what its reader may see."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from tsela.access import policy
from tsela.access.models import Staff
from tsela.care.engine import Task, why
from tsela.care.engine.plan import Anchor
from tsela.care.models import OpenTask, StoredPlan
from tsela.care.rules import rules_at
from tsela.kernel.dates import parse_date
from tsela.record.models import Position, SiteCounter
from tsela.record.queries import clients_in

PLANS = "plans"  # the follower that keeps them: see work/subscriptions.py


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as a page shows it."""

    client: str
    name: str
    site: str
    caseload: str | None
    item: str
    title: str
    due: date
    days_late: int
    step: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Caseload:
    """A Mentor Mother's clients and what is open for them."""

    staff: str
    name: str
    clients: int
    due: int
    overdue: int


def tasks_for(staff: Staff) -> QuerySet[OpenTask]:
    """The open tasks of the clients whom she sees."""
    return OpenTask.objects.filter(client__in=clients_in(policy.scope(staff)).values("pk"))


def overdue(staff: Staff, *, limit: int = 500, translate: Callable[[str], str] = str) -> list[TaskRow]:
    """Overdue tasks of her clients, the longest overdue first, each with its reason."""
    tasks = tasks_for(staff).filter(status="overdue").order_by("due", "name", "key")
    return [row(task, translate) for task in tasks[:limit]]


def row(task: OpenTask, translate: Callable[[str], str] = str) -> TaskRow:
    rules = rules_at(task.site)
    text = rules.texts.get(task.item, {})
    return TaskRow(
        client=task.client,
        name=task.name,
        site=task.site,
        caseload=task.caseload,
        item=task.item,
        title=translate(text.get("title") or task.item),
        due=task.due,
        days_late=(timezone.localdate() - task.due).days,
        step=task.step,
        why=why(rules, _as_task(task), translate) if text else "",
    )


def caseloads(staff: Staff) -> list[Caseload]:
    """How many clients each Mentor Mother of her sites has, and how much is open for them."""
    clients = clients_in(policy.scope(staff)).filter(caseload__isnull=False)
    counts = dict(clients.values_list("caseload").annotate(n=Count("pk")))
    tasks = tasks_for(staff).values_list("caseload", "status").annotate(n=Count("pk"))
    open_tasks = {(caseload, status): n for caseload, status, n in tasks}
    names = dict(policy.visible_staff(staff).filter(pk__in=list(counts)).values_list("pk", "name"))
    rows = [
        Caseload(id, names.get(id, ""), n, open_tasks.get((id, "due"), 0), open_tasks.get((id, "overdue"), 0))
        for id, n in counts.items()
    ]
    return sorted(rows, key=lambda one: (one.name, one.staff))


def plan_of(client: str) -> dict[str, Any] | None:
    """A client's stored plan (RULES 5), as of the day it was computed."""
    stored = StoredPlan.objects.filter(pk=client).values_list("plan", flat=True).first()
    return json.loads(stored) if stored else None


def drift(today: str, version: str, hashes: Mapping[str, str]) -> list[str]:
    """S52: the clients whose plan the phone computed otherwise. Only where ours is of the same programme, of the
    same day, and has seen every event of her home."""
    if parse_date(today) is None:
        return []
    reached = Position.objects.filter(follower=PLANS, site=OuterRef("site")).values("seq")
    head = SiteCounter.objects.filter(site=OuterRef("site")).values("seq")
    comparable = StoredPlan.objects.filter(
        Q(recheck__gt=today) | Q(recheck=None), version=version, today__lte=today
    )
    current_plans = comparable.annotate(reached=Subquery(reached)).filter(reached__gte=Subquery(head))
    ours = dict(current_plans.filter(pk__in=list(hashes)).values_list("pk", "hash"))
    return sorted(client for client, hash in hashes.items() if ours.get(client, hash) != hash)


def _as_task(task: OpenTask) -> Task:
    number = {
        name: parse_date(getattr(task, name).isoformat()) or 0 for name in ("due", "late", "anchor_date")
    }
    anchor = Anchor("", task.anchor_form, number["anchor_date"])
    return Task(
        task.item,
        task.key,
        number["due"],
        number["due"],
        number["late"],
        None,
        task.status,
        task.step,
        None,
        anchor,
    )
