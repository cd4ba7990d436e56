"""The clean layer of 100,000 clients from their log, and everyone's plan from it: python -m bench.clean.

Reads the log that bench.evaluate simulates and keeps."""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.evaluate import CLIENTS, PROGRAMME, ROOT, UNTIL, clean_layer
from bench.site import report
from tsela import programme
from tsela.care.engine.sql import plan_steps
from tsela.evaluation.clean import Manifest, build, connect, write_raw

# Processor seconds: what a busy machine leaves comparable. Two free cores need half as long.
LIMIT_BUILD, LIMIT_AGAIN, LIMIT_PLANS = 30.0, 1.0, 20.0


@contextmanager
def timed(name: str, limit: float, held: list[bool]) -> Iterator[None]:
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    yield
    after = resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    held.append(report(name, processor, "processor s", limit, at_least=False))
    print(f"  {time.perf_counter() - began:.1f} s from start to end")


def main() -> bool:
    tables = programme.load(PROGRAMME).tables
    clean_layer(CLIENTS)
    log = ROOT / "var" / "bench" / f"evaluate-{CLIENTS}" / "events.jsonl"
    held: list[bool] = []
    with tempfile.TemporaryDirectory(dir=ROOT / "var") as folder:
        raw, clean = Path(folder) / "raw.parquet", Path(folder) / "clean"
        with timed("clean layer: log to raw Parquet", LIMIT_BUILD, held):
            write_raw(log, raw)
        with timed("clean layer: raw Parquet to clean", LIMIT_BUILD, held):
            manifest = build(tables, raw, clean)
        with timed("clean layer: nothing new", LIMIT_AGAIN, held):
            build(tables, raw, clean)
        with timed("plans of everyone in SQL", LIMIT_PLANS, held):
            tasks = plans(tables, manifest)
        print(f"  {tasks:,} tasks of {len(tables['items'])} items")
    return all(held)


def plans(tables: dict[str, object], manifest: Manifest) -> int:
    setup, selects = plan_steps(tables, UNTIL)
    with connect(manifest) as connection:
        for statement in setup:
            connection.execute(statement)
        for number, select in enumerate(selects.values()):
            connection.execute(f"{'INSERT INTO plan' if number else 'CREATE TEMP TABLE plan AS'} {select}")
        row = connection.execute("SELECT count(*) FROM plan").fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    sys.exit(not main())
