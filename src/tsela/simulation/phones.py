"""A phone's record and its sync (SPEC S20-S52), as phone/src/sync and phone/src/store do it: same states, same order.

No network in here: `sync` yields requests and is sent answers. So a test can lose, repeat or delay each of them, and
the demo can carry them over HTTP (`network.carry`).
"""

import json
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import msgspec

Event = dict[str, Any]
State = Literal["unsent", "sent", "problem"]
Failure = Literal["unreachable", "busy", "bad_request", "unknown_device", "revoked"]

MOST_EVENTS = 200
MOST_BYTES = 1_000_000  # S20 says 1 MiB; the rest is for the envelope
FIELDS = (
    "id", "form", "form_version", "client", "session", "mode", "site", "author", "device", "occurred_on", "recorded_at",
    "replaces", "answers",
)  # fmt: skip
UNREADABLE = {
    "code": "E400",
    "what": "The server could not read this entry.",
    "remedy": "Open the entry and save it again; if it stays here, tell your coordinator.",
}


class Unreachable(Exception):
    """No answer came: nobody can say whether the server saw the request."""


class Request(NamedTuple):
    """One request to the server, below /api/v1; with a body it is a POST."""

    path: str
    token: str | None
    body: bytes | None = None
    version: str | None = None  # of the programme that the phone has, sent as its ETag


class Answer(NamedTuple):
    status: int
    body: bytes = b""


Talk = Generator[Request, Answer, Any]


class Entry(NamedTuple):
    """An event on the phone, where it stands (S51), and whether a pull has brought it."""

    event: Event
    state: State
    error: Mapping[str, Any] | None = None
    pulled: bool = False

    @property
    def settled(self) -> bool:
        """The server's own, as it gave it back."""
        return self.pulled and self.state == "sent"


class Cut(Exception):
    """Why a sync could not be completed."""

    def __init__(self, failure: Failure, problem: Mapping[str, Any] | None = None) -> None:
        super().__init__(failure)
        self.failure, self.problem = failure, problem


@dataclass
class Outcome:
    """How far a sync came; `failure` is None where it was complete."""

    failure: Failure | None = None
    problem: Mapping[str, Any] | None = None
    sent: int = 0
    received: int = 0


def _nothing() -> None:
    pass


@dataclass
class Store:
    """What a phone keeps. Each method that writes is one transaction, after which `written` is called."""

    token: str | None = None
    staff: Mapping[str, Any] = field(default_factory=dict)
    device: str = ""
    cursor: str | None = None
    programme: str | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    written: Callable[[], None] = _nothing

    def unsent(self) -> list[Event]:
        """Oldest first: ids are in the order in which they were made."""
        return [self.entries[id].event for id in sorted(self.entries) if self.entries[id].state == "unsent"]

    def problems(self) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.state == "problem"]

    def events(self) -> list[Event]:
        return [entry.event for entry in self.entries.values()]

    def claim(self, answer: Mapping[str, Any]) -> None:
        self.token, self.device, self.staff = answer["token"], answer["device"], answer["staff"]
        self.written()

    def save(self, events: Iterable[Event]) -> None:
        """New events, or refused ones that a person sends again."""
        for event in events:
            given = event["id"] in self.entries and self.entries[event["id"]].pulled
            self.entries[event["id"]] = Entry(event, "unsent", pulled=given)
        self.written()

    def settle(self, results: Iterable[Mapping[str, Any]]) -> None:
        """S51. An event that a pull has meanwhile given back is the server's already."""
        for result in results:
            entry = self.entries.get(result["id"])
            if entry is not None and not entry.settled:
                refused = result["status"] == "refused"
                self.entries[result["id"]] = Entry(
                    entry.event, "problem" if refused else "sent", result.get("error") if refused else None, entry.pulled
                )  # fmt: skip
        self.written()

    def store_page(self, events: Sequence[Event], leave: Iterable[str], cursor: str) -> None:
        """S33-S35: leavings, rows and cursor in one step. A problem stays until a person has dealt with it; that the server
        has an event of that id is remembered, since it is not given back again."""
        self._remove(set(leave))
        for event in events:
            known = self.entries.get(event["id"])
            if known is None or known.state != "problem":
                self.entries[event["id"]] = Entry(event, "sent", pulled=True)
            else:
                self.entries[event["id"]] = known._replace(pulled=True)
        self.cursor = cursor
        self.written()

    def let_go(self) -> None:
        """S33: what was sent and no complete pull gave back is of a client outside her scope."""
        for id, entry in list(self.entries.items()):
            if entry.state == "sent" and not entry.pulled:
                del self.entries[id]
        self.written()

    def store_programme(self, version: str) -> None:
        self.programme = version
        self.written()

    def wipe(self) -> None:
        """S11: keys first, then data."""
        self.token = self.cursor = self.programme = None
        self.entries.clear()
        self.written()

    def _remove(self, clients: set[str]) -> None:
        for id, entry in list(self.entries.items()):
            if entry.event["client"] in clients:
                if entry.state == "sent":
                    del self.entries[id]
                else:
                    self.entries[id] = entry._replace(pulled=False)


