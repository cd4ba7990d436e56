"""Of whom a condition holds today: the audience of a campaign, by SQL over the clean layer.

In goes a condition in the words of the rules; out come clients in an order drawn by lot, so that the first thousand are
like all others, and so that whoever stopped half-way goes on where she was.
"""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import duckdb

from tsela.care.engine.sql.conditions import condition_sql
from tsela.care.engine.sql.days import text
from tsela.kernel.dates import format_date
from tsela.programme import Programme
from tsela.programme.rules import Names, parse_condition

TOGETHER = 5_000


class Lot(NamedTuple):
    """A client and her place in the draw: 32 hexadecimal digits that depend on her and on the salt alone."""

    client: str
    lot: str


def audience(
    programme: Programme, layer: duckdb.DuckDBPyConnection, condition: str, today: int, sites: Collection[str] = (),
    *, salt: str, after: str = "",
) -> Iterator[list[Lot]]:  # fmt: skip
    """The clients at home at these sites (everywhere, if none is named), in lists, by lot; those after a lot, if one is given.

    Each by the rules of her country. Raises RuleError where the condition cannot be read.
    """
    here = f" AND site IN ({', '.join(map(text, sorted(sites)))})" if sites else ""
    countries = [
        str(code)
        for (code,) in layer.execute(
            f"SELECT DISTINCT country FROM clients WHERE TRUE{here} ORDER BY 1"
        ).fetchall()
    ]
    by_policy: dict[str, list[str]] = {}
    for country in countries:
        by_policy.setdefault(programme.policy_of(country), []).append(country)
    selects = [
        _select(programme.tables_for(policy), condition, today, group, here)
        for policy, group in by_policy.items()
    ]
    if not selects:
        return
    found = layer.execute(f"""
        SELECT client, md5(client || {text(salt)}) AS lot FROM ({" UNION ALL ".join(selects)})
        WHERE lot > {text(after)} ORDER BY lot""")
    while rows := found.fetchmany(TOGETHER):
        yield [Lot(str(client), lot) for client, lot in rows]


def _select(tables: Any, condition: str, today: int, countries: list[str], here: str) -> str:
    among = f"country IN ({', '.join(map(text, countries))}){here}"
    subjects = f"SELECT client, DATE '{format_date(today)}' AS today FROM clients WHERE {among}"
    if not condition.strip():
        return f"SELECT client FROM ({subjects})"
    tree = parse_condition(condition, Names.of(tables))
    return f"SELECT client FROM ({subjects}) AS s WHERE {condition_sql(tables, tree)}"
