"""The Site Coordinator's page: who is overdue and why, and how much each Mentor Mother carries."""

from django.http import HttpRequest, HttpResponse

from tsela.access import audit, policy
from tsela.access.policy import Action
from tsela.care import queries
from tsela.console.pages import page, show, staff_of

SHOWN = 200


@page(Action.TEAM_READ)
def team(request: HttpRequest) -> HttpResponse:
    """Overdue tasks of her sites, the longest overdue first, for one site or one Mentor Mother if chosen."""
    staff = staff_of(request)
    site, mother = request.GET.get("site", ""), request.GET.get("mother", "")
    loads = queries.caseloads(staff)
    rows = [
        row for row in queries.overdue(staff, limit=5000)
        if (not site or row.site == site) and (not mother or row.caseload == mother)
    ]  # fmt: skip
    audit.note(staff, "team.read", site or "all", rows=min(len(rows), SHOWN))
    names = {load.staff: load.name for load in loads}
    return show(
        request, "team", rows=[(row, names.get(row.caseload or "", ""), _words(row.step)) for row in rows[:SHOWN]],
        more=max(0, len(rows) - SHOWN), overdue_clients=len({row.client for row in rows}), loads=loads,
        clients=sum(load.clients for load in loads), due=sum(load.due for load in loads),
        sites=policy.visible_sites(staff), site=site, mother=mother,
    )  # fmt: skip


def _words(step: str | None) -> str:
    return (step or "").replace("_", " ")
