"""Reads from the record. Events come out as plain dicts, as `contract/schemas/event.schema.json` says."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from tsela.access.policy import Scope
from tsela.record.models import Client, Event, SiteCounter

decode = msgspec.json.Decoder().decode


def events_of(clients: Iterable[str]) -> list[dict[str, Any]]:
    """Everything ever written about these clients, replaced events included."""
    bodies = Event.objects.filter(client__in=list(clients)).order_by("client", "site", "seq")
    return [decode(body) for body in bodies.values_list("body", flat=True)]


def all_events() -> Iterator[dict[str, Any]]:
    """The whole log, by site and number."""
    bodies = Event.objects.order_by("site", "seq").values_list("body", flat=True)
    return (decode(body) for body in bodies.iterator(chunk_size=5_000))


def write_log(path: Path) -> None:
    """The whole log as JSON Lines, one event a line, as it was stored."""
    bodies = Event.objects.order_by("site", "seq").values_list("body", flat=True)
    with path.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{body}\n" for body in bodies.iterator(chunk_size=5_000))


def clients_in(scope: Scope) -> QuerySet[Client]:
    """The clients whom a staff member sees (SPEC S30): every page and the pull go through here."""
    if scope.kind == "none":
        return Client.objects.none()
    if scope.kind == "sites":
        return Client.objects.filter(home__in=scope.sites)
    hers = Client.objects.filter(caseload=scope.staff)
    infants = Q(Exists(hers.filter(pk=OuterRef("mother"))))
    mothers = Q(Exists(hers.filter(mother=OuterRef("pk"))))
    siblings = Q(Exists(hers.filter(mother=OuterRef("mother"))))
    return Client.objects.filter(Q(caseload=scope.staff) | infants | mothers | siblings)


def heads() -> dict[str, int]:
    """The last number given at each site. Read it before the rows that it promises (SPEC S32)."""
    return dict(SiteCounter.objects.values_list("site", "seq"))
