"""Columns of a form that hold a text in another language: `label::isiZulu (zu)`, `hint::zu`.

English goes into the form, as if it stood under `label`. The others are words like those of the PO files, which have the last say:
a translation in a sheet was reviewed by nobody, so it is a draft.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from tsela.kernel.errors import Problem, TselaError, problem
from tsela.programme.forms.columns import TEXTS
from tsela.programme.forms.sheets import Row, Sheet, read_sheets

SOURCE = "en"
Words = dict[str, dict[str, str]]
_COLUMN = re.compile(rf"({'|'.join(TEXTS)})::\s*(?:[^()]*\()?([a-z]{{2,3}}(?:-[A-Za-z0-9]+)*)\)?\s*")


def without_translations(sheets: dict[str, Sheet]) -> tuple[dict[str, Sheet], list[Problem]]:
    """The sheets in English alone, and the translations that rows lack (E313)."""
    problems: list[Problem] = []
    plain = {}
    for name, sheet in sheets.items():
        columns = _columns(sheet)
        rows = tuple(_in_english(row, columns) for row in sheet.rows)
        header = replace(sheet.header, cells={text: text for text in _english_names(sheet, columns)})
        plain[name] = Sheet(header, rows)
        for row, english in zip(sheet.rows, rows, strict=True):
            problems += _lacking(row, english, columns)
    return plain, problems


def sheet_words(forms: Path) -> Words:
    """language → English → translation, from the columns of every form of a folder."""
    paths = sorted(
        path for path in forms.glob("*.*") if path.suffix in (".md", ".xlsx") and path.name[0] not in "~."
    )
    found: Words = {}
    for path in paths:
        for language, words in _words_in(path, path.stat().st_mtime_ns).items():
            found.setdefault(language, {}).update(words)
    return found


@lru_cache(maxsize=500)
def _words_in(path: Path, changed: int) -> Words:
    try:
        sheets = read_sheets(path)
    except TselaError:  # told where the form is compiled
        return {}
    found: Words = {}
    for sheet in sheets.values():
        columns = _columns(sheet)
        for row in sheet.rows:
            english = _in_english(row, columns)
            for column, (text, language) in columns.items():
                if language != SOURCE and row.get(column) and english.get(text):
                    found.setdefault(language, {})[english.get(text)] = row.get(column)
    return found


def _columns(sheet: Sheet) -> dict[str, tuple[str, str]]:
    """column → (the text that it holds, its language)."""
    matches = {column: _COLUMN.fullmatch(column) for column in sheet.columns}
    return {column: (match[1], match[2]) for column, match in matches.items() if match}


def _english_names(sheet: Sheet, columns: dict[str, tuple[str, str]]) -> Iterator[str]:
    for column in sheet.columns:
        text, language = columns.get(column, (column, SOURCE))
        if language == SOURCE:
            yield text


def _in_english(row: Row, columns: dict[str, tuple[str, str]]) -> Row:
    cells = {column: cell for column, cell in row.cells.items() if column not in columns}
    for column, (text, language) in columns.items():
        if language == SOURCE and row.get(column):
            cells.setdefault(text, row.get(column))
    return replace(row, cells=cells)


def _lacking(row: Row, english: Row, columns: dict[str, tuple[str, str]]) -> Iterator[Problem]:
    for column, (text, language) in columns.items():
        if english.get(text) and not row.get(column) and language != SOURCE:
            yield problem("E313", where=row.where(column), missing=f"its {text} in “{language}”")
        if row.get(column) and not english.get(text):
            yield problem("E313", where=row.where(text), missing=f"its {text} in English")
