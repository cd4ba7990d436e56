"""The third executor: the rules as SQL over the clean layer, all clients of a day at once."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb

from tsela.care.engine.sql import flags_sql, plan_sql
from tsela.evaluation.clean import in_memory

Plan = dict[str, Any]
FEW = 6
DATES = ("due", "opens", "late", "expires", "anchor_date")


class Sql:
    """tsela.care.engine.sql on DuckDB. It knows no recheck: that day serves stored plans only."""

    name, fields = "SQL", frozenset({"tasks", "flags", "hash"})

    def plans(
        self, tables: Mapping[str, Any], events: Sequence[Mapping[str, Any]], asks: Sequence[tuple[str, str]]
    ) -> list[Plan]:
        with in_memory(tables, events) as connection:
            days = {day: plans_of(connection, tables, day) for day in {day for _, day in asks}}
        return [days[day][client] for client, day in asks]


def plans_of(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Any], today: str
) -> Mapping[str, Plan]:
    """Everyone's plan on a day, as RULES 5 has it but for `recheck`; an empty one for a stranger."""
    tasks, flags = defaultdict(list), defaultdict(set)
    for some in _few(tables, "items"):
        for row in _rows(connection, plan_sql(some, today)):
            tasks[row.pop("client")].append(_task(row))
    for some in _few(tables, "flags"):
        for row in _rows(connection, flags_sql(some, today)):
            flags[row["client"]].add(row["flag"])
    plans: defaultdict[str, Plan] = defaultdict(lambda: _plan(tables, today, [], set()))
    plans.update({client: _plan(tables, today, tasks[client], flags[client]) for client in {*tasks, *flags}})
    return plans


def _few(tables: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    """The tables with a few items or flags at a time: DuckDB's planning grows faster than the statement."""
    for start in range(0, len(tables[kind]), FEW):
        yield {**tables, kind: tables[kind][start : start + FEW]}


def _plan(tables: Mapping[str, Any], today: str, tasks: list[Any], raised: set[str]) -> Plan:
    place = {item["id"]: number for number, item in enumerate(tables["items"])}
    tasks = sorted(tasks, key=lambda task: (task["due"], place[task["item"]], task["key"]))
    flags = [{"id": flag["id"], "level": flag["level"]} for flag in tables["flags"] if flag["id"] in raised]
    rows = sorted([task["key"], task["status"], task["due"]] for task in tasks)
    canonical = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()[:16]
    return {"today": today, "tasks": tasks, "flags": flags, "hash": digest}


def _task(row: Plan) -> Plan:
    row = {**row, **{name: row[name] and row[name].isoformat() for name in DATES}}
    anchor = {name: row.pop(f"anchor_{name}") for name in ("event", "form", "date")}
    return {**row, "anchor": anchor}


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Plan]:
    found = connection.execute(query)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
