"""The preview of a schedule change over 1,000,000 clients, by SQL: python -m bench.preview.

A simulated log's clean layer is copied with fresh ids (in var/bench, kept). Two changes: one item moves, and a definition
that nearly every item uses says something else. What `tsela programme diff` and `publish` show, once the clean layer is there.
PREVIEW_CLIENTS=100000 makes it smaller, and the limit with it.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from bench.plan_data import PROGRAMME, TODAY, simulated
from bench.site import report
from tsela import programme
from tsela.care.engine.sql.days import quoted, text
from tsela.evaluation.clean import build, connect
from tsela.evaluation.preview import preview
from tsela.kernel.dates import parse_date

CLIENTS = int(os.environ.get("PREVIEW_CLIENTS", "1000000"))
LIMIT = 300.0 * CLIENTS / 1_000_000  # seconds
BASE = min(20_000, CLIENTS)  # simulated clients that are copied
IDS = ("client", "id", "root", "mother")
CHANGES = {
    "one item moves": ("schedules/40_infant.yaml", "due: $first_nat", "due: 8 weeks"),
    "a definition of most items": (
        "schedules/00_definitions.yaml",
        "when: died or transferred or left",
        "when: died or transferred or left or (any tracing where outcome = moved)",
    ),
}


def main() -> bool:
    old = programme.load(PROGRAMME)
    folder = copied()
    held = []
    for name, change in CHANGES.items():
        with tempfile.TemporaryDirectory() as out:
            new = changed(Path(out) / "mentor_mother", *change)
            began = time.perf_counter()
            found = preview(old, new, lambda tables: opened(folder), parse_date(TODAY) or 0)
            seconds = time.perf_counter() - began
        moved = sum(one.tasks for one in found.effects)
        print(f"  {found.clients:,} clients, {moved:,} tasks change in {len(found.effects)} ways")
        held.append(report(f"preview: {name}", seconds, "s", LIMIT, at_least=False))
    return all(held)


def changed(folder: Path, file: str, before: str, after: str) -> programme.Programme:
    """The programme with one place written otherwise."""
    shutil.copytree(PROGRAMME, folder)
    path = folder / file
    said = path.read_text(encoding="utf-8")
    assert before in said, f"{file} no longer says {before}"
    path.write_text(said.replace(before, after, 1), encoding="utf-8")
    return programme.load(folder)


def copied() -> Path:
    """A folder with a file a form: the clean layer of the simulated log, copied; five digits of every id are the copy's."""
    folder = Path(__file__).parents[1] / "var" / "bench" / f"preview-{CLIENTS}"
    version = programme.load(PROGRAMME).version
    if not (folder / version).exists():
        shutil.rmtree(folder, ignore_errors=True)
        data = simulated(BASE)
        (folder / version).mkdir(parents=True)
        layer = connect(build(data.tables, data.events, folder / "base"))
        for (name,) in layer.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
            copy(layer, name, folder / version / f"{name}.parquet")
    return folder / version


def copy(layer: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """Sorted by client, as the clean layer is."""
    columns = {row[0] for row in layer.execute(f"DESCRIBE {quoted(name)}").fetchall()}
    digits = "printf('%05x', copy)"
    fresh = ", ".join(
        f"left({one}, 24) || {digits} || right({one}, 7) AS {one}" for one in IDS if one in columns
    )
    layer.execute(
        f"""COPY (SELECT * EXCLUDE (copy) REPLACE ({fresh}) FROM {quoted(name)}, range({CLIENTS // BASE}) AS copies(copy)
        ORDER BY client{", date, id" if name != "clients" else ""}) TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd)"""
    )


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for path in sorted(folder.glob("*.parquet")):
        connection.execute(
            f"CREATE VIEW {quoted(path.stem)} AS SELECT * FROM read_parquet({text(str(path))})"
        )
    return connection


if __name__ == "__main__":
    sys.exit(not main())
