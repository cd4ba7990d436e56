"""Why a task is there, in words (RULES R37): the reason, the anchor, and the clause that decided."""

from collections.abc import Callable
from typing import Any

from tsela.care.engine.plan import Anchor, Task
from tsela.care.engine.rules import Rules
from tsela.kernel.dates import format_date

# Message ids: the programme's catalogues translate them like every other text.
HOLDS = "Applies while {clause}."
STOPPED = "No longer needed: {clause}."


def why(rules: Rules, task: Task, translate: Callable[[str], str] = str) -> str:
    """One to three sentences. `translate` gives the text for a message id, in the reader's language."""
    item = rules.texts[task.item]
    words = item.get("words") or {}
    sentences = [
        translate(item.get("because") or item.get("title") or task.item),
        _counted(words, task.anchor, translate),
        _clause(words, task.status, translate),
    ]
    return " ".join(filter(None, sentences))


def _counted(words: dict[str, Any], anchor: Anchor, translate: Callable[[str], str]) -> str:
    """“HIV test: 2026-06-15.”; of several dates, which one it is (R24)."""
    said = translate(words.get("dates", {}).get(anchor.form) or anchor.form.replace("_", " "))
    return f"{said[:1].upper()}{said[1:]}: {format_date(anchor.date)}."


def _clause(words: dict[str, Any], status: str, translate: Callable[[str], str]) -> str:
    name, sentence = ("unless", STOPPED) if status == "cancelled" else ("when", HOLDS)
    clause = words.get(name)
    return translate(sentence).format(clause=translate(clause)) if clause and clause != "always" else ""
