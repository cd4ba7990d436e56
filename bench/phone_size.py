"""What a phone downloads before it first opens, gzip: python -m bench.phone_size (after `make app`)."""

import gzip
import json
import re
import sys
from pathlib import Path

from bench.site import report

APP = Path(__file__).parents[1] / "phone" / "dist"
KILOBYTES = 150


def first_load(app: Path) -> dict[str, int]:
    """Gzip bytes of each file that the service worker keeps: the page, its script and style sheet, the icons."""
    listed = json.loads(re.search(r"FILES\s*=\s*(\[.*?\])", (app / "sw.js").read_text())[1])  # type: ignore[index]
    names = ["sw.js", *(name.removeprefix("/app/") or "index.html" for name in listed)]
    return {name: len(gzip.compress((app / name).read_bytes(), 6)) for name in names}


def main() -> int:
    sizes = first_load(APP)
    for name, size in sizes.items():
        print(f"  {name:42} {size / 1000:>10,.2f} kB")
    held = report("phone, first load, gzip", sum(sizes.values()) / 1000, "kB", KILOBYTES, at_least=False)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
