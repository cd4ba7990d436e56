"""How long a provider waits for its 200 when 200 requests a second come, on a served site, alone and with its worker on
the same two cores (as the load is), which reads, answers and sends meanwhile: python -m bench.webhook.

200 a second is what sending 80 messages a second brings back: nine in ten requests are statuses, one in ten is a text that the
programme answers. Requests come at their time whether or not earlier ones were answered, and a wait is counted from that time
(no coordinated omission). Beside it stands what the machine alone does in the same run: how late a timer rings, and how long a
flush to its disk takes when nothing else runs; no answer can come sooner than these.
"""

import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep, time
from typing import Any, NamedTuple

from bench.site import databases, postgresql, report
from support.provider import Provider
from support.provider_shapes import APP_SECRET, TOKEN, VERIFY_TOKEN, envelope, signed
from support.site import Site
from tsela.kernel.ids import derived_id

RATE, SECONDS, WARM_UP, PEOPLE, CONNECTIONS = 200, 30, 10, 3_000, 16
LIMIT = 50.0  # ms
ACCOUNT = """
[whatsapp]
channel = "whatsapp"
phone_number_id = "1001"
token = "$WA_TOKEN"
app_secret = "$WA_SECRET"
verify_token = "$WA_VERIFY"
api = "{api}"
"""


MESSAGES = """
import sys
from tsela.work.commands.serve import start_django
start_django()
from django.db import transaction
from django.utils import timezone
from datetime import timedelta
from tsela.kernel.ids import derived_id
from tsela.messaging.models import ContactPoint, Message
now, people = timezone.now(), int(sys.argv[1])
with transaction.atomic():
    for n in range(people):
        one = ContactPoint.objects.create(channel="whatsapp", address=f"+2782{n:07}", country="ZA", language="en")
        Message.objects.create(id=derived_id("bench", n), contact=one, outgoing=True, key=f"bench:{n}", account="whatsapp",
                               status="sending", tries=1, due_at=now, lease_until=now + timedelta(hours=1))
"""


def requests(count: int) -> list[bytes]:
    """Whole HTTP requests, made and signed before the clock starts: each message is sent, delivered, read."""
    values = [text(number) if number % 10 == 9 else status(number) for number in range(count)]
    return [request(value) for value in values]


def text(number: int) -> dict[str, Any]:
    message = {
        "from": f"2782{number % PEOPLE:07}",
        "id": f"wamid.{number}",
        "timestamp": str(int(time())),
        "type": "text",
    }
    return {"messages": [message | {"text": {"body": "Sawubona 👋🏾"}}]}


def status(number: int) -> dict[str, Any]:
    which, said = divmod(number, 3)
    ours = derived_id("bench", which % PEOPLE)
    return {
        "statuses": [
            {
                "id": f"theirs.{which}",
                "status": ("sent", "delivered", "read")[said],
                "biz_opaque_callback_data": f"{ours}:1",
            }
        ]
    }


def request(value: dict[str, Any]) -> bytes:
    body = json.dumps(envelope([value])).encode()
    head = f"POST /hooks/whatsapp/ HTTP/1.1\r\nHost: localhost\r\nX-Hub-Signature-256: {signed(body)}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def send_all(port: int, bodies: list[bytes]) -> list[float]:
    return asyncio.run(send(port, bodies))


async def send(port: int, bodies: list[bytes]) -> list[float]:
    """Each at its time, on any free connection; milliseconds from that time to its answer."""
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    began, waits = perf_counter(), [0.0] * len(bodies)

    async def one(number: int, due: float) -> None:
        connection = await free.get()
        connection[1].write(bodies[number])
        head = await connection[0].readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200") or b"content-length: 0" not in head.lower():
            raise AssertionError(head)
        waits[number] = 1_000 * (perf_counter() - due)
        free.put_nowait(connection)

    async with asyncio.TaskGroup() as group:
        for number in range(len(bodies)):
            due = began + number / RATE
            await asyncio.sleep(max(0.0, due - perf_counter()))
            group.create_task(one(number, due))
    return waits


class Measured(NamedTuple):
    """Milliseconds, sorted: of the answers, of a timer meanwhile, of a flush to the same disk afterwards."""

    waits: list[float]
    late: list[float]
    flushes: list[float]


def timer(seconds: float) -> list[float]:
    """How late a sleep of 5 ms ends."""
    until, late = perf_counter() + seconds, []
    while (began := perf_counter()) < until:
        sleep(0.005)
        late.append(1_000 * (perf_counter() - began) - 5)
    return late


def flushing(folder: str, times: int = 1_000) -> list[float]:
    """A page written and flushed, 200 a second."""
    took = []
    with (Path(folder) / "flush").open("wb", buffering=0) as file:
        for _ in range(times):
            began = perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            took.append(1_000 * (perf_counter() - began))
            sleep(0.005)
    return took


def p99(sorted_values: list[float]) -> float:
    return sorted_values[len(sorted_values) * 99 // 100]


def measure(database: str, *, worker: bool) -> Measured:
    """The load comes from a process of its own, as the timer does."""
    server = postgresql.start(durable=True) if database == "postgresql" else None
    with tempfile.TemporaryDirectory(prefix="tsela-bench-") as folder, Provider() as provider:
        (Path(folder) / "channels.toml").write_text(ACCOUNT.format(api=provider.url))
        secrets = {"WA_TOKEN": TOKEN, "WA_SECRET": APP_SECRET, "WA_VERIFY": VERIFY_TOKEN}
        url = server.url if server else f"sqlite:///{folder}/tsela.db"
        site = Site(Path(folder), url, {"TSELA_LOG_LEVEL": "ERROR", **secrets})
        try:
            site.start(arguments=() if worker else ("--no-worker",))
            subprocess.run([sys.executable, "-c", MESSAGES, str(PEOPLE)], env=site._environment(), check=True)
            with multiprocessing.get_context("spawn").Pool(2) as pool:
                late = pool.apply_async(timer, (WARM_UP + SECONDS,))
                waits = pool.apply(send_all, (site.port, requests((WARM_UP + SECONDS) * RATE)))
                rang = late.get()
        finally:
            site.stop()
            if server:
                server.stop()
        flushes = flushing(folder)
    return Measured(sorted(waits[WARM_UP * RATE :]), sorted(rang), sorted(flushes))


def main() -> int:
    held = []
    for name in databases():
        for worker in (False, True):
            found = measure(name, worker=worker)
            waits = found.waits
            title = f"webhook, {name}{', worker beside it' if worker else ''}, p99"
            held.append(report(title, p99(waits), "ms", LIMIT, at_least=False))
            print(
                f"  p50 {waits[len(waits) // 2]:.1f} ms, worst {waits[-1]:.1f} ms of {len(waits):,} at {RATE}/s; the machine alone,"
                f" p99: a timer {p99(found.late):.1f} ms late, a flush {p99(found.flushes):.1f} ms",
                flush=True,
            )
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
