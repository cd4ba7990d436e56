"""Choice lists and data tables of a form: from its choices sheet, or from CSV files beside it.

A CSV file is read whole and only the columns that the form reads go into it, so a phone needs no second file.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme.forms import media
from tsela.programme.forms.columns import COLUMNS
from tsela.programme.forms.sheets import Row
from tsela.programme.forms.uses import Use

Table = list[dict[str, str]]
OTHER = {"name": "other", "label": "Other"}
_CODE = re.compile(r"[^\s,]+")


@dataclass
class Lists:
    """Every list that a form may name, and what is wrong with them."""

    folder: Path
    lists: dict[str, Table] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    files: dict[str, Table] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self, rows: Iterable[Row]) -> None:
        """The choices sheet."""
        for row in rows:
            extra = {
                column: text
                for column, text in row.cells.items()
                if column not in (*COLUMNS["choices"], "list name")
            }
            beside, wrong = media.beside(row)
            self.problems += wrong
            self.add(
                row.get("list_name") or row.get("list name"),
                row.get("name"),
                row.get("label"),
                row,
                extra | beside,
            )

    def add(self, name: str, code: str, label: str, row: Row, extra: dict[str, str]) -> None:
        if not name or not code or not label:
            self.problem("E313", row, missing="a list_name, a name and a label")
        elif not _CODE.fullmatch(code):
            self.problem("E310", row, "name", name=code, rule="no spaces and no commas")
        else:
            choices = self.lists.setdefault(name, [])
            if any(choice["name"] == code for choice in choices):
                self.problem("E309", row, "name", name=code)
            choices.append({"name": code, "label": label} | extra | {"name": code, "label": label})

    def problem(self, code: str, row: Row, column: str = "", /, **fields: object) -> None:
        self.problems.append(problem(code, where=row.where(column), **fields))

    def add_other(self, name: str) -> None:
        """`or_other`: one more choice, for everybody who uses the list (as pyxform does)."""
        choices = self.lists.get(name, [])
        if all(choice["name"] != OTHER["name"] for choice in choices):
            choices.append(dict(OTHER))

    def add_file(self, file: str, row: Row, value: str, label: str) -> str:
        """The list of a select from a CSV file: its name is the file's, without .csv."""
        name = file.removesuffix(".csv")
        table = self.file(name, row, "type") if file.endswith(".csv") else None
        if table is None and not file.endswith(".csv"):
            self.problem(
                "E319", row, "type", name=file, reason="lists are read from .csv files", nearest=None
            )
        columns = set(table[0]) if table else set()
        for missing in {value, label} - columns if table else ():
            self.problem(
                "E319",
                row,
                "parameters",
                name=file,
                reason=f"it has no column {missing}",
                nearest=nearest(missing, columns),
            )
        if name not in self.lists:
            for number, cells in enumerate(table or [], start=2):
                place = Row(self.folder / file, "data", number, cells)
                self.add(name, cells.get(value, ""), cells.get(label, ""), place, cells)
        return name

    def file(self, name: str, row: Row, column: str) -> Table | None:
        """The rows of forms/NAME.csv; None, and a problem, where there are none."""
        if name not in self.files:
            self.files[name] = self._read(name, row, column)
        return self.files[name] or None

    def _read(self, name: str, row: Row, column: str) -> Table:
        try:
            with (self.folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as lines:
                rows = [
                    {key.strip(): (text or "").strip() for key, text in cells.items() if key}
                    for cells in csv.DictReader(lines)
                ]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            reason = (
                "there is no such file beside the form"
                if isinstance(error, FileNotFoundError)
                else str(error)
            )
            near = nearest(name, [path.stem for path in self.folder.glob("*.csv")])
            self.problem(
                "E319", row, column, name=f"{name}.csv", reason=reason, nearest=near and f"{near}.csv"
            )
            return []
        if not rows:
            self.problem("E319", row, column, name=f"{name}.csv", reason="it has no rows", nearest=None)
        return rows

    def check_use(self, use: Use) -> None:
        """Columns that a choice_filter or a look-up reads, and the lists that it names."""
        own = use.node.get("list", "")
        if own in self.lists and use.choice_columns():
            self._check_columns(use, "choice_filter", use.choice_columns(), self.lists[own])
        for column, name, read in use.look_ups():
            if name not in self.lists and not (self.folder / f"{name}.csv").is_file():
                known = {*self.lists, *(path.stem for path in self.folder.glob("*.csv"))}
                self.problem("E307", use.row, column, name=name, nearest=nearest(name, known))
                continue
            if name in self.lists:
                self.used.add(name)
            self._check_columns(
                use, column, read, self.lists.get(name) or self.file(name, use.row, column) or []
            )

    def _check_columns(self, use: Use, column: str, read: set[str], table: Table) -> None:
        known = {name for row in table for name in row}
        for missing in sorted(read - known) if table else ():
            self.problem("E306", use.row, column, name=missing, nearest=nearest(missing, known))

    def choices(self, uses: Iterable[Use]) -> dict[str, Table]:
        """The lists in use, with only the columns that are read."""
        keep = {"name", "label", "image"}.union(*(use.choice_columns() | use.looked_up() for use in uses))
        return {
            name: [_only(choice, keep) for choice in self.lists.get(name, [])] for name in sorted(self.used)
        }

    def data(self, uses: Iterable[Use]) -> dict[str, Table]:
        """The files that are only looked up, likewise."""
        read: dict[str, set[str]] = {}
        for _, name, columns in (one for use in uses for one in use.look_ups()):
            if name not in self.lists and self.files.get(name):
                read.setdefault(name, set()).update(columns)
        return {name: [_only(row, read[name]) for row in self.files[name]] for name in sorted(read)}


def _only(row: dict[str, str], keep: set[str]) -> dict[str, str]:
    return {column: text for column, text in row.items() if column in keep and text != ""}
