"""What follows from an event: one table. A lower room appends events; what they cause above is carried on from here.

Each follower keeps its own place at every site (record.follow) and moves it in the transaction of its work: after a
crash it goes on where it was, and doing the same stretch twice changes nothing.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone

from tsela.care.actions import replan
from tsela.care.queries import PLANS
from tsela.messaging import contacts, reminders
from tsela.record import follow
from tsela.record.problems import check_answers
from tsela.record.writer import write

log = logging.getLogger(__name__)


class Work(Protocol):
    """Computed, not yet stored. It holds only while these sites' positions are what they were."""

    sites: set[str]

    def store(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """Events of these forms (None: of any) → work, `most` numbers of a site at a time."""

    name: str
    most: int
    forms: frozenset[str] | None
    follow: Callable[[list[dict[str, Any]], date], Work]


def plans(events: list[dict[str, Any]], today: date) -> Work:
    """Whoever is named in an event, and whoever is linked to her, is planned anew."""
    return replan({event["client"] for event in events}, today=today)


SUBSCRIPTIONS = (
    #            follower      most    forms  what follows
    Subscription(PLANS,        10_000, None,  plans),          # tasks and flags of the client and her family
    Subscription("problems",   1_000,  None,  check_answers),  # answers that the programme does not allow (SPEC S24)
    Subscription(contacts.FOLLOWER, 1_000, contacts.FORMS, contacts.follow),  # where she is reached, and what she agreed to (MESSAGES M30)
)  # fmt: skip
# What is stored with a follower's work: reminders with the plans that they come from.
WITH: Mapping[str, Callable[[Any], None]] = {PLANS: reminders.follow}


def follow_all() -> int:
    """Do what followed since; how many stretches of the log were done."""
    return sum(follow_one(subscription) for subscription in SUBSCRIPTIONS)


def follow_one(subscription: Subscription) -> int:
    """The next stretch of every site where this follower is behind."""
    done = 0
    for stretch in follow.behind(subscription.name, subscription.most):
        seen = follow.positions(subscription.name)
        if seen.get(stretch.site, 0) != stretch.after:
            continue
        work = subscription.follow(follow.events_in(stretch, subscription.forms), timezone.localdate())
        done += finish(subscription.name, work, seen, {stretch.site: stretch.upto})
    return done


def finish(follower: str, work: Work, seen: dict[str, int], to: dict[str, int]) -> bool:
    """Store the work and move the positions, together. False where another worker was there before us."""

    def store() -> None:
        with transaction.atomic():
            follow.advance(follower, relevant(seen, work.sites | to.keys()), to)
            work.store()
            if follower in WITH:
                WITH[follower](work)

    try:
        write(store)
    except follow.Overtaken as site:
        log.info("%s: another worker was at %s", follower, site)
        return False
    return True


def relevant(seen: dict[str, int], sites: Iterable[str]) -> dict[str, int]:
    return {site: seen.get(site, 0) for site in sites}
