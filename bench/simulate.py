"""`tsela simulate` of 100,000 clients over three years, as a process from start to end: python -m bench.simulate."""

import json
import subprocess
import sys
import tempfile
import time

from bench.evaluate import PROGRAMME, UNTIL
from bench.site import report

CLIENTS, YEARS, LIMIT = 100_000, 3, 60.0


def main() -> bool:
    with tempfile.TemporaryDirectory() as out:
        command = [
            "simulate",
            "--programme",
            PROGRAMME,
            "--clients",
            CLIENTS,
            "--years",
            YEARS,
            "--until",
            UNTIL,
            "--out",
            out,
        ]
        began = time.perf_counter()
        said = subprocess.run(
            [sys.executable, "-m", "tsela", *map(str, command), "--json"],
            check=True,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - began
    print(f"{CLIENTS:,} clients, {json.loads(said.stdout)['events']:,} events")
    return report("simulate", seconds, "s", LIMIT, at_least=False)


if __name__ == "__main__":
    sys.exit(not main())
