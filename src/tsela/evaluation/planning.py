"""Plans of the clients of a clean layer by the engine, client by client (its SQL for all at once: care.engine.sql.plans).

For few clients this is over before DuckDB has prepared that SQL.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from tsela.care.engine import Event, Plan, Record, Records, Rules, plan
from tsela.care.engine.scope import REGISTRATION, dictionary, expanded
from tsela.care.engine.sql import column
from tsela.care.engine.sql.days import quoted

Tables = Mapping[str, Any]
TOGETHER = 5_000  # clients whose events are held at once
EPOCH = date(1970, 1, 1)
CLEAN: dict[str, Callable[[Any], Any]] = {"date": lambda day: (day - EPOCH).days, "codes": frozenset}
NEAR = """
CREATE OR REPLACE TEMP TABLE near AS
WITH planned AS (SELECT unnest(?::VARCHAR[]) AS client)
SELECT client FROM planned"""
FAMILY = """
UNION SELECT mother FROM clients SEMI JOIN planned USING (client) WHERE mother IS NOT NULL
UNION SELECT c.client FROM clients AS c SEMI JOIN planned ON planned.client = c.mother"""  # rules hop once


def plans(
    connection: duckdb.DuckDBPyConnection, tables: Tables, today: int, among: str
) -> Iterator[dict[str, Plan]]:
    """The plan on a day of each client `b` for whom `among` holds, some clients at a time."""
    rules, asked = Rules(tables), _asked(tables)
    found = connection.execute(f"SELECT b.client FROM clients AS b WHERE {among} ORDER BY ALL").fetchall()
    clients = [client for (client,) in found]
    for start in range(0, len(clients), TOGETHER):
        some = clients[start : start + TOGETHER]
        records = _records(connection, rules, asked, some)
        yield {client: plan(rules, records, client, today) for client in some}


def _asked(tables: Tables) -> dict[str, dict[str, str]]:
    """The types of all answers that the rules read, by form and question."""
    read = dictionary(tables, [expanded(tables, row) for kind in ("items", "flags") for row in tables[kind]])
    return {
        form: {name: question["type"] for name, question in entry["questions"].items()}
        for form, entry in read.items()
    }


def _records(
    connection: duckdb.DuckDBPyConnection,
    rules: Rules,
    asked: Mapping[str, Mapping[str, str]],
    clients: Sequence[str],
) -> Records:
    """What plans of these clients can look at: they, their mothers and their infants."""
    family = FAMILY if "mother" in asked[REGISTRATION] else ""
    connection.execute(NEAR + family, [clients])
    events: defaultdict[str, list[Event]] = defaultdict(list)
    for form, questions in asked.items():
        for client, event in _events(connection, form, questions):
            events[client].append(event)
    records = Records(rules)
    for client, history in events.items():
        records.hold(Record.of(client, history))
    return records


def _events(
    connection: duckdb.DuckDBPyConnection, form: str, questions: Mapping[str, str]
) -> Iterator[tuple[str, Event]]:
    columns = "".join(f", {column(name)}" for name in questions)
    found = connection.execute(
        f"SELECT client, date - DATE '1970-01-01', id, root{columns} FROM {quoted('f_' + form)} SEMI JOIN near USING (client)"
    )
    names = [(name, CLEAN.get(kind)) for name, kind in questions.items()]
    while rows := found.fetchmany(10_000):
        for client, day, id, root, *answers in rows:
            said = {
                name: clean(value) if clean else value
                for (name, clean), value in zip(names, answers, strict=True)
                if value is not None
            }
            yield client, Event(day, id, root, form, said)
