"""Raw events: the log as JSON Lines, as Parquet or as dicts, checked before anything is made from it.

A relation `raw` comes of it: one row an event, text columns, answers as JSON text (NULL: a void). Read together,
files may repeat an event; two different events of one id are refused.
"""

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, NoReturn

import duckdb

from tsela.care.engine.sql.days import text
from tsela.kernel.errors import TselaError, fail, problem

FIELDS = (
    "id", "form", "form_version", "client", "session", "mode", "site", "author", "device", "occurred_on", "recorded_at",
    "replaces", "answers",
)  # fmt: skip
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# What must hold for an event to be counted (contract/schemas/event.schema.json); RE2 and Python read these alike.
PATTERNS = {
    "id": UUID,
    "client": UUID,
    "author": UUID,
    "form": "[a-z][a-z0-9_]{0,62}",
    "mode": "home|facility|group|phone|chat|system",
    "site": "[A-Z]{2}-[A-Z0-9-]{1,40}",
    "occurred_on": "(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
}
Event = Mapping[str, Any]
Source = str | Path | Sequence[str | Path] | Iterable[Event]
BATCH = 50_000
MOST_FAULTS = 20

# Read leniently, so that the checks below can say what is wrong.
LINES = f"""
SELECT {", ".join(f"said[{place}] AS {name}" for place, name in enumerate(FIELDS[:-1], start=1))},
    CASE json_type(json, '$.answers') WHEN 'OBJECT' THEN said[{len(FIELDS)}] WHEN 'NULL' THEN NULL ELSE '?' END AS answers
FROM (SELECT json, json_extract_string(json, [{", ".join(f"'$.{name}'" for name in FIELDS)}]) AS said
      FROM read_ndjson_objects({{path}}, maximum_object_size = 67108864))
"""
ROWS = f"""
SELECT {", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in FIELDS[:-1])},
    nullif(CAST(answers AS VARCHAR), 'null') AS answers
FROM read_parquet({{path}})
"""
# JSON text as DuckDB writes it; what is no JSON stays, to be found below.
AS_WRITTEN = "COALESCE(CAST(TRY(json_extract(answers, '$')) AS VARCHAR), answers) AS answers"
# Values that no event may have. Most fields have few values, and each is looked at once.
WRONG = f"""
{
    "".join(
        f"SELECT '{name}' AS field, value FROM (SELECT DISTINCT {name} AS value FROM raw) "
        f"WHERE NOT COALESCE(regexp_full_match(value, '{pattern}'), FALSE) UNION ALL "
        for name, pattern in PATTERNS.items()
    )
}
SELECT 'replaces', replaces FROM raw WHERE NOT regexp_full_match(replaces, '{UUID}')
UNION ALL
SELECT 'answers', answers FROM raw
WHERE answers IS NOT NULL AND NOT (json_valid(answers) AND starts_with(ltrim(answers), '{{'))
LIMIT 1"""


