"""What must be true at the end of a fault run. Computed from the rows of the log, by nothing that the server uses."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tsela.kernel.dates import parse_date
from tsela.simulation.faults_people import STAFF, Handset, Written, staff_id
from tsela.simulation.phones import Answer, Event, Request

if TYPE_CHECKING:
    from tsela.simulation.faults import Run

PLANS_A_PHONE = 3
# invariant → what its breaking is called in the totals
KINDS = {
    "acknowledged": "loss", "kept": "loss", "unsent": "loss", "settles": "divergence",
    "once": "double", "invented": "double", "unchanged": "divergence", "refused": "divergence", "numbers": "divergence",
    "projection": "divergence", "scope": "divergence", "wiped": "divergence", "audit": "divergence", "plans": "divergence",
}  # fmt: skip


class Broken(Exception):
    """An invariant that does not hold."""

    def __init__(self, invariant: str, what: str) -> None:
        super().__init__(f"{invariant}: {what}")
        self.invariant, self.what = invariant, what


class Row(NamedTuple):
    """A row of the log."""

    event: Event
    site: str
    seq: int
    received_at: Any


class Person(NamedTuple):
    home: str
    caseload: str | None
    mother: str | None


def check(run: "Run") -> None:
    """Raises Broken for the first invariant that does not hold."""
    log = read_log()
    stored = {row.event["id"]: row.event for row in log}
    check_log(run, log, stored)
    for handset in run.handsets:
        check_wiped(handset)
        if not handset.lost:
            check_kept(handset, run.writer.written, stored)
    check_numbers(log)
    people = people_of(log)
    check_projection(people)
    check_planned(people)
    check_refusals(run, people)
    for handset in run.handsets:
        if not handset.lost:
            check_scope(handset, log, people)
            check_plans(run, handset, stored, people)
    check_audit()


def acknowledged(request: Request, answer: Answer) -> set[tuple[str, str]]:
    """The events, by id and as they were sent, that an answer to a push says are stored."""
    if request.path != "/push" or answer.status != 200:
        return set()
    pairs = zip(json.loads(request.body or b"{}")["events"], json.loads(answer.body)["results"], strict=True)
    return {(result["id"], _as_sent(event)) for event, result in pairs if result["status"] != "refused"}


def _as_sent(event: Event) -> str:
    return json.dumps(event, sort_keys=True)


def read_log() -> list[Row]:
    from tsela.record.models import Event as Stored

    rows = Stored.objects.values_list("body", "site", "seq", "received_at")
    return [Row(json.loads(body), site, seq, at) for body, site, seq, at in rows]


def check_log(run: "Run", log: list[Row], stored: Mapping[str, Event]) -> None:
    """Each event once, as it was written, and no other; and all that was ever acknowledged."""
    counts = Counter(row.event["id"] for row in log)
    demand("once", [id for id, count in counts.items() if count > 1])
    demand("acknowledged", {id for id, _ in run.acknowledged} - stored.keys())
    demand("kept", [id for id, body in run.acknowledged if _as_sent(stored[id]) != body])
    versions: dict[str, list[Event]] = {}
    for written in run.writer.written:
        versions.setdefault(written.event["id"], []).append(written.event)
    demand("invented", stored.keys() - versions.keys())
    demand("unchanged", [id for id, event in stored.items() if event not in versions[id]])


def check_kept(handset: Handset, written: Iterable[Written], stored: Mapping[str, Event]) -> None:
    """Every event written here is on the server, or here as a problem that says why; none still waits."""
    demand("unsent", [event["id"] for event in handset.store.unsent()])
    problems = {entry.event["id"] for entry in handset.store.problems()}
    sent = [entry.event for entry in handset.store.entries.values() if entry.state == "sent"]
    demand("kept", [f"{event['id']} is called sent" for event in sent if stored.get(event["id"]) != event])
    for one in written:
        if one.handset is handset:
            id = one.event["id"]
            on_server = stored.get(id) == one.event
            # E405: a pull may have brought the other event of that id instead.
            if not on_server and id not in problems and one.refused != "E405":
                raise Broken("kept", f"{id} of {handset.name} is neither on the server nor on her phone")
            if on_server and (id in problems or one.refused):
                raise Broken(
                    "refused", f"{id} is on the server, and should not be: {one.refused or 'it is a problem'}"
                )


def check_wiped(handset: Handset) -> None:
    """S11. At the end every lost phone has had contact."""
    if handset.revoked and (handset.store.entries or handset.store.token):
        raise Broken(
            "wiped", f"the lost phone of {handset.name} still holds {len(handset.store.entries)} events"
        )


def check_numbers(log: Iterable[Row]) -> None:
    """S6: each site's numbers are 1 to n, each given once."""
    from tsela.record.models import ScopeChange, SiteCounter

    given: dict[str, list[int]] = {}
    for site, seq in [(row.site, row.seq) for row in log] + list(
        ScopeChange.objects.values_list("site", "seq")
    ):
        given.setdefault(site, []).append(seq)
    for counter in SiteCounter.objects.all():
        if sorted(given.pop(counter.site, [])) != list(range(1, counter.seq + 1)):
            raise Broken("numbers", f"{counter.site}: not 1 to {counter.seq}")
    demand("numbers", given)


