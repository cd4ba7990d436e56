"""Campaigns on pages: one message to many; who would get it in which words, how it goes, and what came of it."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_date as parse_day

from tsela.access import audit, policy
from tsela.access.models import Site, Staff
from tsela.access.policy import Action
from tsela.console.messages import prices, show_section
from tsela.console.messages.campaign_words import COUNTED, by_wording, compared, previewed
from tsela.console.messages.people import staff_names
from tsela.console.messages.thread import moment
from tsela.console.pages import page, staff_of
from tsela.kernel.errors import TselaError
from tsela.messaging import campaign_results
from tsela.messaging import campaigns as room
from tsela.messaging.campaign_preview import Preview
from tsela.messaging.models import Campaign
from tsela.record.programme import current

S = Campaign.Status
TONES = {"running": "done", "planning": "done", "paused": "due"}
PURPOSES = {
    "information": "Something good to know",
    "reminders": "A reminder",
    "support": "Support",
    "research": "Research",
}
Step = Callable[[Campaign, Staff], Any]
STEPS: dict[str, tuple[str, tuple[str, ...], Step]] = {
    "start": ("Start", ("draft",), lambda one, by: room.start(one, by=by)),
    "look": ("Look at it", (), lambda one, by: room.want_preview(one, by=by)),
    "pause": ("Pause", ("planning", "running"), lambda one, by: room.pause(one, by=by)),
    "go_on": ("Go on with the rest", ("paused",), lambda one, by: room.go_on(one, by=by)),
    "stop": (
        "Stop for good",
        ("planning", "running", "paused"),
        lambda one, by: room.stop(one, by=by),
    ),
    "throw_away": ("Throw it away", ("draft",), lambda one, by: room.stop(one, by=by)),
}
BELOW = ("start", "look")  # stand with what it would do
FIRST, PER_MINUTE = 100, 600


@page(Action.CAMPAIGN_WRITE)
def campaigns(request: HttpRequest) -> HttpResponse:
    """All that she may see, the newest first, with how far each came."""
    staff = staff_of(request)
    found = list(room.campaigns_for(staff)[:100])
    names = staff_names(one.by for one in found)
    audit.note(staff, "campaigns.read", rows=len(found))
    return show_section(request, "campaigns", "campaigns", rows=[_row(one, names) for one in found])


@page(Action.CAMPAIGN_WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new one; what is wrong with it is said above it, and what was typed stays."""
    staff = staff_of(request)
    if request.method == "POST":
        try:
            made = room.create(by=staff, **_given(request))
            return redirect("campaign", campaign=made.pk)
        except TselaError as wrong:
            return _form(request, staff, given=_typed(request), errors=wrong.problems, status=400)
    like = _like(room.campaigns_for(staff).filter(pk=_number(request.GET.get("like", ""))).first())
    return _form(
        request, staff, given=like or {"per_minute": PER_MINUTE, "first": FIRST, "purpose": "information"}
    )


@page(Action.CAMPAIGN_WRITE)
def campaign(request: HttpRequest, campaign: int) -> HttpResponse:
    """One campaign: who would get it, how it goes, what came of it; start, pause, go on, stop."""
    staff = staff_of(request)
    found = room.campaigns_for(staff).filter(pk=campaign).first()
    if found is None:
        raise Http404("no such campaign")
    if request.method == "POST":
        verb = request.POST.get("do", "")
        if verb not in STEPS:
            raise Http404("no such step")
        try:
            STEPS[verb][2](found, staff)
        except TselaError as wrong:
            return _show(request, found, errors=wrong.problems, status=400)
        return redirect(request.path)
    audit.note(staff, "campaign.read", found.pk)
    return _show(request, found)


def _show(request: HttpRequest, found: Campaign, status: int = 200, **context: Any) -> HttpResponse:
    names = dict(Site.objects.filter(pk__in=found.sites).values_list("code", "name"))
    counts = campaign_results.results(found) if found.status != S.DRAFT or found.planned else None
    price = prices.price(request)
    preview = Preview.of(found.preview) if found.preview else None
    return show_section(
        request, "campaign", "campaigns", status=status, campaign=found, tone=TONES.get(found.status, ""),
        purpose=PURPOSES.get(found.purpose, found.purpose), where=", ".join(names.values()) or "everywhere",
        steps=[(code, label) for code, (label, when, _) in STEPS.items() if found.status in when and code not in BELOW],
        arms=by_wording(counts.arms) if counts else [], counted=COUNTED.values(), settled=counts and sum(one.planned - one.waiting for one in counts.arms),
        planned=counts and sum(one.planned for one in counts.arms), comparisons=compared(counts, found.status == S.DONE, timezone.now()) if counts else [],
        preview=previewed(preview, current(), price) if preview else None, price=price, day=parse_day(found.values.get("date", "")), **context,
    )  # fmt: skip


def _row(one: Campaign, names: dict[str, str]) -> dict[str, Any]:
    totals = campaign_results.totals(one) if one.planned else {"sent": 0, "delivered": 0, "answered": 0}
    return {
        "id": one.pk, "title": one.title, "audience": one.audience or "everybody", "status": one.get_status_display(),
        "tone": TONES.get(one.status, ""), "planned": one.planned, "by": names.get(one.by, ""), "at": one.created_at, **totals,
    }  # fmt: skip


def _form(request: HttpRequest, staff: Staff, status: int = 200, **context: Any) -> HttpResponse:
    programme = current()
    return show_section(
        request, "campaign_form", "campaigns", status=status, sites=policy.visible_sites(staff), purposes=PURPOSES.items(),
        wordings=[
            (code, label, sorted((one for one in programme.messages.values() if one.purpose == code and room.fits_many(one.id)), key=lambda one: one.title))
            for code, label in PURPOSES.items()
        ],
        definitions=sorted(programme.tables["define"]), groups=sorted(programme.tables["groups"]), **context,
    )  # fmt: skip


def _like(one: Campaign | None) -> dict[str, Any] | None:
    """What was typed for a campaign, for the next one."""
    plain = ("title", "audience", "purpose", "per_minute", "first", "sites", "wordings")
    return {**{name: getattr(one, name) for name in plain}, **one.values} if one else None


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was typed, to be shown again."""
    plain = {name: request.POST.get(name, "") for name in ("title", "audience", "purpose", "per_minute", "first", "starts_at", *room.ASKED)}  # fmt: skip
    return {**plain, "sites": request.POST.getlist("sites"), "wordings": request.POST.getlist("wordings")}


def _given(request: HttpRequest) -> dict[str, Any]:
    typed = _typed(request)
    numbers = {name: _number(typed[name]) for name in ("per_minute", "first")}
    values = {name: typed.pop(name) for name in room.ASKED}
    if parse_day(values["date"]) is None:
        values["date"] = ""
    return {**typed, **numbers, "values": values, "starts_at": moment(typed["starts_at"])}
