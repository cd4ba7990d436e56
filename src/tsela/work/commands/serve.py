"""`tsela serve`: the whole site, from one command."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from typing import Any

import click

from tsela.kernel.errors import fail

EXAMPLES = """\b
Examples:
  TSELA_MODE=demo tsela serve
  tsela serve --host 0.0.0.0 --port 8000
"""
PR_SET_PDEATHSIG = 1
SQLITE_THREADS = 64  # one process: its one writer commits the waiting requests together
POSTGRESQL_PROCESSES, POSTGRESQL_THREADS = 2, 8


@click.command(epilog=EXAMPLES)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-worker", is_flag=True, help="Leave plans and other follow-up work to `tsela worker`.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the address as JSON once the site is about to listen."
)
def command(host: str, port: int, no_worker: bool, as_json: bool) -> None:
    """Serve the console, the phone app and the phones' door, and do the work that follows from events.

    Brings the database up to date first. Ends gracefully on SIGTERM or Ctrl-C.
    """
    require_free(host, port)
    prepare()
    url = f"http://{host}:{port}"
    click.echo(
        json.dumps({"url": url}) if as_json else f"Tsela serves {url} · the phone app is at {url}/app/"
    )
    server = make_server(host, port)
    os.register_at_fork(after_in_child=end_with_parent)
    worker = None if no_worker else start_worker()
    try:
        server.serve()
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait(15)


def require_free(host: str, port: int) -> None:
    """E910 where another program has the address, before anything else is done."""
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        fail("E910", host=host, port=port, reason=error.strerror or str(error))


def prepare() -> None:
    """Set Django up, the database current, the programme checked, and the senders against its words that tell (E702)."""
    open_database()
    from django.conf import settings

    from tsela.messaging.channels.accounts import require_neutral
    from tsela.record.programme import current

    require_neutral(settings.CHANNELS, current().leaks)


def open_database() -> None:
    """For every command that uses the site's own database: make it, or bring it up to date; E911 where it cannot be used."""
    start_django()
    from django.core.management import call_command
    from django.db import DatabaseError, connections

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except (DatabaseError, OSError) as error:
        fail("E911", reason=str(error).strip().splitlines()[0])
    finally:
        connections.close_all()


def start_django() -> None:
    """Read the settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tsela.config.settings")
    import django

    django.setup()


def make_server(host: str, port: int) -> Any:
    """Granian, sized for the database."""
    from django.db import connection
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    sqlite = connection.vendor == "sqlite"
    return Granian(
        "tsela.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1 if sqlite else POSTGRESQL_PROCESSES,
        blocking_threads=SQLITE_THREADS if sqlite else POSTGRESQL_THREADS,
        blocking_threads_idle_timeout=600,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    )


def end_with_parent(how: int = signal.SIGKILL) -> None:
    """Where the system can (Linux): granian's processes die with this one, so that a kill leaves the port free."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)


def start_worker() -> subprocess.Popen[bytes]:
    """The follow-up work, in a process of its own: it never slows an answer down."""
    return subprocess.Popen([sys.executable, "-m", "tsela", "worker", "--with-parent", str(os.getpid())])
