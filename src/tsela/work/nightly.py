"""Plans whoever's plan can have changed by the mere passing of days (RULES R38), or by a new programme.

Clients come site by site and family by family, so that a family's events are read once for all of it. Many go to
processes of their own; a chunk is stored whole or not at all, so one that is cut off is simply still to be done.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial

from django.db import connections
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from tsela.care.actions import recheck
from tsela.care.models import StoredPlan
from tsela.care.queries import PLANS
from tsela.record import follow
from tsela.record.models import Client
from tsela.record.programme import versions
from tsela.work import processes as process
from tsela.work.subscriptions import finish

TOGETHER = 500  # clients planned and stored together
MANY = 5_000  # from here on, processes of their own are worth the second that each takes to start

Stopped = Callable[[], bool]
# Whose record no engine could read today: in the log, and not tried again before tomorrow or a restart.
_failed: set[tuple[str, date]] = set()


def nightly(
    today: date | None = None, *, stopped: Stopped = lambda: False, processes: int = 0, many: int = MANY
) -> int:
    """How many plans were made. `processes`: as many as there are processors, if not said."""
    today = today or timezone.localdate()
    due = [client for client in stale(today) if (client, today) not in _failed]
    chunks = [due[start : start + TOGETHER] for start in range(0, len(due), TOGETHER)]
    some = _apart(chunks, today, processes) if len(due) >= many else map(partial(plan_chunk, today), chunks)
    made = 0
    for planned, failed in some:
        made += planned
        _failed.update((client, today) for client in failed)
        if stopped():
            break
    return made


def stale(today: date) -> list[str]:
    """Whose stored plan no longer holds, families together."""
    mother = Client.objects.filter(pk=OuterRef("client")).values("mother")
    plans = StoredPlan.objects.filter(Q(recheck__lte=today) | of_other_rules())
    families = plans.annotate(family=Coalesce(Subquery(mother), F("client")))
    return list(families.order_by("site", "family", "client").values_list("client", flat=True))


def of_other_rules() -> Q:
    """Plans of another version than that in force where the client is at home (SPEC S41). An index finds what is less
    or greater; what is merely different it cannot."""
    everywhere, pilots = versions()
    other = _other(everywhere) & ~Q(site__in=list(pilots)) if pilots else _other(everywhere)
    for site, version in pilots.items():
        other |= Q(site=site) & _other(version)
    return other


def _other(version: str) -> Q:
    return Q(version__lt=version) | Q(version__gt=version)


def plan_chunk(today: date, clients: list[str]) -> tuple[int, list[str]]:
    """How many plans were made and stored, and whose could not be made."""
    seen = follow.positions(PLANS)
    work = recheck(clients, today=today)
    stored = finish(PLANS, work, seen, {})
    return len(work.plans) if stored else 0, work.failed


def _apart(chunks: list[list[str]], today: date, processes: int) -> Iterator[tuple[int, list[str]]]:
    """The chunks by processes that share nothing with this one: no thread, no connection."""
    connections.close_all()
    fresh = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes or os.cpu_count(), fresh, initializer=process.begin)
    try:
        yield from pool.map(partial(process.plan_chunk, today), chunks)
    finally:
        pool.shutdown(cancel_futures=True)
