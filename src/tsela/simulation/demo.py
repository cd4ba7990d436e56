"""The demo: a simulated programme on a real site, from nothing to the Annual Evaluation, through the doors people use."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tsela.evaluation.story import estimate, fraction
from tsela.kernel.dates import add, format_date
from tsela.kernel.errors import fail
from tsela.programme import Programme
from tsela.simulation.demo_people import LogIn, device_code, employ, let_in, make_password
from tsela.simulation.demo_today import Morning
from tsela.simulation.generate import Simulation
from tsela.simulation.network import Http, carry
from tsela.simulation.phones import Answer, Request, Store, claim, sync
from tsela.simulation.places import Staff
from tsela.simulation.truth import ESTIMATED

MARK = ".demo"  # the file by which a demo's folder is known: no other folder is ever deleted
PHONES_AT_ONCE = 4
FOLLOWERS = ("plans", "problems", "contacts")  # what the worker carries on before anybody looks
TRIES = 20
Tick = Callable[[int], None]


class Steps:
    """Says what is being done, and when it is done how long it took."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, title: str, total: int | None = None) -> "Iterator[Step]":
        began = time.perf_counter()
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(
            *columns, console=self.console, transient=True, disable=not self.console.is_terminal
        ) as bar:
            step = Step(bar, bar.add_task(title, total=total))
            yield step
        self.console.print(f"[green]✓[/] {title}: {step.said} [dim]({time.perf_counter() - began:.1f} s)[/]")


class Step:
    def __init__(self, bar: Progress, task: Any) -> None:
        self.bar, self.task, self.said = bar, task, "done"

    def advance(self, by: int) -> None:
        self.bar.advance(self.task, by)

    def reach(self, now: int, total: int) -> None:
        self.bar.update(self.task, completed=now, total=total)


def empty_home(home: Path) -> None:
    """A new folder for the demo; an old demo's is deleted, any other is refused with E153."""
    if home.exists() and any(home.iterdir()):
        if not (home / MARK).exists():
            fail("E153", where=str(home))
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).write_text("This folder is a Tsela demo: `tsela demo` deletes it and makes it anew.\n")


