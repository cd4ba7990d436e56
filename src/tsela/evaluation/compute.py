"""Runs the compiled queries on the clean layer: the cells of every indicator."""

from collections import Counter
from collections.abc import Iterator, Mapping

import duckdb

from tsela.evaluation.cells import Cells, Place
from tsela.evaluation.definitions import Definitions
from tsela.evaluation.period import Period
from tsela.evaluation.sql import Query, queries


def compute(
    connection: duckdb.DuckDBPyConnection, definitions: Definitions, period: Period, as_of: int
) -> Mapping[str, Cells]:
    """The cells of every indicator from the views `clients` and `f_<form>`, as known on the day `as_of`."""
    cells: dict[str, Cells] = {indicator.id: Counter() for indicator in definitions.indicators}
    for query in queries(definitions, period, as_of):
        for indicator, place, measure, n in _counts(query, connection):
            cells[indicator][place, measure] += n
    return {name: +counts for name, counts in cells.items()}


def _counts(query: Query, connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, Place, str, int]]:
    for country, site, quarter, *numbers in connection.execute(query.text).fetchall():
        place = Place(country, site, quarter)
        day = f":{numbers.pop(0)}" if query.survival else ""
        for (indicator, measure), n in zip(query.columns, numbers, strict=True):
            yield indicator, place, measure + day, n
