"""Clients a second that one core plans anew, from their raw events: python -m bench.plan_server."""

import sys
import time

from bench.plan_data import TODAY, Data, simulated
from bench.site import report
from tsela.care.engine import Records, Rules, plan
from tsela.kernel.dates import parse_date

CLIENTS, RUNS = 1_500, 3
LIMIT, LIMIT_BOTH = 1_500, 1_200


def measured(data: Data) -> tuple[float, float]:
    """Clients a second of this core's time: read and planned, and planned alone."""
    rules, today = Rules(data.tables), parse_date(TODAY) or 0
    began = time.process_time()
    records = Records(rules, data.events)
    read = time.process_time()
    clients = records.clients()
    for client in clients:
        plan(rules, records, client, today)
    ended = time.process_time()
    return len(clients) / (ended - began), len(clients) / (ended - read)


def main() -> int:
    data = simulated(CLIENTS)
    both, planned = map(max, zip(*(measured(data) for _ in range(RUNS)), strict=True))
    print(
        f"  {CLIENTS} clients, {len(data.events)} events, {len(data.tables['items'])} items; best of {RUNS} runs"
    )
    held = [
        report("server, planned", planned, "clients/s", LIMIT, at_least=True),
        report("server, read from raw events and planned", both, "clients/s", LIMIT_BOTH, at_least=True),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
