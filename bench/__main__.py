"""Every figure that we publish, one after another: python -m bench [NAME …]. Exit code 1 where one missed its limit."""

import subprocess
import sys
from pathlib import Path

NOT_MEASURES = {"__init__", "__main__", "site", "plan_data", "nightly_data"}


def main(chosen: list[str]) -> int:
    """Each in a process of its own, so that none warms another's caches."""
    known = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_MEASURES)
    unknown = set(chosen) - set(known)
    if unknown:
        print(f"No bench called {', '.join(sorted(unknown))}; there are: {', '.join(known)}.")
        return 2
    missed = [name for name in chosen or known if not held(name)]
    print(f"\nMissed: {', '.join(missed)}" if missed else "\nEvery limit held.")
    return 1 if missed else 0


def held(name: str) -> bool:
    print(f"\n{name}", flush=True)
    return subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
