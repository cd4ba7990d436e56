"""The clean layer of this site's own record, kept beside the database and brought up to date when it is asked for."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from django.conf import settings

from tsela.evaluation.clean import Manifest, build, connect
from tsela.programme import Programme
from tsela.record.queries import heads, write_log


@contextmanager
def own_layer(programme: Programme) -> Iterator[duckdb.DuckDBPyConnection]:
    """The views of `clean.connect` over everything that is in the record now. One process makes it, others read it."""
    folder = Path(settings.HOME) / "clean"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        manifest = _up_to_date(programme, folder)
        fcntl.flock(lock, fcntl.LOCK_SH)  # its files stay while somebody reads them
        with connect(manifest) as connection:
            yield connection


def _up_to_date(programme: Programme, folder: Path) -> Manifest:
    seen = json.dumps([sorted(heads().items()), programme.version])
    note, layer = folder / "seen.json", folder / "layer"
    if note.exists() and note.read_text() == seen:
        return Manifest.read(layer)
    log = folder / "events.jsonl"
    write_log(log)
    manifest = build(programme.tables, log, layer)
    log.unlink()
    note.write_text(seen)
    return manifest
