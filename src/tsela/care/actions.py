"""Computes plans and stores them. What a plan says is the engine's; this only knows whose, and when again."""

import json
import logging
from collections.abc import Iterable
from datetime import date
from typing import Any

from tsela.care.engine import Plan, Records, Rules, Task, plan, plan_hash
from tsela.care.families import Families, families
from tsela.care.models import OpenTask, StoredPlan
from tsela.care.rules import rules_at
from tsela.kernel.dates import format_date, parse_date

log = logging.getLogger(__name__)
OPEN = ("due", "overdue")


class Replanned:
    """New plans, computed but not yet stored. `sites`: whose numbers must not have moved until they are."""

    def __init__(self, family: Families, today: date) -> None:
        self.clients = family.clients
        self.sites = {client.home for client in family.clients.values()}
        self.plans = dict(compute(family, today))

    def store(self) -> None:
        """Replace what was stored of these clients. To be called within a transaction."""
        plans = [self._stored(client, rules, one) for client, (rules, one) in self.plans.items()]
        fields = ("site", "today", "recheck", "version", "hash", "plan")
        StoredPlan.objects.bulk_create(
            plans, update_conflicts=True, unique_fields=("client",), update_fields=fields, batch_size=100
        )
        OpenTask.objects.filter(client__in=list(self.plans)).delete()
        tasks = [
            self._open(client, rules, task)
            for client, (rules, one) in self.plans.items()
            for task in one.tasks
            if task.status in OPEN and not rules.texts[task.item].get("at_contact")
        ]
        OpenTask.objects.bulk_create(tasks, batch_size=100)

    def _stored(self, client: str, rules: Rules, one: Plan) -> StoredPlan:
        return StoredPlan(
            client=client,
            site=self.clients[client].home,
            today=day(one.today),
            recheck=day(one.recheck),
            version=rules.tables["version"],
            hash=plan_hash(one),
            plan=json.dumps(one.as_dict(), separators=(",", ":")),
        )

    def _open(self, client: str, rules: Rules, task: Task) -> OpenTask:
        who = self.clients[client]
        mother = self.clients.get(who.mother or "")
        return OpenTask(
            client=client,
            name=who.name,
            site=who.home,
            caseload=who.caseload or (mother.caseload if mother else None),
            item=task.item,
            key=task.key,
            due=day(task.due),
            late=day(task.late),
            status=task.status,
            step=task.step,
            by=rules.texts[task.item].get("by") or "",
            anchor_form=task.anchor.form,
            anchor_date=day(task.anchor.date),
        )


def compute(family: Families, today: date) -> Iterable[tuple[str, tuple[Rules, Plan]]]:
    """The plan of each client, by the rules of her site."""
    number = parse_date(today.isoformat())
    assert number is not None
    sites = {client.home: rules_at(client.home) for client in family.clients.values()}
    records = {rules: Records(rules, family.events) for rules in set(sites.values())}
    for client in family.clients.values():
        rules = sites[client.home]
        try:
            yield client.pk, (rules, plan(rules, records[rules], client.pk, number))
        except Exception:  # one record that the engine cannot read must not stop everyone else's plans
            log.exception("No plan for client %s", client.pk)


def replan(clients: Iterable[str], *, today: date) -> Replanned:
    """New plans for these clients and whoever is linked to them."""
    return Replanned(families(clients), today)


def day(number: int | None) -> Any:
    """A day number as a date for the database."""
    return None if number is None else date.fromisoformat(format_date(number))
