"""Who a client is: her last live registration (SPEC S5, RULES R1, R4, R8). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tsela.kernel.ids import is_uuid

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the table of clients."""

    id: str
    home: str
    first_site: str
    registration: str | None = None
    caseload: str | None = None
    mother: str | None = None
    name: str = ""
    group: str = ""


def person(before: Person, registrations: Iterable[Event]) -> Person:
    """The client as her registrations say. Where none is live, she is nobody's, at the site that first met her."""
    live = [event for event in live_events(registrations) if event["answers"] is not None]
    if not live:
        return Person(before.id, home=before.first_site, first_site=before.first_site)
    last = max(live, key=lambda event: (event["occurred_on"], event["id"]))
    answers = last["answers"]
    return replace(
        before,
        home=last["site"],
        registration=last["id"],
        caseload=_id(answers.get("caseload")),
        mother=_id(answers.get("mother")),
        name=_name(answers),
        group=_text(answers.get("client_group"))[:63],
    )


def live_events(events: Iterable[Event]) -> list[Event]:
    """R1: of each chain of replacements, the one event that stands (it may be a void)."""
    by_id = {event["id"]: event for event in events}
    replaced = {event["replaces"] for event in by_id.values()}
    ends: dict[str, Event] = {}
    for event in sorted(by_id.values(), key=lambda event: event["id"]):
        first = root(event, by_id) if event["id"] not in replaced else None
        if first is not None:
            ends[first] = event
    return list(ends.values())


def root(event: Event, by_id: Mapping[str, Event]) -> str | None:
    """R2: the first event of a chain, or the target's id where the record lacks it; None where it runs in a circle."""
    seen = {event["id"]}
    while event["replaces"] in by_id:
        event = by_id[event["replaces"]]
        if event["id"] in seen:
            return None
        seen.add(event["id"])
    return event["replaces"] or event["id"]


def _id(value: Any) -> str | None:
    return value if is_uuid(value) else None


def _text(value: Any) -> str:
    return value.replace("\0", "") if isinstance(value, str) else ""


def _name(answers: Mapping[str, Any]) -> str:
    parts = (_text(answers.get("given_name")), _text(answers.get("family_name")))
    return " ".join(filter(None, parts))[:160]
