"""A container: its flows, the texts that they share, and their languages (https://flow-spec.readthedocs.io, 1.0)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tsela.kernel.errors import Problem, fail, problem
from tsela.messaging.floip.expressions import placeholders, slug
from tsela.programme.languages import SOURCE

Row = Mapping[str, Any]
# ISO 639-3, where it is not our tag (BCP 47).
TAGS = {
    "eng": "en", "afr": "af", "zul": "zu", "xho": "xh", "sot": "st", "tsn": "tn", "tso": "ts", "ssw": "ss", "ven": "ve", "nbl": "nr", "nya": "ny",
    "swa": "sw", "swh": "sw", "kik": "ki", "luyia": "luy", "lug": "lg", "por": "pt", "fra": "fr", "twi": "tw", "aka": "tw", "ewe": "ee",
}  # fmt: skip
TEXTS = ("TEXT", "SMS", "USSD", "RICH_MESSAGING")


@dataclass
class Imported:
    """What became of a container."""

    flows: dict[str, dict[str, Any]] = field(default_factory=dict)  # as flows/NAME.yaml, by name
    words: dict[str, dict[str, str]] = field(default_factory=dict)  # language → message id → draft
    notes: list[Problem] = field(default_factory=list)

    def note(self, where: str, what: str) -> None:
        """Something that is not as it was."""
        self.notes.append(problem("E732", where=where, what=what))


class Texts:
    """The texts of a container. English is the message id; the other languages become drafts."""

    def __init__(self, given: Mapping[str, Any], imported: Imported) -> None:
        self.imported = imported
        kept = given.get("resources")
        pairs = kept.items() if isinstance(kept, Mapping) else ((row.get("uuid"), row) for row in rows(kept))
        self.resources = {str(id): row for id, row in pairs}
        spoken = (
            row
            for flow in flows_of(given)
            if isinstance(flow.get("languages"), list)
            for row in flow["languages"]
        )
        self.tags = {id: tag for row in spoken for id, tag in _tags(row)}

    def of(self, prompt: object, where: str) -> str:
        """The message id of a prompt: a resource, its id, or the text itself."""
        row = self.resources.get(prompt) if isinstance(prompt, str) else prompt
        if isinstance(prompt, str) and row is None:
            return self._plain(prompt, where)
        values = rows(row.get("values")) if isinstance(row, Mapping) else []
        said = {
            self._tag(one.get("language_id") or one.get("language")): str(one["value"])
            for one in values
            if _is_text(one)
        }
        left = sorted({str(one.get("content_type", "?")) for one in values if not _is_text(one)})
        if left:
            self.imported.note(where, f"only texts are taken over; this prompt also has {', '.join(left)}")
        if not said:
            self.imported.note(where, "the prompt has no text")
            return "…"
        own = SOURCE if SOURCE in said else next(iter(said))
        if own != SOURCE:
            self.imported.note(where, f"the prompt has no English text; the message id is the text of {own}")
        msgid = self._plain(said[own], where)
        for tag, text in said.items():
            if tag != own:
                self.imported.words.setdefault(tag, {})[msgid] = placeholders(text.strip())[0]
        return msgid

    def _plain(self, text: str, where: str) -> str:
        said, left = placeholders(text.strip())
        for written in left:
            self.imported.note(where, f"{written} cannot be filled in within a text")
        return said or "…"

    def _tag(self, language: object) -> str:
        name = str(language or "eng")
        return self.tags.get(name) or TAGS.get(name, name)


def take_over(given: object, source: str = "") -> Imported:
    """The flows of a container. Raises E733 where the JSON is none."""
    from tsela.messaging.floip.flows import flow_of

    if not isinstance(given, Mapping) or not flows_of(given):
        fail("E733", where=source, reason="it has no flows with blocks")
    container = given.get("data", given) if "flows" not in given else given
    imported = Imported()
    texts = Texts(container, imported)
    names = _names(container)
    for flow in flows_of(container):
        name = names[str(flow.get("uuid"))]
        imported.flows[name] = flow_of(flow, name, names, texts, source)
    return imported


def flows_of(given: Mapping[str, Any]) -> list[Row]:
    """The flows of a container, or the one flow that a file is."""
    if isinstance(given.get("data"), Mapping) and "flows" not in given:
        given = given["data"]
    return [flow for flow in rows(given.get("flows", [given])) if rows(flow.get("blocks"))]


def rows(value: object) -> list[Row]:
    """The mappings of a list; of anything else, none."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _names(container: Row) -> dict[str, str]:
    """A name for each flow, by its id."""
    names: dict[str, str] = {}
    for flow in flows_of(container):
        name = slug(_said(flow.get("label")) or flow.get("name") or "flow", "flow")
        taken = sum(other == name or other.startswith(f"{name}__") for other in names.values())
        names[str(flow.get("uuid"))] = f"{name}__{taken + 1}" if taken else name
    return names


def _said(label: object) -> str:
    return label if isinstance(label, str) else ""


def _tags(row: object) -> Iterator[tuple[str, str]]:
    if isinstance(row, Mapping):
        iso = str(row.get("iso_639_3") or row.get("id") or "")
        tag = str(row.get("bcp_47") or TAGS.get(iso, iso))
        yield from ((str(row[key]), tag) for key in ("id", "iso_639_3", "name") if row.get(key))
    else:
        yield str(row), TAGS.get(str(row), str(row))


def _is_text(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and str(value.get("content_type", "TEXT")).upper() == "TEXT"
        and bool(value.get("value"))
    )
