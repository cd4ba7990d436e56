"""A database of very many clients: a simulated programme, planned as of yesterday, copied with ids and sites of its own.

Everyone has her row and her stored plan. Events are stored only of the families of those who are due tonight: nobody
else's are read in the night.
"""

import json
import random
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import psycopg

from bench.plan_data import TODAY, Data
from tsela.care.engine import Plan, Records, Rules, plan, plan_hash
from tsela.kernel.dates import format_date, parse_date

Row = tuple[Any, ...]
Insert = Callable[[str, Iterable[Row]], None]
TABLES = {
    "record_client": ("id", "home", "first_site", "registration", "caseload", "mother", "name", '"group"'),
    "care_storedplan": ("client", "site", "today", "recheck", "version", "hash", "plan"),
    "record_event": ("id", "site", "seq", "client", "form", "received_at", "body"),
    "record_sitecounter": ("site", "seq", "moves"),
    "record_position": ("follower", "site", "seq"),
}
NIGHT = parse_date(TODAY) or 0
# The digits of an id that make it a copy's own.
DIGITS = re.compile(r"(?<=[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-)[0-9a-f]{5}(?=[0-9a-f]{7})")


class Yesterday(NamedTuple):
    """A simulated programme as it was planned yesterday; `due`: whose plan is to be made anew tonight."""

    plans: dict[str, Plan]
    histories: dict[str, list[dict[str, Any]]]
    families: list[list[str]]
    due: set[str]


def yesterday(data: Data, share: float) -> Yesterday:
    """Where fewer than this share are due tonight, families drawn by lot are due too."""
    rules = Rules(data.tables)
    histories: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in data.events:
        if event["occurred_on"] < TODAY:
            histories[event["client"]].append(event)
    records = Records(rules, (event for history in histories.values() for event in history))
    plans = {
        client: plan(rules, records, client, NIGHT - 1) for client in records.clients() if records.get(client)
    }
    families: dict[str, list[str]] = defaultdict(list)
    for client in plans:
        record = records.get(client)
        families[(record.mother if record else None) or client].append(client)
    due = {client for client, one in plans.items() if one.recheck == NIGHT}
    lots = sorted(families)
    random.Random(1).shuffle(lots)
    while len(due) < share * len(plans):
        due.update(families[lots.pop()])
    return Yesterday(plans, histories, list(families.values()), due)


def fill(insert: Insert, was: Yesterday, copies: int, version: str, packed: Callable[[Any], bytes]) -> None:
    """Every table that the nightly work reads or writes."""
    numbers: dict[str, int] = {}
    read = {client for family in was.families if was.due & set(family) for client in family}
    people = [
        _Template(was, client, client in read, version, packed)
        for family in was.families
        for client in family
    ]
    for copy in range(copies):
        digits = f"{copy:05x}"
        insert("record_client", (one.client(digits) for one in people))
        insert("care_storedplan", (one.plan(digits) for one in people))
        insert("record_event", (row for one in people for row in one.events(digits, numbers)))
    insert("record_sitecounter", ((site, seq, 0) for site, seq in numbers.items()))
    insert("record_position", (("plans", site, seq) for site, seq in numbers.items()))


class _Template:
    """A client's rows; in every id a copy writes its own digits."""

    def __init__(
        self, was: Yesterday, client: str, read: bool, version: str, packed: Callable[[Any], bytes]
    ) -> None:
        one, history = was.plans[client], was.histories[client]
        registration = next(event for event in reversed(history) if event["form"] == "registration")
        answers = registration["answers"]
        ids = (client, registration["id"], answers.get("caseload"), answers.get("mother"))
        self.home: str = registration["site"]
        self.ids = [DIGITS.split(id) if id else None for id in ids]
        self.said = str(answers.get("given_name", "")), str(answers.get("client_group", ""))
        recheck = NIGHT if client in was.due else max(one.recheck or NIGHT + 365, NIGHT + 1)
        self.stored = (
            format_date(one.today), format_date(recheck), version, plan_hash(one), packed(one.as_dict()),
        )  # fmt: skip
        self.history = [
            (DIGITS.split(event["id"]), event["form"], DIGITS.split(json.dumps(event, separators=(",", ":"))))
            for event in (history if read else ())
        ]

    def client(self, digits: str) -> Row:
        id, registration, caseload, mother = (digits.join(parts) if parts else None for parts in self.ids)
        home = f"{self.home}-{digits}"
        return (id, home, home, registration, caseload, mother, *self.said)

    def plan(self, digits: str) -> Row:
        return (digits.join(self.ids[0] or ()), f"{self.home}-{digits}", *self.stored)

    def events(self, digits: str, numbers: dict[str, int]) -> Iterator[Row]:
        site, client = f"{self.home}-{digits}", digits.join(self.ids[0] or ())
        for id, form, body in self.history:
            numbers[site] = numbers.get(site, 0) + 1
            yield (
                digits.join(id),
                site,
                numbers[site],
                client,
                form,
                f"{TODAY} 00:00:00+00:00",
                digits.join(body),
            )


def into_sqlite(path: str, fill: Callable[[Insert], None]) -> None:
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-400000;")

    def insert(table: str, rows: Iterable[Row]) -> None:
        marks = ", ".join("?" * len(TABLES[table]))
        connection.executemany(f"INSERT INTO {table} ({', '.join(TABLES[table])}) VALUES ({marks})", rows)

    fill(insert)
    connection.commit()
    connection.execute("ANALYZE")
    connection.close()


def into_postgresql(url: str, fill: Callable[[Insert], None]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:

        def insert(table: str, rows: Sequence[Row] | Iterable[Row]) -> None:
            with connection.cursor().copy(f"COPY {table} ({', '.join(TABLES[table])}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)

        fill(insert)
        connection.execute("VACUUM ANALYZE")
