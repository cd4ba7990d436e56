"""What sending at a provider's limit costs, 80 WhatsApp messages a second, in parts of one core: python -m bench.send.

The provider runs in a process of its own. What is measured is the worker's sending: deciding about each message, its words,
marking, the request, settling; not the provider's statuses that come back.
"""

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.site import databases, postgresql, report

SECONDS, RATE = 30, 80
LIMIT = 30.0  # percent of one core


def main(database: str) -> bool:
    with served(database) as url:
        rate, share = measure(url)
    at_rate = report(f"send, {database}: messages a second", rate, "/s", 0.97 * RATE, at_least=True)
    return report(f"send, {database}: of one core", share, "%", LIMIT, at_least=False) and at_rate


def measure(provider: str) -> tuple[float, float]:
    """Messages a second, and processor seconds for each hundred seconds."""
    from django.conf import settings
    from django.utils import timezone

    from messaging.accounts import accounts
    from tsela.messaging.models import Message
    from tsela.messaging.outbox import Outbox

    whatsapp: Any = accounts(provider)["whatsapp"]
    settings.CHANNELS = {"whatsapp": replace(whatsapp, limits=replace(whatsapp.limits, per_second=RATE))}
    people(RATE * (SECONDS + 4))
    outbox, sent = Outbox(), Message.objects.filter(status="sent")
    turn_for(outbox, 3)  # connections, caches
    before, cpu, began = sent.count(), time.process_time(), time.monotonic()
    turn_for(outbox, SECONDS)
    cpu, wall = time.process_time() - cpu, time.monotonic() - began
    outbox.land(timezone.now())
    return (sent.count() - before) / wall, 100 * cpu / wall


def turn_for(outbox: Any, seconds: float) -> None:
    """As the worker does (work.worker.send)."""
    from tsela.work.worker import send

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        send(outbox)


def people(count: int) -> None:
    """Clients who agreed, each with a reminder that is due."""
    from django.utils import timezone

    from tsela.kernel.ids import uuid7
    from tsela.messaging.models import Consent, ContactPoint, Message

    now = timezone.now()
    contacts = [
        ContactPoint(
            id=uuid7(), client=uuid7(), channel="whatsapp", address=f"+2782{n:07d}", country="ZA", owner="own", name="Nomsa",
            language="zu", hours_from=0, hours_to=1439, last_inbound_at=now, site="ZA-GP-TEMBISA",
        )
        for n in range(count)
    ]  # fmt: skip
    ContactPoint.objects.bulk_create(contacts, batch_size=500)
    Consent.objects.bulk_create(
        [Consent(contact=one, purpose=purpose, granted=True, given_on=now.date()) for one in contacts for purpose in ("messages", "information")],
        batch_size=500,
    )  # fmt: skip
    Message.objects.bulk_create(
        [
            Message(contact=one, outgoing=True, key=f"bench:{n}", message="visit_soon", purpose="reminders", status="queued",
                    values={"date": now.date().isoformat()}, due_at=now)
            for n, one in enumerate(contacts)
        ],
        batch_size=500,
    )  # fmt: skip


@contextmanager
def served(database: str) -> Iterator[str]:
    """A database with our tables, and a provider; the provider's address."""
    server = postgresql.start(durable=True) if database == "postgresql" else None
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    provider = multiprocessing.get_context("spawn").Process(target=provide, args=(theirs,), daemon=True)
    with tempfile.TemporaryDirectory(prefix="tsela-bench-") as folder:
        os.environ |= {
            "TSELA_MODE": "test", "TSELA_HOME": folder, "TSELA_LOG_LEVEL": "WARNING",
            "TSELA_DATABASE_URL": server.url if server else f"sqlite:///{folder}/tsela.db",
        }  # fmt: skip
        from tsela.work.commands.serve import prepare

        prepare()
        provider.start()
        try:
            yield ours.recv()
        finally:
            provider.terminate()
            if server:
                from django.db import connections

                connections.close_all()
                server.stop()


def provide(tell: Connection) -> None:
    """The fake provider of the tests, until it is ended."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from support.provider import Provider

    with Provider() as provider:
        provider._statuses = ()
        tell.send(provider.url)
        while True:
            time.sleep(60)


if __name__ == "__main__":
    chosen = databases()
    if len(chosen) > 1:  # settings are read once in a process
        import subprocess

        ends = [
            subprocess.run(
                [sys.executable, "-m", "bench.send"], env=os.environ | {"BENCH_DATABASE": one}, check=False
            ).returncode
            for one in chosen
        ]
        sys.exit(max(ends))
    sys.exit(0 if main(chosen[0]) else 1)
