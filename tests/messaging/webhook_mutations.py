"""What people write, and what becomes of a webhook on a bad day."""

import json
import random
from typing import Any

TEXTS = [
    "Hi", "1", "2", "Sawubona", "Dumelang", "Habari", "Ndinonzwa kurwadza", "yes", "Yebo", "menu", "cough", "STOP", "help", "ɛɔ ŋ ḓ ŵ ĩũ",
    "👋🏾", "👩🏾‍🍼❤️", "", " ", "\n", "مرحبا \u202e\u200f", "𝕙𝕚", "a\u0000b", "half a pair \ud83d", "x" * 10_000, "é" * 3_000, "{name} {code_word}",
    "<script>alert(1)</script>", "'; DROP TABLE messaging_message; --", "../../etc/passwd", "%s%n\\u0000", "9" * 400, "null", "٣", "\u200b\u200b", "1 2",
    "I want to die", "Bomvu? Ngifuna umuntu", "你好，我想知道", "Çok teşekkür ederim", "ʻŌlelo Hawaiʻi",
]  # fmt: skip
ODD: list[Any] = [
    None, True, -1, 0, 10**30, 1e400, "", "\u0000", "\ud83d", [], {}, [[]], [None], {"": {}}, "x" * 300, ["a"] * 30, {"id": {"id": []}},
]  # fmt: skip


def mutated(value: Any, rng: random.Random) -> Any:
    """A copy with one to three of its places changed, left out, doubled or replaced by what nobody expects."""
    copy = json.loads(json.dumps(value))
    for _ in range(rng.randint(1, 3)):
        copy = _changed(copy, rng)
    return copy


def _changed(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        match rng.randrange(5):
            case 0:
                return {name: one for name, one in value.items() if name != key}
            case 1:
                return value | {rng.choice(["type", "from", "id", "é", ""]): value[key]}
        return value | {key: _changed(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.85:
        at = rng.randrange(len(value))
        changed = [*value[:at], _changed(value[at], rng), *value[at + 1 :]]
        return rng.choice([changed, changed, changed * 2, changed[::-1], []])
    if isinstance(value, str) and rng.random() < 0.4:
        at = rng.randrange(len(value) + 1)
        return (
            value[:at] + rng.choice(["", "\u0000", "\u202e", "9", "é", "\ud83d", "{", " "]) + value[at + 1 :]
        )
    return rng.choice(ODD)


def mutated_bytes(body: bytes, rng: random.Random) -> bytes:
    """Cut, flipped, doubled, or something else altogether."""
    match rng.randrange(6):
        case 0:
            return body[: rng.randrange(len(body) + 1)]
        case 1:
            at = rng.randrange(len(body) + 1)
            return body[:at] + bytes(rng.randrange(256) for _ in range(rng.randint(1, 9))) + body[at + 1 :]
        case 2:
            return body + body
        case 3:
            return rng.choice(
                [b"", b"null", b"[]", b"{}", b'"', b"\xff\xfe\x00", b"0", b"[" * 5_000, b"a=b&a=c&=&%zz=%ff"]
            )
        case 4:
            return body.replace(b'"', b"'", rng.randint(1, 5))
    return rng.randbytes(rng.randint(1, 300))
