"""The evaluation finds what really happened in a simulated programme: exactly, wherever it was recorded."""

import pytest
from tests.evaluation.histories import defined, mentor_mother

from tsela.evaluation import clean, compute, reference
from tsela.evaluation.cells import by_group
from tsela.evaluation.figures import figure
from tsela.evaluation.period import parse_period
from tsela.kernel.dates import parse_date
from tsela.simulation.behaviour import Behaviour
from tsela.simulation.generate import Simulation

UNTIL = parse_date("2026-06-30") or 0
# Rates high enough that every year has cases; late and corrected data as in life.
BEHAVIOUR = Behaviour(
    transmission=0.3, seroconversion=0.05, retention_12m=0.85, corrected=0.1, late_entry=0.3, doubled=0.05
)


@pytest.fixture(scope="module")
def simulated():
    simulation = Simulation(mentor_mother(), clients=1200, years=4, seed=3, until=UNTIL, behaviour=BEHAVIOUR)
    events = [event for family in simulation.families() for event in family]
    return events, simulation.as_dict()["realised"]


@pytest.fixture(scope="module")
def connection(simulated):
    with clean.in_memory(mentor_mother().tables, simulated[0]) as connection:
        yield connection


@pytest.mark.parametrize("year", ["2024", "2025"])
def test_figures_are_the_realised_truth(simulated, connection, year):
    cells = compute.compute(connection, defined(), parse_period(year), UNTIL)
    for name in ("MTCT_M2M", "MTCT_BOUNDS", "EID_2M", "RET12", "SEROCONV"):
        found = figure(defined().indicator(name), by_group(cells[name])[()])
        truth = simulated[1][name][year]
        assert {key: found[key] for key in truth} == truth, name
        assert truth["numerator"] > 0 or year == "2024", name


def test_the_bounds_hold_the_truth_about_the_children_without_a_result(simulated, connection):
    """Every exposed child's infection is known to the simulation, whether or not it was ever found."""
    cells = compute.compute(connection, defined(), parse_period("2022-01-01..2026-06-30"), UNTIL)
    found = figure(defined().indicator("MTCT_BOUNDS"), by_group(cells["MTCT_BOUNDS"])[()])
    asked = BEHAVIOUR.transmission
    assert found["low"] <= asked <= found["high"]


def test_sql_and_the_plain_reference_agree_on_a_whole_programme(simulated, connection):
    period = parse_period("2025")
    assert compute.compute(connection, defined(), period, UNTIL) == reference.compute(
        defined(), simulated[0], period, UNTIL
    )
