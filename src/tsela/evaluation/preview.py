"""What another version of the programme changes for the clients of a log: which tasks move, open, come back or go.

Comes in: two programmes, the clean layer of a log, a day. Goes out: counts by item and kind of change, with examples.
Only what two versions decide otherwise is planned (care.engine.scope), country by country: by SQL for all clients at once,
or client by client by the engine, whichever ends sooner.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import duckdb

from tsela.care.engine.scope import changed, dictionary, expanded, meanings, reduced
from tsela.care.engine.sql.days import text
from tsela.care.engine.sql.plans import Planner
from tsela.evaluation.planning import plans
from tsela.kernel.dates import format_date
from tsela.programme import Programme

Tables = Mapping[str, Any]
Layer = Callable[[Tables], duckdb.DuckDBPyConnection]  # opens the clean layer for a dictionary
Side = Literal["old", "new"]
EXAMPLES = 3
A_RULE = (
    30  # clients whom the engine has planned while DuckDB prepares the SQL of one rule, when all rules change
)
OPEN = "('upcoming', 'due', 'overdue')"
# What happens to a task, in the order in which people want to know it.
KINDS = {
    "re-opens": "was closed and is to be done again",
    "is cancelled": "was to be done and is cancelled",
    "goes": "was to be done and is no longer planned",
    "opens": "is new",
    "moves": "is due on another day",
    "counts as done": "was to be done and now counts as done",
    "is missed": "was to be done and is now past its time",
    "changes": "has another status or step on the same day",
}
ALARMING = ("re-opens", "is cancelled", "goes")  # a Mentor Mother sees work come back, or go


@dataclass(frozen=True)
class Effect:
    """One kind of change of one item's tasks (of a flag: `raised`, `lowered`)."""

    item: str
    title: str
    kind: str
    tasks: int
    clients: int
    days: tuple[int, int, int] | None = None  # of moves: least, median, most
    examples: tuple[dict[str, Any], ...] = ()

    def __str__(self) -> str:
        shift = f", by {_span(self.days)} days" if self.days else ""
        many = "task" if self.tasks == 1 else "tasks"
        who = "client" if self.clients == 1 else "clients"
        return (
            f"{self.title} ({self.item}) {self.kind}: {self.tasks:,} {many} of {self.clients:,} {who}{shift}"
        )


@dataclass(frozen=True)
class Preview:
    """All effects on a day, and how many clients were looked at."""

    old: str
    new: str
    today: str
    clients: int
    effects: list[Effect] = field(default_factory=list)
    flags: list[Effect] = field(default_factory=list)

    @property
    def alarming(self) -> list[Effect]:
        """What re-opens or cancels tasks of live clients."""
        return [one for one in self.effects if one.kind in ALARMING]

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "alarming": sum(one.tasks for one in self.alarming)}


@dataclass(frozen=True)
class _Pair:
    """Rules of both versions, reduced to what they decide otherwise, for the countries where both hold."""

    countries: tuple[str, ...]
    old: Tables
    new: Tables

    @property
    def rules(self) -> int:
        return sum(len(one[kind]) for one in (self.old, self.new) for kind in ("items", "flags"))


def preview(old: Programme, new: Programme, layer: Layer, today: int, sites: Collection[str] = ()) -> Preview:
    """What changes on this day, for the clients at home at these sites (everyone, if none is named)."""
    first = layer(new.tables)
    among = f"b.site IN ({', '.join(map(text, sorted(sites)))})" if sites else "TRUE"
    found = first.execute(
        f"SELECT country, count(*) FROM clients AS b WHERE {among} GROUP BY ALL ORDER BY 1"
    ).fetchall()
    counts = {str(country): int(count) for country, count in found}
    pairs = list(_pairs(old, new, list(counts)))
    second = first if all(_same_answers(pair) for pair in pairs) else layer(old.tables)
    titles = {
        row["id"]: row["title"]
        for one in (old, new)
        for kind in ("items", "flags")
        for row in one.tables[kind]
    }
    for connection in {id(one): one for one in (first, second)}.values():
        _start(connection)
    for pair in pairs:
        here = f"{among} AND b.country IN ({', '.join(map(text, pair.countries))})"
        clients = sum(counts[country] for country in pair.countries)
        put = _by_engine if clients <= A_RULE * pair.rules else _by_sql
        put(second, "old", pair.old, today, here)
        put(first, "new", pair.new, today, here)
    if second is not first:
        _carry(second, first)
    tasks, flags = (
        [_effect(row, titles) for row in first.execute(asked).fetchall()] for asked in (TASKS, FLAGS)
    )
    return Preview(old.version, new.version, format_date(today), sum(counts.values()), tasks, flags)


def _pairs(old: Programme, new: Programme, countries: list[str]) -> Iterator[_Pair]:
    """Countries by what changes there; nothing where nothing does. Countries where the same rules change stand together."""
    together: dict[tuple[str | None, ...], tuple[list[str], Tables, Tables]] = {}
    for country in countries:
        tables = old.tables_for(old.policy_of(country)), new.tables_for(new.policy_of(country))
        said = {kind: [meanings(one, kind) for one in tables] for kind in ("items", "flags")}
        names = {kind: changed(*both) for kind, both in said.items()}
        if any(names.values()):
            key = tuple(one.get(name) for kind, both in said.items() for name in names[kind] for one in both)
            before, after = (reduced(one, **names) for one in tables)
            together.setdefault(key, ([], before, after))[0].append(country)
    for group, before, after in together.values():
        yield _Pair(tuple(group), before, after)


def _same_answers(pair: _Pair) -> bool:
    """Whether the old rules find in the new clean layer what they would find in their own."""
    rules = [expanded(pair.old, row) for kind in ("items", "flags") for row in pair.old[kind]]
    return dictionary(pair.old, rules) == dictionary({**pair.old, "forms": pair.new["forms"]}, rules)


