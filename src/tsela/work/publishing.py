"""`tsela programme diff, publish, rollback, versions`: what a change does, before it is in force; and putting it in force."""

import datetime
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tsela.kernel.dates import parse_date
from tsela.kernel.errors import TselaError, fail, problem
from tsela.programme import Programme, load
from tsela.programme.differences import Difference, differences
from tsela.work.commands import print_json

if TYPE_CHECKING:
    from tsela.evaluation.preview import Layer, Preview

JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
BY = click.option("--by", default=None, metavar="USER", help="Who does it: her log-in name.")
SITE = click.option(
    "--site", "sites", multiple=True, metavar="CODE", help="Only there: a pilot site; can be given again."
)
SITES_OWN = "site"


@click.command(epilog="""\b
Examples:
  tsela programme diff programmes/mentor_mother programmes/ours
  tsela programme diff old new --events events.jsonl --today 2026-11-20
  tsela programme diff old new --events site""")  # fmt: skip
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--events",
    default=None,
    metavar="LOG",
    help="JSON Lines, Parquet or a clean layer; `site` for this site's own record.",
)
@click.option("--today", default=None, metavar="YYYY-MM-DD", help="The day to plan for; today if not given.")
@SITE
@JSON
def diff(
    old: Path, new: Path, events: str | None, today: str | None, sites: tuple[str, ...], as_json: bool
) -> None:
    """Say in words what differs, and what that does to the tasks of the clients of a log."""
    before, after, day = load(old), load(new), _day(today)
    found = differences(before, after)
    effects = None
    if events:
        with layers(None if events == SITES_OWN else Path(events)) as layer:
            effects = _preview(before, after, layer, day, sites)
    if as_json:
        told = effects.as_dict() if effects else None
        print_json({"differences": [one.as_dict() for one in found], "preview": told})
        return
    say_differences(found)
    if effects:
        say_preview(effects)


@click.command(epilog="""\b
Examples:
  tsela programme publish programmes/ours --site LS-MS-MASERU --by mpho     a pilot site first
  tsela programme publish programmes/ours --by mpho --yes                   then everywhere""")  # fmt: skip
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@SITE
@BY
@click.option(
    "--yes", is_flag=True, help="Publish even where tasks of live clients re-open or are cancelled."
)
@JSON
def publish(folder: Path, sites: tuple[str, ...], by: str | None, yes: bool, as_json: bool) -> None:
    """Check, sign and keep this version, and put it in force: phones take it at their next sync.

    What it does to the tasks of this site's clients is shown first. Where it would re-open or cancel some, it must be confirmed.
    """
    programme = load(folder)
    require_examples(programme)
    actor = _actor(by)
    effects = effects_here(programme, sites)
    if not as_json:
        for one in effects:
            say_preview(one)
    _confirm(effects, yes, as_json)
    from tsela.record.programme import shelf
    from tsela.record.publishing import publish as put_in_force

    row = put_in_force(programme, sites=sites, by=actor)
    where = ", ".join(row.sites) or "everywhere"
    if as_json:
        print_json({"version": row.version, "sites": row.sites, "by": row.by, "key": shelf().public_key, "previews": [one.as_dict() for one in effects]})  # fmt: skip
    else:
        click.echo(f"{row.version} is in force {where}. Signed with the key {shelf().public_key}.")


@click.command(epilog="Example: tsela programme rollback --by mpho")
@BY
@JSON
def rollback(by: str | None, as_json: bool) -> None:
    """Withdraw the last publication that is in force: what was before holds again."""
    actor = _actor(by)
    from tsela.record.programme import current
    from tsela.record.publishing import roll_back

    row = roll_back(by=actor)
    places = row.sites or [""]
    now = {place: current(place).version for place in places}
    if as_json:
        print_json({"withdrawn": row.version, "sites": row.sites, "in_force": now})
    else:
        click.echo(f"{row.version} was withdrawn.")
        for place, version in now.items():
            click.echo(f"In force {f'at {place}' if place else 'everywhere'}: {version}")


@click.command(epilog="Example: tsela programme versions")
@JSON
def versions(as_json: bool) -> None:
    """Every publication: the version, where, by whom, whether it is in force and still what was signed."""
    _open()
    from tsela.record import programme as in_force
    from tsela.record.publishing import history

    rows, (everywhere, pilots) = history(), in_force.versions()
    if as_json:
        print_json({"publications": rows, "in_force": {"everywhere": everywhere, **pilots}, "key": in_force.shelf().public_key})  # fmt: skip
        return
    for row in rows:
        state = f"withdrawn by {row['withdrawn_by']}" if row["withdrawn_at"] else "published"
        sound = "" if row["signature_holds"] else "  NOT AS SIGNED"
        click.echo(f"{row['number']:>4}  {row['at'][:16]}  {row['version']:40}  {', '.join(row['sites']) or 'everywhere':24}  {row['by']}, {state}{sound}")  # fmt: skip
    click.echo(f"In force everywhere: {everywhere}")
    for site, version in pilots.items():
        click.echo(f"In force at {site}: {version}")


