"""What a reader takes a letter for: case, accents, look-alike and invisible letters away; digits that stand for letters.

`SEEN` and `BLURRED` are tables for `str.translate`; both drop everything that is no letter or digit. In BLURRED,
digits are the letters that they can stand for, and l is i.
"""

import unicodedata

# Letters of other scripts and small capitals that look like ours (Unicode confusables), and African letters that people
# type without their hooks.
_LOOK = {
    "авекмнорстухѕіјһԁԛԝѵьӏҝӊӄԍ": "abekmhopctyxsijhdqwvbiknkg",
    "αβεζηικμνορτυχωϲ": "abeznikuvoptuxwc",
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ": "abcdefghijklmnoprstuvwyz",
    "ɛɔƒɖŋɣʋɓɗƙƴıɩøłđħɑɡʌⱱ": "eofdngvbdkyiioldhagav",
    "ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ": "bpdtgkjczfmnlsrvhwxyaeiou",
    "ᎪᏼᏟᎠᎬᏀᎻᏆᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ": "abcdeghiklmprstvwz",
}
# After case folding a capital is its small letter, which may look like another: Cyrillic В is a b, but в is no v.
_CAPITALS = {"ΒΗΡΥΧΝ": "bhpyxn", "ВНРСУХ": "bhpcyx", "Ѵ": "v", "ΙІӀ": "iii", "ΑА": "aa", "ΤТ": "tt"}
_DIGITS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
_SIGNS = {"@": "a", "$": "s", "€": "e"}
_ENCLOSED = ((0x1F130, 26), (0x1F150, 26), (0x1F170, 26), (0x1F1E6, 26))  # squared and circled letters, flags

LOOK = {a: b for one, other in (*_LOOK.items(), *_CAPITALS.items()) for a, b in zip(one, other, strict=True)}


def seen(char: str) -> str:
    """The letters or digits that a reader sees in a character; nothing for a sign, a space or an invisible one."""
    for first, count in _ENCLOSED:
        if first <= ord(char) < first + count:
            return chr(ord("a") + ord(char) - first)
    if char in LOOK:
        return LOOK[char]
    plain = unicodedata.normalize("NFKD", char).casefold()
    return "".join(LOOK.get(one, one) for one in plain if one.isalnum())


def invisible(char: str) -> bool:
    """Whether a character shows nothing by itself: accents that follow a letter, joiners, marks of direction."""
    return unicodedata.category(char) in ("Mn", "Me", "Cf") or char == "\u115f"


def letter_of(digit: str) -> str:
    """The letter that a digit or sign can stand for; the same for a letter."""
    return _DIGITS.get(digit, digit)


class _Table(dict[int, str]):
    def __init__(self, *, blurred: bool) -> None:
        super().__init__()
        self.blurred = blurred

    def __missing__(self, code: int) -> str:
        char = chr(code)
        shown = seen(char)
        if self.blurred:
            shown = _SIGNS.get(char, "".join(map(letter_of, shown)).replace("l", "i"))
        self[code] = shown
        return shown


SEEN = _Table(blurred=False)
BLURRED = _Table(blurred=True)
