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
    late = queries.overdue(staff, site=site, caseload=mother)
    rows, total = queries.rows(late[:SHOWN]), late.count()
    audit.note(staff, "team.read", site or "all", rows=len(rows))
    names = {load.staff: load.name for load in loads}
    return show(
        request, "team", rows=[(row, names.get(row.caseload or "", "")) for row in rows], more=total - len(rows),
        overdue_clients=late.order_by().values("client").distinct().count(), loads=loads,
        clients=sum(load.clients for load in loads), due=sum(load.due for load in loads),
        sites=policy.visible_sites(staff), site=site, mother=mother,
    )  # fmt: skip
