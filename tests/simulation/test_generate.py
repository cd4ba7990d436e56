"""The simulated programme: the same seed writes the same bytes, every answer is one that a form allows, and the
evaluation finds the truth that was simulated."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tsela.evaluation import definitions
from tsela.evaluation.clean import Manifest, build
from tsela.evaluation.evaluate import evaluate
from tsela.evaluation.period import Period, parse_period
from tsela.kernel.dates import parse_date
from tsela.kernel.errors import TselaError
from tsela.programme import Programme, load
from tsela.programme.interpreter import check_answers
from tsela.simulation.behaviour import Behaviour
from tsela.simulation.generate import Simulation, write
from tsela.simulation.truth import ESTIMATED, MEASURES

FOLDER = Path(__file__).parents[2] / "programmes" / "mentor_mother"
UNTIL = parse_date("2026-11-20") or 0
YEARS = ("all", "2024", "2025", "2026")
# Hard cases are frequent, so that every indicator has something to count.
HARD = Behaviour(
    hiv_positive=0.5, transmission=0.15, retention_12m=0.75, seroconversion=0.06, transferred_out=0.1, corrected=0.15,
    doubled=0.05, late_entry=0.3, phone_lost=0.8, late_pick_up=0.1, infant_dies=0.06, mother_dies=0.02,
)  # fmt: skip


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load(FOLDER)


def simulation(
    programme: Programme, seed: int, behaviour: Behaviour | None = None, clients: int = 600
) -> Simulation:
    return Simulation(programme, clients=clients, years=3, seed=seed, until=UNTIL, behaviour=behaviour)


def test_the_same_seed_writes_the_same_bytes(programme: Programme, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(simulation(programme, 7, clients=80), tmp_path / name)
    write(simulation(programme, 8, clients=80), tmp_path / "other")
    one, two, other = ((tmp_path / name / "events.jsonl").read_bytes() for name in ("one", "two", "other"))
    assert one == two != other
    assert (tmp_path / "one" / "truth.json").read_text() == (tmp_path / "two" / "truth.json").read_text()


def test_parquet_holds_the_same_events(programme: Programme, tmp_path: Path) -> None:
    write(simulation(programme, 7, clients=80), tmp_path / "lines")
    write(simulation(programme, 7, clients=80), tmp_path / "columns", parquet=True)
    assert not (tmp_path / "columns" / "events.jsonl").exists()
    sources = (tmp_path / "lines" / "events.jsonl", tmp_path / "columns" / "events.parquet")
    lines, columns = (build(programme.tables, source, tmp_path / source.suffix[1:]) for source in sources)
    assert lines.source == columns.source


@pytest.mark.parametrize("behaviour", [Behaviour(), HARD], ids=["as published", "hard"])
def test_every_answer_is_one_that_its_form_allows(programme: Programme, behaviour: Behaviour) -> None:
    """On the day it was written: a result that came later than the visit was not known before."""
    wrong = [
        (event["form"], violation)
        for family in simulation(programme, 3, behaviour, clients=300).families()
        for event, registration in with_registration(family)
        if event["answers"] is not None
        for violation in check_answers(
            programme.forms[event["form"]], event["answers"], event["recorded_at"][:10], registration
        )
    ]
    assert wrong == []


def with_registration(family: list[dict[str, Any]]) -> list[tuple[dict[str, Any], Mapping[str, Any]]]:
    registrations = {event["client"]: event["answers"] for event in family if event["form"] == "registration"}
    return [(event, registrations[event["client"]]) for event in family]


@pytest.fixture(
    scope="module",
    params=[(1, Behaviour()), (2, HARD), (3, HARD)],
    ids=["as published", "hard", "hard again"],
)
def found(
    request: pytest.FixtureRequest, programme: Programme, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Simulation, dict[str, dict[str, Any]]]:
    """A simulation, and by period and indicator what the evaluation makes of its events."""
    seed, behaviour = request.param
    simulated = simulation(programme, seed, behaviour, clients=1200)
    events = [event for family in simulated.families() for event in family]
    layer = build(programme.tables, events, tmp_path_factory.mktemp("clean"))
    periods = {"all": Period("all", simulated.start, UNTIL)} | {
        year: parse_period(year) for year in YEARS[1:]
    }
    return simulated, {name: results_of(programme, layer, period) for name, period in periods.items()}


def results_of(programme: Programme, layer: Manifest, period: Period) -> dict[str, Any]:
    return {one["id"]: one for one in evaluate(programme, layer, period, UNTIL, ())["indicators"]}


def test_truth_measures_what_the_programme_calls_so(programme: Programme) -> None:
    assert MEASURES.keys() <= {one.id for one in definitions.of(programme).indicators}


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("indicator", [name for name in MEASURES if name not in ESTIMATED])
def test_the_evaluation_finds_exactly_the_truth(
    found: tuple[Simulation, dict[str, dict[str, Any]]], indicator: str, year: str
) -> None:
    simulated, results = found
    true, one = simulated.as_dict()["realised"][indicator][year], results[year][indicator]
    assert (one["numerator"], one["denominator"]) == (true["numerator"], true["denominator"])


@pytest.mark.parametrize("indicator", ESTIMATED)
def test_what_is_estimated_comes_near_the_truth(
    found: tuple[Simulation, dict[str, dict[str, Any]]], indicator: str
) -> None:
    simulated, results = found
    true, one = simulated.as_dict()["realised"][indicator]["all"], results["all"][indicator]
    per = 100 if one["kind"] == "rate" else 1
    assert true["denominator"] > 20
    assert one["low"] <= per * true["numerator"] / true["denominator"] <= one["high"]


@pytest.mark.parametrize(
    "setting", [{"transmision": "0.1"}, {"transmission": "a lot"}, {"transmission": "1.5"}]
)
def test_a_rate_that_is_none_is_refused(setting: dict[str, str]) -> None:
    with pytest.raises(TselaError, match="E15"):
        Behaviour().with_settings(setting)
