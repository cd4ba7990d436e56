"""python -m tests.differential --histories 20000: made-up histories on which the executors must agree.

Prints the number compared; ends with 1 and an example where they differ. --seed makes the same histories again.
"""

import argparse
import sys
import time
from collections import Counter
from random import Random

from .compare import batch, differences
from .executors import executors

HISTORIES_A_BATCH = 100


def main() -> int:
    options = _options()
    running = [one for one in executors() if options.only is None or one.name in options.only]
    counts: Counter[str] = Counter()
    began = time.monotonic()
    while counts["histories"] < options.histories:
        seed = f"{options.seed}/{counts['batches']}"
        made = batch(Random(seed), min(HISTORIES_A_BATCH, options.histories - counts["histories"]))
        found = next(differences(made, running), None)
        counts.update(batches=1, histories=len(made.families), plans=len(made.asks), events=len(made.events))
        if found:
            print(f"seed {seed}: {found}")
            return 1
        if sys.stderr.isatty():
            print(f"\r{counts['histories']:,}", end="", file=sys.stderr)
    names = ", ".join(one.name for one in running)
    print(
        f"{counts['histories']:,} histories ({counts['events']:,} events, {counts['plans']:,} plans) under "
        f"{counts['batches']:,} programmes: {names} agree on all of them. {time.monotonic() - began:.0f} s"
    )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--histories", type=int, default=20_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", nargs="+", help="names of executors, such as Python TypeScript")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
