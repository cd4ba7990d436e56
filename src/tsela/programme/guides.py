"""Guides: what a Mentor Mother reads, says and does. Group sessions, telephone scripts, and job aids read with a client.

Comes in: curricula/*.yaml (sessions of one audience), scripts/*.yaml, job_aids/*.yaml, in the shapes of
contract/schemas/programme. Goes out: one flat list for phones and pages, each guide with its kind and id.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme.source import plain, where

FOLDERS = {"curricula": "curriculum", "scripts": "guide", "job_aids": "guide"}
KINDS = {"curricula": "session", "scripts": "script", "job_aids": "job_aid"}
SESSIONS = "group_session"
PART_LISTS = ("do", "ask")

Guide = dict[str, Any]


def of(folder: str, name: str, given: Mapping[str, Any]) -> Iterator[Guide]:
    """The guides of one file: the sessions of a curriculum, or one script or job aid named like its file."""
    kind = KINDS[folder]
    if kind != "session":
        yield {"kind": kind, "id": name, **given}
        return
    about = {"kind": kind, "audience": given.get("audience", ""), "series": given.get("title", "")}
    yield from ({**about, **session} for session in given.get("sessions", ()))


def check(guides: Iterable[Guide], forms: Mapping[str, Any], rules: Mapping[str, Any]) -> Iterator[Problem]:
    """Ids that are used twice, and names that the programme does not know. `rules` is the merged rules document."""
    seen: dict[str, Any] = {}
    known = {
        "topics": _codes(forms, "topics"), "audience": _codes(forms, "audience"), "form": list(forms),
        "tasks": _ids(rules, "items"), "flags": _ids(rules, "flags"), "for": list(rules.get("groups", ())),
    }  # fmt: skip
    for guide in guides:
        name, place = guide.get("id", ""), where(guide.get("title"))
        if name in seen:
            yield problem("E208", where=place, name=name, kind="guide", first=seen[name])
        seen.setdefault(name, place)
        for key, names in known.items():
            given = guide.get(key, [])
            yield from _unknown(key, [given] if isinstance(given, str) else given, names)


def texts(guide: Guide) -> Iterator[str]:
    """Everything in a guide that people read, in order."""
    yield from (guide[key] for key in ("series", "title", "aim") if guide.get(key))
    for part in guide.get("parts", ()):
        yield from (part[key] for key in ("title", "say") if part.get(key))
        yield from (line for key in PART_LISTS for line in part.get(key, ()))
        yield from (text for heard in part.get("hears", ()) for text in (heard["if"], heard["say"]))


def published(guides: Iterable[Guide]) -> list[Guide]:
    """Guides as phones get them: plain values, minutes as numbers."""
    return [
        {
            key: int(value) if key == "minutes" and value.isdigit() else value
            for key, value in plain(guide).items()
        }
        for guide in guides
    ]


def _unknown(key: str, given: Iterable[str], known: Sequence[str]) -> Iterator[Problem]:
    for name in given:
        if name not in known:
            yield problem(
                "E220", where=where(name), key=f"The name under {key}", name=name, known=", ".join(known), nearest=nearest(name, known),
            )  # fmt: skip


def _codes(forms: Mapping[str, Any], question: str) -> list[str]:
    """The codes of a select question of the form of group sessions; none where there is no such form."""
    form = forms.get(SESSIONS, {})
    lists = {node["name"]: node.get("list", "") for node in form.get("body", ()) if "name" in node}
    return [choice["name"] for choice in form.get("choices", {}).get(lists.get(question, ""), ())]


def _ids(rules: Mapping[str, Any], kind: str) -> list[str]:
    return [row["id"] for row in rules.get(kind, ()) if "id" in row]
