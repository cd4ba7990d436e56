"""Answers that the programme does not allow: stored as they came, and flagged for a person to see (SPEC S24)."""

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme import Programme
from tsela.programme.interpreter import check_answers as check_form
from tsela.record.models import Client, Event, EventProblem
from tsela.record.programme import wrote

log = logging.getLogger(__name__)
CODES = {"type": "E410", "choice": "E410", "constraint": "E412", "required": "E412", "unknown": "E413"}
BATCH = 500  # parameters of one statement


class FoundProblems:
    """What is wrong with some events, found but not yet stored."""

    def __init__(self, events: list[dict[str, Any]], found: list[EventProblem]) -> None:
        self.events = events
        self.found = found
        self.sites: set[str] = set()  # they hold whatever happens at any site: events never change

    def store(self) -> None:
        """Replace what was noted of these events. To be called within a transaction."""
        ids = [event["id"] for event in self.events]
        for start in range(0, len(ids), BATCH):
            EventProblem.objects.filter(event__in=ids[start : start + BATCH]).delete()
        EventProblem.objects.bulk_create(self.found, batch_size=100)


def check_answers(events: list[dict[str, Any]], today: date) -> FoundProblems:
    """Every event against its form, as that was on the phone, on the day it was written."""
    registrations = registrations_of({event["client"] for event in events})
    found = [
        EventProblem(
            event=event["id"],
            client=event["client"],
            site=event["site"],
            code=one.code,
            question=question[:120],
            what=one.what,
            remedy=one.remedy,
        )
        for event in events
        if event["answers"] is not None
        for question, one in problems_of(_programme(event), event, registrations.get(event["client"], {}))
    ]
    return FoundProblems(events, found)


def problems_of(
    programme: Programme, event: dict[str, Any], registration: Mapping[str, Any]
) -> Iterator[tuple[str, Problem]]:
    """(question, problem) of one event; `registration` holds the answers of its client's registration."""
    form = programme.forms.get(event["form"])
    if form is None:
        yield "", problem("E411", form=event["form"], nearest=nearest(event["form"], programme.forms))
        return
    try:
        # On the day it was written: a result that came after the visit is no date to come.
        written = max(event["occurred_on"], event["recorded_at"][:10])
        violations = check_form(form, event["answers"], written, registration)
    except Exception:  # whatever an event holds, it must not stop those that follow it
        log.exception("The form %s could not check event %s", event["form"], event["id"])
        return
    for violation in violations:
        path = violation["path"]
        fields = {"form": event["form"], "question": path, "reason": violation["message"]}
        yield path, problem(CODES[violation["kind"]], where=path, **fields)


def _programme(event: dict[str, Any]) -> Programme:
    return wrote(event["form"], event["form_version"], event["site"])


def registrations_of(clients: set[str]) -> dict[str, dict[str, Any]]:
    """The answers of each client's last live registration."""
    ids = list(Client.objects.filter(pk__in=clients).values_list("registration", flat=True))
    bodies = Event.objects.filter(pk__in=[id for id in ids if id]).values_list("client", "body")
    return {client: json.loads(body)["answers"] or {} for client, body in bodies}