class Demo:
    """One demo on this machine. `today` is the day up to which the simulated people live."""

    def __init__(self, programme: Programme, home: Path, port: int, console: Console, *, clients: int, years: int, seed: int, today: int) -> None:  # fmt: skip
        self.programme, self.home, self.console, self.today = programme, home, console, today
        self.steps, self.port, self.url = Steps(console), port, f"http://127.0.0.1:{port}"
        self.simulation = Simulation(programme, clients=clients, years=years, seed=seed, until=today)
        self.password = make_password()
        self.log_ins: list[LogIn] = []
        self.server: subprocess.Popen[bytes] | None = None
        self.started: list[subprocess.Popen[bytes]] = []

    def make(self) -> None:
        """Every step, in order. Afterwards the site is served until `stop`."""
        self.employ()
        by_phone = self.simulate()
        self.serve()
        self.send(by_phone)
        self.wait_for_plans()
        self.talk()
        self.show(self.evaluate())

    def employ(self) -> None:
        with self.steps.step("Sites and staff") as step:
            self.log_ins = employ(self.simulation.sites, self.password)
            mothers = sum(len(site.mentor_mothers) for site in self.simulation.sites)
            step.said = f"{len(self.simulation.sites)} sites in as many countries, {mothers} Mentor Mothers, a team around them"

    def simulate(self) -> dict[Staff, list[dict[str, Any]]]:
        """The events of each Mentor Mother, and those of the women whom a newcomer meets this morning."""
        people = {one.id: one for site in self.simulation.sites for one in site.mentor_mothers}
        by_phone: defaultdict[Staff, list[dict[str, Any]]] = defaultdict(list)
        with self.steps.step("Simulated lives", self.simulation.clients) as step:
            for events in self.simulation.families():
                by_phone[people[events[0]["author"]]] += events
                step.reach(self.simulation.people, self.simulation.clients)
            site = self.simulation.sites[0]
            self.guide = max(site.mentor_mothers, key=lambda one: len(by_phone[one]))
            self.log_ins.insert(0, let_in(self.guide, site, self.password))
            by_phone[self.guide] += Morning(
                site, self.guide, self.simulation.versions, self.today, self.simulation.seed
            ).events()
            count = sum(map(len, by_phone.values()))
            step.said = f"{self.simulation.people:,} clients, {count:,} events from {format_date(self.simulation.start)} to {format_date(self.today)}"
        return by_phone

    def serve(self) -> None:
        """`tsela serve`; the worker is started once the phones have sent, so that nobody is planned many times."""
        with self.steps.step("tsela serve") as step:
            self.server = self._start("serve", "--no-worker", "--host", "127.0.0.1", "--port", str(self.port))
            send = Http(self.url)
            until = time.monotonic() + 60
            while not _answers(send):
                if self.server.poll() is not None or time.monotonic() > until:
                    fail("E154", where=str(self.home / "serve.log"))
                time.sleep(0.1)
            step.said = self.url

    def _start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """A command of ours that goes on beside us; what it says goes to serve.log."""
        command = [sys.executable, "-m", "tsela", *arguments]
        with (self.home / "serve.log").open("ab") as log:
            started = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.started.append(started)
        return started

    def send(self, by_phone: Mapping[Staff, list[dict[str, Any]]]) -> None:
        """Each phone claims its place and syncs, several at once, as they would on a day with good network."""
        total = sum(map(len, by_phone.values()))
        with self.steps.step("Phones sync", total) as step:
            codes = {person: device_code(person) for person in by_phone}
            began = time.perf_counter()
            with ThreadPoolExecutor(PHONES_AT_ONCE) as phones:
                jobs = [
                    phones.submit(self._send_one, codes[one], events, step.advance)
                    for one, events in by_phone.items()
                ]
                held = sum(job.result() for job in jobs)
            rate = total / (time.perf_counter() - began)
            step.said = (
                f"{len(by_phone)} phones sent {total:,} events ({rate:,.0f} a second) and hold {held:,}"
            )

    def _send_one(self, code: str, events: list[dict[str, Any]], tick: Tick) -> int:
        """How many events the phone holds in the end."""
        http, store = Http(self.url), Store()
        carry(claim(store, code, "Simulated phone"), http)
        store.save({**event, "device": store.device} for event in events)
        for _ in range(TRIES):
            outcome = carry(sync(store), _ticking(http, tick))
            if outcome.failure is None:
                http.close()
                return len(store.entries)
            time.sleep(0.5)
        return fail("E155", where=self.url, reason=outcome.problem or outcome.failure)

    def wait_for_plans(self) -> None:
        from tsela.care.models import OpenTask, StoredPlan
        from tsela.record.follow import positions
        from tsela.record.queries import heads

        with self.steps.step("Plans") as step:
            self._start("worker", "--with-parent", str(os.getpid()))
            while True:
                ends = heads()
                places = {name: positions(name) for name in FOLLOWERS}
                done = sum(place.get(site, 0) for place in places.values() for site in ends)
                step.reach(done, len(FOLLOWERS) * sum(ends.values()))
                if all(place.get(site, 0) >= end for place in places.values() for site, end in ends.items()):
                    break
                time.sleep(0.3)
            open_tasks, overdue = OpenTask.objects.count(), OpenTask.objects.filter(status="overdue").count()
            step.said = f"{StoredPlan.objects.count():,} clients planned, {open_tasks:,} tasks open, {overdue:,} of them overdue"

    def talk(self) -> None:
        from tsela.simulation import demo_talks

        with self.steps.step("Messages") as step:
            demo_talks.write_to_us()
            waiting = demo_talks.wait_until_heard(str(self.home / "serve.log"))
            step.said = f"{len({name for name, _ in demo_talks.TALKS})} women wrote, {waiting} of them wait in {self.guide.name}'s inbox"

    def evaluate(self) -> dict[str, Any]:
        """The last twelve months, by the command that an M&E officer types."""
        with self.steps.step("Annual Evaluation") as step:
            first, last = self.period
            span, day = f"{format_date(first)}..{format_date(last)}", format_date(self.today)
            out = self.home / "evaluations" / f"{format_date(first)}_{format_date(last)}_as-of_{day}"
            command = [
                sys.executable, "-m", "tsela", "evaluate", "--programme", str(self.programme.folder), "--as-of", day,
                "--period", span, "--out", str(out), "--json",
            ]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                fail("E155", where="tsela evaluate", reason=done.stdout or done.stderr)
            shutil.copytree(out, self.home / "evaluation")
            results: dict[str, Any] = json.loads(done.stdout)
            step.said = (
                f"{len(results['indicators'])} indicators, {format_date(first)} to {format_date(last)}"
            )
        return results

    @property
    def period(self) -> tuple[int, int]:
        year_ago = add(self.today, -1, "years")
        assert year_ago is not None
        return year_ago + 1, self.today

    def show(self, results: Mapping[str, Any]) -> None:
        """What the evaluation found, beside what was true of the simulated people."""
        truth = self.simulation.truth.within(*self.period)
        table = Table(title="Annual Evaluation, and the truth that was simulated", title_justify="left")
        for heading in ("Indicator", "Evaluation (95% interval)", "Counted", "Simulated truth"):
            table.add_column(heading, overflow="fold")
        for one in results["indicators"]:
            table.add_row(
                one["short"],
                estimate(one),
                fraction(one).partition(":")[0],
                _truth(one, truth.get(one["id"])),
            )
        self.console.print(table)

    def stop(self) -> None:
        for process in self.started:
            process.terminate()
        for process in self.started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _answers(send: Http) -> bool:
    from tsela.simulation.phones import Unreachable

    try:
        send(Request("/pull", None))
    except Unreachable:
        return False
    return True


def _ticking(send: Http, tick: Tick) -> Callable[[Request], Answer]:
    """Count the events that were answered for."""

    def sent(request: Request) -> Answer:
        answer = send(request)
        if request.path == "/push" and answer.status == 200:
            tick(len(json.loads(answer.body)["results"]))
        return answer

    return sent


def _truth(one: Mapping[str, Any], true: Mapping[str, float] | None) -> str:
    """The counts that were simulated, and whether the evaluation found them."""
    if true is None:
        return ""
    n, of = true["numerator"], true["denominator"]
    if not of:
        return "nobody"
    if one["id"] in ESTIMATED:
        value = n / of * (100 if one["kind"] == "rate" else 1)
        within = one["low"] is not None and one["low"] <= value <= one["high"]
        shown = f"{value:.2f}" if one["kind"] == "rate" else f"{value:.1%}"
        return f"{shown} {'[green]within the interval[/]' if within else '[yellow]outside the interval[/]'}"
    same = (n, of) == (one["numerator"], one["denominator"])
    return f"{n:,.0f} of {of:,.0f} {'[green]the same[/]' if same else '[red]not the same[/]'}"


def environment(home: Path, programme: Path) -> None:
    """For this process and those that it starts."""
    os.environ.update(
        TSELA_MODE="demo", TSELA_HOME=str(home), TSELA_PROGRAMME=str(programme.resolve()), TSELA_DATABASE_URL="",
        TSELA_LOG_LEVEL="WARNING", DJANGO_SETTINGS_MODULE="tsela.config.settings",
    )  # fmt: skip