def people_of(log: Iterable[Row]) -> dict[str, Person]:
    """Who each client is by her last live registration (RULES R1, R2, R4; SPEC S5), in the plainest words."""
    histories: dict[str, list[Row]] = {}
    for row in sorted(log, key=lambda row: row.received_at):
        histories.setdefault(row.event["client"], []).append(row)
    return {client: _person(rows) for client, rows in histories.items()}


def _person(rows: list[Row]) -> Person:
    registrations = {row.event["id"]: row.event for row in rows if row.event["form"] == "registration"}
    replaced = {event["replaces"] for event in registrations.values()}
    standing: dict[str, Event] = {}
    for id in sorted(set(registrations) - replaced):
        first = registrations[id]
        while first["replaces"] in registrations:
            first = registrations[first["replaces"]]
        standing[first["replaces"] or first["id"]] = registrations[id]
    live = [event for event in standing.values() if event["answers"] is not None]
    if not live:
        return Person(rows[0].event["site"], None, None)
    last = max(live, key=lambda event: (event["occurred_on"], event["id"]))
    return Person(last["site"], last["answers"].get("caseload"), last["answers"].get("mother"))


def check_projection(people: Mapping[str, Person]) -> None:
    from tsela.record.models import Client

    table = {
        id: Person(*rest) for id, *rest in Client.objects.values_list("id", "home", "caseload", "mother")
    }
    wrong = {id for id in people.keys() | table.keys() if people.get(id) != table.get(id)}
    demand("projection", [f"{id}: {table.get(id)} instead of {people.get(id)}" for id in sorted(wrong)])


def check_refusals(run: "Run", people: Mapping[str, Person]) -> None:
    """What is still refused after everyone tried again is rightly refused, and for the right reason."""
    expected = {(id_of(one.handset), one.event["id"]): one.refused for one in run.writer.written}
    for handset in run.handsets:
        for event, _, error, _ in handset.store.problems():
            code = (error or {}).get("code")
            if code not in _reasons(
                event, expected[id_of(handset), event["id"]], sites_of(handset.name), people
            ):
                raise Broken("refused", f"{event['id']} of {handset.name} is refused with {code}")


def _reasons(
    event: Event, mistake: str | None, sites: set[str], people: Mapping[str, Person]
) -> set[str | None]:
    reasons = {mistake}
    if event["site"] not in sites:
        reasons.add("E403")
    who = people.get(event["client"])
    if who is not None and who.home not in sites:
        reasons.add("E407")
    return reasons - {None}


