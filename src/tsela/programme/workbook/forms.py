"""Forms as sheets: an XLSForm of its own, or rows beside those of other forms. And back to .md, or to .xlsx."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tsela.kernel.errors import fail, nearest
from tsela.programme.forms.sheets import SHEETS, Sheet, read_sheets
from tsela.programme.workbook import excel, tables
from tsela.programme.workbook.excel import Row

Rows = Mapping[str, Sequence[Row]]
SURVEY, SETTINGS = "survey", "settings"
COLUMNS = {
    SURVEY: ("type", "name", "label"),
    "choices": ("list_name", "name", "label"),
    SETTINGS: ("form_id", "form_title"),
}
_TABLE_LINE = re.compile(r"\s*\|.*\|\s*$")


def export_form(folder: Path, form: str, path: Path) -> None:
    """One form of a programme as .xlsx, with a sheet for each CSV file that it reads. Raises E202 where there is none of that name."""
    known = {
        one.stem: one for one in sorted((folder / "forms").glob("*.*")) if one.suffix in (".md", ".xlsx")
    }
    if form not in known:
        fail("E202", name=form, nearest=nearest(form, known))
    rows = to_rows(known[form])
    found = [folder / "forms" / f"{name}.csv" for name in tables.named_in(rows)]
    texts = {one.name: one.read_text(encoding="utf-8") for one in found if one.is_file()}
    sheets: dict[str, Sequence[Row]] = {name: rows.get(name, []) for name in SHEETS if name in rows}
    read = {name: told for name, text in texts.items() if (told := tables.to_rows(name, text))}
    excel.write(path, {**sheets, **read}, {**COLUMNS, **{name: tables.heads(texts[name]) for name in read}})


def import_form(path: Path, folder: Path) -> Path:
    """An XLSForm into a programme, as the form that its settings name. Raises E301 where it is none, E313 without a form_id."""
    rows = to_rows(path)
    settings = rows.get(SETTINGS, [{}])[0]
    if not settings.get("form_id"):
        fail("E313", where=f"{path} (settings)", missing="a form_id")
    stem = folder / "forms" / settings["form_id"]
    _import_tables(path, rows, stem.parent)
    if stem.with_suffix(".xlsx").exists() or _needs_excel(rows):
        excel.write(stem.with_suffix(".xlsx"), rows, COLUMNS)
        stem.with_suffix(".md").unlink(missing_ok=True)
        return stem.with_suffix(".xlsx")
    target = stem.with_suffix(".md")
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(to_markdown(rows, before), encoding="utf-8")
    return target


def _import_tables(path: Path, rows: Rows, forms: Path) -> None:
    """The CSV files that a form reads: from sheets of its workbook, or from beside it, as other tools keep them."""
    sheets = excel.read(path) if path.suffix == ".xlsx" else {}
    forms.mkdir(parents=True, exist_ok=True)
    for name in tables.named_in(rows):
        target, beside = forms / f"{name}.csv", path.parent / f"{name}.csv"
        before = target.read_text(encoding="utf-8") if target.is_file() else ""
        if target.name in sheets:
            if sheets[target.name] != tables.to_rows(target.name, before):
                target.write_text(tables.to_text(sheets[target.name], before), encoding="utf-8")
        elif beside.is_file() and beside.resolve() != target.resolve():
            target.write_bytes(beside.read_bytes())


def is_form(sheets: Rows) -> bool:
    """Whether these are the sheets of one form, not of a whole programme."""
    return SURVEY in sheets and not any("file" in row for row in sheets[SURVEY])


def to_rows(path: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of a .md or .xlsx form, by sheet; columns in the order of the file."""
    return {
        name: [_ordered(sheet, row.cells) for row in sheet.rows] for name, sheet in read_sheets(path).items()
    }


def to_markdown(rows: Rows, before: str = "") -> str:
    """The tables of a form, each in the place where it stood in the text before, which keeps its headings and remarks."""
    made = {name: _table(name, rows[name]) for name in SHEETS if rows.get(name)}
    parts: list[str] = []
    for line in before.splitlines():
        name = line.split("|")[1].strip() if _TABLE_LINE.match(line) else ""
        if name in made:
            parts.append(made.pop(name))
        elif not _TABLE_LINE.match(line):
            parts.append(line)
    title = rows.get(SETTINGS, [{}])[0].get("form_title", "")
    head = [f"# {title}", ""] if not before and title else []
    tail = [piece for table in made.values() for piece in ("", table)]
    return (
        "\n".join([*head, *parts, *(tail if before or head else tail[1:])])
        .strip("\n")
        .replace("\n\n\n", "\n\n")
        + "\n"
    )


def _needs_excel(rows: Rows) -> bool:
    """Whether a cell has several lines: a Markdown table cannot."""
    return any("\n" in text for sheet in rows.values() for row in sheet for text in row.values())


def _ordered(sheet: Sheet, cells: Row) -> dict[str, str]:
    return {column: cells[column] for column in sheet.columns if column in cells}


def _table(name: str, rows: Sequence[Row]) -> str:
    """A table with aligned columns; its first cell names the sheet."""
    columns = list(dict.fromkeys([*COLUMNS.get(name, ()), *(column for row in rows for column in row)]))
    columns = [column for column in columns if any(row.get(column) for row in rows)]
    lines = [
        [name, *columns],
        *([""] + [row.get(column, "").replace("|", r"\|") for column in columns] for row in rows),
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns) + 1)]
    rule = "|".join("-" * (width + 2) for width in widths)
    shown = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    return "\n".join([shown[0], f"|{rule}|", *shown[1:]])
