"""The people of a fault run: staff at three sites, what they write on their phones, and what becomes of the phones."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

from tsela.kernel.ids import derived_id
from tsela.simulation.faults_server import Clock
from tsela.simulation.phones import Entry, Event, Request, Store, Talk

SITES = ("ZA-GP-NORTH", "ZA-GP-SOUTH", "LS-MS-HILL")
NORTH, SOUTH, HILL = SITES
# name, role, sites: two share a site, two work at two, so that clients can be shared and can move home
STAFF: dict[str, tuple[str, tuple[str, ...]]] = {
    "Nomsa": ("mentor_mother", (NORTH,)),
    "Thandi": ("mentor_mother", (NORTH, SOUTH)),
    "Limpho": ("mentor_mother", (SOUTH, HILL)),
    "Mpho": ("peer_mentor", (HILL,)),
    "Zanele": ("site_coordinator", (NORTH, SOUTH)),
    "Puleng": ("nurse", (SOUTH, HILL)),
}
VISITS: list[tuple[str, dict[str, Any]]] = [
    ("anc_contact", {"danger_signs": ["vaginal_bleeding"], "systolic": 150}),
    ("anc_contact", {"systolic": 110}),
    ("art_start", {"regimen": "tld"}),
    ("art_dispense", {"days_supplied": 30}),
    (
        "art_dispense",
        {"days_supplied": "thirty"},
    ),  # answers that the dictionary refuses: stored and flagged (S24)
    ("hiv_test", {"result": "positive"}),
    ("hiv_test", {"result": "negative"}),
    ("infant_test", {"test": "nat", "result": "negative"}),
    ("death", {}),
    ("module_not_installed", {"anything": 1}),
]
DATES = {
    "anc_contact": "contact_date", "art_start": "start_date", "art_dispense": "dispense_date", "hiv_test": "test_date",
    "infant_test": "sample_date", "death": "death_date",
}  # fmt: skip


def staff_id(name: str) -> str:
    return derived_id("faults", name)


class Killed(BaseException):
    """The phone's app is killed here."""


@dataclass(eq=False)
class Handset:
    """A phone in somebody's hand. `skew`: by how many days its clock is wrong."""

    name: str
    sites: tuple[str, ...]
    skew: int
    store: Store = field(default_factory=Store)
    talk: Talk | None = None
    request: Request | None = None
    busy: bool = False
    code: str = ""
    lost: bool = False
    revoked: bool = False
    mistakes: set[str] = field(default_factory=set)  # ids of events that the server must refuse


class Written(NamedTuple):
    """An event that somebody wrote, and the number by which it must be refused, if any."""

    event: Event
    handset: Handset
    refused: str | None