def check_scope(handset: Handset, log: list[Row], people: Mapping[str, Person]) -> None:
    """S30, S33, S34: exactly the histories of her clients, and besides them only what was refused here."""
    role, _ = STAFF[handset.name]
    hers = clients_of(staff_id(handset.name), role, sites_of(handset.name), people)
    due = {row.event["id"]: row.event for row in log if row.event["client"] in hers}
    own = {entry.event["id"] for entry in handset.store.problems()}
    held = {id: entry.event for id, entry in handset.store.entries.items()}
    demand(
        "scope",
        [
            f"{handset.name} lacks {id}"
            for id in due
            if id not in held or (held[id] != due[id] and id not in own)
        ],
    )
    demand("scope", [f"{handset.name} holds {id}" for id in held if id not in due and id not in own])


def check_planned(people: Mapping[str, Person]) -> None:
    from tsela.care.models import StoredPlan

    demand("plans", people.keys() ^ set(StoredPlan.objects.values_list("client", flat=True)))


def check_plans(run: "Run", handset: Handset, log: Mapping[str, Event], people: Mapping[str, Person]) -> None:
    """The plans that this phone computes are the plans that the server stored, for families that it sees whole."""
    from tsela.care.engine import Records, plan
    from tsela.care.models import StoredPlan
    from tsela.care.rules import rules_at

    entries = handset.store.entries.values()
    events = [entry.event for entry in entries if entry.settled]
    seen = {event["client"] for event in events}
    mine = [entry.event for entry in entries if not entry.settled]
    # A mistaken entry of hers stands in the way of another's event of the same id (E405).
    own = {one["client"] for event in mine for one in (event, log.get(event["id"], event))}
    whole = sorted(client for client in seen - own if family(client, people) <= seen - own)
    if STAFF[handset.name][0] in ("mentor_mother", "peer_mentor"):
        hers = {client for client in seen - own if people[client].caseload == staff_id(handset.name)}
        demand("scope", [one for one in hers if not family(one, people) <= seen | own])
    stored = StoredPlan.objects.in_bulk(run.rng.sample(whole, min(PLANS_A_PHONE, len(whole))))
    today = parse_date(run.clock.today.isoformat()) or 0
    for client, row in stored.items():
        rules = rules_at(people[client].home)
        here, there = plan(rules, Records(rules, events), client, today).as_dict(), row.unpacked()
        if any(here[part] != there[part] for part in ("tasks", "flags", "recheck")):
            raise Broken("plans", f"{client}: {handset.name} sees another plan than the server")


def family(client: str, people: Mapping[str, Person]) -> set[str]:
    """Whom her plan looks at, besides herself."""
    mother = people[client].mother
    infants = {id for id, who in people.items() if who.mother == client}
    return infants | {id for id in people if id == mother}


def clients_of(staff: str, role: str, sites: set[str], people: Mapping[str, Person]) -> set[str]:
    if role not in ("mentor_mother", "peer_mentor"):
        return {client for client, who in people.items() if who.home in sites}
    hers = {client for client, who in people.items() if who.caseload == staff}
    infants = {client for client, who in people.items() if who.mother in hers}
    named = {mother for client in hers if (mother := people[client].mother)}
    siblings = {client for client, who in people.items() if who.mother in named}
    return hers | infants | siblings | (named & people.keys())


def sites_of(name: str) -> set[str]:
    from tsela.access.models import Staff

    return set(Staff.objects.get(pk=staff_id(name)).site_codes)


def check_audit() -> None:
    from tsela.access import audit

    if (number := audit.verify()) is not None:
        raise Broken("audit", f"the chain breaks at {number}")


def id_of(handset: Handset) -> int:
    return id(handset)


def demand(invariant: str, wrong: Iterable[Any]) -> None:
    """Broken, with the first few that are wrong, if any are."""
    wrong = list(wrong)
    if wrong:
        raise Broken(invariant, f"{len(wrong)}: " + "; ".join(str(one) for one in wrong[:3]))
