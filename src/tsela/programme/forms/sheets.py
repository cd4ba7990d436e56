"""XLSForm sheets as rows of named cells, each knowing where it stands, so that a problem can name its place."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tsela.kernel.errors import fail

SHEETS = ("survey", "choices", "settings")

# The Markdown that pyxform reads: a first cell names the sheet, and '\|' is a pipe inside a cell.
_TABLE_ROW = re.compile(r"\s*\|(.*)\|\s*$")
_RULE = re.compile(r"^[|\-:\s]+$")
_PIPE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet; empty cells are absent."""

    file: Path
    sheet: str
    number: int  # the line of a Markdown file, the row of a spreadsheet
    cells: dict[str, str]

    def get(self, column: str) -> str:
        """A cell's text, '' when it is empty."""
        return self.cells.get(column, "")

    def where(self, column: str = "") -> str:
        """forms/anc_contact.md:9 (survey, column relevant): what every problem of a form names."""
        place = f"{self.sheet}, column {column}" if column else self.sheet
        return f"{self.file}:{self.number} ({place})"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and its rows."""

    header: Row  # cells: {column: column}
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.header.cells)


def read_sheets(path: Path) -> dict[str, Sheet]:
    """The sheets of a .md or .xlsx form by name. Raises E301 when the file cannot be read as one."""
    try:
        lines = list(_markdown(path) if path.suffix == ".md" else _spreadsheet(path))
    except Exception as error:  # openpyxl raises whatever the broken zip or XML raised
        fail("E301", where=str(path), reason=str(error) or type(error).__name__)
    sheets = {name: _sheet(path, name, [line for line in lines if line[0] == name]) for name in SHEETS}
    found = {name: sheet for name, sheet in sheets.items() if sheet}
    if "survey" not in found:
        fail("E301", where=str(path), reason="it has no survey sheet")
    return found


Line = tuple[str, int, list[str]]


def _markdown(path: Path) -> Iterator[Line]:
    sheet = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = _TABLE_ROW.match(line)
        if not match or _RULE.match(match[1]):
            continue
        first, *cells = (cell.strip().replace(r"\|", "|") for cell in _PIPE.split(match[1]))
        sheet = first or sheet
        if any(cells):
            yield sheet, number, cells


def _spreadsheet(path: Path) -> Iterator[Line]:
    from openpyxl import load_workbook  # slow to import; most programmes keep their forms as Markdown

    for sheet in load_workbook(path, read_only=True, data_only=True).worksheets:
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = [_text(value) for value in row]
            if any(cells):
                yield sheet.title.strip(), number, cells


def _text(value: object) -> str:
    """What a person sees in a spreadsheet cell: 5, not 5.0; 2026-11-20, not a time stamp."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).removesuffix(" 00:00:00").strip()


def _sheet(path: Path, name: str, lines: list[Line]) -> Sheet | None:
    if not lines:
        return None
    (_, first, header), *rest = lines
    return Sheet(
        Row(path, name, first, {column: column for column in header if column}),
        tuple(Row(path, name, number, _named(header, cells)) for _, number, cells in rest),
    )


def _named(header: Iterable[str], cells: Iterable[str]) -> dict[str, str]:
    return {column: cell for column, cell in zip(header, cells, strict=False) if column and cell}
