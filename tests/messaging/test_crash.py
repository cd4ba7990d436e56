"""Each message has exactly one effect and each file is kept once, whatever is killed when (MESSAGES M50, M51, M54): against a
provider that counts.

TSELA_SEEDS=200 kills 200 times.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from messaging.crash import CLIENTS, EACH
from support.provider import Provider
from support.provider_files import Fault
from support.provider_shapes import APP_SECRET

KILLS = int(os.environ.get("TSELA_SEEDS", "12"))
WRITTEN, SENT = 60, 30  # messages, and files, of clients
FAULTS: tuple[Fault, ...] = ("drop", "cut", "damaged", "error", "run_out")


def test_every_message_has_exactly_one_effect(new_site: Callable[..., Any]) -> None:
    site, rng = new_site(), random.Random(KILLS)
    with Provider(statuses=("sent", "delivered")) as provider:
        provider.behave(
            *(
                rng.choices(
                    ["accept", "slow", "drop_after", "drop_before", "rate_limit"], [80, 8, 5, 5, 2], k=300
                )
            )
        )
        command = [sys.executable, "-m", "messaging.crash", provider.url, str(KILLS), "1"]
        tests = Path(__file__).parents[1]
        environment = site._environment() | {"PYTHONPATH": str(tests)}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as crash:
            port = heard(crash)["port"]
            provider.hooks["whatsapp"] = (f"http://127.0.0.1:{port}/hooks/whatsapp/", APP_SECRET)
            for n in range(WRITTEN):
                provider.write("whatsapp", f"+2782000{n % CLIENTS:04d}", f"hello {n}", id=f"in.{n}")
            for n in range(SENT):
                faults = rng.choices(FAULTS, k=rng.randrange(3))
                file = provider.files.put(picture(n), "image/jpeg", *faults, id=f"file{n}")
                provider.send_file(f"+2783000{n:04d}", file, id=f"file.{n}", timestamp=str(int(time.time())))
            decided = 0
            with provider.delivering(rng):
                while "messages" not in (told := heard(crash)):
                    while provider.undelivered:
                        provider.deliver(rng)
                    lost = [id for id in told["unknown"] if provider.counts()[id] == 0]
                    decided += len(lost)
                    answer(crash, lost if told["unknown"] else None)
    rows = told["messages"]
    out = [row["id"] for row in rows if row["outgoing"]]
    counts = provider.counts()
    print(
        f"{KILLS} kills: {len(out)} messages sent, {sum(not row['outgoing'] for row in rows)} received, "
        f"{decided} decided by a person, most often accepted: {max(counts.values())} times"
    )
    assert Counter(row["status"] for row in rows if row["outgoing"]).keys() <= {"sent", "delivered"}
    assert counts == dict.fromkeys(out, 1), "each was accepted exactly once"
    assert len(out) >= CLIENTS * EACH + WRITTEN
    received = Counter(row["key"] for row in rows if not row["outgoing"])
    written = [f"in.{n}" for n in range(WRITTEN)] + [f"file.{n}" for n in range(SENT)]
    assert received == {f"in:whatsapp:{id}": 1 for id in written}
    files = {tuple(row) for row in told["files"]}
    assert len(told["files"]) == len(files) == SENT
    assert files == {(f"in:whatsapp:file.{n}", "kept", sha256(picture(n)).hexdigest()) for n in range(SENT)}


def picture(n: int) -> bytes:
    return b"\xff\xd8\xff" + bytes([n]) * 200_000


def heard(crash: "subprocess.Popen[str]") -> dict[str, Any]:
    assert crash.stdout
    line = crash.stdout.readline()
    assert line, "it ended too early"
    told: dict[str, Any] = json.loads(line)
    return told


def answer(crash: "subprocess.Popen[str]", ids: list[str] | None) -> None:
    assert crash.stdin
    crash.stdin.write(json.dumps(ids) + "\n")
    crash.stdin.flush()
