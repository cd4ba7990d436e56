"""`tsela demo`: a simulated programme on this machine, from nothing to a running site with its Annual Evaluation."""

import signal
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tsela.kernel.dates import parse_date
from tsela.work.commands import print_json
from tsela.work.commands.serve import open_database, require_free, start_django

if TYPE_CHECKING:
    from rich.console import Console

    from tsela.programme import Programme
    from tsela.simulation.demo import Demo

EXAMPLES = """\b
Examples:
  tsela demo
  tsela demo --clients 300 --no-serve
"""
PROGRAMME = Path(__file__).parents[4] / "programmes" / "mentor_mother"
PORT = 8000


@click.command(epilog=EXAMPLES)
@click.option(
    "--clients", default=2000, show_default=True, type=click.IntRange(20), help="Women and children."
)
@click.option("--years", default=4, show_default=True, type=click.IntRange(1, 10), help="Up to today.")
@click.option("--seed", default=1, show_default=True, type=int, help="The same seed makes the same people.")
@click.option(
    "--programme",
    "folder",
    default=PROGRAMME,
    type=click.Path(path_type=Path),
    help="The programme's folder.",
)
@click.option(
    "--home",
    default=Path("var/demo"),
    show_default=True,
    type=click.Path(path_type=Path),
    help="Made anew each time.",
)
@click.option(
    "--port", default=None, type=click.IntRange(1, 65535), help=f"{PORT}, or a free one, if not given."
)
@click.option("--no-serve", is_flag=True, help="Stop once everything was shown.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the addresses, log-ins and files as JSON at the end."
)
def command(
    clients: int,
    years: int,
    seed: int,
    folder: Path,
    home: Path,
    port: int | None,
    no_serve: bool,
    as_json: bool,
) -> None:
    """Show Tsela at work: invented people, real doors.

    Phones of simulated Mentor Mothers send their events through the sync API to a running site; the site plans every
    client; the Annual Evaluation is computed and held against the simulated truth; then you can log in.
    """
    from django.utils import timezone
    from rich.console import Console

    from tsela.simulation.demo import Demo, empty_home, environment

    console = Console(stderr=as_json, highlight=False, width=None if sys.stdout.isatty() else 120)
    home, began = home.resolve(), time.perf_counter()
    port = port or _free_port()
    require_free("127.0.0.1", port)
    empty_home(home)
    environment(home, folder)
    start_django()
    today = parse_date(timezone.localdate().isoformat())  # as the site says, not the machine
    assert today is not None, "this machine's clock shows a day of the rules' calendar"
    demo = Demo(
        _load(folder, console), home, port, console, clients=clients, years=years, seed=seed, today=today
    )
    with demo.steps.step("Database") as step:
        open_database()
        step.said = str(home / "tsela.db")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the server is stopped with us
    try:
        demo.make()
        _tell(demo, as_json, time.perf_counter() - began)
        if not no_serve and demo.server is not None:
            demo.server.wait()
    except KeyboardInterrupt:
        console.print("Stopped.")
    finally:
        demo.stop()


def _load(folder: Path, console: "Console") -> "Programme":
    from tsela.programme import load
    from tsela.simulation.demo import Steps

    with Steps(console).step("Programme") as step:
        programme = load(folder)
        items, flags = len(programme.tables["items"]), len(programme.tables["flags"])
        step.said = f"{programme.title} {programme.version}: {len(programme.forms)} forms, {items} schedule items, {flags} flags, checked"
    return programme


def _tell(demo: "Demo", as_json: bool, seconds: float) -> None:
    """Where everything is, and who can log in."""
    from tsela.simulation.demo_people import device_code

    code = device_code(demo.guide)
    link, report = f"{demo.url}/app/#claim={code}", demo.home / "evaluation" / "report.html"
    if as_json:
        print_json({
            "url": demo.url, "phone": link, "code": code, "password": demo.password, "report": str(report),
            "log_ins": [vars(one) for one in demo.log_ins], "seconds": round(seconds, 1),
        })  # fmt: skip
        return
    import segno
    from rich.table import Table

    table = Table(title=f"Log in at {demo.url} · password for all: {demo.password}", title_justify="left")
    for heading in ("User name", "Role", "Name", "Works at"):
        table.add_column(heading)
    for one in demo.log_ins:
        table.add_row(one.username, one.role, one.name, one.where)
    say = demo.console.print
    say(table)
    say(f"Mentor Mother {demo.guide.name}'s phone: {link}")
    say(
        f"  or open {demo.url}/app/ and type the code {code[:4]} {code[4:]}, good for 48 hours, once; choose any PIN."
    )
    say(f"Talk with the programme as a client, by WhatsApp or SMS: {demo.url}/chat/ (signed in)")
    if demo.console.is_terminal:
        segno.make(link, error="l").terminal(compact=True)
    say(f"Report: {report} and report.pdf beside it")
    say(f"All of it took {seconds:.0f} s. Everybody in it is invented. Ctrl-C stops the site.")


def _free_port() -> int:
    """The usual port, or any free one."""
    for port in (PORT, 0):
        try:
            with socket.create_server(("127.0.0.1", port)) as probe:
                return int(probe.getsockname()[1])
        except OSError:
            continue
    return PORT
