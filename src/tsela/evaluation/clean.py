"""The clean layer: what rules and indicators see of the log, as typed Parquet (contract/RULES.md R1 to R8).

`build` resolves corrections, cleans answers and writes one file a form, sorted by client, date, id, in parts of whole clients;
`connect` opens them as views `clients` and `f_<form>`. Equal events give equal bytes. A part whose events are unchanged is
kept; the manifest is replaced last, so that a build that fails or is killed leaves the old layer whole.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from tsela.care.engine.sql.days import quoted, text
from tsela.evaluation.clean_answers import clients_sql, form_sql, live_sql
from tsela.evaluation.clean_raw import Event, Source, drop_repeats, insert_raw, paths_of, read_raw, write_raw
from tsela.kernel.errors import fail

__all__ = ["Manifest", "build", "connect", "in_memory", "write_raw"]

FORMAT = 1  # of the files; a new number rebuilds every part
CLIENTS_A_PART = 250_000
PARQUET = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
Tables = Mapping[str, Any]


@dataclass(frozen=True)
class File:
    path: str  # from the manifest's folder
    sha256: str
    rows: int


@dataclass(frozen=True)
class Part:
    """Some clients, whole: everything of a client is in one part."""

    folder: str
    clients: int
    first: str | None  # least and greatest client
    last: str | None
    files: Mapping[str, File]  # `clients`, and `f_<form>` for every form

    @classmethod
    def read(cls, folder: Path) -> "Part":
        said = json.loads((folder / "part.json").read_text(encoding="utf-8"))
        return cls(**{**said, "files": {name: File(**file) for name, file in said["files"].items()}})


@dataclass(frozen=True)
class Manifest:
    """What pins an evaluation: the files with their hashes, the dictionary and the events that they come from."""

    folder: Path
    tables: str  # hash of the dictionary
    source: str  # hash of the events, whatever their order and files
    events: int
    inputs: tuple[str, ...]  # sha256 of the files of events, where they were files
    parts: tuple[Part, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"format": FORMAT, **{name: value for name, value in asdict(self).items() if name != "folder"}}

    @classmethod
    def read(cls, folder: str | Path) -> "Manifest":
        """The manifest of a folder that `build` wrote."""
        said = json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))
        parts = tuple(Part.read(Path(folder) / part["folder"]) for part in said["parts"])
        return cls(Path(folder), said["tables"], said["source"], said["events"], tuple(said["inputs"]), parts)

    def write(self) -> None:
        new = self.folder / "manifest.json.new"
        new.write_text(json.dumps(self.as_dict(), indent=1) + "\n", encoding="utf-8")
        new.replace(self.folder / "manifest.json")


def build(tables: Tables, source: Source, folder: str | Path, memory: str = "") -> Manifest:
    """Make or refresh the clean layer of `source` (files or dicts of raw events). Raises E650 to E653, having changed nothing.

    `memory` ("512MB") bounds what is held at once; the rest waits on the disk. By default most of the machine's is used.
    """
    folder = Path(folder)
    dictionary, inputs = _digest(FORMAT, tables["forms"]), tuple(map(_sha256, paths_of(source) or []))
    known = _known(folder)
    if known and inputs and (known.tables, known.inputs) == (dictionary, inputs):
        return known
    with _staging(folder, memory) as (connection, spill):
        read_raw(connection, source)
        contents = _bucket(connection)
        names = {
            number: f"part-{number:04d}-{_digest(dictionary, *content)[:16]}" for number, *content in contents
        }
        new = {number: name for number, name in names.items() if not (folder / name).exists()}
        _distribute(connection, new, spill)
        for number, name in new.items():
            _write_part(connection, tables["forms"], folder / name, number)
    parts = tuple(Part.read(folder / name) for name in names.values())
    manifest = Manifest(
        folder, dictionary, _digest(*contents), sum(count for _, count, _ in contents), inputs, parts
    )
    manifest.write()
    _sweep(manifest)
    return manifest


def connect(manifest: Manifest, spill: Path | None = None, memory: str = "") -> duckdb.DuckDBPyConnection:
    """A database with the views `clients` and `f_<form>`, each over the files of all parts. `memory` as in `build`; what is
    above it waits in the folder `spill`."""
    connection = duckdb.connect(config=_bounded(spill, memory) if spill else {})
    for name in manifest.parts[0].files:
        paths = ", ".join(text(str(manifest.folder / part.files[name].path)) for part in manifest.parts)
        connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM read_parquet([{paths}])")
    return connection


def in_memory(tables: Tables, events: Iterable[Event]) -> duckdb.DuckDBPyConnection:
    """The same views, as tables of a few events, with no file."""
    connection = duckdb.connect()
    insert_raw(connection, events)
    drop_repeats(connection)
    connection.execute(live_sql("raw"))
    for name, select in _selects(tables["forms"], "f_registration"):
        connection.execute(f"CREATE TABLE {quoted(name)} AS {select}")
    return connection


def _selects(forms: Mapping[str, Any], registrations: str) -> Iterator[tuple[str, str]]:
    for form, entry in sorted(forms.items()):
        yield f"f_{form}", form_sql(form, entry)
    yield "clients", clients_sql(forms["registration"], registrations)


def _known(folder: Path) -> Manifest | None:
    """The manifest that is there, if all its files are."""
    try:
        manifest = Manifest.read(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    files = (file for part in manifest.parts for file in part.files.values())
    return manifest if all((folder / file.path).exists() for file in files) else None


def _bounded(spill: Path, memory: str) -> dict[str, Any]:
    """Rows need not come out as they came in: whatever is kept is sorted."""
    most = {"memory_limit": memory} if memory else {}
    return {"temp_directory": str(spill), "preserve_insertion_order": False, **most}


@contextmanager
def _staging(folder: Path, memory: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A database that spills beside what it makes, not into a small /tmp."""
    spill = folder.parent / f".{folder.name}.spill"
    spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(config=_bounded(spill, memory))
    try:
        yield connection, spill
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)