def read_raw(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Make `raw` of files (.jsonl, .jsonl.gz, .parquet) or of events as dicts. Raises E650 to E653, having made nothing."""
    paths = paths_of(source)
    if paths is None:
        insert_raw(connection, source)  # type: ignore[arg-type]
    else:
        _open(connection, paths)
    _check(connection, paths or [])
    drop_repeats(connection)


def write_raw(source: Source, parquet: str | Path) -> int:
    """Write events as one Parquet file; returns how many. Raises as read_raw does."""
    with duckdb.connect() as connection:
        read_raw(connection, source)
        written = connection.execute(
            f"COPY raw TO {text(str(parquet))} (FORMAT parquet, COMPRESSION zstd)"
        ).fetchone()
    return int(written[0]) if written else 0


def paths_of(source: Source) -> list[Path] | None:
    if isinstance(source, str | Path):
        return [Path(source)]
    if isinstance(source, Sequence) and source and all(isinstance(each, str | Path) for each in source):
        return [Path(each) for each in source]
    return None


def _open(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> None:
    """Parquet is read in place; lines are parsed once, into a table."""
    for path in paths:
        if not path.is_file():
            fail("E650", where=str(path))
    parquet = all(path.suffix == ".parquet" for path in paths)
    selects = [(ROWS if path.suffix == ".parquet" else LINES).format(path=text(str(path))) for path in paths]
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP {'VIEW' if parquet else 'TABLE'} read AS {' UNION ALL '.join(selects)}"
        )
    except duckdb.OutOfMemoryException:
        raise  # no fault of the lines
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        if parquet:
            fail("E651", where=", ".join(map(str, paths)), reason=reason)
        _diagnose(paths, reason)
    connection.execute("CREATE OR REPLACE TEMP VIEW raw AS SELECT * FROM read")


def insert_raw(connection: duckdb.DuckDBPyConnection, events: Iterable[Event]) -> None:
    """Make `raw` of events as dicts, taken as they are."""
    import pyarrow as pa  # here, because it takes most of a second

    schema = pa.schema([(name, pa.string()) for name in FIELDS])
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE read ({', '.join(f'{name} VARCHAR' for name in FIELDS)})"
    )
    for batch in _batches(events):
        rows = pa.Table.from_pylist([_row(event) for event in batch], schema=schema)
        connection.register("batch", rows)
        connection.execute(f"INSERT INTO read SELECT * REPLACE ({AS_WRITTEN}) FROM batch")
        connection.unregister("batch")
    connection.execute("CREATE OR REPLACE TEMP VIEW raw AS SELECT * FROM read")


def _row(event: Event) -> dict[str, Any]:
    answers = event["answers"]
    said = answers if answers is None or isinstance(answers, str) else json.dumps(answers, ensure_ascii=False)
    return {**{name: event.get(name) for name in FIELDS}, "answers": said}


def _batches(events: Iterable[Event]) -> Iterator[list[Event]]:
    rest = iter(events)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _check(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> None:
    try:
        wrong = connection.execute(WRONG).fetchone()
    except duckdb.Error as error:  # a Parquet file that is none, or has other columns
        fail("E651", where=", ".join(map(str, paths)), reason=str(error).splitlines()[0])
    if wrong:
        _diagnose(paths, f"{wrong[0]} is {wrong[1]}")


def drop_repeats(connection: duckdb.DuckDBPyConnection) -> None:
    """The same event twice is one event (SPEC S2); an id with two contents is refused."""
    repeats = connection.execute("SELECT count(*) <> count(DISTINCT id) FROM raw").fetchone()
    if not repeats or not repeats[0]:
        return
    connection.execute("CREATE OR REPLACE TEMP TABLE once AS SELECT DISTINCT * FROM raw")
    twice = connection.execute(
        "SELECT id FROM once GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT 1"
    ).fetchone()
    if twice:
        fail("E653", where=twice[0])
    connection.execute("CREATE OR REPLACE TEMP VIEW raw AS SELECT * FROM once")


def _diagnose(paths: Sequence[Path], otherwise: str) -> NoReturn:
    """Say which lines are wrong; `otherwise` where reading them one by one finds nothing (a Parquet row)."""
    found = (
        problem("E652", where=f"{path}:{number}", fault=fault)
        for path in paths
        if path.suffix != ".parquet"
        for number, fault in _faults(path)
    )
    first = list(islice(found, MOST_FAULTS)) or [
        problem("E652", where=", ".join(map(str, paths)), fault=otherwise)
    ]
    raise TselaError(*first)


def _faults(path: Path) -> Iterator[tuple[int, str]]:
    with _reader(path) as lines:
        for number, line in enumerate(lines, start=1):
            fault = _fault(line) if line.strip() else None
            if fault:
                yield number, fault


def _reader(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _fault(line: bytes) -> str | None:
    """What is wrong with a line, in words."""
    try:
        event = json.loads(line.decode("utf-8"))
    except ValueError as error:
        return f"no JSON: {error}"
    if not isinstance(event, dict):
        return "no JSON object"
    for name, pattern in PATTERNS.items():
        if not isinstance(event.get(name), str) or not re.fullmatch(pattern, event[name]):
            return f"{name} is {json.dumps(event.get(name))}"
    replaces = event.get("replaces")
    if replaces is not None and not (isinstance(replaces, str) and re.fullmatch(UUID, replaces)):
        return f"replaces is {json.dumps(replaces)}"
    return (
        None
        if isinstance(event.get("answers", 0), dict | type(None))
        else "answers are neither an object nor null"
    )
