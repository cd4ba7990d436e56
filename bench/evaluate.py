"""`tsela evaluate` of 100,000 clients once the clean layer exists, as a process from start to end: python -m bench.evaluate.

The simulated log and its clean layer are kept in var/bench, because making them takes minutes.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.site import report
from tsela import programme
from tsela.evaluation.clean import build
from tsela.kernel.dates import parse_date
from tsela.simulation.generate import Simulation, write

ROOT = Path(__file__).resolve().parents[1]
CLIENTS, YEARS, UNTIL, LIMIT, TRIES = 100_000, 5, "2026-06-30", 5.0, 3
PROGRAMME = ROOT / "programmes" / "mentor_mother"


def clean_layer(clients: int) -> Path:
    """The clean layer of a simulated programme, made where it is not there yet."""
    folder = ROOT / "var" / "bench" / f"evaluate-{clients}"
    loaded = programme.load(PROGRAMME)
    if not (folder / "events.jsonl").exists():
        until = parse_date(UNTIL)
        assert until is not None
        write(Simulation(loaded, clients=clients, years=YEARS, seed=1, until=until), folder)
    manifest = build(loaded.tables, folder / "events.jsonl", folder / "clean")
    print(f"{clients:,} clients, {manifest.events:,} events")
    return manifest.folder


def seconds(clean: Path, *more: str) -> float:
    """The best of a few runs of the whole command; says how much processor time one took."""
    best, before = float("inf"), _processor()
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory() as out:
            said = [
                "--programme",
                PROGRAMME,
                "--events",
                clean,
                "--as-of",
                UNTIL,
                "--period",
                "2025",
                "--out",
                out,
                *more,
            ]
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "tsela", "evaluate", *map(str, said)],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            best = min(best, time.perf_counter() - began)
    print(f"{(_processor() - before) / TRIES:.2f} s of processor time a run")
    return best


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> bool:
    clean = clean_layer(CLIENTS)
    held = report(
        "evaluate: all figures and tables", seconds(clean, "--no-pages"), "s", LIMIT, at_least=False
    )
    return report("evaluate: with charts, HTML and PDF", seconds(clean), "s", LIMIT, at_least=False) and held


if __name__ == "__main__":
    sys.exit(not main())
