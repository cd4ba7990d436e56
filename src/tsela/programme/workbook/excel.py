"""Sheets of named cells to and from .xlsx. All cells are text: what a person types as a number or date is read as text."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from tsela.kernel.errors import fail

Row = Mapping[str, str]
Sheets = Mapping[str, Sequence[Row]]
LONGEST_CELL = 32_767
HEAD = PatternFill("solid", fgColor="A63D17")
WIDEST, NARROWEST = 60, 8
WRAPPED = Alignment(vertical="top", wrap_text=True)


def write(
    path: Path, sheets: Sheets, columns: Mapping[str, Sequence[str]], hidden: Iterable[str] = ()
) -> None:
    """A workbook of these sheets; `columns` gives the order of a sheet's columns, others follow as they come."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        heads = list(dict.fromkeys([*columns.get(name, ()), *(column for row in rows for column in row)]))
        for number, row in enumerate([dict(zip(heads, heads, strict=True)), *rows], 1):
            _write_row(sheet, number, [row.get(column, "") for column in heads])
        _dress(sheet, heads, rows)
        if name in hidden:
            sheet.sheet_state = "hidden"
    book.save(path)


def read(path: Path) -> dict[str, list[dict[str, str]]]:
    """Every sheet's rows, empty cells left out. Raises E301 where the file is no workbook."""
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever the broken zip or XML raised
        fail("E301", where=str(path), reason=str(error) or type(error).__name__)
    return {sheet.title.strip(): list(_rows(sheet)) for sheet in book.worksheets}


def _rows(sheet: Any) -> Iterable[dict[str, str]]:
    heads: list[str] | None = None
    for values in sheet.iter_rows(values_only=True):
        cells = [text_of(value) for value in values]
        if not any(cells):
            continue
        if heads is None:
            heads = [cell.strip() for cell in cells]
        else:
            yield {head: cell for head, cell in zip(heads, cells, strict=False) if head and cell}


def text_of(value: object) -> str:
    """What a person sees in a cell: 5, not 5.0; 2026-11-20, not a time stamp."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value)


def _write_row(sheet: Any, number: int, cells: Sequence[str]) -> None:
    for place, text in enumerate(cells, 1):
        if text:
            cell = sheet.cell(number, place, text)
            cell.data_type = "s"  # a text that starts with = is no formula
            if len(text) > WIDEST or "\n" in text:
                cell.alignment = WRAPPED


def _dress(sheet: Any, heads: Sequence[str], rows: Sequence[Row]) -> None:
    """A coloured, frozen head with filters; columns as wide as what is in them."""
    for cell in sheet[1] if heads else ():
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), HEAD
    sheet.freeze_panes = "B2"
    for place, head in enumerate(heads, 1):
        longest = max(
            [len(head), *(len(line) for row in rows[:200] for line in row.get(head, "").split("\n"))]
        )
        column = sheet.column_dimensions[get_column_letter(place)]
        column.width, column.number_format = min(max(longest + 2, NARROWEST), WIDEST), "@"
    if heads:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{len(rows) + 1}"
