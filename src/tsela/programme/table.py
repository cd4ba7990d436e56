"""A CSV file of a programme as rows whose cells know their file, line and column. Comma or semicolon between the cells."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme.shape import fit
from tsela.programme.source import Place, Text, where

BOM = "\ufeff"
CELL = r'[ \t]*("(?:[^"]|"")*"|[^{mark}"\r\n][^{mark}\r\n]*|)[ \t]*({mark}|\r?\n|\r|\Z)'


def read(path: Path, name: str, shape: Mapping[str, Any]) -> tuple[list[dict[str, Text]], list[Problem]]:
    """The rows of a file by the heads of its first line, empty cells left out, and what does not fit the shape of one row;
    `name` is what problems call the file."""
    try:
        text = path.read_text(encoding="utf-8").removeprefix(BOM)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        return [], [problem("E221", where=name, reason=reason)]
    heads, *lines = list(_lines(text, name)) or [[]]
    problems = [_unknown(head, shape) for head in heads if head and head not in shape["properties"]]
    rows: list[dict[str, Text]] = []
    for cells in filter(any, lines):
        problems += map(_too_many, filter(None, cells[len(heads) :][:1]))
        named = zip(heads, cells, strict=False)
        row = {str(head): cell for head, cell in named if cell and head in shape["properties"]}
        fitting, wrong = fit(row, shape, where(cells[0]))
        rows += [fitting] if fitting else []
        problems += wrong
    return rows, problems


def _lines(text: str, name: str) -> Iterator[list[Text]]:
    """The cells of each line. One with a quotation mark in its middle, or with one that is not closed, runs to the line's end."""
    first = text.partition("\n")[0]
    mark = ";" if first.count(";") > first.count(",") else ","
    cell, rest = re.compile(CELL.replace("{mark}", mark)), re.compile(r"([^\r\n]*)(\r?\n|\r|\Z)")
    at, line, start, cells = 0, 1, 0, list[Text]()
    while at < len(text) or cells:
        found = cell.match(text, at) or rest.match(text, at)
        assert found
        raw = found[1].rstrip(" \t")
        said = raw[1:-1].replace('""', '"') if raw[:1] == '"' and raw[-1:] == '"' else raw
        cells.append(Text(said.strip(), Place(name, line, found.start(1) - start + 1, raw)))
        at = found.end()
        if found[2] != mark:
            yield cells
            line, start, cells = line + text.count("\n", start, at), at, []


def _unknown(head: Text, shape: Mapping[str, Any]) -> Problem:
    known = shape["properties"]
    return problem("E225", where=where(head), name=head, known=", ".join(known), nearest=nearest(head, known))


def _too_many(cell: Text) -> Problem:
    return problem(
        "E226", where=where(cell), expected="empty: the first line names no column here", found=cell
    )
