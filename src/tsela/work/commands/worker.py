"""`tsela worker`: does what follows from events, and the nightly work."""

import os
import signal
import threading

import click

from tsela.work.commands.serve import end_with_parent, prepare, start_django

NICE = 10  # beside a server: people and providers wait for the server, nobody waits for this
EXAMPLES = """\b
Examples:
  tsela worker             beside `tsela serve --no-worker`
  tsela worker --once      do what there is to do, then end
"""


@click.command(epilog=EXAMPLES)
@click.option("--once", is_flag=True, help="Do what there is to do now, then end.")
@click.option("--with-parent", type=int, hidden=True, help="End when this process is no longer the parent.")
@click.option("--json", "as_json", is_flag=True, help="With --once: print how many clients were planned.")
def command(once: bool, with_parent: int | None, as_json: bool) -> None:
    """Keep plans, tasks and problems up to date with the record. More than one may run: none undoes another's work."""
    if with_parent:
        os.nice(NICE)
        end_with_parent(signal.SIGTERM)
    start_django() if with_parent else prepare()
    from tsela.work import worker
    from tsela.work.commands import print_json

    if once:
        done = worker.work_once()
        return print_json({"planned": done}) if as_json else click.echo(f"{done} clients planned")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.work(stop, alive=lambda: with_parent is None or os.getppid() == with_parent)
    return None
