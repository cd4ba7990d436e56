"""PO files, read quickly: texts with words, a line each, whether anybody has reviewed them.

polib reads whatever gettext allows, and says what is wrong; it takes most of the time of loading thirty languages. The
files that we write have only the few lines known here; of any other polib is asked.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib

FUZZY = "fuzzy"
NO_WORDS = '""\n'
INSIDE = r'[^"\\\n]*(?:\\.[^"\\\n]*)*'
TEXT = rf'((?:"{INSIDE}"[ \t]*\n)+)'
ENTRY = re.compile(rf"((?:^#(?!~).*\n)*)^msgid {TEXT}msgstr {TEXT}", re.MULTILINE)
REMARK = re.compile(r"(?:#.*)?\n?")
QUOTED = re.compile(rf'"({INSIDE})"')
ESCAPED = re.compile(r"\\(.)")
MEANT = {"n": "\n", "t": "\t", "r": "\r"}


class Entry(NamedTuple):
    """A text and its words; `line` is that on which it begins, remarks included."""

    msgid: str
    msgstr: str
    fuzzy: bool
    line: int


def entries(path: Path) -> list[Entry]:
    """The entries of a file that have words, in order. Raises what polib raises of a file that is none."""
    text = path.read_text(encoding="utf-8")
    found = list(_quickly(text if text.endswith("\n") else f"{text}\n"))
    if None in found:
        return _slowly(path)
    return [entry for entry in found if entry and entry.msgid and entry.msgstr]


def _quickly(text: str) -> Iterator[Entry | None]:
    """Entry by entry; None where something stands between that is neither a remark nor empty."""
    at, line = 0, 1
    for found in ENTRY.finditer(text):
        if not _nothing(text[at : found.start()]):
            yield None
            return
        line += text.count("\n", at, found.start())
        at = found.start()
        remarks, msgid, msgstr = found.groups()
        if msgstr != NO_WORDS:
            fuzzy = any(FUZZY in flags for flags in remarks.split("\n") if flags.startswith("#,"))
            yield Entry(_unquoted(msgid), _unquoted(msgstr), fuzzy, line)
        line += text.count("\n", at, found.end())
        at = found.end()
    if not _nothing(text[at:]):
        yield None


def _nothing(between: str) -> bool:
    return not between.strip() or all(REMARK.fullmatch(line.strip()) for line in between.split("\n"))


def _unquoted(lines: str) -> str:
    joined = "".join(QUOTED.findall(lines))
    return ESCAPED.sub(lambda found: MEANT.get(found[1], found[1]), joined) if "\\" in joined else joined


def _slowly(path: Path) -> list[Entry]:
    return [
        Entry(entry.msgid, entry.msgstr, FUZZY in entry.flags, entry.linenum)
        for entry in polib.pofile(str(path))
        if entry.msgstr and not entry.obsolete
    ]