def _bucket(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, int, str]]:
    """Give every client her part; returns (part, events, content) of each. The content does not depend on order."""
    (clients,) = connection.execute("SELECT count(DISTINCT client) FROM raw").fetchone() or (0,)
    count = 1
    while count * CLIENTS_A_PART < clients:
        count *= 2
    part = f"CAST(md5_number_lower(client) % {count} AS INTEGER)" if count > 1 else "0"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW parted AS SELECT *, {part} AS part FROM raw")
    event = (
        "id, form, client, site, mode, author, occurred_on, COALESCE(replaces, '-'), COALESCE(answers, '-')"
    )
    found = connection.execute(f"""
        SELECT part, count(*), CAST(bit_xor(md5_number(concat_ws(chr(31), {event}))) AS VARCHAR)
        FROM parted GROUP BY part ORDER BY part""").fetchall()
    return found or [(0, 0, "0")]


def _distribute(connection: duckdb.DuckDBPyConnection, parts: Iterable[int], spill: Path) -> None:
    """Make a view `part_<number>` of the events of each part, reading all events once."""
    numbers = list(parts)
    if len(numbers) <= 1:
        for number in numbers:
            connection.execute(
                f"CREATE TEMP VIEW part_{number} AS SELECT * FROM parted WHERE part = {number}"
            )
        return
    wanted = ", ".join(map(str, numbers))
    connection.execute(f"""
        COPY (SELECT * FROM parted WHERE part IN ({wanted})) TO {text(str(spill / "parts"))}
        (FORMAT parquet, PARTITION_BY (part))""")
    for number in numbers:
        files = text(str(spill / "parts" / f"part={number}" / "*.parquet"))
        connection.execute(f"CREATE TEMP VIEW part_{number} AS SELECT * FROM read_parquet({files})")


def _write_part(
    connection: duckdb.DuckDBPyConnection, forms: Mapping[str, Any], folder: Path, number: int
) -> None:
    """Write a part into a folder that appears whole or not at all."""
    work = folder.with_name(f".{folder.name}")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    connection.execute(live_sql(f"part_{number}"))
    registrations = f"read_parquet({text(str(work / 'f_registration.parquet'))})"
    files = {name: _write(connection, select, work, name) for name, select in _selects(forms, registrations)}
    clients = f"SELECT count(DISTINCT client), min(client), max(client) FROM part_{number}"
    count, first, last = connection.execute(clients).fetchone() or (0, None, None)
    files = {name: replace(file, path=f"{folder.name}/{file.path}") for name, file in files.items()}
    part = Part(folder.name, count, first, last, files)
    (work / "part.json").write_text(json.dumps(asdict(part), indent=1), encoding="utf-8")
    work.rename(folder)


def _write(connection: duckdb.DuckDBPyConnection, select: str, work: Path, name: str) -> File:
    path = work / f"{name}.parquet"
    written = connection.execute(f"COPY ({select}) TO {text(str(path))} {PARQUET}").fetchone()
    return File(path.name, _sha256(path), int(written[0]) if written else 0)


def _sweep(manifest: Manifest) -> None:
    """Remove the parts that the manifest no longer names."""
    kept = {part.folder for part in manifest.parts}
    for folder in [*manifest.folder.glob("part-*"), *manifest.folder.glob(".part-*")]:
        if folder.name not in kept:
            shutil.rmtree(folder)


def _sha256(path: Path) -> str:
    if not path.is_file():
        fail("E650", where=str(path))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
