"""PO files as one sheet: a row a text, for each language its words and whether a native speaker has read them; and back."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

import polib

from tsela.programme.languages import SOURCE
from tsela.programme.locales import DRAFT
from tsela.programme.workbook.excel import Row

SHEET, TEXT, WORDS, WHERE, STATE = "words", "English", "words", "where", "state"
COLUMNS = {SHEET: (TEXT, WHERE)}
READ, UNREAD = "reviewed", "draft"


def to_rows(name: str, text: str) -> dict[str, list[dict[str, str]]]:
    """The texts of a PO file that have words, in the order of the texts; of the English one, all texts and where they are read."""
    english = PurePosixPath(name).stem == SOURCE
    entries = [
        entry
        for entry in polib.pofile(text)
        if not entry.obsolete and (entry.occurrences if english else entry.msgstr)
    ]
    rows = [_row(entry, english) for entry in entries]
    return {SHEET: sorted(rows, key=lambda row: row[TEXT])} if rows else {}


def to_sheet(files: Mapping[str, Sequence[Row]]) -> list[dict[str, str]]:
    """The rows of several files side by side: columns `zu` and `zu state` for locales/zu.po."""
    found: dict[str, dict[str, str]] = {}
    for name, rows in sorted(files.items(), key=lambda one: (PurePosixPath(one[0]).stem != SOURCE, one[0])):
        tag = PurePosixPath(name).stem
        for row in rows:
            here = found.setdefault(row[TEXT], {TEXT: row[TEXT]})
            told = (
                {WHERE: row.get(WHERE, "")}
                if tag == SOURCE
                else {tag: row[WORDS], f"{tag} {STATE}": row[STATE]}
            )
            here.update({key: value for key, value in told.items() if value})
    return list(found.values())


def of_sheet(rows: Iterable[Row]) -> dict[str, list[dict[str, str]]]:
    """file → rows, as `to_rows` gives them."""
    rows = [row for row in rows if row.get(TEXT)]
    tags = {
        column
        for row in rows
        for column in row
        if column not in (TEXT, WHERE) and not column.endswith(f" {STATE}")
    }
    files = {f"locales/{tag}.po": [_told(row, tag) for row in rows if row.get(tag)] for tag in sorted(tags)}
    files[f"locales/{SOURCE}.po"] = [
        {key: row[key] for key in (TEXT, WHERE)} for row in rows if row.get(WHERE)
    ]
    return {name: sorted(told, key=lambda row: row[TEXT]) for name, told in files.items()}


def to_text(rows: Mapping[str, Sequence[Row]], before: str, tag: str) -> str:
    """The PO file that it was with these words; its remarks stay, and so do the texts that have none."""
    po = polib.pofile(before, wrapwidth=110) if before else polib.POFile(wrapwidth=110)
    if not before:
        po.metadata = {
            "Language": tag,
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
        }
    told = {row[TEXT]: row for row in rows.get(SHEET, ())}
    known = {entry.msgid: entry for entry in po if not entry.obsolete}
    for text in told:
        if text not in known:
            known[text] = polib.POEntry(msgid=text)
            po.append(known[text])
    for text, entry in known.items():
        _set(entry, told.get(text, {}))
    return str(po) + "\n"


def _set(entry: polib.POEntry, row: Row) -> None:
    entry.msgstr = row.get(WORDS, "")
    others = [flag for flag in entry.flags if flag != DRAFT]
    entry.flags = [*others, DRAFT] if entry.msgstr and row.get(STATE) != READ else others
    if row.get(WHERE):
        entry.occurrences = [(place, "") for place in row[WHERE].split()]


def _row(entry: polib.POEntry, english: bool) -> dict[str, str]:
    if english:
        where = " ".join(place for place, _ in entry.occurrences)
        return {TEXT: entry.msgid, WHERE: where}
    return {TEXT: entry.msgid, WORDS: entry.msgstr, STATE: UNREAD if DRAFT in entry.flags else READ}


def _told(row: Row, tag: str) -> dict[str, str]:
    return {TEXT: row[TEXT], WORDS: row[tag], STATE: row.get(f"{tag} {STATE}", UNREAD)}
