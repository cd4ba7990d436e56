"""Clients a second that one core plans anew, from their raw events: python -m bench.plan_server."""

import sys
import time

from bench.plan_data import TODAY, simulated
from bench.site import report
from tsela.care.engine import Records, Rules, plan
from tsela.kernel.dates import parse_date

CLIENTS, LIMIT = 1_500, 1_500


def main() -> int:
    tables, events = simulated(CLIENTS)
    rules, today = Rules(tables), parse_date(TODAY) or 0
    began = time.process_time()
    records = Records(rules, events)
    read = time.process_time()
    clients = records.clients()
    tasks = sum(len(plan(rules, records, client, today).tasks) for client in clients)
    ended = time.process_time()
    print(f"  {len(clients)} clients, {len(events)} events, {len(tables['items'])} items, {tasks} tasks")
    held = [
        report("server, records read and planned", len(clients) / (ended - began), "clients/s", LIMIT, at_least=True),
        report("server, planned", len(clients) / (ended - read), "clients/s", LIMIT, at_least=True),
    ]  # fmt: skip
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
