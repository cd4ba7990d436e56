"""The audit: who read and wrote what, and whether the chain of hashes still holds."""

from django.http import HttpRequest, HttpResponse

from tsela.access import audit
from tsela.access.models import AuditEntry, Staff
from tsela.access.policy import Action
from tsela.console.pages import page, show

SHOWN = 200


@page(Action.AUDIT_READ)
def log(request: HttpRequest) -> HttpResponse:
    """The newest entries. Actors are named; of clients only the id is shown."""
    entries = list(AuditEntry.objects.order_by("-number")[:SHOWN])
    ids = {entry.actor.partition(":")[2] for entry in entries}
    names = dict(Staff.objects.filter(pk__in=ids).values_list("pk", "name"))
    rows = [(entry, names.get(entry.actor.partition(":")[2], entry.actor)) for entry in entries]
    return show(request, "audit", rows=rows, broken=audit.verify())
