"""The fault simulator: a thousand seeds on one core, and nothing lost, doubled or different: python -m bench.simulate_faults."""

import json
import subprocess
import sys

from bench.site import report

SEEDS, LIMIT = 1_000, 180.0


def main() -> bool:
    command = [sys.executable, "-m", "tsela", "faults", f"--seeds={SEEDS}", "--json"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    print("{seeds:,} seeds, {events:,} events, {faults:,} faults injected".format_map(found))
    wrong = found["losses"] + found["doubles"] + found["divergences"]
    held = report("faults: losses, doubles, divergences", wrong, "", 0, at_least=False)
    return report("faults: 1,000 seeds", found["seconds"], "s", LIMIT, at_least=False) and held


if __name__ == "__main__":
    sys.exit(not main())
