"""Whose events a plan looks at: rules hop once, from an infant to her mother and from a mother to her infants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tsela.kernel.ids import is_uuid
from tsela.record.models import Client
from tsela.record.queries import events_of


@dataclass(frozen=True, slots=True)
class Families:
    """Clients to plan, and every event that their plans can look at."""

    clients: dict[str, Client]
    events: list[dict[str, Any]]


def families(touched: Iterable[str]) -> Families:
    """The touched clients with all whose plans they can change: whoever is, or ever was, their mother or infant."""
    touched = set(touched)
    mothers = {named_mother(event) for event in events_of(touched) if event["form"] == "registration"}
    clients = Client.objects.in_bulk(list(touched | neighbours(touched) | (mothers - {None})))
    return Families(clients, events_of(set(clients) | neighbours(clients)))


def neighbours(clients: Iterable[str]) -> set[str]:
    """Their mothers and their infants."""
    ids = list(clients)
    mothers = Client.objects.filter(pk__in=ids, mother__isnull=False).values_list("mother", flat=True)
    infants = Client.objects.filter(mother__in=ids).values_list("pk", flat=True)
    return {*mothers, *infants}


def named_mother(registration: Mapping[str, Any]) -> Any:
    mother = (registration["answers"] or {}).get("mother")
    return mother if is_uuid(mother) else None
