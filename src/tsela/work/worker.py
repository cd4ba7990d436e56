"""The loop that carries events on to what follows from them."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from tsela.kernel.errors import TselaError
from tsela.messaging import door, files, inbox
from tsela.messaging.outbox import Outbox, send_due
from tsela.record.programme import current
from tsela.work.campaigning import plan_campaigns
from tsela.work.nightly import nightly
from tsela.work.subscriptions import follow_all

log = logging.getLogger(__name__)
PAUSE = 0.5  # seconds between two looks at the counters
LOOK = 2.0  # … at campaigns whose hour has come, and at those that somebody looks at
FETCH = 1.0  # … at files that clients sent
FORGET = 3600.0  # … at requests that need no longer be kept
GIVEN_UP = {"fetching"}  # need not end well: what it has in hand is fetched again
PARTING = 2.0  # seconds that it is given
GATHER = 0.15  # from one turn of sending to the next
LISTEN = 0.1  # … at what came in, and at what is due to be sent: somebody waits for an answer


def work(stop: threading.Event, *, alive: Callable[[], bool] = lambda: True) -> None:
    """Until told to stop. Messages come and go in threads of their own: neither waits for plans, nor for a provider."""
    with suppress(TselaError):  # it is said when it is needed
        current()  # takes seconds, which nobody should wait for within a transaction
    sending = Outbox()
    loops = {
        "hearing": partial(go_on, stop, inbox.process_due, LISTEN),
        "sending": partial(go_on, stop, partial(send, sending), 0),
        "fetching": partial(go_on, stop, files.fetch_due, FETCH),
        "campaigns": partial(go_on, stop, plan_campaigns, LOOK),
        "forgetting": partial(go_on, stop, door.forget, FORGET),
    }
    threads = [
        threading.Thread(target=loop, name=name, daemon=name in GIVEN_UP) for name, loop in loops.items()
    ]
    for thread in threads:
        thread.start()
    go_on(stop, partial(work_on, stop.is_set), PAUSE, alive)
    stop.set()
    for thread in threads:
        thread.join(PARTING if thread.daemon else None)
    sending.land(timezone.now())


def go_on(
    stop: threading.Event, turn: Callable[[], int], rest: float, alive: Callable[[], bool] = lambda: True
) -> None:
    """Turn after turn, with a rest where there was nothing to do. Whatever goes wrong is logged and tried again: nothing is
    marked as done but with its work."""
    pause = rest
    while not stop.wait(pause) and alive():
        try:
            close_old_connections()
            pause = 0 if turn() else rest
        except (DatabaseError, TselaError) as error:
            log.warning("The database is not available: %s", str(error).strip())
            pause = 5
        except Exception:
            log.exception("Follow-up work failed; it will be tried again")
            pause = 30


def work_on(stopped: Callable[[], bool] = lambda: False) -> int:
    """What follows from events and from the passing of days; how many clients were planned."""
    return follow_all() + nightly(stopped=stopped)


def send(outbox: Outbox) -> int:
    """What is due to be sent now, then a short rest: what is due in it goes together."""
    began = time.monotonic()
    moved = outbox.turn(timezone.now())
    time.sleep(max(0.0, (GATHER if moved else LISTEN) - (time.monotonic() - began)))
    return moved


def work_once() -> int:
    """What there is to do now, messages too; how many clients were planned."""
    planned = work_on()
    heard = inbox.process_due()
    told = plan_campaigns()
    sent = send_due(timezone.now())
    fetched = files.fetch_due()
    return planned + (work_once() if heard + told + sent + fetched else 0)
