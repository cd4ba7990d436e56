"""Text as people type it, made comparable: case, accents, look-alike digits, invisible letters, stray spaces and marks."""

import re
import unicodedata
from functools import lru_cache

# Letters of our languages that no decomposition makes plain. Apostrophes inside words (ng'ombe) fall away.
PLAIN = {"ɛ": "e", "ɔ": "o", "ŋ": "n", "ɖ": "d", "ƒ": "f", "ɣ": "g", "ʋ": "v", "ɓ": "b", "ɗ": "d", "ƙ": "k",
         "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "'": "", "’": "", "‘": "", "ʼ": "", "`": "", "´": ""}  # fmt: skip
SHORT = 80  # characters; longer texts are not remembered
STRETCHED = re.compile(r"(.)\1{2,}")


class _Letters(dict[int, str]):
    """Code point → what it is folded to, found once each. Marks and invisible letters vanish; punctuation divides."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = unicodedata.category(char)
        if char in PLAIN:
            folded = PLAIN[char]
        elif kind == "Nd":
            folded = str(unicodedata.decimal(char))
        elif kind[0] in "LN":
            folded = char
        else:
            folded = "" if kind[0] == "M" or kind == "Cf" else " "
        self[code] = folded
        return folded


class _Symbols(_Letters):
    """The same, where there are no words: a thumb up is an answer."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        return char if unicodedata.category(char) in ("So", "Sm", "Sc") else super().__missing__(code)


_LETTERS, _SYMBOLS = _Letters(), _Symbols()


def fold(text: str) -> str:
    """The words of a text, comparable: "  Ndinokhohlokhohlo!! " → "ndinokhohlokhohlo". What has no words keeps its symbols."""
    return _short(text) if len(text) <= SHORT else _folded(text)


def unstretched(folded: str) -> str:
    """A letter typed three times or more, for emphasis, counts once: "yesssss" → "yes"."""
    return STRETCHED.sub(r"\1", folded)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(plain.translate(_LETTERS).split()) or " ".join(plain.translate(_SYMBOLS).split())


_short = lru_cache(maxsize=1 << 14)(_folded)
