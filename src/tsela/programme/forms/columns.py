"""What a cell of an XLSForm may say: columns, types, appearances and parameters (docs/xlsform.md)."""

import re
from collections.abc import Mapping

from tsela.programme.forms import media

EXPRESSIONS = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count")
TEXTS = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
COLUMNS = {
    "survey": ("type", "name", *TEXTS, *EXPRESSIONS, "required", "readonly", "default", "appearance", "parameters",
               "bind::type", *media.COLUMNS, "source", "comment"),
    "choices": ("list_name", "name", "label", "media::image", "image", "source", "comment"),
    "settings": ("form_id", "form_title", "date_question", "for", "version", "source", "comment"),
}  # fmt: skip
MEDIA = ("media", "big-image", "audio", "video")
ALIASES = {
    "int": "integer",
    "string": "text",
    "select_many": "select_multiple",
    "gps": "geopoint",
    "photo": "image",
}
LONG_LISTS = ("minimal", "autocomplete", "search")
APPEARANCES: dict[str, tuple[str, ...]] = {
    "group": ("field-list",),
    "repeat": (),
    "text": ("multiline", "numbers"),
    "integer": (),
    "decimal": (),
    "range": (),
    "date": (),
    "time": (),
    "barcode": (),
    "geopoint": (),
    "image": ("new", "new-front"),
    "audio": ("new",),
    "select_one": LONG_LISTS,
    "select_multiple": LONG_LISTS,
    "note": (),
    "calculate": (),
    "hidden": (),
}
TYPES = tuple(APPEARANCES)
SHOWN = tuple(kind for kind in TYPES if kind not in ("calculate", "hidden"))
FROM_FILE = {f"{kind}_from_file": kind for kind in ("select_one", "select_multiple")}
# What an XLSForm may ask and our phones do not collect: said as such, not as a spelling mistake.
NOT_YET = {
    **dict.fromkeys(("video", "file", "background-audio"), "photos and sounds are collected; films, files and secret recordings are not"),
    **dict.fromkeys(("geotrace", "geoshape"), "lines and areas are not collected yet; a geopoint is"),
    **dict.fromkeys(("dateTime", "start", "end", "today", "start-geopoint"), "an event has its day, and no clock"),
    **dict.fromkeys(("deviceid", "username", "audit", "phonenumber"), "the record keeps who wrote it and on which phone"),
    "rank": "ask for the first choice, then for the second",
    "acknowledge": "use a select_one with one choice",
    "select_one_external": "use select_one_from_file",
}  # fmt: skip
CALCULATED = {
    "": "text",
    "string": "text",
    "int": "integer",
    "integer": "integer",
    "decimal": "decimal",
    "date": "date",
}
PARAMETERS = {
    "range": ("start", "end", "step"),
    "repeat": ("min", "max"),
    **dict.fromkeys(FROM_FILE, ("value", "label")),
}

_PARAMETER = re.compile(r"([A-Za-z_-]+)\s*=\s*([^\s;,]+)")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def parameters(cell: str) -> dict[str, str] | None:
    """`start=0 end=10` as a dict; None where the cell says something else."""
    return None if _PARAMETER.sub("", cell).strip(" ;,") else dict(_PARAMETER.findall(cell))


def number(text: str) -> int | float | None:
    """12, 12.5; None for anything else."""
    if not _NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def range_of(given: Mapping[str, str]) -> dict[str, int | float] | None:
    """The start, end and step of a range, 1 to 10 by 1 where nothing is said; None where that is no range."""
    read = {
        name: number(given.get(name, usual)) for name, usual in (("start", "1"), ("end", "10"), ("step", "1"))
    }
    known = {name: value for name, value in read.items() if value is not None}
    if len(known) < len(read) or known["start"] >= known["end"] or known["step"] <= 0:
        return None
    return known


def rows_of(given: Mapping[str, str]) -> dict[str, int] | None:
    """How many rows a repeat has, at least and at most; None where the numbers make no sense."""
    if not all(value.isdecimal() for value in given.values()):
        return None
    rows = {name: int(value) for name, value in given.items()}
    return (
        rows if rows.get("min", 0) <= rows.get("max", rows.get("min", 0)) and rows.get("max", 1) > 0 else None
    )
