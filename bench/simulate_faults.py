"""The fault simulator: a thousand seeds on two cores, and nothing lost, doubled or different: python -m bench.simulate_faults."""

import json
import subprocess
import sys
import time
from collections import Counter

from bench.site import report

SEEDS, CORES, LIMIT = 1_000, 2, 180.0


def main() -> bool:
    began = time.perf_counter()
    each = SEEDS // CORES
    found: Counter[str] = Counter()
    for part in [started(first, each) for first in range(0, SEEDS, each)]:
        said = json.loads(part.communicate()[0])
        found.update({name: count for name, count in said.items() if isinstance(count, int)})
    took = time.perf_counter() - began
    print("{seeds:,} seeds, {events:,} events, {faults:,} faults injected".format_map(found))
    wrong = found["losses"] + found["doubles"] + found["divergences"]
    held = report("faults: losses, doubles, divergences", wrong, "", 0, at_least=False)
    return report("faults: 1,000 seeds", took, "s", LIMIT, at_least=False) and held


def started(first: int, seeds: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tsela", "faults", f"--first={first}", f"--seeds={seeds}", "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


if __name__ == "__main__":
    sys.exit(not main())
