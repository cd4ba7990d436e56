"""The files of a programme that speak to clients, as they are written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
WORDS = "words"  # flows/words.yaml is no flow


@dataclass(frozen=True)
class Given:
    """Shaped files, their texts knowing their places: rows of messages and articles, flows by name, words and leaks by language."""

    messages: list[Row] = field(default_factory=list)
    flows: Mapping[str, Row] = field(default_factory=dict)
    articles: list[Row] = field(default_factory=list)
    words: Row = field(default_factory=dict)
    leaks: Mapping[str, Row] = field(default_factory=dict)
    kinds: Mapping[str, Row] = field(default_factory=dict)  # of services
    services: Mapping[str, list[Row]] = field(default_factory=dict)  # by country


def read(folder: Path, shaped: Callable[[Path, str], Any]) -> Given:
    """All of them; `shaped` gives a file in the shape of a kind (contract/schemas/programme)."""
    files = {
        name: sorted((folder / name).glob("*.yaml")) for name in ("messages", "flows", "articles", "leaks")
    }
    flows = {path.stem: path for path in files["flows"]}
    words = flows.pop(WORDS, None)
    places = folder / "services"
    kinds = places / "kinds.yaml"
    return Given(
        messages=[row for path in files["messages"] for row in shaped(path, "messages").get("messages", ())],
        flows={name: shaped(path, "flow") for name, path in flows.items()},
        articles=[row for path in files["articles"] for row in shaped(path, "articles").get("articles", ())],
        words=shaped(words, "words").get("words", {}) if words else {},
        leaks={path.stem: shaped(path, "leaks") for path in files["leaks"]},
        kinds=shaped(kinds, "service_kinds").get("kinds", {}) if kinds.is_file() else {},
        services={path.stem: shaped(path, "services") or [] for path in sorted(places.glob("*.csv"))},
    )  # fmt: skip
