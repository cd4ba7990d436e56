"""Writes a whole simulated programme: the events, and the truth behind them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from tsela.evaluation.clean_raw import write_raw
from tsela.kernel.dates import add, format_date
from tsela.programme import Programme
from tsela.simulation.behaviour import Behaviour
from tsela.simulation.lives import Life
from tsela.simulation.pen import Event
from tsela.simulation.places import Site, make_sites
from tsela.simulation.truth import Truth


class Simulation:
    """A programme of about `clients` clients (women and their children) over `years` years up to the day `until`."""

    def __init__(
        self, programme: Programme, *, clients: int, years: int, seed: int, until: int, behaviour: Behaviour | None = None
    ):  # fmt: skip
        self.clients, self.years, self.seed, self.until = clients, years, seed, until
        self.behaviour = behaviour or Behaviour()
        self.programme = programme.name
        self.versions = {name: form["version"] for name, form in programme.forms.items()}
        self.sites: list[Site] = make_sites(clients, seed)
        start = add(until, -12 * years, "months")
        assert start is not None, "the years of a simulation lie within the calendar of the rules"
        self.start = start
        self.truth = Truth(until)
        self.people = 0

    def families(self) -> Iterator[list[Event]]:
        """The events of one woman and her children at a time, until there are as many clients as asked for."""
        number = 0
        while self.people < self.clients:
            life = Life(
                seed=f"{self.seed} {number}", site=self.sites[number % len(self.sites)], behaviour=self.behaviour,
                versions=self.versions, start=self.start, until=self.until, truth=self.truth,
            )  # fmt: skip
            events = life.events()
            self.people += 1 + len(life.babies)
            number += 1
            yield events

    def as_dict(self) -> dict[str, Any]:
        """The truth: what was asked for and what came out. Complete once `families` has been read to its end."""
        return {
            "programme": self.programme, "clients": self.people, "years": self.years, "seed": self.seed,
            "from": format_date(self.start), "until": format_date(self.until),
            "given": self.behaviour.as_dict(), "realised": self.truth.realised(self.start),
        }  # fmt: skip


def write(
    simulation: Simulation,
    out: Path,
    *,
    parquet: bool = False,
    tick: Callable[[int], None] = lambda people: None,
) -> dict[str, Any]:
    """Write the events and `truth.json` into the folder `out`; the truth, with the number of events."""
    out.mkdir(parents=True, exist_ok=True)
    lines = out / "events.jsonl"
    encoder, count = msgspec.json.Encoder(), 0
    with lines.open("wb") as file:
        for events in simulation.families():
            file.write(encoder.encode_lines(events))
            count += len(events)
            tick(simulation.people)
    if parquet:
        write_raw(lines, out / "events.parquet")
        lines.unlink()
    truth = {**simulation.as_dict(), "events": count}
    (out / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    return truth
