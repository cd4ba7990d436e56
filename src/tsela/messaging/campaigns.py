"""Campaigns: the same message to many, once each, to those only who agreed to it.

Who is meant is a condition of the rules. Somebody above (work.campaigning) says of whom it holds, by lot (evaluation.audience);
here it is decided who can be told, and what each gets is put in the queue. When it leaves, everything is asked again (M32).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from tsela.access import audit, policy
from tsela.access.models import Staff
from tsela.access.policy import Action
from tsela.kernel.errors import fail
from tsela.messaging.models import Campaign, Message
from tsela.messaging.queue import UNSENT, cancel, put_in
from tsela.messaging.reaching import Reach
from tsela.messaging.rendering import FILLED_IN
from tsela.programme.rules import Names, RuleError, parse_condition
from tsela.record.programme import current
from tsela.record.writer import write

S = Campaign.Status
FOR = ("information", "reminders", "support", "research")  # purposes that a campaign may have
ASKED = ("date", "time")  # what its messages may name and it has to say (M10)
KNOWN = frozenset(
    {"name", "code_word", "emergency", "helpline", "weekday", *ASKED}
)  # what has a value for each of many
USELESS_AFTER = timedelta(days=7)
MOST_A_MINUTE = 80 * 60  # what one WhatsApp number sends

COLUMNS = ("key", "contact_id", "message", "due_at", "expires_at")  # what each of its messages has of its own
Row = tuple[str, str, str, datetime, datetime]


class Lot(Protocol):
    """A client of the audience and her place in the draw."""

    @property
    def client(self) -> str: ...
    @property
    def lot(self) -> str: ...


def campaigns_for(staff: Staff) -> QuerySet[Campaign]:
    """The campaigns that she may see: her own and, of who answers for campaigns everywhere, all. E503."""
    policy.require(staff, Action.CAMPAIGN_WRITE)
    found = Campaign.objects.order_by("-created_at", "-id")
    if staff.role in policy.EVERYWHERE:
        return found
    mine = [
        one.pk for one in found if one.by == staff.pk or (set(one.sites) <= staff.site_codes and one.sites)
    ]
    return found.filter(pk__in=mine)


def create(
    *, title: str, audience: str, sites: Sequence[str], purpose: str, wordings: Sequence[str], per_minute: int, first: int = 0,
    starts_at: datetime | None = None, values: Mapping[str, str] | None = None, by: Staff,
) -> Campaign:  # fmt: skip
    """A draft: nothing is planned before somebody has looked at it. E503, E750, E752."""
    policy.require(by, Action.CAMPAIGN_WRITE)
    where = list(sites) or ([] if by.role in policy.EVERYWHERE else sorted(by.site_codes))
    given = {name: value for name in ASKED if (value := (values or {}).get(name))}
    _require_sound(title, where, purpose, wordings, given, per_minute, first, by)
    require_audience(audience)
    made = Campaign.objects.create(
        title=title.strip(), audience=audience.strip(), sites=where, purpose=purpose, wordings=list(wordings), values=given,
        per_minute=per_minute, first=first, starts_at=starts_at, preview_wanted=True, by=by.pk,
    )  # fmt: skip
    audit.note(by, "campaign.create", str(made.pk))
    return made


def require_audience(condition: str) -> None:
    """E752 where the rules cannot read it."""
    if not condition.strip():
        return
    try:
        parse_condition(condition, Names.of(current().tables))
    except RuleError as error:
        wrong = error.wrong
        fail("E752", at=error.at + 1, what=wrong.what, remedy=wrong.remedy)


def named(wordings: Iterable[str]) -> set[str]:
    """The placeholders of these messages (M10)."""
    known: Mapping[str, Any] = current().messages
    texts = [text for one in wordings if one in known for text in (known[one].covert, known[one].overt or "")]
    return {name for text in texts for name in FILLED_IN.findall(text)}


def fits_many(message: str) -> bool:
    """Whether it names nothing that only one client's record knows."""
    return named([message]) <= KNOWN


def start(campaign: Campaign, *, by: Staff) -> None:
    """Go: it is planned from now on, or from its hour. E751."""
    _turn(campaign, (S.DRAFT,), S.PLANNING, "start", by, preview_wanted=False)


def pause(campaign: Campaign, *, by: Staff) -> None:
    """Nothing more of it leaves, at once; what is being sent at this moment does. E751."""
    _turn(campaign, (S.PLANNING, S.RUNNING), S.PAUSED, "pause", by, paused_at=timezone.now())


def go_on(campaign: Campaign, *, by: Staff) -> None:
    """After a pause, or after the first so many: all the rest, at its pace. E751."""
    paused_at = campaign.paused_at or timezone.now()
    status = S.RUNNING if campaign.planned_all else S.PLANNING
    with transaction.atomic():
        _turn(campaign, (S.PAUSED,), status, "go on", by, paused_at=None, first=0)
        waited = timezone.now() - paused_at
        unsent = Message.objects.filter(campaign=campaign.pk, status__in=UNSENT)
        unsent.update(due_at=F("due_at") + waited)  # at its pace, not all at once


def stop(campaign: Campaign, *, by: Staff) -> int:
    """For good: what was not sent is taken back; how many. E751."""
    with transaction.atomic():
        _turn(campaign, (S.DRAFT, S.PLANNING, S.RUNNING, S.PAUSED), S.DONE, "stop", by, planned_all=True)
        return cancel(Q(campaign=campaign.pk), because="let_go")


def want_preview(campaign: Campaign, *, by: Staff) -> None:
    """Who would get it is looked up anew."""
    _require_hers(campaign, by)
    Campaign.objects.filter(pk=campaign.pk).update(preview_wanted=True)