def claim(store: Store, code: str, label: str = "phone") -> Talk:
    """S10: trade a one-time code for a token."""
    body = json.dumps({"code": code, "label": label}).encode()
    store.claim(_read((yield Request("/devices/claim", None, body))))


def sync(store: Store) -> Generator[Request, Answer, Outcome]:
    """S50: push until nothing is unsent, pull until nothing is new, then the programme if it changed."""
    outcome = Outcome()
    try:
        while unsent := store.unsent():
            outcome.sent += yield from _push(store, batch(unsent))
        newest = yield from _pull(store, outcome)
        if newest is not None and newest != store.programme:
            answer = yield Request("/programme", store.token, version=store.programme)
            bundle = _read(answer)
            store.store_programme(bundle["version"] if bundle else newest)
    except Unreachable:
        return replace(outcome, failure="unreachable")
    except Cut as cut:
        if cut.failure == "revoked":
            store.wipe()
        return replace(outcome, failure=cut.failure, problem=cut.problem)
    return outcome


def batch(events: Sequence[Event]) -> list[Event]:
    """As many events from the front as S20 allows; always at least one."""
    size = 0
    for count, event in enumerate(events):
        size += len(msgspec.json.encode(event)) + 1
        if count > 0 and (count >= MOST_EVENTS or size > MOST_BYTES):
            return list(events[:count])
    return list(events)


def _push(store: Store, events: list[Event]) -> Generator[Request, Answer, int]:
    """Send one batch and settle it. One that the server cannot read (S25) is halved until the bad event is alone."""
    try:
        answer = yield Request("/push", store.token, msgspec.json.encode({"events": events}))
        ours = {event["id"] for event in events}
        known = [result for result in _read(answer)["results"] if result["id"] in ours]
    except Cut as cut:
        if cut.failure != "bad_request":
            raise
        if len(events) > 1:
            half = (len(events) + 1) // 2
            first = yield from _push(store, events[:half])
            return first + (yield from _push(store, events[half:]))
        known = [{"id": events[0]["id"], "status": "refused", "error": cut.problem or UNREADABLE}]
    if not known:
        raise Cut("busy")  # an answer that says nothing about our events
    store.settle(known)
    return len(known)


def _pull(store: Store, outcome: Outcome) -> Generator[Request, Answer, str | None]:
    """Gives the version of the programme that the last page named; ours where nothing was new."""
    while True:
        path = f"/pull?cursor={store.cursor}" if store.cursor else "/pull"
        page = _read((yield Request(path, store.token)))
        if page is None:
            store.let_go()
            return store.programme
        events = events_of(page)
        store.store_page(events, page["leave"], page["cursor"])
        outcome.received += len(events)
        if not page["more"]:
            store.let_go()
            return str(page["programme"])


def events_of(page: Mapping[str, Any]) -> list[Event]:
    """S31: the rows of a page as events; what the server adds is not part of an event."""
    places = [page["events"]["columns"].index(name) for name in FIELDS]
    rows = page["events"]["rows"]
    return [{name: row[place] for name, place in zip(FIELDS, places, strict=True)} for row in rows]


def _read(answer: Answer) -> Any:
    """The answer's JSON; None for 204 and 304. Cut where the server said no, Unreachable where it is cut short."""
    if answer.status in (204, 304):
        return None
    try:
        value = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        value = None
    if answer.status != 200:
        raise Cut(_failure(answer.status), value.get("error") if isinstance(value, dict) else None)
    if not isinstance(value, dict):
        raise Unreachable
    return value


def _failure(status: int) -> Failure:
    if status == 401:
        return "unknown_device"
    if status == 403:
        return "revoked"
    return "bad_request" if status in (400, 404, 410, 413, 422) else "busy"
