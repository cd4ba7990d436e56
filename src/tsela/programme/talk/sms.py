"""How many SMS a text takes (3GPP TS 23.040 and 23.038)."""

from dataclasses import dataclass

from tsela.programme.languages import gsm7

EXTENDED = frozenset("^{}\\[~]|€\f")  # two septets each in GSM-7
SINGLE = {"GSM-7": 160, "UCS-2": 70}
JOINED = {"GSM-7": 153, "UCS-2": 67}  # each part of several gives seven characters (six octets) to its header


@dataclass(frozen=True, slots=True)
class Sms:
    """A text as SMS: its encoding, its length in units of it, and the parts that a provider charges."""

    encoding: str
    units: int
    parts: int


def sms(text: str) -> Sms:
    """What a text takes as SMS; the empty text is one part. A character is never cut in two between parts."""
    encoding = "GSM-7" if gsm7(text) else "UCS-2"
    sizes = [_size(char, encoding) for char in text]
    units = sum(sizes)
    return Sms(encoding, units, 1 if units <= SINGLE[encoding] else _parts(sizes, JOINED[encoding]))


def _parts(sizes: list[int], room: int) -> int:
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts


def _size(char: str, encoding: str) -> int:
    return 1 + (char in EXTENDED if encoding == "GSM-7" else ord(char) > 0xFFFF)
