"""Webhooks as bad networks and odd providers send them: batched, repeated, reordered, mutated, forged; through the real
door, inbox, conversations and outbox. Then everything is counted, as multisets: a set would not see what came twice.

python -m tests.messaging.webhook_fuzz --webhooks 100000 [--seed 1] [--database postgresql]
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import wait
from datetime import timedelta
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tsela.config.settings_test")

AFTER = timedelta(hours=8)  # longer than any retry waits


def fuzz(webhooks: int, seed: int) -> Any:
    """A world of so many webhooks, lived to its end: everything delivered, processed, sent."""
    from django.conf import settings
    from django.utils import timezone

    from messaging.webhook_world import World
    from tsela.messaging.outbox import Outbox

    world = World(random.Random(seed), timezone.now())
    before, settings.CHANNELS = settings.CHANNELS, world.accounts()
    outbox = Outbox(at_once=1)
    try:
        while world.counts["webhooks"] < webhooks:
            live(world, outbox)
        for _ in range(60):
            wind_up(world, outbox)
    finally:
        outbox.pool.shutdown()
        settings.CHANNELS = before
    return world


def live(world: Any, outbox: Any) -> None:
    """A moment in which anything may happen next."""
    match world.rng.choices(["write", "deliver", "odd", "forge", "process", "send"], [5, 60, 12, 7, 8, 8])[0]:
        case "write":
            for _ in range(world.rng.choice([1, 1, 4])):
                world.write()
        case "process":
            process(world, 40)
        case "send":
            turn(world, outbox)
        case what:
            getattr(world, what)()
    world.now += timedelta(seconds=world.rng.random() * 20)


def wind_up(world: Any, outbox: Any) -> None:
    while any(world.waiting.values()):
        world.deliver()
    for _ in range(3):  # and what came long ago
        world.deliver()
    process(world, 10**9)
    turn(world, outbox)
    world.now += AFTER


def process(world: Any, most: int) -> None:
    from tsela.messaging.inbox import process_due

    try:
        process_due(most, world.now)
    except Exception as error:
        world.wrong.append(f"processing ended in {type(error).__name__}: {error}")


def turn(world: Any, outbox: Any) -> None:
    """Send what is due. Now and then all of the provider's webhooks are quicker than its own answer."""
    while outbox.turn(world.now):
        wait(outbox.flying, timeout=10)
        if world.rng.random() < 0.4:
            while any(world.waiting.values()):
                world.deliver()
            process(world, 10**9)
        outbox.land(world.now)


def findings(world: Any) -> list[str]:
    """What is lost, doubled or wrong. Multisets on both sides."""
    from messaging.webhook_world import NOBODY
    from tsela.messaging.models import ContactPoint, Inbound, Message

    found = list(world.wrong)
    found += differences(
        "request", world.kept, Counter((one.account, bytes(one.body)) for one in Inbound.objects.iterator())
    )
    rows = Message.objects.filter(outgoing=False).values_list("account", "provider_id", "text")
    heard = Counter(row for row in rows.iterator() if row[1].startswith("w."))
    found += differences("message", world.written, heard)
    if Message.objects.filter(outgoing=False, provider_id__startswith="forged").exists():
        found.append("a forged message was taken in")
    broken = Inbound.objects.filter(problem__regex=r"^\w*(Error|Exception)|; \w*(Error|Exception)")
    found += [f"request {one.pk} ended in {one.problem}" for one in broken[:5]]
    found += [
        f"request {one.pk} was never processed" for one in Inbound.objects.filter(processed_at=None)[:5]
    ]
    people = Counter(
        ContactPoint.objects.exclude(address__contains=str(NOBODY)).values_list("channel", "address")
    )
    found += [f"{who} is {count} contacts" for who, count in people.items() if count > 1]
    found += answers(world)
    for message in Message.objects.filter(outgoing=True).iterator():
        found += of_message(world, message)
    return found


def answers(world: Any) -> list[str]:
    """Nobody is answered twice: one answer at most to each message of hers, whatever its parts."""
    from tsela.messaging.models import Message

    said = Message.objects.filter(outgoing=True, key__startswith="say:in:", place=0).values_list(
        "key", flat=True
    )
    return [f"{key} was answered {count} times" for key, count in Counter(said).items() if count > 1]


def of_message(world: Any, message: Any) -> list[str]:
    from messaging.webhook_world import RANK

    fate = world.fates.get(message.pk)
    if fate is None:
        return [f"{message.key} is {message.status} but was never sent"] if message.status in RANK else []
    good = len(fate.tries) - fate.fails
    if good > 1:
        return [f"{message.key} was sent {good} times"]
    if good == 1 and RANK.get(message.status, 0) < fate.told:
        return [f"{message.key} is {message.status}, and the provider told more"]
    if good < 1 and message.status not in ("cancelled", "failed"):
        return [f"{message.key} is {message.status}, and nothing arrived"]
    return []


def differences(what: str, wanted: Counter[Any], got: Counter[Any]) -> list[str]:
    lost, doubled = wanted - got, got - wanted
    return [f"{what} lost: {str(one)[:150]} x{n}" for one, n in list(lost.items())[:5]] + [
        f"{what} doubled or invented: {str(one)[:150]} x{n}" for one, n in list(doubled.items())[:5]
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--webhooks", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tsela-fuzz-") as folder:
        stop = prepare(chosen.database, folder)
        began = time.monotonic()
        try:
            world = fuzz(chosen.webhooks, chosen.seed)
            return tell(world, findings(world), time.monotonic() - began)
        finally:
            stop()


def prepare(database: str, folder: str) -> Any:
    """A database of our own; what must be stopped afterwards. Nothing in it must survive a power cut."""
    from support import postgresql

    server = postgresql.start() if database == "postgresql" else None
    os.environ["TSELA_HOME"] = folder
    os.environ["TSELA_DATABASE_URL"] = server.url if server else f"sqlite:///{folder}/tsela.db"
    os.environ.setdefault("TSELA_LOG_LEVEL", "CRITICAL")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    options = settings.DATABASES["default"]["OPTIONS"]
    if not server:
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    call_command("migrate", verbosity=0, interactive=False)
    return server.stop if server else lambda: None


def tell(world: Any, found: list[str], seconds: float) -> int:
    sends = sum(len(fate.tries) for fate in world.fates.values())
    print(
        f"{world.counts['webhooks']:,} webhooks and {world.counts['forged']:,} forged ones in {seconds:.0f} s: {world.written.total():,} messages of "
        f"clients, {len(world.fates):,} of ours in {sends:,} sends"
    )
    lost, doubled = (sum(word in one for one in found) for word in ("lost", "doubled"))
    print(f"lost {lost}, doubled {doubled}, other findings {len(found) - lost - doubled}")
    for one in found[:20]:
        print(f"  {one}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
