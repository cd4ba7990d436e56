"""Whose events a plan looks at: rules hop once, from an infant to her mother and from a mother to her infants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tsela.kernel.ids import is_uuid
from tsela.record.models import Client
from tsela.record.queries import events_of


@dataclass(frozen=True, slots=True)
class Families:
    """Who is to be planned; they with their mothers and infants, and every event that their plans can look at."""

    planned: list[Client]
    people: Mapping[str, Client]
    events: list[dict[str, Any]]


def families(touched: Iterable[str]) -> Families:
    """The touched clients with all whose plans they can change: whoever is, or ever was, their mother or infant."""
    touched = set(touched)
    mothers = {named_mother(event) for event in events_of(touched) if event["form"] == "registration"}
    return alone(touched | neighbours(touched) | (mothers - {None}))


def alone(clients: Iterable[str]) -> Families:
    """These clients only: nothing happened to them that could change another's plan."""
    wanted = set(clients)
    near = wanted | neighbours(wanted)
    people = Client.objects.in_bulk(list(near))
    return Families([people[one] for one in sorted(wanted & people.keys())], people, events_of(near))


def neighbours(clients: Iterable[str]) -> set[str]:
    """Their mothers and their infants."""
    ids = list(clients)
    mothers = Client.objects.filter(pk__in=ids, mother__isnull=False).values_list("mother", flat=True)
    infants = Client.objects.filter(mother__in=ids).values_list("pk", flat=True)
    return {*mothers, *infants}


def named_mother(registration: Mapping[str, Any]) -> Any:
    mother = (registration["answers"] or {}).get("mother")
    return mother if is_uuid(mother) else None
