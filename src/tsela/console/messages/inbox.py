"""The inbox: who wrote or asked for a person, urgent first, then who waits longest."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timesince import timesince

from tsela.access import audit, policy
from tsela.access.models import Staff
from tsela.access.policy import Action
from tsela.console.messages import SECTIONS, opens, show_section
from tsela.console.messages.lines import later, text_of
from tsela.console.messages.people import language_name, names_of, staff_names
from tsela.console.pages import page, staff_of
from tsela.messaging import queries
from tsela.messaging.models import Conversation, Message

SHOWN = 100
YOU = "you"
With = Conversation.With
SHOWS = {
    "waiting": "Who waits for an answer",
    "mine": "What I answer",
    "people": "Everybody with a person",
    "all": "All conversations",
}


@dataclass(frozen=True)
class Row:
    """One conversation of the list."""

    id: str
    name: str
    urgent: bool
    waiting: bool
    since: datetime | None
    ago: str
    last: str
    ours: bool
    language: str
    language_name: str
    channel: str
    because: str
    assigned: str
    site: str


@page(None)
def first(request: HttpRequest) -> HttpResponse:
    """The first of these pages that her role opens."""
    staff = staff_of(request)
    return redirect(next(name for name, _, _ in SECTIONS if opens(staff, name)))


@page(Action.INBOX)
def inbox(request: HttpRequest) -> HttpResponse:
    """Her conversations, as chosen; by default those that wait for an answer."""
    staff = staff_of(request)
    shown, site = request.GET.get("show", "waiting"), request.GET.get("site", "")
    found = chosen(queries.conversations_for(staff), shown, staff)
    if site:
        found = found.filter(contact__site=site)
    total = found.count()
    sites = policy.visible_sites(staff)
    rows = rows_of(found[:SHOWN], {one.code: one.name for one in sites}, staff.pk)
    audit.note(staff, "inbox.read", site or "all", rows=len(rows))
    return show_section(
        request, "inbox", "inbox", rows=rows, total=total, more=total - len(rows), shows=SHOWS.items(),
        shown=shown, sites=sites, site=site, helped=_helped(staff),
    )  # fmt: skip


def _helped(staff: Staff) -> dict[str, int] | None:
    """Of those who said whether we helped them, how many say yes: the last word of each. None where nobody has."""
    said = queries.conversations_for(staff).filter(satisfaction__isnull=False).order_by()
    counts: dict[str, int] = said.aggregate(all=Count("pk"), yes=Count("pk", filter=Q(satisfaction=1)))
    return counts if counts["all"] else None


def chosen(found: QuerySet[Conversation], shown: str, staff: Staff) -> QuerySet[Conversation]:
    """Those that one of SHOWS means."""
    waiting = queries.WAITING
    meant = {"mine": Q(assigned_to=staff.pk), "people": Q(held_by=With.PERSON), "all": Q()}
    return found.filter(meant.get(shown, waiting))


def rows_of(conversations: QuerySet[Conversation], sites: dict[str, str], me: str) -> list[Row]:
    """The rows of a page for `me`, in a handful of queries."""
    hers_and_ours = Message.objects.filter(contact=OuterRef("contact")).exclude(later())
    said = hers_and_ours.order_by("-created_at", "-id").values("pk")
    last, hers = Subquery(said[:1]), Subquery(said.filter(outgoing=False)[:1])
    found = list(conversations.annotate(last=last, hers=hers))
    messages = Message.objects.in_bulk({id for one in found for id in (one.last, one.hers) if id})
    names, staff = names_of(one.contact for one in found), staff_names(one.assigned_to for one in found)
    staff |= {me: YOU}
    return [
        _row(one, messages.get(one.hers if one.waiting_since else one.last), names, staff, sites)
        for one in found
    ]


def _row(
    one: Conversation,
    last: Message | None,
    names: dict[str, str],
    staff: dict[str, str],
    sites: dict[str, str],
) -> Row:
    contact = one.contact
    waiting = one.held_by == With.PERSON and one.waiting_since is not None
    since = one.waiting_since if waiting else (last.created_at if last else None)
    return Row(
        id=one.pk,
        name=names[contact.pk],
        urgent=one.urgent,
        waiting=waiting,
        since=since,
        ago=timesince(since, depth=1) if since else "",
        last=text_of(last) if last else "",
        ours=bool(last and last.outgoing),
        language=contact.language,
        language_name=language_name(contact.site, contact.language),
        channel=contact.get_channel_display(),
        because=one.because,
        assigned=staff.get(one.assigned_to or "", ""),
        site=sites.get(contact.site, "") if len(sites) > 1 else "",
    )
