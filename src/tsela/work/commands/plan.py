"""`tsela plan`: what is due for whom, and why, from a file of events and a programme folder."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from tsela.care.engine import Plan, Records, Rules, plan, why
from tsela.kernel.dates import format_date, parse_date
from tsela.kernel.errors import Problem, TselaError, fail, nearest, problem
from tsela.work.commands import print_json

Event = dict[str, Any]
EXAMPLES = """\b
Examples:
  tsela plan --programme programmes/mentor_mother --events events.jsonl --today 2026-11-20
  tsela plan --programme programmes/mentor_mother --events events.jsonl --today 2026-11-20 --client ID --json
"""
MOST_PROBLEMS = 20
SERVER_FIELDS = ("seq", "received_at")  # an exported log has them; they are not part of an event
OPEN = {"overdue": "red", "due": "yellow", "upcoming": ""}


@click.command(epilog=EXAMPLES)
@click.option(
    "--programme", "folder", required=True, type=click.Path(path_type=Path), help="The programme's folder."
)
@click.option(
    "--events", "path", required=True, type=click.Path(path_type=Path), help="JSON Lines, one event a line."
)
@click.option("--today", required=True, metavar="YYYY-MM-DD", help="The day to plan for.")
@click.option(
    "--client", default=None, metavar="ID", help="Only this client; the file must still hold her relatives."
)
@click.option("--policy", default=None, help="A policy of the programme; its default one if not given.")
@click.option("--language", default="en", show_default=True, help="For the reasons.")
@click.option("--json", "as_json", is_flag=True, help="Print everything, done and missed tasks too, as JSON.")
def command(
    folder: Path, path: Path, today: str, client: str | None, policy: str | None, language: str, as_json: bool
) -> None:
    """Print the plan of every client: tasks with dates, status, next step and why; and flags."""
    from tsela.programme import load

    day = parse_date(today)
    if day is None:
        fail("E152", where="--today", value=today)
    programme = load(folder)
    rules = Rules(programme.tables_for(policy) if policy else programme.tables)
    records = Records(rules, read_events(path))
    texts = programme.catalogue(language) if language != "en" else {}
    clients = {one: plan(rules, records, one, day) for one in _asked(records, client, path)}
    shown = {one: as_dict(rules, made, texts) for one, made in clients.items()}
    if as_json:
        print_json({"clients": shown})
    else:
        _print(shown, rules, records, day)


def read_events(path: Path) -> list[Event]:
    """Every event of a JSON Lines file. Raises E160 to E162 for all bad lines together, each with its place."""
    if not path.is_file():
        fail("E164", where=str(path))
    events: dict[str, tuple[int, Event]] = {}
    problems: list[Problem] = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                problems += _take(line, number, f"{path}:{number}", events)
            if len(problems) >= MOST_PROBLEMS:
                break
    if problems:
        raise TselaError(*problems)
    return [event for _, event in events.values()]


def as_dict(rules: Rules, made: Plan, texts: Mapping[str, str]) -> dict[str, Any]:
    """A plan as `--json` prints it: RULES 5 and the reasons."""
    reasons = [why(rules, task, lambda text: texts.get(text) or text) for task in made.tasks]
    plain = made.as_dict()
    tasks = [{**task, "why": reason} for task, reason in zip(plain["tasks"], reasons, strict=True)]
    return {"tasks": tasks, "flags": plain["flags"]}


def _take(line: bytes, number: int, where: str, events: dict[str, tuple[int, Event]]) -> Iterator[Problem]:
    try:
        event = json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        yield problem("E160", where=where, reason=str(error))
        return
    if isinstance(event, dict):
        event = {name: value for name, value in event.items() if name not in SERVER_FIELDS}
    reason = _reason(event)
    if reason:
        yield problem("E161", where=where, reason=reason)
        return
    first, known = events.setdefault(event["id"], (number, event))
    if known != event:
        yield problem("E162", where=where, id=event["id"], first=first)


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON number")


def _reason(event: Any) -> str:
    """The first thing wrong with an event, or nothing."""
    from tsela.record.check import schema

    error = next(schema().iter_errors(event), None)
    if error is None:
        day = event["occurred_on"]
        return "" if parse_date(day) is not None else f"occurred_on: {day} does not exist"
    place = ".".join(str(step) for step in error.instance_path)
    return f"{place}: {error.message}"[:300] if place else str(error.message)[:300]


def _asked(records: Records, client: str | None, path: Path) -> Sequence[str]:
    known = records.clients()
    if client is None:
        return known
    if client not in known:
        fail("E163", where="--client", client=client, path=path, nearest=nearest(client, known))
    return [client]


def _print(shown: Mapping[str, Any], rules: Rules, records: Records, day: int) -> None:
    """For a person: who has something to be done, the latest first."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    waiting = {client: made for client, made in shown.items() if made["flags"] or _open(made)}
    for client, made in waiting.items():
        table = Table(
            "due",
            "task",
            "status",
            "next step",
            "why",
            title=_title(client, made, records),
            title_justify="left",
        )
        for task in _open(made):
            status = (
                f"[{OPEN[task['status']]}]{task['status']}[/]" if OPEN[task["status"]] else task["status"]
            )
            table.add_row(
                task["due"], rules.texts[task["item"]]["title"], status, task["step"] or "", task["why"]
            )
        console.print(table)
    counts: defaultdict[str, int] = defaultdict(int)
    for made in shown.values():
        for task in made["tasks"]:
            counts[task["status"]] += 1
    told = ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "no task"
    console.print(f"{format_date(day)}: {len(shown)} clients, {told}.")


def _open(made: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [task for task in made["tasks"] if task["status"] in OPEN]


def _title(client: str, made: Mapping[str, Any], records: Records) -> str:
    record = records.get(client)
    names = [record.attributes.get(name) for name in ("given_name", "family_name")] if record else []
    flags = [f"{flag['id']} ({flag['level']})" for flag in made["flags"]]
    return " · ".join([" ".join(str(name) for name in names if name) or "(not registered)", client, *flags])
