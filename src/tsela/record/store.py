"""Reads what a batch needs to know and writes what was decided, on either database.

PostgreSQL writes everything in one statement, which ends in an error if a counter's `moves` is no longer what was
read, or if an id or a client was stored meanwhile: nothing is stored then, and the caller reads again. So a batch
without registrations needs no transaction and no lock but its counters'. SQLite has one writer, who reads and writes
in one transaction.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection
from django.utils import timezone

from tsela.kernel.ids import is_uuid
from tsela.record.decide import REGISTRATION, Decision, Incoming, Known, Stored
from tsela.record.projection import Person

PERSON = 'id, home, first_site, registration, caseload, mother, name, "group"'

READ = """
SELECT 'site', site, CAST(moves AS text), NULL, NULL FROM record_sitecounter WHERE site {among}
UNION ALL
SELECT 'client', {id}, home, NULL, NULL FROM record_client WHERE id {among_ids}
UNION ALL
SELECT 'event', {id}, {client}, form, body FROM record_event WHERE id {among_ids}
"""

FAMILY = f"""
SELECT {PERSON}, moves FROM record_client JOIN record_sitecounter ON site = home WHERE id {{among_ids}}
UNION
SELECT {PERSON}, moves FROM record_client JOIN record_sitecounter ON site = home WHERE mother {{among_ids}}
"""

WRITE = """
WITH counted AS (SELECT * FROM json_to_recordset(%s::json) AS _(site text, taken int, moves bigint, moved int)),
{held}bumped AS (
    UPDATE record_sitecounter AS counter
    SET seq = counter.seq + counted.taken, moves = counter.moves + counted.moved
    FROM counted{in_order} WHERE counter.site = counted.site AND counter.moves = counted.moves
    RETURNING counter.site, counter.seq - counted.taken AS base),
clients AS (
    INSERT INTO record_client ({person})
    SELECT {person} FROM json_to_recordset(%s::json)
      AS _(id uuid, home text, first_site text, registration uuid, caseload uuid, mother uuid, name text, "group" text)
    WHERE (SELECT count(*) FROM bumped) > 0),
{more}events AS (
    INSERT INTO record_event (id, site, seq, client, form, received_at, body)
    SELECT id, bumped.site, base + number, client, form, received_at, body FROM json_to_recordset(%s::json)
      AS _(site text, number bigint, id uuid, client uuid, form text, received_at timestamptz, body text)
    JOIN bumped USING (site))
SELECT 1 / ((SELECT count(*) FROM bumped) = (SELECT count(*) FROM counted))::int
"""
# Several counters are taken in the order of `lock`: a join takes rows as they lie, and two writers would wait for each other.
HELD = """
held AS MATERIALIZED (
    SELECT site FROM record_sitecounter WHERE site IN (SELECT site FROM counted) ORDER BY site FOR UPDATE),
"""
REGISTRATIONS_TOO = """
changed AS (
    UPDATE record_client AS client SET home = now.home, registration = now.registration, caseload = now.caseload,
           mother = now.mother, name = now.name, "group" = now."group"
    FROM json_to_recordset(%s::json)
      AS now(id uuid, home text, registration uuid, caseload uuid, mother uuid, name text, "group" text)
    WHERE client.id = now.id AND (SELECT count(*) FROM bumped) > 0),
scope_changes AS (
    INSERT INTO record_scopechange (site, seq, client)
    SELECT bumped.site, base + number, client
    FROM json_to_recordset(%s::json) AS _(site text, number bigint, client uuid) JOIN bumped USING (site)),
