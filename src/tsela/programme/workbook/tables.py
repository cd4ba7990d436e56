"""The CSV files of a programme (choices, look-ups) as sheets that people edit, and back. A sheet is named like its file."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tsela.programme.workbook.excel import Row

LONGEST_NAME = 31  # of a sheet, in Excel
_NAMED = re.compile(r"([\w-]+)\.csv|(?:pulldata|instance)\s*\(\s*['\"]([\w-]+)['\"]")


def heads(text: str) -> list[str]:
    """The columns of a CSV file, in its order."""
    return [head.strip() for head in next(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), [])]


def to_rows(name: str, text: str) -> list[dict[str, str]]:
    """Its rows, empty cells left out; none where it is no plain table or its name is too long for a sheet."""
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    columns = heads(text)
    plain = "file" not in columns and all(columns) and len(set(columns)) == len(columns)
    if not plain or len(Path(name).name) > LONGEST_NAME or any(len(line) > len(columns) for line in lines):
        return []
    return [
        {column: cell for column, cell in zip(columns, line, strict=False) if cell}
        for line in lines[1:]
        if any(line)
    ]


def to_text(rows: Sequence[Row], before: str = "") -> str:
    """The CSV of these rows, columns in the order that they had before."""
    columns = list(dict.fromkeys([*heads(before), *(column for row in rows for column in row)]))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def named_in(rows: Mapping[str, Iterable[Row]]) -> list[str]:
    """The CSV files that a form's cells name, without .csv."""
    cells = (text for sheet in rows.values() for row in sheet for text in row.values())
    found = (match for cell in cells for match in _NAMED.finditer(cell))
    return list(dict.fromkeys(match[1] or match[2] for match in found))
