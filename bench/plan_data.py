"""A simulated programme to plan for: the full rules of mentor_mother, and two years of events."""

import json
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from tsela.kernel.dates import parse_date
from tsela.programme import load
from tsela.simulation.behaviour import Behaviour
from tsela.simulation.generate import Simulation, write

PROGRAMME = Path(__file__).parents[1] / "programmes/mentor_mother"
TODAY = "2026-11-01"


class Data(NamedTuple):
    """Compiled tables, and the events of so many clients."""

    tables: dict[str, Any]
    events: list[dict[str, Any]]


def simulated(clients: int) -> Data:
    """The same every time."""
    programme = load(PROGRAMME)
    made = Simulation(
        programme, clients=clients, years=2, seed=1, until=parse_date(TODAY) or 0, behaviour=Behaviour()
    )
    with tempfile.TemporaryDirectory() as folder:
        write(made, Path(folder))
        lines = Path(folder, "events.jsonl").read_text(encoding="utf-8").splitlines()
    return Data(programme.tables, [json.loads(line) for line in lines])
