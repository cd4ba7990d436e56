"""The fault simulator: phones, a bad network and a crashing server, all drawn from one seed (SPEC S1-S51).

    tsela faults --seeds 1000

One thread, one clock, the server's own code on a real SQLite file. Every run ends with a healed network and checks
that nothing was lost, doubled or seen differently (faults_checks). The same seed runs the same way, on any machine.
"""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from random import Random
from typing import Any

from tsela.simulation import faults_checks
from tsela.simulation.faults_people import SITES, STAFF, Handset, Killed, Writer, staff_id
from tsela.simulation.faults_server import Clock, Server, machine, set_clock
from tsela.simulation.network import Lossy, carry
from tsela.simulation.phones import Answer, Cut, Request, Store, Talk, Unreachable, claim, sync

Follow = Callable[[], object]  # what follows from events, as the worker does it between requests
STEPS = 50
ROUNDS = 8  # of syncs on a healed network, until nothing changes


class Run:
    """One seed: everything that happens, in order."""

    def __init__(self, seed: int, file: Path, follow: Follow) -> None:
        self.follow, self.rng, self.clock, self.faults = follow, Random(seed), Clock(), Counter[str]()
        set_clock(self.clock)
        self.server = Server(file, self.clock, self.rng, self.faults)
        self.network = Lossy(self.server, self.rng, self.faults)
        self.writer = Writer(self.rng, self.clock)
        self.handsets: list[Handset] = []
        self.server.between = self._another
        self.server.seen = self._note
        self.acknowledged: set[tuple[str, str]] = set()
        # Most phones have the programme already: its download is the slowest step.
        self.programme = None if self.rng.random() < 0.05 else programme_version()

    def play(self) -> None:
        names = self.rng.sample(sorted(STAFF), self.rng.randint(2, 4))
        for name in sorted({"Thandi", *names}):
            self._hand_out(name)
        for _ in range(STEPS):
            self.clock.tick(self.rng.choice((10, 600, 20_000)))
            self._something()
            if self.rng.random() < 0.04:
                self._misfortune()
            if self.rng.random() < 0.05:
                self.server.run(self.follow)
        self._heal()
        self.server.run(self.follow)

    def _note(self, request: Request, answer: Answer) -> None:
        self.acknowledged |= faults_checks.acknowledged(request, answer)

    # what happens

    def _something(self) -> None:
        """One phone's next step: an entry, or one request of a sync."""
        handset = self._anyone()
        if handset and handset.store.token and not handset.lost and self.rng.random() < 0.5:
            with self._in_hand(handset):
                self.writer.write(handset)
        elif handset:
            self._advance(handset)

    def _another(self) -> None:
        """Another phone's request, while one is being answered."""
        handset = self._anyone()
        if handset:
            self._advance(handset)

    def _anyone(self) -> Handset | None:
        """A phone that nobody holds and that was not wiped."""
        free = [one for one in self.handsets if not one.busy and (one.store.token or not one.lost)]
        return self.rng.choice(free) if free else None

    def _advance(self, handset: Handset) -> None:
        """Begin a sync, or let its waiting request go its way."""
        with self._in_hand(handset):
            try:
                if handset.talk is None:
                    handset.talk = self._talk(handset)
                    handset.request = next(handset.talk)
                assert handset.request is not None
                try:
                    answer = self.network(handset.request)
                except Unreachable as gone:
                    handset.request = handset.talk.throw(gone)
                else:
                    handset.request = handset.talk.send(answer)
            except (StopIteration, Unreachable, Cut):
                handset.talk = None

    def _talk(self, handset: Handset) -> Talk:
        return sync(handset.store) if handset.store.token else claim(handset.store, self._code(handset))

    @contextmanager
    def _in_hand(self, handset: Handset) -> Iterator[None]:
        """Nobody else uses this phone meanwhile; its app may be killed after any of its writes."""
        handset.busy = True
        handset.store.written = self._perhaps_killed
        try:
            yield
        except Killed:
            self.faults["app killed"] += 1
            handset.talk = None
        finally:
            handset.busy = False

    def _perhaps_killed(self) -> None:
        if not self.server.healed and self.rng.random() < 0.08:
            raise Killed

    def _misfortune(self) -> None:
        """A phone is lost and replaced, or somebody works elsewhere from now on."""
        from tsela.access import actions
        from tsela.access.models import Staff

        handset = self.rng.choice(self.handsets)
        if handset.lost or handset.busy:
            return
        if self.rng.random() < 0.5:
            handset.lost = True
            self.faults["phone lost"] += 1
            self._hand_out(handset.name)
        else:
            self.faults["staff moved"] += 1
            others = sorted({*handset.sites, self.rng.choice(SITES)})[-2:]
            actions.set_sites(Staff.objects.get(pk=staff_id(handset.name)), others)
            for other in self.handsets:
                if other.name == handset.name:
                    other.sites = tuple(others)

    def _hand_out(self, name: str) -> None:
        """A new phone; her earlier one, if she lost it, is revoked at the coordinator's next look."""
        skew = self.rng.choice((0, 0, 0, 1, -30))
        sites = next((handset.sites for handset in self.handsets if handset.name == name), STAFF[name][1])
        self.handsets.append(Handset(name, sites, skew, Store(programme=self.programme)))

    def _code(self, handset: Handset) -> str:
        from tsela.access import actions
        from tsela.access.models import Staff

        self._revoke_lost()
        self.clock.tick(400)  # the rate limit of claims looks back a quarter of an hour
        staff = {staff.name: staff for staff in Staff.objects.filter(name__in=(handset.name, "Admin"))}
        return actions.make_device_code(staff[handset.name], by=staff["Admin"])

    def _revoke_lost(self) -> None:
        from tsela.access import actions
        from tsela.access.models import Device, Staff

        for handset in self.handsets:
            if handset.lost and handset.store.device and not handset.revoked:
                handset.revoked = True
                device = Device.objects.get(pk=handset.store.device)
                actions.revoke_device(device, by=Staff.objects.get(name="Admin"))

    # how it ends

    def _heal(self) -> None:
        """A good network: everyone syncs, puts problems right and sends again, until nothing changes."""
        self.server.healed = self.network.healed = True
        for handset in self.handsets:
            handset.store.written, handset.talk = self._perhaps_killed, None
            while not handset.store.token and not handset.lost:
                carry(claim(handset.store, self._code(handset)), self.network)
        self._revoke_lost()
        before = None
        for _ in range(ROUNDS):
            for handset in self.handsets:
                self._sync(handset)
            now = self._state()
            if now == before:
                return
            before = now
            for handset in self.handsets:
                handset.store.save([entry.event for entry in handset.store.problems()])
        raise faults_checks.Broken("settles", f"still changing after {ROUNDS} rounds")

    def _sync(self, handset: Handset) -> None:
        if handset.store.token is None:
            return
        outcome = carry(sync(handset.store), self.network)
        if outcome.failure and not (outcome.failure == "revoked" and handset.revoked):
            raise faults_checks.Broken("unsent", f"{handset.name}: {outcome}")

    def _state(self) -> list[Any]:
        stores = [handset.store.entries for handset in self.handsets]
        return [sorted((id, entry.state) for id, entry in entries.items()) for entries in stores]


