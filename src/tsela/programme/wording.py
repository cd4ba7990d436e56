"""What is wrong with the words: a language that has none, a PO file that is none, a translation that lost what is filled in."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tsela.kernel.errors import Problem, problem
from tsela.programme.languages import SOURCE, base
from tsela.programme.locales import Catalogue, words_of
from tsela.programme.source import where

FILLED_IN = re.compile(r"\$?\{[^{}]*\}")
LINE = re.compile(r"line (\d+)")
WHOLE = re.compile(
    r'(msg\w+(\[\d\])?\s+)?".*"\s*'
)  # a line with a text: polib takes one without quotation marks for another


def without_words(folder: Path, tags: Iterable[str]) -> Iterator[Problem]:
    """Languages of programme.yaml for which locales/ has no file; `tags` know their place."""
    for tag in tags:
        names = (tag, base(tag))
        if tag != SOURCE and not any((folder / "locales" / f"{name}.po").is_file() for name in names):
            yield problem("E232", where=where(tag), language=str(tag))


def check(folder: Path) -> Iterator[Problem]:
    """Every PO file of a folder, entry by entry."""
    for path in sorted((folder / "locales").glob("*.po")):
        name = path.relative_to(folder).as_posix()
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
            words = words_of(path)
        except (OSError, UnicodeDecodeError) as error:
            found = LINE.search(str(error))
            yield problem("E233", where=f"{name}:{found[1] if found else 1}", reason=_reason(error))
            continue
        for number, line in enumerate(lines, 1):
            if line.startswith(("msg", '"')) and not WHOLE.fullmatch(line):
                yield problem("E233", where=f"{name}:{number}", reason="a text without its two quotes")
        for text, translated in words.items():
            if _filled(text) != _filled(translated):
                wanted = ", ".join(_filled(text)) or "nothing"
                yield problem("E234", where=f"{name}:{words.lines[text]}", text=text[:60], wanted=wanted)


def readable(path: Path) -> Catalogue:
    """The words of a PO file; none of one that cannot be read (`check` says why)."""
    try:
        return words_of(path)
    except (OSError, UnicodeDecodeError):
        return Catalogue()


def _filled(text: str) -> list[str]:
    return sorted(set(FILLED_IN.findall(text)))


def _reason(error: Exception) -> str:
    return (
        "it is not UTF-8 text"
        if isinstance(error, UnicodeDecodeError)
        else str(error).partition("(")[0].strip()
    )
