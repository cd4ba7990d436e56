"""A plan as it is stored: JSON of which much repeats, compressed to a sixth."""

import zlib
from collections.abc import Mapping
from typing import Any

import msgspec


def packed(plan: Mapping[str, Any]) -> bytes:
    """A plan (RULES 5) as bytes."""
    return zlib.compress(msgspec.json.encode(plan), 1)


def unpacked(stored: bytes) -> dict[str, Any]:
    """The plan again. PostgreSQL gives bytes as a memoryview."""
    plan: dict[str, Any] = msgspec.json.decode(zlib.decompress(stored))
    return plan
