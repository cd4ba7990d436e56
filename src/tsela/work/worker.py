"""The loop that carries events on to what follows from them."""

import logging
import threading
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections

from tsela.work.subscriptions import follow_all, nightly

log = logging.getLogger(__name__)
PAUSE = 0.5  # seconds between two looks at the counters


def work(stop: threading.Event, *, alive: Callable[[], bool] = lambda: True) -> None:
    """Until told to stop. Whatever goes wrong is logged and tried again: positions move only with their work."""
    pause = PAUSE
    while not stop.wait(pause) and alive():
        try:
            close_old_connections()
            pause = 0 if work_once() else PAUSE
        except DatabaseError as error:
            log.warning("The database is not available: %s", str(error).strip())
            pause = 5
        except Exception:
            log.exception("Follow-up work failed; it will be tried again")
            pause = 30


def work_once() -> int:
    """What there is to do now; how many clients were planned."""
    return follow_all() + nightly()
