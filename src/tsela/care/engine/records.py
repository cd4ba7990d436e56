"""The record that rules see: live events, cleaned, in order, a list a form (RULES R1 to R8)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tsela.care.engine.cleaning import Dictionary, Value, day_of
from tsela.care.engine.rules import Rules

REGISTRATION = "registration"


class Event(NamedTuple):
    """A live event. Its first two fields are its place in the order of a record (R4)."""

    date: int
    id: str
    root: str
    form: str
    answers: Mapping[str, Value]


class Record(NamedTuple):
    """One client's live events, by form and in order, and who she is."""

    client: str
    events: Mapping[str, Sequence[Event]]
    dates: Sequence[int]  # of all events, rising
    registration: Event | None  # the last one: its answers are her attributes (R8)

    @classmethod
    def of(cls, client: str, events: Iterable[Event]) -> "Record":
        """Of her live events, in any order."""
        seen = sorted(events)
        by_form: dict[str, list[Event]] = {}
        for event in seen:
            by_form.setdefault(event.form, []).append(event)
        registrations = by_form.get(REGISTRATION)
        return cls(
            client, by_form, [event.date for event in seen], registrations[-1] if registrations else None
        )

    @property
    def attributes(self) -> Mapping[str, Value]:
        return self.registration.answers if self.registration else {}

    @property
    def mother(self) -> str | None:
        mother = self.attributes.get("mother")
        return mother if isinstance(mother, str) else None


class Records:
    """The records of some clients, and who is whose infant.

    Takes all events of these clients, and of those they are linked to, in any order.
    """

    def __init__(self, rules: Rules, events: Iterable[Mapping[str, Any]] = ()) -> None:
        self._rules = rules
        self._records: dict[str, Record] = {}
        self._infants: defaultdict[str, set[str]] = defaultdict(set)
        by_client = defaultdict(list)
        for event in events:
            by_client[event["client"]].append(event)
        for client, history in by_client.items():
            self.put(client, history)

    def put(self, client: str, events: Iterable[Mapping[str, Any]]) -> None:
        """Let these events be all that is known of this client."""
        self.hold(Record.of(client, _events(events, self._rules.dictionary)))

    def hold(self, record: Record) -> None:
        """Let this be her record, whatever was known of her."""
        before = self._records.get(record.client)
        if before and before.mother:
            self._infants[before.mother].discard(record.client)
        self._records[record.client] = record
        if record.mother:
            self._infants[record.mother].add(record.client)

    def get(self, client: str) -> Record | None:
        """The record of a client who has a live registration (R8)."""
        record = self._records.get(client)
        return record if record and record.registration else None

    def clients(self) -> list[str]:
        """Everyone of whom there is any event."""
        return sorted(self._records)

    def infants(self, client: str) -> list[str]:
        """Who names this client as mother, in order of id."""
        return sorted(self._infants.get(client, ()))

    def linked(self, client: str) -> list[str]:
        """Whose plans an event of this client can change, besides her own."""
        record = self._records.get(client)
        mother = record.mother if record else None
        links = {link for link in (mother, *self.infants(client)) if link in self._records}
        return sorted(links - {client})


def _events(events: Iterable[Mapping[str, Any]], dictionary: Dictionary) -> Iterable[Event]:
    for raw, root in live(events):
        form = raw["form"]
        if form in dictionary.dates:
            answers = dictionary.clean(form, raw["answers"])
            date = answers.get(dictionary.dates[form] or "", day_of(raw["occurred_on"]))
            if isinstance(date, int):
                yield Event(date, raw["id"], root, form, answers)


def live(events: Iterable[Mapping[str, Any]]) -> Iterable[tuple[Mapping[str, Any], str]]:
    """The live events of one client, each with its root (R1, R2)."""
    by_id = {event["id"]: event for event in events}
    targets = {event["id"]: event["replaces"] for event in by_id.values() if event.get("replaces")}
    replaced = set(targets.values())
    standing: dict[str, str] = {}
    for identity in by_id:
        root = _root(identity, targets) if identity in targets else identity
        if identity not in replaced and root is not None:
            standing[root] = max(identity, standing.get(root, ""))
    return [(by_id[one], root) for root, one in standing.items() if by_id[one]["answers"] is not None]


def _root(identity: str, targets: Mapping[str, str]) -> str | None:
    """The first event of a chain of replacements; None for one that runs in a circle."""
    passed = {identity}
    while identity in targets:
        identity = targets[identity]
        if identity in passed:
            return None
        passed.add(identity)
    return identity