def require_examples(programme: Programme) -> None:
    """Its rules are sound in every country, its indicators too, and its worked examples hold: what says otherwise is raised."""
    from tsela.evaluation import definitions
    from tsela.programme import check
    from tsela.work.cases import run_cases

    results, problems = run_cases(programme)
    problems += [found for found in check(programme.folder) if found.level == "error"]
    problems += [found for found in definitions.check(programme) if found.level == "error"]
    problems += [
        problem("E231", where=one.case.where, case=one.case.title, differences="; ".join(one.differences))
        for one in results
        if one.differences
    ]
    if problems:
        raise TselaError(*problems)


def effects_here(programme: Programme, sites: Sequence[str]) -> list["Preview"]:
    """What the programme changes for this site's clients: for those of each version that is in force where it comes."""
    from django.utils import timezone

    from tsela.access.actions import find_sites
    from tsela.record.models import Client
    from tsela.record.programme import current

    find_sites(sorted(set(sites)))
    homes = set(Client.objects.values_list("home", flat=True).distinct())
    places: dict[Programme, list[str]] = {}
    for site in sorted(homes & set(sites) if sites else homes):
        places.setdefault(current(site), []).append(site)
    day = _day(timezone.localdate().isoformat())
    if not any(old.version != programme.version for old in places):
        return []
    with layers(None) as layer:
        return [_preview(old, programme, layer, day, where) for old, where in places.items()]


@contextmanager
def layers(events: Path | None) -> Iterator["Layer"]:
    """Opens the clean layer of a log for a dictionary; of this site's own record if no file is named."""
    import duckdb

    from tsela.evaluation.clean import Manifest, build, connect

    with tempfile.TemporaryDirectory(prefix="tsela-") as folder:
        if events is not None and events.is_dir():
            manifest = Manifest.read(events)
            yield lambda tables: connect(manifest)
            return
        source = events or _record(Path(folder) / "events.jsonl")
        opened: dict[str, duckdb.DuckDBPyConnection] = {}

        def layer(tables: Any) -> duckdb.DuckDBPyConnection:
            key = json.dumps(tables["forms"], sort_keys=True)
            if key not in opened:
                opened[key] = connect(build(tables, source, Path(folder) / f"clean-{len(opened)}"))
            return opened[key]

        yield layer
        for connection in opened.values():
            connection.close()


def say_differences(found: Sequence[Difference]) -> None:
    """Everything that differs; of translations only how many."""
    texts = Counter((one.name.partition(":")[0], one.change) for one in found if one.kind == "translation")
    lines = [str(one) for one in found if one.kind != "translation"]
    lines += [f"{count} translations {change} in {language}" for (language, change), count in texts.items()]
    click.echo("\n".join(lines) if lines else "Nothing differs.")


def say_preview(effects: "Preview") -> None:
    """What happens to tasks and flags, what alarms first; then examples of that."""
    click.echo(f"\n{effects.old} → {effects.new}, {effects.clients:,} clients, on {effects.today}:")
    for one in [*effects.effects, *effects.flags]:
        click.echo(f"  {'!' if one in effects.alarming else ' '} {one}")
    for one in effects.alarming:
        for example in one.examples:
            old, new = (
                f"{example[f'{side}_status']} {example[f'{side}_due'] or ''}" for side in ("old", "new")
            )
            click.echo(f"    client {example['client']}: {one.item} {old.strip()} → {new.strip()}")
    if not effects.effects and not effects.flags:
        click.echo("    no task and no flag changes")


def _confirm(effects: Sequence["Preview"], yes: bool, as_json: bool) -> None:
    alarming = [one for each in effects for one in each.alarming]
    if not alarming or yes:
        return
    tasks, clients = (sum(getattr(one, name) for one in alarming) for name in ("tasks", "clients"))
    if not as_json and sys.stdin.isatty() and click.confirm("Publish it all the same?"):
        return
    fail("E243", tasks=f"{tasks:,}", clients=f"{clients:,}")


def _preview(old: Programme, new: Programme, layer: "Layer", today: int, sites: Sequence[str]) -> "Preview":
    from tsela.evaluation.preview import preview

    return preview(old, new, layer, today, sites)


def _record(path: Path) -> Path:
    """This site's own log, as a file."""
    _open()
    from tsela.record.queries import write_log

    write_log(path)
    return path


def _day(today: str | None) -> int:
    given = today or datetime.datetime.now().astimezone().date().isoformat()
    day = parse_date(given)
    if day is None:
        fail("E152", where="--today", value=given)
    return day


def _actor(username: str | None) -> Any:
    """The staff member of this log-in name; the operator of the server where none is given."""
    _open()
    from tsela.access.actions import CONSOLE
    from tsela.work.commands.staff import find_staff

    return find_staff(username) if username else CONSOLE


def _open() -> None:
    from tsela.work.commands.serve import open_database

    open_database()