def run(seed: int, folder: Path, follow: Follow) -> tuple[Run, "faults_checks.Broken | None"]:
    """Play one seed on a new database; the run, and the first thing that broke."""
    file = folder / "run.db"
    for left in folder.glob("run.db*"):
        left.unlink()
    shutil.copyfile(folder / "empty.db", file)
    played = Run(seed, file, follow)
    with paging(Random(f"pages {seed}")):
        try:
            played.play()
            faults_checks.check(played)
        except faults_checks.Broken as broken:
            return played, broken
        finally:
            played.server.connection.close()
    return played, None


@contextmanager
def paging(rng: Random) -> Iterator[None]:
    """Small pages, so that the ends of pages fall everywhere."""
    from tsela.record import pull

    kept = pull.PAGE, pull.FAR, pull.CLIENTS
    pull.PAGE, pull.FAR = rng.choice((3, 8, 40)), rng.choice((3, 15, 10_000))
    pull.CLIENTS = rng.choice((1, 3, 300))
    try:
        yield
    finally:
        pull.PAGE, pull.FAR, pull.CLIENTS = kept


def programme_version() -> str:
    from tsela.record.programme import current

    return current().version


def staff_up() -> None:
    """The three sites and their staff, in the database at hand."""
    from tsela.access import actions

    for code in SITES:
        actions.create_site(code, name=code)
    actions.create_staff(name="Admin", role="admin", sites=[])
    for name, (role, sites) in STAFF.items():
        actions.create_staff(name=name, role=role, sites=sites, id=staff_id(name))


@contextmanager
def ready() -> Iterator[Path]:
    """Everything that runs need, for as many as wanted."""
    from django.db import connection

    with machine() as folder:
        staff_up()
        connection.close()  # brings all of empty.db into the file
        yield folder


def play(
    folder: Path, seeds: range, follow: Follow, bug: Any = nullcontext, *, until_broken: bool = False
) -> dict[str, Any]:
    """Run these seeds, with a bug if one is given; the totals, and by seed what broke."""
    totals, broken, began = Counter[str](), {}, time.perf_counter()
    events = 0
    for seed in seeds:
        with bug():
            played, fault = run(seed, folder, follow)
        totals += played.faults
        events += len(played.writer.written)
        if fault:
            broken[seed] = [fault.invariant, fault.what]
            if until_broken:
                break
    kinds = Counter(faults_checks.KINDS[invariant] for invariant, _ in broken.values())
    return {
        "seeds": len(seeds), "events": events, "faults": sum(totals.values()), "losses": kinds["loss"],
        "doubles": kinds["double"], "divergences": kinds["divergence"], "seconds": round(time.perf_counter() - began, 1),
        "by_fault": dict(sorted(totals.items())), "broken": broken,
    }  # fmt: skip