def _start(connection: duckdb.DuckDBPyConnection) -> None:
    for side in ("old", "new"):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {side}_plan (client VARCHAR, item VARCHAR, key VARCHAR, due DATE, status VARCHAR, step VARCHAR)"
        )
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {side}_flags (client VARCHAR, flag VARCHAR)")


def _by_engine(
    connection: duckdb.DuckDBPyConnection, side: Side, tables: Tables, today: int, among: str
) -> None:
    """As `_by_sql`."""
    for some in plans(connection, tables, today, among):
        tasks = [
            (client, task.item, task.key, task.due, task.status, task.step)
            for client, plan in some.items()
            for task in plan.tasks
        ]
        flags = [(client, flag.id) for client, plan in some.items() for flag in plan.flags]
        _add(connection, f"{side}_plan", ("client", "item", "key", "due", "status", "step"), tasks)
        _add(connection, f"{side}_flags", ("client", "flag"), flags)


def _add(
    connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    import pyarrow as pa  # here, because it takes most of a second

    if rows:
        values = ("DATE '1970-01-01' + CAST(due AS INTEGER)" if name == "due" else name for name in names)
        connection.register("added", pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))))
        connection.execute(f"INSERT INTO {table} SELECT {', '.join(values)} FROM added")
        connection.unregister("added")


def _by_sql(
    connection: duckdb.DuckDBPyConnection, side: Side, tables: Tables, today: int, among: str
) -> None:
    """Add the tasks and flags of these tables to those of this side."""
    planner = Planner(tables, f"DATE '{format_date(today)}'", among)
    items = [planner.item(row) for row in tables["items"]]
    flags = [planner.flag(row) for row in tables["flags"]]
    for statement in planner.setup():
        connection.execute(statement)
    for select in items:
        connection.execute(
            f"INSERT INTO {side}_plan SELECT client, item, key, due, status, step FROM ({select})"
        )
    for select in flags:
        connection.execute(f"INSERT INTO {side}_flags SELECT client, flag FROM ({select})")


def _carry(source: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection) -> None:
    """The old side's rows beside the new side's."""
    for name in ("old_plan", "old_flags"):
        rows = source.sql(f"SELECT * FROM {name}").to_arrow_table()
        target.register("carried", rows)
        target.execute(f"INSERT INTO {name} SELECT * FROM carried")
        target.unregister("carried")


TASKS = f"""
WITH pair AS (
    SELECT COALESCE(n.client, o.client) AS client, COALESCE(n.item, o.item) AS item, COALESCE(n.key, o.key) AS key,
        o.due AS old_due, n.due AS new_due, o.status AS old_status, n.status AS new_status, CASE
        WHEN o.status NOT IN {OPEN} AND n.status IN {OPEN} THEN 're-opens'
        WHEN o.status IN {OPEN} AND n.status = 'cancelled' THEN 'is cancelled'
        WHEN o.status IN {OPEN} AND n.status IS NULL THEN 'goes'
        WHEN o.status IS NULL AND n.status IN {OPEN} THEN 'opens'
        WHEN o.status IN {OPEN} AND n.status = 'done' THEN 'counts as done'
        WHEN o.status IN {OPEN} AND n.status = 'missed' THEN 'is missed'
        WHEN o.status IN {OPEN} AND o.due <> n.due THEN 'moves'
        WHEN o.status IN {OPEN} AND (o.status <> n.status OR o.step IS DISTINCT FROM n.step) THEN 'changes' END AS kind
    FROM old_plan AS o FULL JOIN new_plan AS n ON n.client = o.client AND n.key = o.key),
named AS (
    SELECT *, CASE WHEN kind = 'moves' THEN new_due - old_due END AS days,
        row_number() OVER (PARTITION BY item, kind ORDER BY client, key) AS place
    FROM pair WHERE kind IS NOT NULL)
SELECT item, kind, count(*), count(DISTINCT client), min(days), CAST(median(days) AS BIGINT), max(days),
    list({{'client': client, 'key': key, 'old_due': CAST(old_due AS VARCHAR), 'new_due': CAST(new_due AS VARCHAR),
        'old_status': old_status, 'new_status': new_status}} ORDER BY place) FILTER (WHERE place <= {EXAMPLES})
FROM named GROUP BY item, kind
ORDER BY list_position([{", ".join(map(text, KINDS))}], kind), count(*) DESC, item"""

FLAGS = f"""
WITH named AS (
    SELECT COALESCE(n.flag, o.flag) AS flag, COALESCE(n.client, o.client) AS client,
        CASE WHEN o.client IS NULL THEN 'raised' ELSE 'lowered' END AS kind
    FROM old_flags AS o FULL JOIN new_flags AS n ON n.client = o.client AND n.flag = o.flag
    WHERE o.client IS NULL OR n.client IS NULL),
placed AS (SELECT *, row_number() OVER (PARTITION BY flag, kind ORDER BY client) AS place FROM named)
SELECT flag, kind, count(*), count(*), NULL, NULL, NULL,
    list({{'client': client}} ORDER BY place) FILTER (WHERE place <= {EXAMPLES})
FROM placed GROUP BY flag, kind ORDER BY flag, kind"""


def _effect(row: tuple[Any, ...], titles: Mapping[str, str]) -> Effect:
    item, kind, tasks, clients, least, median, most, examples = row
    days = None if least is None else (int(least), int(median), int(most))
    return Effect(item, titles.get(item, item), kind, tasks, clients, days, tuple(examples or ()))


def _span(days: tuple[int, int, int]) -> str:
    least, _, most = days
    return f"{least:+d}" if least == most else f"{least:+d} to {most:+d}"
