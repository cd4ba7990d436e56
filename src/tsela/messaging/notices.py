"""What providers warn of, kept until it no longer holds: they say so, a person does, or it was long ago (MESSAGES M58)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone

from tsela.access import audit
from tsela.access.models import Staff
from tsela.messaging import channels, queries
from tsela.messaging.models import Notice

UNREAD = "E715"  # a part of a request; it says nothing of how things are now
PASSES = timedelta(days=7)


def keep(account: str, said: channels.Notice, now: datetime) -> None:
    """The last word counts, whichever way round they come. In the caller's transaction."""
    at = min(said.at or now, now)
    fields = {"problem": said.problem[:300], "at": at, "over_at": at if said.over else None}
    which = {"account": account, "code": said.code, "about": said.about[:160]}
    found, new = Notice.objects.select_for_update().get_or_create(**which, defaults={**fields, "since": at})
    if new or at < found.at:
        return
    again = found.over_at is not None
    since, times = (at, 1) if again else (found.since, found.times + 1)
    Notice.objects.filter(pk=found.pk).update(**fields, since=since, times=times)


def end(account: str, about: str, now: datetime) -> None:
    """It works again."""
    Notice.objects.filter(account=account, about=about, over_at=None).update(over_at=now)


def holding() -> QuerySet[Notice]:
    """Those that hold: what providers say before what we could not read, the latest first."""
    passed = Q(code=UNREAD, at__lt=timezone.now() - PASSES)
    return (
        Notice.objects.filter(over_at=None)
        .exclude(passed)
        .order_by(Case(When(code=UNREAD, then=1), default=0), "-at")
    )


def seen_to(notice: str, *, by: Staff) -> None:
    """A person has done what was to do."""
    queries.require_accounts(by)
    with transaction.atomic():
        known = Notice.objects.filter(pk=notice if notice.isdecimal() else 0)
        known.update(over_at=timezone.now())
        audit.note(by, "notice.over", notice)
