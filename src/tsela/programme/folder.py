"""A programme folder → `Source`: every file read, shaped and merged, with all problems; nothing compiled yet."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme import countries, guides, languages, source, table, talk
from tsela.programme.guides import Guide
from tsela.programme.rules.tokens import Parameters
from tsela.programme.shape import fit, schema
from tsela.programme.source import where
from tsela.programme.talk import Given as Talking

NOT_PUBLISHED = ("cases", "dialogues")


@dataclass
class Source:
    """The parsed files of a programme folder."""

    folder: Path
    programme: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    indicators: list[Any] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    countries: dict[str, dict[str, Any]] = field(default_factory=dict)
    languages: dict[str, Any] = field(default_factory=dict)
    guides: list[Guide] = field(default_factory=list)
    talk: Talking = field(default_factory=Talking)
    problems: list[Problem] = field(default_factory=list)

    def choices(self) -> dict[str, tuple[str, ...]]:
        """The values that rules may give to `by` and `do`."""
        return {"by": tuple(self.programme.get("roles", {})), "do": tuple(self.programme.get("steps", {}))}

    @property
    def written(self) -> tuple[str, ...]:
        """The policies of policies/; the others are those of countries."""
        return tuple(name for name in self.policies if name not in self.countries)

    def parameters(self, policy: str) -> Parameters:
        """A policy's parameters over those that it is based on."""
        found: dict[str, Any] = {}
        seen: set[str] = set()
        while policy in self.policies and policy not in seen:
            seen.add(policy)
            found = {**self.policies[policy].get("parameters", {}), **found}
            policy = self.policies[policy].get("based_on", "")
        return found


def read(folder: Path) -> Source:
    """All files of the folder. Nothing is raised: what is wrong is in `problems`."""
    found = Source(folder)
    if not (folder / "programme.yaml").is_file():
        found.problems.append(problem("E227", where=str(folder)))
        return found
    found.programme = _shaped(found, folder / "programme.yaml", "programme")
    found.policies = {path.stem: _shaped(found, path, "policy") for path in _files(folder, "policies")}
    found.rules = _rules(found)
    found.indicators = [_read(found, path) for path in _files(folder, "indicators")]
    if (folder / "facts.yaml").is_file():
        found.facts = _shaped(found, folder / "facts.yaml", "facts")
    if (folder / "languages.yaml").is_file():
        found.languages = _shaped(found, folder / "languages.yaml", "languages")
    found.countries = {path.stem: _shaped(found, path, "country") for path in _files(folder, "countries")}
    found.guides = list(_guides(found))
    found.talk = talk.read(folder, lambda path, kind: _shaped(found, path, kind))
    _check_policies(found)
    _check_places(found)
    _check_facts(found)
    return found


def content_hash(folder: Path) -> str:
    """SHA-256 of everything that is published, by path; worked examples and dialogues are not."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder)
        if name.parts[0] not in NOT_PUBLISHED and not any(part.startswith((".", "~")) for part in name.parts):
            body = path.read_bytes()
            digest.update(f"{name.as_posix()}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()


def _files(folder: Path, name: str) -> list[Path]:
    return sorted((folder / name).glob("*.yaml"))


def _read(found: Source, path: Path) -> Any:
    value, problems = source.read(path, path.relative_to(found.folder).as_posix())
    found.problems += problems
    return value


def _shaped(found: Source, path: Path, kind: str) -> Any:
    """A file in the shape of a kind: of YAML a mapping, of CSV the list of its rows."""
    if path.suffix == ".csv":
        rows, problems = table.read(path, path.relative_to(found.folder).as_posix(), schema(kind))
        found.problems += problems
        return rows
    value, problems = fit(_read(found, path), schema(kind), f"{path.relative_to(found.folder).as_posix()}:1")
    found.problems += problems
    return value or {}


def _guides(found: Source) -> Iterator[Guide]:
    for name, kind in guides.FOLDERS.items():
        for path in _files(found.folder, name):
            yield from guides.of(name, path.stem, _shaped(found, path, kind))


def _rules(found: Source) -> dict[str, Any]:
    """One rules document of programme.yaml, schedules and flags; the same name in two files is a problem."""
    parts = [{"groups": _groups(found.programme)}]
    parts += [_shaped(found, path, "schedule") for path in _files(found.folder, "schedules")]
    parts += [_shaped(found, path, "flags") for path in _files(found.folder, "flags")]
    merged: dict[str, Any] = {name: _merged(found, name, parts) for name in ("groups", "define", "states")}
    for name in ("items", "flags"):
        merged[name] = [row for part in parts for row in part.get(name, ())]
    merged["steps"] = {
        name: step for name, step in found.programme.get("steps", {}).items() if not isinstance(step, str)
    }
    return {**{key: str(found.programme.get(key, "")) for key in ("name", "policy")}, **merged}


def _groups(programme: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: given if isinstance(given, str) else given.get("when", "never")
        for name, given in programme.get("groups", {}).items()
    }


def _merged(found: Source, kind: str, parts: Iterable[Mapping[str, Any]]) -> dict[Any, Any]:
    merged: dict[Any, Any] = {}
    for part in parts:
        for name, value in part.get(kind, {}).items():
            if name in merged:
                first = next(other for other in merged if other == name)
                found.problems.append(
                    problem("E208", where=where(name), name=name, kind="name", first=where(first))
                )
            else:
                merged[name] = value
    return merged


def _check_policies(found: Source) -> None:
    named = [found.programme.get("policy"), *found.programme.get("countries", {}).values()]
    named += [policy.get("based_on") for policy in found.policies.values()]
    named += [country.get("policy") for country in found.countries.values()]
    for name in filter(None, named):
        if name not in found.policies:
            near = nearest(name, found.policies)
            known = ", ".join(found.policies) or "none yet"
            found.problems.append(
                problem("E220", where=where(name), key="The policy", name=name, known=known, nearest=near)
            )


def _check_places(found: Source) -> None:
    """Languages and countries; a country that sets parameters of its own gets a policy of its own."""
    tags = languages.registered(found.languages.get("languages", {}))
    found.problems += languages.check(found.languages)
    found.problems += languages.check_tags(found.programme.get("languages", []), tags)
    for code, profile in found.countries.items():
        policy = profile.get("policy", str(found.programme.get("policy", "")))
        inherited = found.parameters(policy)
        found.problems += countries.check(code, profile, inherited, tags)
        if parameters := countries.own_parameters(profile, inherited):
            found.policies[code] = {"based_on": policy, "parameters": parameters}


def _check_facts(found: Source) -> None:
    facts = found.facts.get("facts", {})
    for fact in facts.values():
        for other in fact.get("conflicts_with", ()):
            if other not in facts:
                near = nearest(other, facts)
                known = ", ".join(facts)
                found.problems.append(
                    problem("E220", where=where(other), key="A fact", name=other, known=known, nearest=near)
                )