def to_preview() -> list[Campaign]:
    """Those of which somebody asks who would get it."""
    return list(Campaign.objects.filter(preview_wanted=True).order_by("pk"))


def to_plan(now: datetime) -> list[Campaign]:
    """Those whose hour has come and whose audience was not all looked at."""
    waiting = Campaign.objects.filter(status=S.PLANNING, planned_all=False).order_by("pk")
    return [one for one in waiting if one.starts_at is None or one.starts_at <= now]


def plan(campaign: Campaign, audience: Iterable[Sequence[Lot]], now: datetime) -> int:
    """Put what they get in the queue, list by list; how many. Killed anywhere, it goes on where it was, and nobody gets two."""
    planned, reach = 0, Reach(campaign.purpose, now)
    for lots in audience:
        added = _plan_some(campaign, lots, reach, planned)
        if added is None:
            return planned  # somebody paused it, or the first so many are planned
        planned += added
    Campaign.objects.filter(pk=campaign.pk, status=S.PLANNING).update(status=S.RUNNING, planned_all=True)
    return planned


def finish() -> int:
    """Campaigns of which nothing is left to send are done; how many."""
    left = Message.objects.filter(campaign=OuterRef("pk"), status__in=(*UNSENT, Message.Status.SENDING))
    return Campaign.objects.filter(~Exists(left), status=S.RUNNING, planned_all=True).update(status=S.DONE)


def wording_of(campaign: Campaign, lot: str) -> str:
    """Which of its wordings a client gets: by lot, and always the same."""
    wordings: list[str] = campaign.wordings
    return wordings[int(lot[-8:], 16) % len(wordings)]


def _plan_some(campaign: Campaign, lots: Sequence[Lot], reach: Reach, planned: int) -> int | None:
    """One list: read and decided outside, stored in one short transaction. None where nothing more is to be planned now."""
    campaign.refresh_from_db()
    if campaign.status != S.PLANNING:
        return None
    room = max(0, campaign.first - campaign.planned) if campaign.first else len(lots)
    contacts = reach.of([one.client for one in lots])
    told = [one for one in lots if one.client in contacts][:room]
    rows = [
        _row(campaign, one, contacts[one.client], reach.now + timedelta(minutes=place / campaign.per_minute))
        for place, one in enumerate(told, planned)
    ]  # fmt: skip
    full = bool(campaign.first) and campaign.planned + len(rows) >= campaign.first
    last = told[-1].lot if full else lots[-1].lot
    stored: bool = write(partial(_store, campaign, rows, last, full))
    return len(rows) if stored and not full else None


def _store(campaign: Campaign, rows: Sequence[Row], last: str, full: bool) -> bool:
    """Unless somebody paused it meanwhile."""
    with transaction.atomic():
        here = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if here.status != S.PLANNING:
            return False
        put_in(_alike(campaign), COLUMNS, rows)
        here.planned, here.planned_to = here.planned + len(rows), last
        here.status = S.PAUSED if full else here.status
        here.save(update_fields=["planned", "planned_to", "status"])
        return True


def _alike(campaign: Campaign) -> Message:
    """What all its messages have."""
    return Message(
        outgoing=True, purpose=campaign.purpose, campaign=campaign.pk, values=campaign.values, by=campaign.by, status=Message.Status.QUEUED
    )  # fmt: skip


def _row(campaign: Campaign, one: Lot, contact: str, due_at: datetime) -> Row:
    """What each has of its own. The key has her lot, which is hers alone: keys come in their order, and the index only grows."""
    key = f"campaign:{campaign.pk}:{one.lot}"
    return key, contact, wording_of(campaign, one.lot), due_at, due_at + USELESS_AFTER


def _turn(campaign: Campaign, before: Sequence[Any], after: Any, verb: str, by: Staff, **fields: Any) -> None:
    """Another status, unless somebody was faster."""
    _require_hers(campaign, by)
    changed = Campaign.objects.filter(pk=campaign.pk, status__in=before).update(status=after, **fields)
    campaign.refresh_from_db()
    if not changed:
        fail("E751", status=campaign.get_status_display().lower(), verb=verb)
    audit.note(by, f"campaign.{verb.replace(' ', '_')}", str(campaign.pk))


def _require_hers(campaign: Campaign, by: Staff) -> None:
    """E503 unless it is one that she may see."""
    if not campaigns_for(by).filter(pk=campaign.pk).exists():
        fail("E503", name=by.name, role=by.get_role_display(), action=str(Action.CAMPAIGN_WRITE))


def _require_sound(
    title: str, sites: Sequence[str], purpose: str, wordings: Sequence[str], values: Mapping[str, str], per_minute: int, first: int, by: Staff
) -> None:  # fmt: skip
    known: Mapping[str, Any] = current().messages
    names = named(wordings)
    hers = ", ".join(f"{{{name}}}" for name in sorted(names - KNOWN))
    wrong = {
        "It has no title": not title.strip(),
        "It says nothing: choose at least one message": not wordings,
        "The programme has no such message": any(one not in known for one in wordings),
        "A message is of another purpose than the campaign": any(one in known and known[one].purpose != purpose for one in wordings),
        "A message names a day or an hour: say which": any(name in names and name not in values for name in ASKED),
        f"A message names what only her own record knows, {hers}: it cannot go to many": bool(hers),
        "It has no purpose that a campaign can have": purpose not in FOR,
        f"Its speed is not between 1 and {MOST_A_MINUTE} messages a minute": not 1 <= per_minute <= MOST_A_MINUTE,
        "How many are first is below zero": first < 0,
        "It names a site that is not yours": by.role not in policy.EVERYWHERE and not set(sites) <= by.site_codes,
    }  # fmt: skip
    for what, holds in wrong.items():
        if holds:
            fail("E750", what=what)
