"""How many SMS a text takes (3GPP TS 23.038 and 23.040), and what that costs."""

from dataclasses import dataclass
from decimal import Decimal

from tsela.programme.languages import GSM7

# Characters of a message of one part, and of each part of a longer one: each gives six octets to its header.
ALONE = {"gsm7": 160, "ucs2": 70}
PART = {"gsm7": 153, "ucs2": 67}
EXTENSION = frozenset("^{}\\[~]|€\f")  # two septets each
# What GSM-7 lacks and nobody misses: quotation marks, dashes, spaces.
TYPED = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " "})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sms:
    """How an SMS travels: in which letters (gsm7, ucs2), how many of them, in how many parts."""

    encoding: str
    length: int
    parts: int

    def cost(self, price: Decimal) -> Decimal:
        """What it costs at a price for one part."""
        return price * self.parts


def sms(text: str) -> Sms:
    """The encoding, length (septets of GSM-7, 16-bit units otherwise) and parts of a text."""
    encoding = "gsm7" if GSM7.issuperset(text) else "ucs2"
    length = len(text) + sum(map(EXTENSION.__contains__, text)) if encoding == "gsm7" else units(text)
    return Sms(encoding, length, 1 if length <= ALONE[encoding] else _parts(text, encoding))


def units(text: str) -> int:
    """16-bit units: what channels count; an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plainer(text: str) -> str:
    """A text in GSM-7 where only quotation marks, dashes and spaces keep it out."""
    typed = text.translate(TYPED)
    return typed if GSM7.issuperset(typed) else text


def _parts(text: str, encoding: str) -> int:
    """A character of two units is never divided between two parts."""
    parts, used = 1, 0
    for char in text:
        size = 1 + (char in EXTENSION if encoding == "gsm7" else char > "\uffff")
        if used + size > PART[encoding]:
            parts, used = parts + 1, 0
        used += size
    return parts
