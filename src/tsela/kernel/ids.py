"""Ids of events, clients, staff and devices: lower-case UUID strings."""

import os
import re
import threading
import time
import uuid

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_NAMESPACE = uuid.UUID("6f1f6c3e-6d5b-5a53-9b1e-7473656c6121")  # fixed for ever: derived ids depend on it
_COUNTER_BITS = 42

_lock = threading.Lock()
_last_millisecond = 0
_last_counter = 0


def uuid7() -> str:
    """A new UUIDv7 (RFC 9562): sorts by time, and after every earlier one of this process.

    48 bits of milliseconds, a 42-bit counter that starts anew at random each millisecond, 32 random bits.
    """
    return uuid7s(1)[0]


def uuid7s(count: int) -> list[str]:
    """So many of them, in their order, with one look at the clock."""
    millisecond, first = _tick(time.time_ns() // 1_000_000, count)
    tails = memoryview(os.urandom(4 * count)).cast("I")
    begin = f"{millisecond >> 16:08x}-{millisecond & 0xFFFF:04x}-7"
    return [
        f"{begin}{n >> 30:03x}-{0x8000 | n >> 16 & 0x3FFF:04x}-{n & 0xFFFF:04x}{tail:08x}"
        for n, tail in enumerate(tails, first)
    ]


def derived_id(*parts: object) -> str:
    """The same id for the same parts, on every machine: for simulated and imported records."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(map(str, parts))))


def is_uuid(value: object) -> bool:
    """Whether value is an id as we write it: a canonical lower-case UUID string."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _tick(now: int, count: int) -> tuple[int, int]:
    """The next (millisecond, counter) pair, with so many counters taken; it only ever rises, also when the clock is set back."""
    global _last_millisecond, _last_counter
    with _lock:
        if now > _last_millisecond:
            _last_millisecond, first = now, _fresh_counter()
        elif _last_counter + count < 1 << _COUNTER_BITS:
            first = _last_counter + 1
        else:
            _last_millisecond, first = _last_millisecond + 1, _fresh_counter()
        _last_counter = first + count - 1
        return _last_millisecond, first


def _fresh_counter() -> int:
    """Random, with the top bit clear so that one millisecond has room for two million million more."""
    return int.from_bytes(os.urandom(6), "big") & ((1 << (_COUNTER_BITS - 1)) - 1)
