"""The programme that this server runs, loaded once and again when its folder changes."""

import logging
import threading
import time
from pathlib import Path

from django.conf import settings

from tsela import programme
from tsela.kernel.errors import TselaError

log = logging.getLogger(__name__)
LOOK_AGAIN = 2.0  # seconds
_lock = threading.Lock()
_looked = 0.0
_loaded: tuple[tuple[Path, int], "programme.Programme"] | None = None


def current() -> "programme.Programme":
    """The programme. Where a changed folder no longer loads, the one before stays in force and the log says why."""
    global _loaded, _looked
    folder = Path(settings.PROGRAMME)
    with _lock:
        if _loaded is not None and _loaded[0][0] == folder and time.monotonic() < _looked + LOOK_AGAIN:
            return _loaded[1]
        _looked = time.monotonic()
        state = (folder, newest(folder))
        if _loaded is not None and _loaded[0] == state:
            return _loaded[1]
        try:
            _loaded = (state, programme.load(folder))
        except TselaError:
            if _loaded is None or _loaded[0][0] != folder:
                raise
            log.exception("The changed programme is not valid; the one before stays in force")
            _loaded = (state, _loaded[1])
        return _loaded[1]


def newest(folder: Path) -> int:
    """When anything in the folder last changed."""
    return max((path.stat().st_mtime_ns for path in folder.rglob("*")), default=0)
