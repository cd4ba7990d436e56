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
from typing import IO, Any

import duckdb
import pyarrow as pa

from tsela.care.engine.sql.days import text
from tsela.kernel.errors import fail

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
NOT_AN_OBJECT = "?"  # stands for answers that are neither an object nor null; it is no JSON
BATCH = 50_000
Event = Mapping[str, Any]
Source = str | Path | Sequence[str | Path] | Iterable[Event]


def read_raw(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Make `raw` of files (.jsonl, .jsonl.gz, .parquet) or of events as dicts. Raises E601 to E604."""
    paths = _paths(source)
    if paths is None:
        _from_dicts(connection, source)  # type: ignore[arg-type]
        return
    for path in paths:
        if not path.exists():
            fail("E601", where=str(path))
    try:
        selects = [_select(path) for path in paths]
        connection.execute(f"CREATE OR REPLACE TEMP TABLE raw AS {' UNION ALL '.join(selects)}")
        connection.execute(f"ALTER TABLE raw ADD COLUMN fault VARCHAR; UPDATE raw SET fault = {_fault()} WHERE {_fault()} IS NOT NULL")
    except duckdb.Error as error:
        _diagnose(paths, str(error).splitlines()[0])
