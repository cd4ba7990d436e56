"""The evaluation itself: a programme and a clean layer in, results out."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import duckdb

from tsela.care.engine import ENGINE
from tsela.evaluation import definitions
from tsela.evaluation.clean import Manifest, connect
from tsela.evaluation.compute import compute
from tsela.evaluation.period import Period
from tsela.evaluation.results import indicators
from tsela.kernel.dates import format_date
from tsela.kernel.errors import TselaError, fail


def evaluate(
    programme: Any,
    manifest: Manifest,
    period: Period,
    as_of: int,
    by: Sequence[str] = ("country", "site", "quarter"),
) -> dict[str, Any]:
    """The results that the command line prints, results.json holds and the report draws.

    Raises what is wrong with the indicators' definitions, E607 where there are none and E604 without any client.
    """
    defined = definitions.of(programme)
    wrong = [problem for problem in defined.problems if problem.level == "error"]
    if wrong:
        raise TselaError(*wrong)
    if not defined.indicators:
        fail("E607", where=str(programme.folder))
    with connect(manifest) as connection:
        clients = _clients(connection)
        if not clients:
            fail("E604")
        cells = compute(connection, defined, period, as_of)
    return {
        "programme": {"name": programme.name, "title": programme.title, "version": programme.version, "policy": programme.policy},
        "period": period.as_dict(), "as_of": format_date(as_of), "by": list(by),
        "data": {"source": manifest.source, "events": manifest.events, "clients": clients},
        "versions": _versions(), "warnings": list(_warnings(period, as_of)),
        "indicators": indicators(defined, cells, programme.facts.get("benchmarks", {}), by),
    }  # fmt: skip


def _clients(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT COUNT(*) FROM clients").fetchone()
    return int(row[0]) if row else 0


def _versions() -> Mapping[str, str]:
    return {"Tsela": version("tsela"), "Rules engine": str(ENGINE), "DuckDB": duckdb.__version__}


def _warnings(period: Period, as_of: int) -> Sequence[str]:
    if as_of >= period.last:
        return []
    cut, end = format_date(as_of), format_date(period.last)
    return [
        f"The data were cut on {cut}, before the period ends on {end}: only those whose day has come are counted."
    ]
