"""Writes to the record: `ingest`, the one way in, and `rebuild`, which proves the projections."""

import json
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from tsela.access.models import Device
from tsela.kernel.errors import Problem
from tsela.record import store
from tsela.record.check import Author, check_event, encode
from tsela.record.decide import REGISTRATION, Decision, Incoming, Result, decide
from tsela.record.models import Client, Event
from tsela.record.projection import Person, person
from tsela.record.writer import write

TRIES = 8
PERSON_FIELDS = [field.name for field in fields(Person) if field.name != "id"]
STALE = (IntegrityError, DataError, OperationalError)  # an id stored meanwhile, `moves` moved, a deadlock


def ingest(events: Iterable[Any], *, by: Device) -> list[Result]:
    """Store the events of a batch; one result each, in order, given only after commit (SPEC S20-S23).

    E490 where the database cannot be written: nothing is stored then.
    """
    author = Author(by.staff_id, by.staff.site_codes)
    today = timezone.localdate()
    checked = [(event, check_event(event, author, today)) for event in events]
    batch = [
        Incoming(event, encode(event), objection) for event, objection in checked if _may_be_known(objection)
    ]
    stored = iter(write(partial(_store, batch, author.sites)).results if batch else ())
    return [
        Result(objection.where, "refused", objection)
        if objection and not _may_be_known(objection)
        else next(stored)
        for _, objection in checked
    ]


def _may_be_known(objection: Problem | None) -> bool:
    """Her sites and the date change: what was accepted once is `known` ever after (S21), so look before refusing."""
    return objection is None or objection.code in ("E403", "E406")


def _store(batch: list[Incoming], sites: frozenset[str]) -> Decision:
    """Read, decide, write; anew where another writer came between.

    PostgreSQL: a batch that registers nobody goes ahead without a lock the first time, and almost always gets through.
    """
    registers = any(incoming.event["form"] == REGISTRATION for incoming in batch)
    for attempt in range(TRIES):
        try:
            if connection.vendor == "sqlite" or not (registers or attempt or connection.in_atomic_block):
                return _try(batch, sites)
            with transaction.atomic():
                store.lock(
                    batch, sites if attempt else frozenset(incoming.event["site"] for incoming in batch)
                )
                return _try(batch, sites)
        except STALE:
            if attempt + 1 == TRIES or connection.vendor == "sqlite":
                raise
            time.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 — spreads writers, guards nothing
    raise AssertionError("unreachable")


def _try(batch: list[Incoming], sites: frozenset[str]) -> Decision:
    known = store.read(batch, sites)
    decision = decide(batch, known, sites)
    store.write(decision, known)
    return decision


def rebuild() -> int:
    """Make the table of clients again from the log; how many rows were not as the log says."""
    return write(_rebuild)


def _rebuild() -> int:
    with transaction.atomic():
        right = dict(people_of_the_log())
        found = {values["id"]: Person(**values) for values in Client.objects.values()}
        differing = {id for id in right.keys() | found.keys() if right.get(id) != found.get(id)}
        Client.objects.filter(pk__in=found.keys() - right.keys()).delete()
        rows = [Client(**asdict(right[id])) for id in differing & right.keys()]
        Client.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=("id",), update_fields=PERSON_FIELDS, batch_size=500
        )
        return len(differing)


def people_of_the_log() -> Iterator[tuple[str, Person]]:
    """Each client by her events alone: where she was first met, then her registrations."""
    events = Event.objects.order_by("client", "received_at").values_list("client", "form", "body")
    for client, rows in groupby(events.iterator(chunk_size=5_000), key=itemgetter(0)):
        history = list(rows)
        first = json.loads(history[0][2])["site"]
        registrations = [json.loads(body) for _, form, body in history if form == REGISTRATION]
        yield client, person(Person(client, home=first, first_site=first), registrations)
