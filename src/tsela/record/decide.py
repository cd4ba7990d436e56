"""What becomes of a batch, given what the record knows: pure, and the same for both databases (SPEC S20-S24, S33)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from tsela.kernel.errors import Problem, problem
from tsela.record.check import Event
from tsela.record.projection import Person, person

REGISTRATION = "registration"


class Incoming(NamedTuple):
    """An event that fits the schema, its text, and why it could not be stored now, if it is not stored yet."""

    event: Event
    body: str
    objection: Problem | None = None


class Stored(NamedTuple):
    """What is kept of an event that the record has."""

    client: str
    form: str
    body: str


@dataclass
class Known:
    """What the record says about the ids, clients and links that a batch names. `decide` updates it as it goes."""

    events: dict[str, Stored]
    people: dict[str, Person]  # of the batch's clients and, around registrations, of their families (S30)
    registrations: dict[str, list[Event]]  # of the clients that the batch registers
    moves: dict[str, int]  # site → SiteCounter.moves, as read before the rest


class Result(NamedTuple):
    id: str
    status: str  # accepted, known, refused
    problem: Problem | None = None


class Row(NamedTuple):
    """An event to store; `number` counts from 1 within its site and this batch."""

    site: str
    number: int
    incoming: Incoming


@dataclass
class Decision:
    """What to answer, and what to write: all of it, or nothing."""

    results: list[Result] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    new: dict[str, Person] = field(default_factory=dict)
    changed: dict[str, Person] = field(default_factory=dict)
    scope_changes: list[tuple[str, int, str]] = field(default_factory=list)  # site, number, client
    taken: dict[str, int] = field(default_factory=dict)  # site → how many numbers
    moved: set[str] = field(default_factory=set)  # sites where a registration was stored

    def number(self, site: str) -> int:
        self.taken[site] = self.taken.get(site, 0) + 1
        return self.taken[site]


def decide(batch: Iterable[Incoming], known: Known, sites: frozenset[str]) -> Decision:
    """Event by event, in order; one refused stands in no other's way (S22)."""
    decision = Decision()
    for incoming in batch:
        id = incoming.event["id"]
        stored = known.events.get(id)
        if stored is not None and stored.body == incoming.body:
            decision.results.append(Result(id, "known"))
            continue
        reason = incoming.objection or _objection(incoming.event, stored, known, sites)
        if reason is None:
            _accept(incoming, known, decision)
        decision.results.append(Result(id, "refused" if reason else "accepted", reason))
    return decision


def _objection(event: Event, stored: Stored | None, known: Known, sites: frozenset[str]) -> Problem | None:
    if stored is not None:
        return problem("E405", where=event["id"])
    target = known.events.get(event["replaces"]) if event["replaces"] else None
    if target is not None and (target.client, target.form) != (event["client"], event["form"]):
        return problem("E404", where=event["id"])
    who = known.people.get(event["client"])
    if who is not None and who.home not in sites:
        return problem("E407", where=event["id"])
    return None


def _accept(incoming: Incoming, known: Known, decision: Decision) -> None:
    event = incoming.event
    client = event["client"]
    before = known.people.get(client)
    now = before or Person(client, home=event["site"], first_site=event["site"])
    if event["form"] == REGISTRATION:
        registrations = known.registrations.setdefault(client, [])
        registrations.append(event)
        now = person(now, registrations)
        _note_changes(before, now, known, decision)
        decision.moved |= {now.home, before.home if before else now.home}
    if now != before:
        known.people[client] = now
        (decision.new if before is None or client in decision.new else decision.changed)[client] = now
    known.events[event["id"]] = Stored(client, event["form"], incoming.body)
    decision.rows.append(Row(now.home, decision.number(now.home), incoming))


def _note_changes(before: Person | None, now: Person, known: Known, decision: Decision) -> None:
    """Number the changes of scope: hers at the home that she leaves and the one that she enters, and those of
    whoever is seen through her (S30: her family)."""
    if before is not None and (before.home, before.caseload, before.mother) != (
        now.home,
        now.caseload,
        now.mother,
    ):
        for site in sorted({before.home, now.home}):
            decision.scope_changes.append((site, decision.number(site), now.id))
    for other in _linked(before, now, known):
        decision.scope_changes.append((other.home, decision.number(other.home), other.id))


def _linked(before: Person | None, now: Person, known: Known) -> list[Person]:
    """Her infants; her mothers, old and new, and whoever names one of them: those for whom her caseload made or makes
    a difference."""
    was = before or Person(now.id, home="", first_site="")
    people = [other for other in known.people.values() if other.id != now.id]
    others = [other for other in people if other.mother == now.id] if was.caseload != now.caseload else []
    if (was.mother, was.caseload) != (now.mother, now.caseload):
        mothers = {was.mother, now.mother} - {None}
        others += [other for other in people if other not in others and {other.id, other.mother} & mothers]
    return [other for other in others if {was.caseload, now.caseload} - {other.caseload, None}]
