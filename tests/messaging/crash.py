"""A server and a worker that are killed over and over, in a process of its own: python -m messaging.crash PROVIDER KILLS SEED.

It forks both from itself, so that starting anew takes no time, and kills one or both with SIGKILL at a random moment. It
prints a line of JSON whenever it waits for its caller: the port; then, after the kills, what nobody knows of (`unknown`),
until the caller answers which of these to send again; last of all, every message
and every file.
"""

import json
import os
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django

CLIENTS, EACH = 30, 8


def main(provider: str, kills: int, seed: int) -> None:
    django.setup()
    from django.conf import settings
    from django.db import connections

    from messaging.accounts import accounts
    from tsela.messaging import files, settling
    from tsela.messaging.channels import Limits
    from tsela.messaging.conversing import talk_of
    from tsela.record.programme import current

    whatsapp: Any = accounts(provider)["whatsapp"]
    settings.CHANNELS = {"whatsapp": replace(whatsapp, limits=Limits())}
    settling.LONG_LEASE = timedelta(seconds=1)  # so that what is lost becomes `unknown` while we look on
    settling.BACKOFF = (0, 0, 0, 0, 0)
    files.LEASE, files.BACKOFF = timedelta(seconds=1), (0,) * 100
    os.waitpid(fork(begin), 0)
    talk_of(current())
    connections.close_all()  # a connection must not be shared with those who are forked
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    say(port=listener.getsockname()[1])
    rng = random.Random(seed)
    running = {"server": 0, "worker": 0}
    start: dict[str, Callable[[], None]] = {"server": lambda: serve(listener), "worker": work}
    for _ in range(kills):
        running = {name: pid or fork(start[name]) for name, pid in running.items()}
        time.sleep(rng.uniform(0, 0.25))
        for name in rng.choice([["server"], ["worker"], ["server", "worker"]]):
            os.kill(running[name], signal.SIGKILL)
            os.waitpid(running[name], 0)
            running[name] = 0
    running = {name: pid or fork(start[name]) for name, pid in running.items()}
    finish()
    for pid in running.values():
        os.kill(pid, signal.SIGKILL)


def begin() -> None:
    """Clients who wrote just now, and what is to be said to each."""
    from django.core.management import call_command
    from django.utils import timezone

    from tsela.messaging.models import ContactPoint
    from tsela.messaging.queue import enqueue

    call_command("migrate", verbosity=0)
    for number in range(CLIENTS):
        contact = ContactPoint.objects.create(
            channel="whatsapp",
            address=f"+2782000{number:04d}",
            country="ZA",
            language="en",
            last_inbound_at=timezone.now(),
        )
        for each in range(EACH):
            enqueue(contact, key=f"out:{number}:{each}", parts=[{"text": f"Word {each}", "as_is": True}])


def serve(listener: socket.socket) -> None:
    """The server's own application; granian is not what is tested here."""
    from tsela.config.wsgi import application

    class Server(ThreadingMixIn, WSGIServer):
        daemon_threads = True

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = Server(listener.getsockname(), Quiet, bind_and_activate=False)
    server.socket = listener
    server.server_name, server.server_port = "127.0.0.1", listener.getsockname()[1]
    server.setup_environ()
    server.set_app(application)
    server.serve_forever(0.05)


def work() -> None:
    from tsela.work import worker

    worker.work(threading.Event())


def finish() -> None:
    """Wait until nothing moves; ask what to do about what nobody knows of; go on until all is settled."""
    from django.utils import timezone

    from tsela.messaging.models import File, Inbound, Message

    while True:
        moving = Message.objects.filter(status__in=("queued", "waiting", "sending"))
        read, coming = Inbound.objects.filter(processed_at=None), File.objects.filter(status="waiting")
        while moving.exists() or read.exists() or coming.exists():
            time.sleep(0.1)
        unknown = list(Message.objects.filter(status="unknown").values_list("id", flat=True))
        say(unknown=unknown)
        again = json.loads(sys.stdin.readline())
        if again is None:
            break
        Message.objects.filter(pk__in=again, status="unknown").update(status="queued", due_at=timezone.now())
    fields = ("id", "key", "outgoing", "status", "problem", "text")
    kept = [(one.message.key, one.status, sha256(one.body or b"").hexdigest()) for one in File.objects.all()]
    say(messages=list(Message.objects.values(*fields)), files=kept)


def fork(run: Callable[[], None]) -> int:
    from tsela.work.commands.serve import end_with_parent

    pid = os.fork()
    if pid:
        return pid
    try:
        end_with_parent()
        run()
    except BaseException as error:
        print(f"{run}: {error!r}", file=sys.stderr, flush=True)
    os._exit(0)


def say(**told: object) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
