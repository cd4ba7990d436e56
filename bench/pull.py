"""A first sync of 25,000 events through GET /pull: seconds of server time, megabytes on the wire: python -m bench.pull."""

import http.client
import json
import sys
import time

import zstandard

from bench.ingest import requests_from, send_all
from bench.site import databases, report, running

EVENTS = 25_000
SECONDS, MEGABYTES = 2.0, 2.5


def first_sync(port: int, token: str) -> tuple[float, int, int]:
    """(seconds, bytes, rows) of all pages, over one connection as a phone has it."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "zstd"}
    seconds, size, rows, cursor, more = 0.0, 0, 0, "", True
    while more:
        began = time.perf_counter()
        connection.request("GET", f"/api/v1/pull?cursor={cursor}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        seconds += time.perf_counter() - began
        size += len(body)
        page = json.loads(zstandard.ZstdDecompressor().decompressobj().decompress(body))
        rows, cursor, more = rows + len(page["events"]["rows"]), page["cursor"], page["more"]
    return seconds, size, rows


def measure(database: str) -> tuple[float, float]:
    with running(database, 1) as at:
        send_all(at.site.port, requests_from(at.hands[0], EVENTS), 8)
        first_sync(at.site.port, at.hands[0].token)
        seconds, size, rows = first_sync(at.site.port, at.hands[0].token)
        assert rows == EVENTS, rows
        return seconds, size / 1e6


def main() -> int:
    held = []
    for name in databases():
        seconds, megabytes = measure(name)
        held.append(report(f"first sync of {EVENTS:,} events, {name}", seconds, "s", SECONDS, at_least=False))
        held.append(
            report(f"first sync of {EVENTS:,} events, {name}", megabytes, "MB", MEGABYTES, at_least=False)
        )
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
