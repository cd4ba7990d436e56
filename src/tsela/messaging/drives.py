"""Enrolment drives: how many clients agreed to messages since one began, and calls to those whom nobody has asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from tsela.access import audit, policy
from tsela.access.models import Staff
from tsela.access.policy import Action
from tsela.kernel.errors import fail
from tsela.messaging.models import CallTask, Channel, Consent, ContactPoint, Drive
from tsela.messaging.queue import call
from tsela.record.models import Client

PURPOSE = "messages"  # the consent that is meant
QUEUE, SCRIPT = "enrolment", "call_enrolment"
BECAUSE = "Nobody has asked her yet whether she wants messages"


@dataclass(frozen=True, slots=True)
class Progress:
    """`reached` clients agreed since the drive began; `before`, earlier; `unasked` have a number and were never asked."""

    reached: int
    before: int
    unasked: int
    waiting: int
    days: int
    by_site: Mapping[str, int]

    @property
    def a_day(self) -> float:
        return self.reached / max(1, self.days)


def drives_for(staff: Staff) -> QuerySet[Drive]:
    """Those of her sites that have not ended, the newest first. E503 for who has nothing to do with messages."""
    running = Drive.objects.filter(ended_at=None).order_by("-began_on", "-id")
    if staff.role in policy.EVERYWHERE:
        return running
    mine = [one.pk for one in running if not one.sites or staff.site_codes & set(one.sites)]
    return running.filter(pk__in=mine)


def begin(*, title: str, goal: int, sites: list[str], began_on: date, until: date | None, by: Staff) -> Drive:
    """A new drive, at sites that she may name."""
    policy.require(by, Action.CAMPAIGN_WRITE)
    known = set(policy.visible_sites(by).values_list("code", flat=True))
    if not title.strip() or goal < 1 or not set(sites) <= known or (until and until < began_on):
        fail("E760")
    with transaction.atomic():
        drive = Drive.objects.create(
            title=title.strip()[:120],
            goal=goal,
            sites=sorted(sites),
            began_on=began_on,
            until=until,
            by=by.pk,
        )
        audit.note(by, "drive.begin", drive.pk, goal=goal)
    return drive


def end(drive: Drive, *, by: Staff) -> None:
    """Close a drive, and take the calls that it still waits for off the desk."""
    policy.require(by, Action.CAMPAIGN_WRITE)
    with transaction.atomic():
        Drive.objects.filter(pk=drive.pk, ended_at=None).update(ended_at=timezone.now())
        _calls(drive).filter(done_at=None).update(done_at=timezone.now(), outcome="ended")
        audit.note(by, "drive.end", drive.pk)


def progress(drive: Drive, now: datetime | None = None) -> Progress:
    """How far it has come."""
    agreed = Consent.objects.filter(purpose=PURPOSE, granted=True, contact__client__isnull=False)
    agreed = agreed.filter(contact__site__in=drive.sites) if drive.sites else agreed
    since = agreed.filter(given_on__gte=drive.began_on)
    people = Count("contact__client", distinct=True)
    reached = since.aggregate(n=people)["n"]
    today = timezone.localdate(now) if now else timezone.localdate()
    return Progress(
        reached=reached,
        before=agreed.aggregate(n=people)["n"] - reached,
        unasked=unasked(drive).count(),
        waiting=_calls(drive).filter(done_at=None).count(),
        days=(min(today, drive.until or today) - drive.began_on).days + 1,
        by_site=dict(since.order_by().values_list("contact__site").annotate(n=people)),
    )


def unasked(drive: Drive) -> QuerySet[Client]:
    """Clients at its sites who gave a number and never answered whether they want messages, nor were called for it."""
    here = Client.objects.filter(home__in=drive.sites) if drive.sites else Client.objects.all()
    points = ContactPoint.objects.filter(client=OuterRef("pk"), stopped_at=None, suspended_at=None)
    answered = Consent.objects.filter(contact__client=OuterRef("pk"), purpose=PURPOSE)
    called = CallTask.objects.filter(client=OuterRef("pk"), queue=QUEUE)
    return here.filter(Exists(points), ~Exists(answered), ~Exists(called)).order_by("caseload", "pk")


def call_more(drive: Drive, many: int, *, by: Staff, now: datetime | None = None) -> int:
    """Put so many of the unasked on the calls' list, due in an hour; how many there were."""
    policy.require(by, Action.CAMPAIGN_WRITE)
    chosen = list(unasked(drive).values_list("pk", flat=True)[: max(0, many)])
    due = (now or timezone.now()) + timedelta(hours=1)
    with transaction.atomic():
        for contact in _numbers(chosen):
            call(
                contact,
                queue=QUEUE,
                because=BECAUSE,
                key=f"drive:{drive.pk}:{contact.client}",
                due_at=due,
                script=SCRIPT,
            )
        audit.note(by, "drive.call_more", drive.pk, calls=len(chosen))
    return len(chosen)


def _numbers(clients: list[str]) -> list[ContactPoint]:
    """One contact point of each, a telephone number before anything else."""
    order = {Channel.PHONE: 0, Channel.SMS: 1, Channel.WHATSAPP: 2}
    points = ContactPoint.objects.filter(client__in=clients, stopped_at=None, suspended_at=None)
    best = {point.client: point for point in sorted(points, key=lambda one: -order.get(one.channel, 3))}
    return [best[client] for client in clients if client in best]


def _calls(drive: Drive) -> QuerySet[CallTask]:
    return CallTask.objects.filter(key__startswith=f"drive:{drive.pk}:")