class Writer:
    """What people write. Everything is drawn from `rng`; ids are made as a phone with a wrong clock makes them."""

    def __init__(self, rng: Random, clock: Clock) -> None:
        self.rng, self.clock = rng, clock
        self.written: list[Written] = []
        self.clients = 0
        self._kinds: list[tuple[Callable[[Handset], tuple[Event, str | None] | None], int]] = [
            (self._register, 6), (self._register_infant, 3), (self._visit, 9), (self._correct, 5), (self._move, 4),
            (self._err, 2),
        ]  # fmt: skip

    def write(self, handset: Handset) -> None:
        """Something, on this phone; kept by `written`, as its owner would remember it."""
        made = None
        while made is None:
            kinds, weights = zip(*self._kinds, strict=True)
            made = self.rng.choices(kinds, weights)[0](handset)
        event, refused = made
        if refused:
            handset.mistakes.add(event["id"])
        self.written.append(Written(event, handset, refused))
        handset.store.save([event])

    def event(
        self,
        handset: Handset,
        form: str,
        client: str,
        answers: Any,
        *,
        replaces: str | None = None,
        day: int = 0,
    ) -> Event:
        now = self.clock.now + timedelta(days=handset.skew)
        return {
            "id": self._uuid7(int(now.timestamp() * 1000)), "form": form, "form_version": "sha256:0", "client": client,
            "session": None, "mode": "home", "site": self.rng.choice(handset.sites), "author": staff_id(handset.name),
            "device": handset.store.device or derived_id("no device yet"),
            "occurred_on": (now - timedelta(days=day)).date().isoformat(), "recorded_at": now.isoformat(),
            "replaces": replaces, "answers": answers,
        }  # fmt: skip

    def _uuid7(self, ms: int) -> str:
        value = (
            (ms << 80) | (7 << 76) | (self.rng.getrandbits(12) << 64) | (2 << 62) | self.rng.getrandbits(62)
        )
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def _register(self, handset: Handset, **more: Any) -> tuple[Event, str | None]:
        self.clients += 1
        client = derived_id("faults client", self.rng.random())
        return self.event(handset, "registration", client, self._answers(handset, **more)), None

    def _answers(self, handset: Handset, **more: Any) -> dict[str, Any]:
        given = {
            "given_name": f"Client {self.clients}",
            "sex": "female",
            "birth_date": "2000-01-01",
            "client_group": "woman",
        }
        return {**given, "caseload": staff_id(handset.name), **more}

    def _register_infant(self, handset: Handset) -> tuple[Event, str | None] | None:
        mother = self._someone(handset)
        birth = (self.clock.today - timedelta(days=self.rng.randrange(200))).isoformat()
        more = {"mother": mother, "client_group": "child", "birth_date": birth, "caseload": self._anyone()}
        return self._register(handset, **more) if mother else None

    def _visit(self, handset: Handset) -> tuple[Event, str | None] | None:
        client = self._someone(handset)
        form, answers = self.rng.choice(VISITS)
        day = self.rng.randrange(60)
        event = self.event(
            handset, form, client or derived_id("faults unmet", self.rng.randrange(3)), {}, day=day
        )
        date = {DATES[form]: event["occurred_on"]} if form in DATES else {}
        return {**event, "answers": {**date, **answers}}, None

    def _correct(self, handset: Handset) -> tuple[Event, str | None] | None:
        """A new version of an entry, perhaps of one that somebody else is correcting too; or its voiding."""
        entry = self._entry(handset)
        if entry is None:
            return None
        old = entry.event
        answers = (
            None if self.rng.random() < 0.3 else {**(old["answers"] or {}), "notes": str(self.rng.random())}
        )
        new = self.event(
            handset, old["form"], old["client"], answers, replaces=old["id"], day=self.rng.randrange(9)
        )
        return new, None

    def _move(self, handset: Handset) -> tuple[Event, str | None] | None:
        """A new registration, or a correction of one: another home, another Mentor Mother, another mother."""
        entry = self._entry(handset, "registration")
        if entry is None or entry.event["answers"] is None:
            return None
        old = entry.event
        answers = {**old["answers"], "caseload": self._anyone()}
        if self.rng.random() < 0.2:
            answers["mother"] = self._someone(handset)
        replaces = old["id"] if self.rng.random() < 0.5 else None
        return self.event(handset, "registration", old["client"], answers, replaces=replaces), None

    def _err(self, handset: Handset) -> tuple[Event, str | None] | None:
        """What a phone should never send, and the server must refuse without harm to the rest."""
        client = self._someone(handset)
        if client is None:
            return None
        event = self.event(handset, "encounter", client, {})
        number = self.rng.choice(("E401", "E402", "E403", "E404", "E405", "E406"))
        stored = [
            one
            for one in self.written
            if one.handset.store.entries.get(one.event["id"], Entry({}, "unsent")).state == "sent"
        ]
        if number == "E401":
            return {**event, "mode": "telepathy"}, number
        if number == "E402":
            return {**event, "author": staff_id("nobody")}, number
        if number == "E403":
            return {**event, "site": "KE-HB-ELSEWHERE"}, number
        if number == "E406":
            return {**event, "occurred_on": "2030-01-01"}, number
        other = self.rng.choice(stored).event if stored else None
        if other is None or other["client"] == client or other["id"] in handset.store.entries:
            return None
        return {**event, "replaces" if number == "E404" else "id": other["id"]}, number

    def _someone(self, handset: Handset) -> str | None:
        entry = self._entry(handset)
        return entry.event["client"] if entry else None

    def _entry(self, handset: Handset, form: str | None = None) -> Entry | None:
        """Any entry that she sees, but those that no server would take."""
        seen = [
            entry for _, entry in sorted(handset.store.entries.items())
            if entry.event["id"] not in handset.mistakes and form in (None, entry.event["form"])
        ]  # fmt: skip
        return self.rng.choice(seen) if seen else None

    def _anyone(self) -> str:
        return staff_id(
            self.rng.choice(
                [name for name, (role, _) in STAFF.items() if role.endswith(("mother", "mentor"))]
            )
        )