"""


def read(batch: list[Incoming], sites: frozenset[str]) -> Known:
    """One statement, so that homes and `moves` are of one moment. Around registrations, their families too."""
    events = [incoming.event for incoming in batch]
    ids = {event["id"] for event in events} | {event["replaces"] for event in events if event["replaces"]}
    known = Known({}, {}, {}, {})
    for kind, id, one, two, body in rows(_read_sql(), sites, {event["client"] for event in events}, ids):
        if kind == "event":
            known.events[str(id)] = Stored(str(one), two, body)
        elif kind == "client":
            known.people[str(id)] = Person(str(id), home=one, first_site=one)
        else:
            known.moves[id] = int(one)
    registering = [event for event in events if event["form"] == REGISTRATION]
    if registering:
        _read_families(registering, known)
    _make_counters(sites - known.moves.keys(), known)
    return known


def _read_families(registering: list[dict[str, Any]], known: Known) -> None:
    """All registrations of those who are registered, and the rows of their families; with each row the `moves` of its
    home, of the same moment."""
    clients = {event["client"] for event in registering}
    mothers = {(event["answers"] or {}).get("mother") for event in registering}
    near = clients | {id for id in mothers if is_uuid(id)}
    if before := clients & known.people.keys():
        wanted = f"SELECT body FROM record_event WHERE form = '{REGISTRATION}' AND client {_among_ids()}"
        for (body,) in rows(wanted, before):
            event = json.loads(body)
            known.registrations.setdefault(event["client"], []).append(event)
        link = f"SELECT mother FROM record_client WHERE mother IS NOT NULL AND id {_among_ids()}"
        near |= {str(mother) for (mother,) in rows(link, before)}
    for *row, moves in rows(FAMILY.format(among_ids=_among_ids()), near, near):
        someone = person_of(row)
        known.people[someone.id] = someone
        known.moves[someone.home] = min(moves, known.moves.get(someone.home, moves))


def write(decision: Decision, known: Known) -> None:
    """Store what was decided. Raises DatabaseError, and stores nothing, where it was decided on stale knowledge."""
    if not decision.rows:
        return
    if connection.vendor == "postgresql":
        _write_postgresql(decision, known)
    else:
        _write_sqlite(decision)


def _write_postgresql(decision: Decision, known: Known) -> None:
    counted = [
        {"site": site, "taken": taken, "moves": known.moves[site], "moved": int(site in decision.moved)}
        for site, taken in sorted(decision.taken.items())
    ]
    received = _received(len(decision.rows))
    events = [
        {"site": row.site, "number": row.number, "id": row.incoming.event["id"], "received_at": at,
         "client": row.incoming.event["client"], "form": row.incoming.event["form"], "body": row.incoming.body}
        for row, at in zip(decision.rows, received, strict=True)
    ]  # fmt: skip
    changes = [{"site": site, "number": number, "client": id} for site, number, id in decision.scope_changes]
    more = [list(decision.changed.values()), changes] if decision.moved else []
    sql = WRITE.format(
        person=PERSON,
        held=HELD if len(counted) > 1 else "",
        in_order=" JOIN held USING (site)" if len(counted) > 1 else "",
        more=REGISTRATIONS_TOO if decision.moved else "",
    )
    parameters = [counted, list(decision.new.values()), *more, events]
    rows(sql, *(msgspec.json.encode(parameter).decode() for parameter in parameters))


def _write_sqlite(decision: Decision) -> None:
    base = {}
    for site, taken in decision.taken.items():
        sql = "UPDATE record_sitecounter SET seq = seq + %s, moves = moves + %s WHERE site = %s RETURNING seq"
        base[site] = rows(sql, taken, int(site in decision.moved), site)[0][0] - taken
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO record_client ({PERSON}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [_values(someone) for someone in decision.new.values()],
        )
        cursor.executemany(
            "UPDATE record_client SET home = %s, first_site = %s, registration = %s, caseload = %s, mother = %s, "
            'name = %s, "group" = %s WHERE id = %s',
            [(*_values(someone)[1:], someone.id) for someone in decision.changed.values()],
        )
        cursor.executemany(
            "INSERT INTO record_scopechange (site, seq, client) VALUES (%s, %s, %s)",
            [(site, base[site] + number, client) for site, number, client in decision.scope_changes],
        )
        cursor.executemany(
            "INSERT INTO record_event (id, site, seq, client, form, received_at, body) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                (event["id"], site, base[site] + number, event["client"], event["form"], at, body)
                for (site, number, (event, body, _)), at in zip(
                    decision.rows, _received(len(decision.rows)), strict=True
                )
            ],
        )


def lock(batch: list[Incoming], sites: frozenset[str]) -> None:
    """PostgreSQL: until we commit, nobody else numbers events at these sites, or registers whom we register or name
    as a mother, or named until now. Without the latter, a mother and her infant, or two siblings, who are registered at
    the same moment at two sites would not see each other. Always in the same order, so that two writers do not wait
    for each other.
    """
    ids: set[str] = set()
    for event in (incoming.event for incoming in batch if incoming.event["form"] == REGISTRATION):
        mother: Any = (event["answers"] or {}).get("mother")
        ids.add(event["client"])
        if is_uuid(mother):
            ids.add(mother)
    if ids:
        named = f"SELECT mother FROM record_client WHERE mother IS NOT NULL AND id {_among_ids()}"
        ids |= {str(mother) for (mother,) in rows(named, ids)}
    keys = sorted(int(id[19:].replace("-", ""), 16) - (1 << 63) for id in ids)
    if keys:
        rows("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", keys)
    rows("SELECT site FROM record_sitecounter WHERE site = ANY(%s::text[]) ORDER BY site FOR UPDATE", sites)


def person_of(row: Sequence[Any]) -> Person:
    id, home, first_site, registration, caseload, mother, name, group = row
    return Person(str(id), home, first_site, _str(registration), _str(caseload), _str(mother), name, group)


def rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Run one statement. A set of strings becomes one parameter: an array's text, or JSON for SQLite's json_each."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql, [_listed(value) if isinstance(value, (set, frozenset)) else value for value in parameters]
        )
        return cursor.fetchall() if cursor.description else []


def _listed(values: Iterable[str]) -> str:
    """Site codes and ids hold no comma, quote or brace."""
    if connection.vendor == "postgresql":
        return "{" + ",".join(values) + "}"
    return msgspec.json.encode(list(values)).decode()


def _among_ids() -> str:
    return (
        "= ANY(%s::uuid[])" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
    )


def _read_sql() -> str:
    among = (
        "= ANY(%s::text[])" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
    )
    id, client = ("id::text", "client::text") if connection.vendor == "postgresql" else ("id", "client")
    return READ.format(among=among, among_ids=_among_ids(), id=id, client=client)


def _make_counters(sites: Iterable[str], known: Known) -> None:
    for site in sites:
        rows(
            "INSERT INTO record_sitecounter (site, seq, moves) VALUES (%s, 0, 0) ON CONFLICT (site) DO NOTHING",
            site,
        )
        known.moves[site] = 0


def _received(count: int) -> list[datetime]:
    """When, in the order in which they came."""
    now = timezone.now()
    return [now + timedelta(microseconds=i) for i in range(count)]


def _values(someone: Person) -> tuple[Any, ...]:
    return (
        someone.id, someone.home, someone.first_site, someone.registration, someone.caseload, someone.mother,
        someone.name, someone.group,
    )  # fmt: skip


def _str(id: Any) -> str | None:
    return None if id is None else str(id)
