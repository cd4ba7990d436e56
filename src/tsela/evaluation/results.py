"""Cells → results: every figure, in all and by group, with benchmarks, ready to be written as JSON.

`results` is the one shape that the command line prints, results.json holds and the report draws.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tsela.evaluation.cells import Cells, Counts, Place, by_group
from tsela.evaluation.definitions import Definitions, Indicator
from tsela.evaluation.disclosure import SMALL, Row, Table, hidden
from tsela.evaluation.figures import Figure, compared, figure
from tsela.kernel.errors import fail, nearest

Benchmarks = Mapping[str, Mapping[str, Any]]
DIMENSIONS = Place._fields
KEPT = ("method", "unit")  # of a hidden group
NOT_BY_GROUP = ("cohort", "excluded", "curve")  # differences between counts would tell small numbers


def parse_by(text: str) -> tuple[str, ...]:
    """'country,site,country*quarter' → its tables; raises E605 for a breakdown that we do not know."""
    tables = tuple(dict.fromkeys(part.strip().replace("×", "*") for part in text.split(",") if part.strip()))
    for name in (name for table in tables for name in table.split("*")):
        if name not in DIMENSIONS:
            known = ", ".join(DIMENSIONS)
            fail("E605", where="--by", name=name, known=known, nearest=nearest(name, DIMENSIONS))
    return tables


def indicators(
    definitions: Definitions, cells: Mapping[str, Cells], benchmarks: Benchmarks, by: Sequence[str]
) -> list[dict[str, Any]]:
    """Every indicator's figures; small groups and those that protect them are hidden."""
    secret = {}
    for cohort in {indicator.cohort.id: indicator.cohort for indicator in definitions.indicators}:
        family = [indicator for indicator in definitions.indicators if indicator.cohort.id == cohort]
        secret[cohort] = _hidden(family, cells, by)
    found = [
        _indicator(one, cells[one.id], benchmarks, by, secret[one.cohort.id])
        for one in definitions.indicators
    ]
    named = {one["id"]: one for one in found}
    for indicator, one in zip(definitions.indicators, found, strict=True):
        if indicator.beside in named:
            shown = ("id", "title", "numerator", "denominator", "value", "low", "high", "method")
            one["beside"] = {key: named[indicator.beside][key] for key in shown}
    return found


def _hidden(family: Iterable[Indicator], cells: Mapping[str, Cells], by: Sequence[str]) -> set[Row]:
    """One decision for all indicators of a cohort: they count the same people, and differ by countable few."""
    family = list(family)
    places = sorted({place for indicator in family for place, _ in cells[indicator.id]})
    tables = []
    for name in by:
        counts: dict[tuple[str, ...], list[int]] = {}
        for indicator in family:
            for group, found in by_group(cells[indicator.id], name.split("*")).items():
                published = (found.get("denominator", 0), figure(indicator, found)["numerator"])
                counts.setdefault(group, []).extend(published)
        tables.append(Table(name, tuple(name.split("*")), counts))
    return hidden(tables, places)


def _indicator(
    indicator: Indicator, cells: Cells, benchmarks: Benchmarks, by: Sequence[str], secret: set[Row]
) -> dict[str, Any]:
    everyone: Counts = by_group(cells).get((), {})
    total = figure(indicator, everyone)
    compare = [compared(indicator, total, name, benchmarks[name]) for name in indicator.benchmarks]
    groups = {name: _table(indicator, cells, name, secret) for name in by}
    return {
        "id": indicator.id, "title": indicator.title, "short": indicator.short, "kind": indicator.kind, **total,
        "by": groups, "benchmark": compare[0] if compare else None, "benchmarks": compare,
        "definition": indicator.definition, "choices": list(indicator.choices), "source": indicator.source,
        "cohort_title": indicator.cohort.title, "words": dict(indicator.words),
        "definition_version": indicator.version,
    }  # fmt: skip


def _table(indicator: Indicator, cells: Cells, name: str, secret: set[Row]) -> dict[str, Figure]:
    """Group → figure. A hidden group keeps its name and nothing else."""
    rows: dict[str, Figure] = {}
    for group, counts in by_group(cells, name.split("*")).items():
        found = {key: value for key, value in figure(indicator, counts).items() if key not in NOT_BY_GROUP}
        is_hidden = (name, group) in secret
        found = {key: None if is_hidden and key not in KEPT else value for key, value in found.items()}
        rows["|".join(group)] = {**found, "hidden": is_hidden}
    return rows


def flat(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every published figure as one row: the table that cells.csv and cells.parquet hold."""
    columns = ("numerator", "denominator", "value", "low", "high", "unknown")
    rows = []
    for one in found:
        listed = [("all", "", one)] + [
            (table, group, row) for table, rows_ in one["by"].items() for group, row in rows_.items()
        ]
        for table, group, row in listed:
            numbers = {column: row.get(column) for column in columns}
            named = {"indicator": one["id"], "by": table, "group": group, "hidden": bool(row.get("hidden"))}
            rows.append({**named, **numbers, "unit": row["unit"], "method": row["method"]})
    return rows


def small_note() -> str:
    """The sentence that stands where groups are hidden."""
    return (
        f"Groups with a count below {SMALL} are not shown, nor are groups from which one could be computed."
    )
