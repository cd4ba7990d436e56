"""Pictures and sounds beside a question, pictures beside a choice: files of forms/media, small enough for every phone."""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme.forms.sheets import Row

COLUMNS = {"media::image": "image", "image": "image", "media::audio": "audio", "audio": "audio"}
TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".m4a": "audio/mp4",
}
MOST_EACH, MOST_TOGETHER = (
    100_000,
    500_000,
)  # bytes: they travel with the programme and lie sealed on each phone


def beside(row: Row) -> tuple[dict[str, str], list[Problem]]:
    """{"image": "breast.jpg"} of a row, and what is wrong with these files (E319)."""
    named = {kind: (row.get(column), column) for column, kind in COLUMNS.items() if row.get(column)}
    problems = [
        problem("E319", where=row.where(column), name=name, reason=reason, nearest=near)
        for kind, (name, column) in named.items()
        for reason, near in _wrong(row.file.parent / "media", name, kind)
    ]
    return {kind: name for kind, (name, _) in named.items()}, problems


def _wrong(folder: Path, name: str, kind: str) -> Iterator[tuple[str, str | None]]:
    path = folder / name
    endings = [ending for ending, type in TYPES.items() if type.startswith(kind)]
    if path.suffix not in endings or "/" in name:
        yield f"an {kind} is one of {', '.join(endings)}", None
    elif not path.is_file():
        yield "there is no such file in forms/media", nearest(name, [one.name for one in folder.glob("*.*")])
    elif path.stat().st_size > MOST_EACH:
        yield f"it has more than {MOST_EACH // 1000} kB: make it smaller", None


def too_much(forms: Mapping[str, Any], folder: Path) -> list[Problem]:
    """E319 where all of them together are too much for a phone."""
    sizes = [path.stat().st_size for path in _paths(forms, folder)]
    reason = f"all pictures and sounds together have more than {MOST_TOGETHER // 1000} kB"
    return (
        [problem("E319", where=str(folder / "media"), name="media", reason=reason, nearest=None)]
        if sum(sizes) > MOST_TOGETHER
        else []
    )


def media_of(forms: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Every file that the forms show, as a data URL (SPEC S40)."""
    return {
        path.name: f"data:{TYPES[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"
        for path in _paths(forms, folder)
    }


def _paths(forms: Mapping[str, Any], folder: Path) -> list[Path]:
    names = {name for form in forms.values() for name in _names(form)}
    return [path for name in sorted(names) if (path := folder / "media" / name).is_file()]


def _names(form: Mapping[str, Any]) -> Iterator[str]:
    yield from (
        choice["image"] for choices in form["choices"].values() for choice in choices if "image" in choice
    )
    yield from _beside(form["body"])


def _beside(body: list[dict[str, Any]]) -> Iterator[str]:
    for node in body:
        yield from node.get("media", {}).values()
        yield from _beside(node.get("body", []))
