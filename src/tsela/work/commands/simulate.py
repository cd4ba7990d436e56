"""`tsela simulate`: a synthetic programme with known truth."""

import datetime
from pathlib import Path

import click

from tsela.kernel.dates import parse_date
from tsela.kernel.errors import fail
from tsela.work.commands import print_json

EXAMPLES = """\b
Examples:
  tsela simulate --programme programmes/mentor_mother --clients 2000 --years 3 --seed 1 --out var/simulated
  tsela simulate --programme programmes/mentor_mother --clients 100000 --format parquet --out var/large
  tsela simulate --programme programmes/mentor_mother --clients 500 --years 2 --seed 7 --set transmission=0.05 --out out
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--programme", "folder", required=True, type=click.Path(path_type=Path), help="The programme's folder."
)
@click.option(
    "--clients", default=2000, show_default=True, type=click.IntRange(1), help="Women and children."
)
@click.option("--years", default=3, show_default=True, type=click.IntRange(1, 20))
@click.option(
    "--seed", default=1, show_default=True, type=int, help="The same seed makes the same programme."
)
@click.option("--until", default=None, metavar="YYYY-MM-DD", help="The last day; today if not given.")
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A rate, for instance transmission=0.05."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["jsonl", "parquet"]),
    default="jsonl",
    show_default=True,
    help="JSON Lines, or Parquet for large programmes.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print the truth as JSON.")
def command(
    folder: Path, clients: int, years: int, seed: int, until: str | None, settings: tuple[str, ...], kind: str, out: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Write events.jsonl (or events.parquet) and truth.json of a synthetic programme. Every person in it is invented."""
    from tsela.programme import load
    from tsela.simulation.behaviour import Behaviour
    from tsela.simulation.generate import Simulation, write

    last = parse_date(until or datetime.datetime.now().astimezone().date().isoformat())
    if last is None:
        fail("E152", where="--until", value=until)
    pairs = dict(_pair(setting) for setting in settings)
    behaviour = Behaviour().with_settings(pairs)
    simulation = Simulation(
        load(folder), clients=clients, years=years, seed=seed, until=last, behaviour=behaviour
    )
    with click.progressbar(length=clients, label="Simulating", hidden=as_json) as bar:
        truth = write(
            simulation,
            out,
            parquet=kind == "parquet",
            tick=lambda people: bar.update(min(people, clients) - bar.pos),
        )
    if as_json:
        print_json(truth)
    else:
        click.echo(
            f"{truth['clients']} clients, {truth['events']} events → {out}/events.{kind}, {out}/truth.json"
        )


def _pair(setting: str) -> tuple[str, str]:
    name, equals, value = setting.partition("=")
    if not equals:
        fail("E151", where="--set", name=setting, value="")
    return name, value
