"""Enrolment drives on pages: so many clients who agree to messages, how far it has come, and the next calls."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_date

from tsela.access import audit, policy
from tsela.access.models import Site, Staff
from tsela.access.policy import Action
from tsela.console.pages import page, staff_of
from tsela.kernel.errors import TselaError
from tsela.messaging import drives as room
from tsela.messaging.models import Drive

DEFAULT_GOAL = 50_000
CALLS = (50, 200, 1000)


@dataclass(frozen=True)
class Shown:
    """A drive as pages show it; numbers with their thousands apart."""

    id: int
    title: str
    reached: str
    goal: str
    reached_value: int
    goal_value: int
    percent: str
    until: date | None
    told: str
    unasked: int
    by_site: list[tuple[str, int]]


@page(Action.CAMPAIGN_WRITE)
def drives(request: HttpRequest) -> HttpResponse:
    """All drives of her sites, with what can be done; and a new one."""
    staff = staff_of(request)
    error, given = None, {"goal": DEFAULT_GOAL, "began_on": timezone.localdate().isoformat()}
    if request.method == "POST":
        try:
            messages.success(request, _do(request, staff))
            return redirect("drives")
        except TselaError as wrong:
            error, given = wrong.problem, {**request.POST.dict(), "sites": request.POST.getlist("sites")}
    audit.note(staff, "drives.read")
    return _show(request, staff, status=400 if error else 200, error=error, given=given)


def running(staff: Staff) -> list[Shown]:
    """What the desk of calls shows of them."""
    return [shown(one) for one in room.drives_for(staff)]


def shown(drive: Drive) -> Shown:
    """A drive with its progress, in words."""
    found = room.progress(drive)
    share = 100 * found.reached / drive.goal
    names = dict(Site.objects.filter(pk__in=found.by_site).values_list("code", "name"))
    return Shown(
        id=drive.pk,
        title=drive.title,
        reached=f"{found.reached:,}",
        goal=f"{drive.goal:,}",
        reached_value=min(found.reached, drive.goal),
        goal_value=drive.goal,
        percent=f"{share:.0f}" if share >= 1 or not found.reached else "under 1",
        until=drive.until,
        told=_told(found, drive),
        unasked=found.unasked,
        by_site=sorted(
            ((names.get(code, code), n) for code, n in found.by_site.items()), key=lambda row: -row[1]
        ),
    )


def _told(found: room.Progress, drive: Drive) -> str:
    began = f"{drive.began_on:%-d %B %Y}"
    pace = f"{found.a_day:,.0f} a day" if found.a_day >= 10 else f"{7 * found.a_day:,.1f} a week"
    parts = [f"{pace} since {began}"]
    if drive.until and found.a_day:
        left = max(0, (drive.until - timezone.localdate()).days)
        parts.append(f"at this pace {found.reached + round(found.a_day * left):,} by {drive.until:%-d %B %Y}")
    parts.append(f"{found.before:,} had agreed before")
    parts.append(f"{found.waiting:,} calls wait, {found.unasked:,} were never asked")
    return "; ".join(parts) + "."


def _do(request: HttpRequest, staff: Staff) -> str:
    verb = request.POST.get("do", "")
    if verb == "begin":
        drive = room.begin(by=staff, **_given(request))
        return f"“{drive.title}” has begun."
    drive = room.drives_for(staff).filter(pk=_number(request, "drive")).first()
    if drive is None:
        raise Http404("no such drive")
    if verb == "end":
        room.end(drive, by=staff)
        return f"“{drive.title}” has ended."
    many = room.call_more(drive, _number(request, "many"), by=staff)
    return f"{many} clients are on the calls' lists of their Mentor Mothers."


def _number(request: HttpRequest, name: str) -> int:
    typed = request.POST.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _given(request: HttpRequest) -> dict[str, Any]:
    posted = request.POST
    return {
        "title": posted.get("title", ""),
        "goal": _number(request, "goal"),
        "sites": posted.getlist("sites"),
        "began_on": parse_date(posted.get("began_on", "")) or timezone.localdate(),
        "until": parse_date(posted.get("until", "")),
    }


def _show(request: HttpRequest, staff: Staff, status: int, **context: Any) -> HttpResponse:
    from tsela.console.messages import show_section

    return show_section(
        request, "drives", "drives", status=status, drives=running(staff), sites=policy.visible_sites(staff), calls=CALLS, **context,
    )  # fmt: skip
