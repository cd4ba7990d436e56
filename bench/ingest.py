"""Events a second through POST /push, in batches of 50, answered after commit: python -m bench.ingest."""

import json
import multiprocessing
import random
import socket
import sys
import threading
import time

from bench.site import Hand, Measured, databases, history, report, running

BATCH, EVENTS, VISITS, PLACES = 50, 60_000, 24, 8
CONNECTIONS = {"sqlite": 64, "postgresql": 32}
LIMIT = {"sqlite": 7_000, "postgresql": 10_000}


def requests(at: Measured, events: int) -> list[bytes]:
    """Whole HTTP requests from each place in turn, made before the clock starts."""
    shares = [requests_from(hand, events // PLACES) for hand in at.hands]
    return [body for turn in zip(*shares, strict=True) for body in turn]


def requests_from(at: Hand, events: int) -> list[bytes]:
    rng = random.Random(at.device)
    log = [each for _ in range(events // (VISITS + 1)) for each in history(at, rng, VISITS)]
    made = []
    for start in range(0, len(log), BATCH):
        body = json.dumps({"events": log[start : start + BATCH]}, separators=(",", ":")).encode()
        head = f"POST /api/v1/push HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {at.token}\r\n"
        made.append(
            f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
    return made


def send_all(port: int, bodies: list[bytes], connections: int) -> float:
    """Send every request once over so many connections; seconds from the first to the last answer."""
    waiting = iter(bodies)
    lock, refused = threading.Lock(), []

    def one_connection() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            while True:
                with lock:
                    body = next(waiting, None)
                if body is None:
                    return
                connection.sendall(body)
                answer = read_answer(connection)
                if not answer.startswith(b"HTTP/1.1 200") or b"refused" in answer or b"known" in answer:
                    refused.append(answer[:300])

    threads = [threading.Thread(target=one_connection) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not refused, refused[0]
    return time.perf_counter() - began


def read_answer(connection: socket.socket) -> bytes:
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += received(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += received(connection)
    return head + body


def received(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise ConnectionError("the server closed the connection")
    return part


def measure(database: str) -> float:
    """The load comes from a process of its own, so that its Python does not wait for ours."""
    with running(database, PLACES) as at, multiprocessing.get_context("spawn").Pool(1) as pool:
        bodies = requests(at, EVENTS + 4_000)
        pool.apply(send_all, (at.site.port, bodies[:80], 8))
        return EVENTS / pool.apply(send_all, (at.site.port, bodies[80:], CONNECTIONS[database]))


def main() -> int:
    held = [
        report(f"ingest, {name}, batches of {BATCH}", measure(name), "events/s", LIMIT[name], at_least=True)
        for name in databases()
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
