"""Puts the error catalogue in the order of its numbers. `make fix` runs it."""

import re
from pathlib import Path

CATALOGUE = Path(__file__).parents[1] / "src/tsela/kernel/catalogue.toml"


def main() -> None:
    text = CATALOGUE.read_text(encoding="utf-8")
    header, *entries = re.split(r"^(?=\[E\d+\]$)", text, flags=re.M)
    in_order = [header.rstrip(), *(entry.rstrip() for entry in sorted(entries))]
    CATALOGUE.write_text("\n\n".join(in_order) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
