"""The nightly re-plan of 1,000,000 clients on the cores of this machine: python -m bench.nightly.

The worker's own `nightly`, from its query to the last plan stored, with a database made for it (bench.nightly_data).
Two nights: the share that is due by `recheck` in the simulated programme, and one client in five.
NIGHTLY_CLIENTS=100000 makes it smaller, and the limit with it; BENCH_DATABASE chooses one database.
"""

import json
import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from bench.nightly_data import fill, into_postgresql, into_sqlite, yesterday
from bench.plan_data import PROGRAMME, TODAY, simulated
from bench.site import databases, postgresql, report
from tsela.care.packing import packed

CLIENTS = int(os.environ.get("NIGHTLY_CLIENTS", "1000000"))
LIMIT = 300.0 * CLIENTS / 1_000_000  # seconds
BASE = 4_000  # simulated clients that are copied
ONE_IN_FIVE = 0.2
NIGHT = """
import json, sys, time
from datetime import date
from tsela.work.commands.serve import start_django
if __name__ == "__main__":
    start_django()
    from tsela.work.nightly import nightly, stale
    night = date.fromisoformat(sys.argv[1])
    due, began = len(stale(night)), time.perf_counter()
    made = nightly(night)
    print(json.dumps([due, made, time.perf_counter() - began, len(stale(night))]))
"""
MAKE = "from tsela.work.commands.serve import open_database; open_database()"


def main() -> bool:
    data, held = simulated(BASE), []
    for share in (0.0, ONE_IN_FIVE):
        was = yesterday(data, share)
        said = f"{len(was.due) / len(was.plans):.1%} due" + ("" if share else " by recheck")
        print(f"  {CLIENTS:,} clients, {len(data.tables['items'])} items, {said}", flush=True)
        for database in databases():
            held.append(
                night(
                    database,
                    partial(
                        fill, was=was, copies=round(CLIENTS / len(was.plans)), version=data.tables["version"]
                    ),
                    said,
                )
            )
    return all(held)


def night(database: str, filled: "partial[None]", said: str) -> bool:
    """One night, on a database of its own."""
    server = postgresql.start(durable=True) if database == "postgresql" else None
    with tempfile.TemporaryDirectory(prefix="tsela-bench-", dir=os.environ.get("BENCH_FOLDER")) as folder:
        url = server.url if server else f"sqlite:///{folder}/tsela.db"
        environment = {
            **os.environ, "TSELA_MODE": "demo", "TSELA_HOME": folder, "TSELA_DATABASE_URL": url, "TSELA_PROGRAMME": str(PROGRAMME),
        }  # fmt: skip
        try:
            subprocess.run([sys.executable, "-c", MAKE], env=environment, check=True)
            make = partial(filled, packed=packed)
            into_postgresql(url, make) if server else into_sqlite(f"{folder}/tsela.db", make)
            script = Path(folder, "night.py")
            script.write_text(NIGHT)
            out = subprocess.run(
                [sys.executable, script, TODAY],
                env=environment,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            ).stdout
        finally:
            if server:
                server.stop()
    due, made, seconds, left = json.loads(out)
    assert (made, left) == (due, 0), f"{due} were due, {made} planned, {left} left"
    print(f"  {made:,} plans, {made / seconds:,.0f} a second")
    return report(f"nightly, {database}, {said}", seconds, "s", LIMIT, at_least=False)


if __name__ == "__main__":
    sys.exit(not main())
