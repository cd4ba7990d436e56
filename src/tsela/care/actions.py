"""Computes plans and stores them. What a plan says is the engine's; this only knows whose, and when again."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from tsela.care.engine import Plan, Records, Rules, Task, plan, plan_hash
from tsela.care.families import Families, alone, families
from tsela.care.models import OpenTask, StoredPlan
from tsela.care.packing import packed
from tsela.care.rules import rules_at
from tsela.kernel.dates import format_date, parse_date

log = logging.getLogger(__name__)
OPEN = ("due", "overdue")


class Replanned:
    """New plans, computed but not yet stored. `sites`: whose numbers must not have moved until they are."""

    def __init__(self, family: Families, today: date) -> None:
        self.people = family.people
        self.sites = {client.home for client in family.people.values()}
        self.plans = dict(compute(family, today))
        self.failed = [client.pk for client in family.planned if client.pk not in self.plans]

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
            site=self.people[client].home,
            today=day(one.today),
            recheck=day(one.recheck),
            version=rules.tables["version"],
            hash=plan_hash(one),
            plan=packed(one.as_dict()),
        )

    def _open(self, client: str, rules: Rules, task: Task) -> OpenTask:
        who = self.people[client]
        mother = self.people.get(who.mother or "")
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
    sites = {home: rules_at(home) for home in {client.home for client in family.planned}}
    records = {rules: Records(rules, events) for rules, events in _by_rules(family, sites)}
    for client in family.planned:
        rules = sites[client.home]
        try:
            yield client.pk, (rules, plan(rules, records[rules], client.pk, number))
        except Exception:  # one record that the engine cannot read must not stop everyone else's plans
            log.exception("No plan for client %s", client.pk)


def _by_rules(
    family: Families, sites: Mapping[str, Rules]
) -> Iterator[tuple[Rules, Iterable[dict[str, Any]]]]:
    """For each rules, what the plans that they make can look at: who is planned by them, her mother and her infants."""
    for rules in set(sites.values()):
        planned = {client.pk for client in family.planned if sites[client.home] is rules}
        near = planned | {one.mother for one in family.people.values() if one.pk in planned}
        near |= {one.pk for one in family.people.values() if one.mother in planned}
        yield rules, (event for event in family.events if event["client"] in near)


def replan(clients: Iterable[str], *, today: date) -> Replanned:
    """New plans for these clients, of whom something was recorded, and whoever is linked to them."""
    return Replanned(families(clients), today)


def recheck(clients: Iterable[str], *, today: date) -> Replanned:
    """New plans for these clients, of whom nothing was recorded: a day passed, or the rules changed."""
    return Replanned(alone(clients), today)


def day(number: int | None) -> Any:
    """A day number as a date for the database."""
    return None if number is None else date.fromisoformat(format_date(number))
