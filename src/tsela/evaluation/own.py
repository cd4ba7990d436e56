"""The clean layer of this site's own record, kept beside the database and brought up to date when it is asked for."""

import fcntl
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from django.conf import settings

from tsela.evaluation.clean import Manifest, build, connect
from tsela.programme import Programme
from tsela.record.queries import heads, write_log

MEMORY = "512MB"  # however large the record is: a server and its worker share one machine


@contextmanager
def own_layer(programme: Programme) -> Iterator[duckdb.DuckDBPyConnection]:
    """The views of `clean.connect` over everything that is in the record now. One process makes it, others read it."""
    folder = Path(settings.HOME) / "clean"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _sweep(folder)
        manifest = _up_to_date(programme, folder)
        fcntl.flock(lock, fcntl.LOCK_SH)  # its files stay while somebody reads them
        with (
            tempfile.TemporaryDirectory(prefix="spill-", dir=folder) as spill,
            connect(manifest, Path(spill), MEMORY) as connection,
        ):
            yield connection


def _up_to_date(programme: Programme, folder: Path) -> Manifest:
    seen = json.dumps([sorted(heads().items()), programme.version])
    note, layer = folder / "seen.json", folder / "layer"
    if note.exists() and note.read_text() == seen:
        return Manifest.read(layer)
    log = folder / "events.jsonl"
    write_log(log)
    manifest = build(programme.tables, log, layer, MEMORY)
    log.unlink()
    note.write_text(seen)
    return manifest


def _sweep(folder: Path) -> None:
    """What readers left who were killed; nobody else reads now."""
    for left in folder.glob("spill-*"):
        shutil.rmtree(left, ignore_errors=True)
