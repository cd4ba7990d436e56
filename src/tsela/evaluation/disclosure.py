"""Small cells are hidden, and enough others that no hidden one can be computed from what is shown.

A group is small where a published count of it is 1 to 4. All tables of a report are audited together: the rows that are
shown (and the total) are sums over places; a hidden row that is a linear combination of them would be disclosed, so
further rows are hidden, the smallest first, until none is. Which rows were small and which were hidden to protect them is
not told: that alone could give a number away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tsela.evaluation.cells import Place

SMALL = 5
Group = tuple[str, ...]  # of values of a table's dimensions
Row = tuple[str, Group]  # table, group


@dataclass(frozen=True)
class Table:
    """One breakdown: its dimensions and, for every group, the counts that would be published."""

    name: str
    dimensions: tuple[str, ...]
    counts: Mapping[Group, Sequence[int]]


def hidden(tables: Sequence[Table], places: Sequence[Place]) -> set[Row]:
    """The rows that may not be shown."""
    counts = {(table.name, group): counts for table in tables for group, counts in table.counts.items()}
    vectors = {(table.name, group): _members(table, group, places) for table in tables for group in table.counts}
    rows = {row: vector for row, vector in vectors.items() if not vector.all()}  # who is everyone is the total
    sizes = {row: max(counts[row], default=0) for row in rows}
    hide = {row for row in rows if _is_small(counts[row])}
    while leaks := _disclosed(rows, hide):
        hide.add(_protector(leaks[0], rows, hide, sizes))
    return hide


def _is_small(counts: Sequence[int]) -> bool:
    return any(0 < n < SMALL for n in counts)


def _members(table: Table, group: Group, places: Sequence[Place]) -> NDArray[np.float64]:
    """1 for each place that the group sums over."""
    fields = [Place._fields.index(name) for name in table.dimensions]
    return np.array([tuple(place[field] for field in fields) == group for place in places], np.float64)


def _disclosed(rows: Mapping[Row, NDArray[np.float64]], hide: set[Row]) -> list[Row]:
    """Hidden rows that follow from the shown ones and the total."""
    if not hide:
        return []
    secret = sorted(hide)
    shown = [vector for row, vector in rows.items() if row not in hide]
    known = np.stack([np.ones(len(rows[secret[0]])), *shown], axis=1)
    wanted = np.stack([rows[row] for row in secret], axis=1)
    solution, *_ = np.linalg.lstsq(known, wanted, rcond=None)
    leaking = np.abs(known @ solution - wanted).max(axis=0) < 1e-6
    return [row for row, leaks in zip(secret, leaking, strict=True) if leaks]


def _protector(leak: Row, rows: Mapping[Row, NDArray[np.float64]], hide: set[Row], sizes: Mapping[Row, int]) -> Row:
    """The row to hide next: one that ends the leak alone, of its own table and small where possible.

    There is always one: with every row hidden only the total is known, and no row is the total.
    """

    def far_and_large(row: Row) -> tuple[bool, bool, int, Row]:
        return row[0] != leak[0], not (rows[row] * rows[leak]).any(), sizes[row], row

    candidates = sorted((row for row in rows if row not in hide), key=far_and_large)
    return next((row for row in candidates if leak not in _disclosed(rows, {*hide, row})), candidates[0])
