"""What pages ask of the stored plans; every query starts from what its reader may see."""

from collections.abc import Callable, Iterable, Mapping
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
from tsela.care.packing import unpacked
from tsela.care.rules import rules_at
from tsela.kernel.dates import parse_date
from tsela.record.models import Client, Position, SiteCounter
from tsela.record.programme import current
from tsela.record.queries import clients_in

PLANS = "plans"  # the follower that keeps them: see work/subscriptions.py


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as a page shows it."""

    client: str
    name: str
    mother: str
    site: str
    caseload: str | None
    item: str
    title: str
    due: date
    days_late: int
    step: str
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


def overdue(staff: Staff, *, site: str = "", caseload: str = "") -> QuerySet[OpenTask]:
    """Overdue tasks of her clients, the longest overdue first; of one site or one caseload if named."""
    chosen = {name: value for name, value in {"site": site, "caseload": caseload}.items() if value}
    return tasks_for(staff).filter(status="overdue", **chosen).order_by("due", "name", "key")


def rows(tasks: Iterable[OpenTask], translate: Callable[[str], str] = str) -> list[TaskRow]:
    """Stored tasks in words, each with its reason."""
    tasks = list(tasks)
    mothers = mothers_of(task.client for task in tasks)
    return [row(task, mothers.get(task.client, ""), translate) for task in tasks]


def mothers_of(clients: Iterable[str]) -> dict[str, str]:
    """Child → its mother's name: many babies share a name."""
    children = dict(
        Client.objects.filter(pk__in=set(clients), mother__isnull=False).values_list("pk", "mother")
    )
    names = dict(Client.objects.filter(pk__in=set(children.values())).values_list("pk", "name"))
    return {child: names.get(mother or "", "") for child, mother in children.items()}


def row(task: OpenTask, mother: str = "", translate: Callable[[str], str] = str) -> TaskRow:
    """A stored task in words."""
    rules = rules_at(task.site)
    text = rules.texts.get(task.item, {})
    return TaskRow(
        client=task.client,
        name=task.name,
        mother=mother,
        site=task.site,
        caseload=task.caseload,
        item=task.item,
        title=translate(text.get("title") or task.item),
        due=task.due,
        days_late=(timezone.localdate() - task.due).days,
        step=translate(current(task.site).labels["steps"].get(task.step or "", "")),
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
    return unpacked(stored) if stored else None


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
