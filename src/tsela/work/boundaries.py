"""The days on which a task turns: the last day before, and the first day after."""

from collections.abc import Mapping
from typing import Any

from tsela.kernel.dates import parse_date

NAMES = ("opens-1", "opens", "late", "late+1", "expires", "expires+1")
TURNING = ("upcoming", "due", "overdue", "missed")  # statuses that a date alone decides (RULES R33, 5)
UNITS = {"days": 1.0, "weeks": 7.0, "months": 30.4, "years": 365.2}

Tree = Mapping[str, Any]


def boundaries(tables: Tree, item: Tree) -> tuple[str, ...]:
    """The boundaries that an item has: no expiry, none after it; one that opens with its anchor is not seen before, one that
    opens earlier not on the day it opens either."""
    names = NAMES if item["expires"] else NAMES[:4]
    return (
        names if _seen_before_it_opens(tables, item) else names[2 if _opens_before_its_anchor(item) else 1 :]
    )


def days(tables: Tree, item: Tree, task: Tree) -> dict[str, int]:
    """Day numbers of the boundaries of a task (RULES 5, dates as text)."""
    opens, late, expires = (parse_date(task[name] or "") or 0 for name in ("opens", "late", "expires"))
    found = dict(zip(NAMES, (opens - 1, opens, late, late + 1, expires, expires + 1), strict=True))
    names = boundaries(tables, item)[: None if expires else -2 if item["expires"] else None]
    return {name: found[name] for name in names}


def turned(task: Tree, day: int) -> str:
    """The status that a task has on a day by its dates alone (R33, 5)."""
    opens, late, expires = (parse_date(task[name] or "") for name in ("opens", "late", "expires"))
    if day < (opens or 0):
        return "upcoming"
    if expires is not None and day > expires:
        return "missed"
    return "overdue" if day > (late or 0) else "due"


def _seen_before_it_opens(tables: Tree, item: Tree) -> bool:
    """Whether a task can be upcoming: it opens after its anchor, or its anchor's date can lie ahead."""
    opens = [_about(due) + _about(item["opens"]) for _, due in item["series"]]
    return any(days > 0 for days in opens) or any(_ahead(tables, source) for source in item["anchor"])


def _opens_before_its_anchor(item: Tree) -> bool:
    return all(_about(due) + _about(item["opens"]) < 0 for _, due in item["series"])


def _ahead(tables: Tree, source: Tree) -> bool:
    """A date of its own in a form, such as the date a baby is due, or one that is moved on; not the day of the event, nor a birth."""
    if "plus" in source:
        return _about(source["plus"]) > 0 or _ahead(tables, source["date"])
    if chosen := source.get("later") or source.get("earlier"):
        return any(_ahead(tables, one) for one in chosen)
    if "attr" in source:
        return bool(source["attr"] != "birth_date")
    form = source.get("form") or source["each"]
    return bool(source["q"]) and source["q"] != tables["forms"][form]["date"]


def _about(duration: Any) -> float:
    """Days, about; one that an answer gives counts as ahead."""
    if not duration:
        return 0.0
    n, unit, *question = duration
    return n * UNITS[unit] + (1e6 if question else 0.0)
