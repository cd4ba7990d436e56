"""`tsela evaluate`: the Annual Evaluation, as of any date."""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tsela.kernel.errors import fail
from tsela.work.commands import print_json

if TYPE_CHECKING:
    from tsela.evaluation.clean import Manifest

EXAMPLES = """\b
Examples:
  tsela evaluate --programme programmes/mentor_mother --events events.jsonl --as-of 2026-01-31 --period 2025 --out report
  tsela evaluate --programme programmes/mentor_mother --events var/clean --as-of 2026-01-31 --period 2025Q4 --json
  tsela evaluate --programme programmes/mentor_mother --as-of 2026-01-31 --period 2024-10-01..2025-09-30 --out report
"""
DATABASES = ("sqlite:", "postgresql:", "postgres:")


@click.command(epilog=EXAMPLES)
@click.option(
    "--programme", "folder", required=True, type=click.Path(path_type=Path), help="The programme's folder."
)
@click.option(
    "--events",
    default=None,
    metavar="PATH",
    help="JSON Lines, Parquet, a clean-layer folder, or a database address; this site's own record if not given.",
)
@click.option(
    "--as-of",
    "as_of",
    required=True,
    metavar="YYYY-MM-DD",
    help="The day of the data cut; nothing later is seen.",
)
@click.option("--period", required=True, metavar="PERIOD", help="2025, 2025Q3 or 2024-10-01..2025-09-30.")
@click.option(
    "--by",
    default="country,site,quarter",
    show_default=True,
    metavar="LIST",
    help="Breakdowns, each on its own; cross two with a star: country*quarter.",
)
@click.option(
    "--out", default=None, type=click.Path(path_type=Path), help="Write the report and its data here."
)
@click.option(
    "--clean",
    default=None,
    type=click.Path(path_type=Path),
    help="Keep the clean layer here, to evaluate again faster.",
)
@click.option("--no-pages", is_flag=True, help="Only the data: no report.html, no report.pdf.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def command(
    folder: Path, events: str | None, as_of: str, period: str, by: str, out: Path | None, clean: Path | None,
    no_pages: bool, as_json: bool,
) -> None:  # fmt: skip
    """Compute every indicator of a programme, with intervals, and write the Annual Evaluation.

    Small groups (a count below 5) are hidden in all that is printed and written.
    """
    from tsela.evaluation import charts
    from tsela.evaluation.period import parse_as_of, parse_period
    from tsela.evaluation.results import parse_by
    from tsela.programme import load

    day, span, tables = parse_as_of(as_of), parse_period(period), parse_by(by)
    if out and not no_pages:
        charts.warm_up()
    programme = load(folder)
    from tsela.evaluation.evaluate import evaluate

    with _layer(programme.tables, events, clean) as manifest:
        results = evaluate(programme, manifest, span, day, tables)
    written = _write(results, out, pages=not no_pages) if out else []
    if as_json:
        print_json(results)
    else:
        _say(results, written)


@contextmanager
def _layer(tables: Mapping[str, Any], events: str | None, keep: Path | None) -> "Iterator[Manifest]":
    """The clean layer of whatever holds the events; removed afterwards unless it is to be kept."""
    from tsela.evaluation.clean import Manifest, build

    path = Path(events) if events and not events.startswith(DATABASES) else None
    if path and not path.exists():
        fail("E603", where="--events", path=path, reason="there is no such file or folder")
    if path and path.is_dir():
        yield _existing(path, Manifest)
        return
    source = path or _record(events)
    with tempfile.TemporaryDirectory(prefix="tsela-") as temporary:
        yield build(tables, source, keep or Path(temporary) / "clean")


def _existing(folder: Path, manifest: "type[Manifest]") -> "Manifest":
    try:
        return manifest.read(folder)
    except (OSError, ValueError, KeyError, TypeError):
        fail("E603", where="--events", path=folder, reason="the folder holds no clean layer")


def _record(url: str | None) -> Iterable[Mapping[str, Any]]:
    """The events of a site's database: the one named, or this site's own."""
    if url:
        if url.startswith("sqlite:") and not Path(url.partition("///")[2]).is_file():
            fail("E603", where="--events", path=url, reason="there is no such database file")
        os.environ["TSELA_DATABASE_URL"] = url
        os.environ.setdefault("TSELA_MODE", "development")
    from tsela.work.commands.serve import start_django

    start_django()
    from django.db import DatabaseError

    from tsela.record.queries import all_events

    try:
        return list(all_events())
    except (DatabaseError, OSError) as error:
        fail(
            "E603",
            where="--events",
            path=_without_password(url) if url else "this site's record",
            reason=str(error).strip().splitlines()[0],
        )


def _without_password(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//", url)


def _write(results: Mapping[str, Any], out: Path, *, pages: bool) -> list[Path]:
    from tsela.evaluation.report import write

    return write(results, out, pages=pages)


def _say(results: Mapping[str, Any], written: list[Path]) -> None:
    from tsela.evaluation.story import estimate, fraction

    for warning in results["warnings"]:
        click.echo(f"Note: {warning}", err=True)
    for one in results["indicators"]:
        click.echo(f"{one['short']}: {estimate(one)}\n    {fraction(one)}")
    for path in written:
        click.echo(path)
