"""`tsela faults`: the fault simulator, for developers."""

import os
import sys

import click

from tsela.work.commands import print_json

EXAMPLES = """\b
Examples:
  tsela faults --seeds 1000
  tsela faults --first 4711 --seeds 1
"""


@click.command(epilog=EXAMPLES, hidden=True)
@click.option("--seeds", default=1000, show_default=True, help="How many seeds to run.")
@click.option("--first", default=0, show_default=True, help="The first seed.")
@click.option("--json", "as_json", is_flag=True, help="Print the totals as JSON.")
def command(seeds: int, first: int, as_json: bool) -> None:
    """Play sync over a bad network with a crashing server; exit code 1 if anything is lost, doubled or differs."""
    if os.environ.get("PYTHONHASHSEED") != "0":  # the order of a set must not depend on the process
        arguments = [
            sys.executable,
            "-m",
            "tsela",
            "faults",
            f"--seeds={seeds}",
            f"--first={first}",
            *["--json"] * as_json,
        ]
        os.execve(sys.executable, arguments, {**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S606
    from tsela.simulation.faults_server import start_django

    start_django()
    from tsela.simulation.faults import play, ready

    with ready() as folder:
        report = play(folder, range(first, first + seeds), follow)
    if as_json:
        print_json(report)
    else:
        click.echo("{seeds} seeds, {events} events, {faults} faults injected, {seconds} s".format_map(report))
        click.echo("{losses} losses, {doubles} doubles, {divergences} divergences".format_map(report))
        for seed, (invariant, what) in report["broken"].items():
            click.echo(f"seed {seed}: {invariant}: {what}")
    sys.exit(1 if report["broken"] else 0)


def follow() -> None:
    """What the worker does between requests."""
    from tsela.work.nightly import nightly
    from tsela.work.subscriptions import follow_all

    follow_all()
    nightly()
