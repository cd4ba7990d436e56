"""Answers that the programme does not allow (SPEC S24): kept, treated as missing, and shown here to be put right."""

from django.http import HttpRequest, HttpResponse

from tsela.access.policy import Action, scope
from tsela.console.pages import page, show, staff_of
from tsela.record.models import Client, EventProblem
from tsela.record.queries import clients_in

SHOWN = 200


@page(Action.TEAM_READ)
def problems(request: HttpRequest) -> HttpResponse:
    """The newest problems of the clients whom she sees."""
    clients = clients_in(scope(staff_of(request)))
    found = EventProblem.objects.filter(client__in=clients.values("pk"))
    rows = list(found.order_by("-id")[:SHOWN])
    names = dict(Client.objects.filter(pk__in={row.client for row in rows}).values_list("pk", "name"))
    shown = [(row, names.get(row.client) or "Not registered yet") for row in rows]
    return show(request, "problems", rows=shown, total=found.count())
