"""A whole programme's folder to a workbook and back, file by file."""

import base64
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from tsela.kernel.errors import fail
from tsela.programme.forms.sheets import SHEETS
from tsela.programme.shape import schema
from tsela.programme.workbook import excel, forms, tables, words
from tsela.programme.workbook import yaml as rules

Rows = dict[str, list[dict[str, str]]]
FILE, FILES, TEXTS = "file", "_files", "texts"
CHUNK = 32_000
SERVICES = "services"  # a folder, and a sheet
ORDER = (rules.REST, "items", "flags", "definitions", "states", "policies", "countries", *SHEETS, "cases", "messages", "conversations", "services", "service kinds", "articles",
         "understood", "words that tell", "dialogues", words.SHEET, "languages", "facts", "benchmarks", "indicators", TEXTS)  # fmt: skip
COLUMNS = {
    **rules.COLUMNS,
    **{name: (FILE, *columns) for name, columns in forms.COLUMNS.items()},
    **words.COLUMNS,
    SERVICES: (FILE, *schema(SERVICES)["properties"]),
}


def export_programme(folder: Path, path: Path) -> None:
    """The programme of a folder as one workbook."""
    sheets: Rows = {name: [] for name in ORDER}
    files = {name: _told(folder / name, name) for name in _names(folder)}
    for name, told in files.items():
        for sheet, rows in told.items():
            sheets.setdefault(sheet, []).extend({FILE: name, **row} for row in rows if sheet != words.SHEET)
    sheets[words.SHEET] = words.to_sheet(
        {name: told[words.SHEET] for name, told in files.items() if words.SHEET in told}
    )
    sheets[FILES] = [row for name in _names(folder) for row in _raw(name, (folder / name).read_bytes())]
    csv = {Path(name).name: folder / name for name in files if name.endswith(".csv")}
    columns = {
        name: (FILE, *tables.heads(one.read_text(encoding="utf-8")))
        for name, one in csv.items()
        if name in sheets
    }
    excel.write(
        path, {name: rows for name, rows in sheets.items() if rows}, {**COLUMNS, **columns}, hidden=(FILES,)
    )


def import_programme(path: Path, folder: Path) -> list[str]:
    """What was edited in a workbook, into a folder; every file, into one that is empty. Gives the names of files written.

    Raises E246 where a file was edited both in the workbook and, since it was made, in the folder; nothing is written then.
    """
    sheets = excel.read(path)
    if rules.REST not in sheets:
        fail(
            "E301",
            where=str(path),
            reason=f"it has no sheet {rules.REST}: it was not made by tsela programme export",
        )
    raw = dict(_unraw(sheets.pop(FILES, [])))
    told = {
        name: {words.SHEET: rows}
        for name, rows in words.of_sheet(sheets.pop(words.SHEET, [])).items()
        if rows
    }
    told |= _by_file(sheets)
    written = dict(_changes(told, raw, folder))
    for name, body in written.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink() if body is None else target.write_bytes(body)
    return sorted(written)


def _changes(
    told: Mapping[str, Rows], raw: Mapping[str, bytes], folder: Path
) -> Iterator[tuple[str, bytes | None]]:
    """(file, what it is to hold; None for one that is gone)."""
    with tempfile.TemporaryDirectory(prefix="tsela-") as before:
        for name in dict.fromkeys([*raw, *told]):
            here = folder / name
            known = here.read_bytes() if here.is_file() else None
            was = _was(name, raw.get(name), Path(before))
            if was == told.get(name, {}) and name in raw:
                if known is None:
                    yield name, raw[name]
                continue
            made = _made(name, told[name], raw.get(name, b""), Path(before)) if told.get(name) else None
            if known is not None and known not in (raw.get(name), made) and name in raw:
                fail("E246", where=str(here))
            if made != known:
                yield name, made


def _was(name: str, body: bytes | None, scratch: Path) -> Rows:
    """The rows of a file as it was exported."""
    if body is None:
        return {}
    path = scratch / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return _told(path, name)


def _told(path: Path, name: str) -> Rows:
    """A file as rows, by sheet; nothing where it is for machines."""
    if name.startswith("forms/") and path.suffix in (".md", ".xlsx"):
        return forms.to_rows(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return {}
    if path.suffix == ".yaml":
        return rules.to_rows(name, text)
    if path.suffix == ".po":
        return words.to_rows(name, text)
    if path.suffix == ".csv" and (sheet := _sheet(name)) and (rows := tables.to_rows(name, text)):
        return {sheet: rows}
    return {TEXTS: [{"text": text}]} if 0 < len(text) < excel.LONGEST_CELL and "\r" not in text else {}


def _made(name: str, told: Rows, before: bytes, scratch: Path) -> bytes:
    """A file from its rows."""
    path = Path(name)
    if path.suffix == ".xlsx":
        excel.write(scratch / "form.xlsx", told, forms.COLUMNS)
        return (scratch / "form.xlsx").read_bytes()
    text = before.decode("utf-8")
    if path.suffix == ".md" and name.startswith("forms/"):
        return forms.to_markdown(told, text).encode()
    if path.suffix == ".yaml":
        return rules.to_text(name, told, rules.keys(text)).encode()
    if path.suffix == ".po":
        return words.to_text(told, text, path.stem).encode()
    if path.suffix == ".csv" and (sheet := _sheet(name)) in told:
        return tables.to_text(told[sheet], text).encode()
    return "".join(row.get("text", "") for row in told.get(TEXTS, ())).encode()


def _sheet(name: str) -> str:
    """The sheet of a CSV file: one for all countries' services, else its own."""
    folder = name.partition("/")[0]
    return SERVICES if folder == SERVICES else Path(name).name if folder == "forms" else ""


def _by_file(sheets: Mapping[str, list[dict[str, str]]]) -> dict[str, Rows]:
    """file → sheet → rows."""
    found: dict[str, Rows] = {}
    for sheet, rows in sheets.items():
        for row in rows:
            name = row.get(FILE, "").strip()
            if not name or name.startswith("/") or ".." in name.split("/"):
                fail("E247", where=f"sheet {sheet}", name=name or "nothing")
            found.setdefault(name, {}).setdefault(sheet, []).append(
                {k: v for k, v in row.items() if k != FILE}
            )
    return found


def _names(folder: Path) -> list[str]:
    """Every file that belongs to the programme."""
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.as_posix() for path in found if not any(part.startswith((".", "~")) for part in path.parts)]


def _raw(name: str, body: bytes) -> Iterator[dict[str, str]]:
    packed = base64.b85encode(zlib.compress(body, 9)).decode("ascii")
    for start in range(0, max(len(packed), 1), CHUNK):
        yield {FILE: name, "body": "b85:" + packed[start : start + CHUNK]}


def _unraw(rows: list[dict[str, str]]) -> Iterator[tuple[str, bytes]]:
    packed: dict[str, str] = {}
    for row in rows:
        packed[row[FILE]] = packed.get(row[FILE], "") + row.get("body", "").removeprefix("b85:")
    for name, body in packed.items():
        yield name, zlib.decompress(base64.b85decode(body)) if body else b""
