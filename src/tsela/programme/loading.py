"""A programme folder → `Programme`, or everything that is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tsela.kernel.errors import Problem, TselaError, fail, nearest, problem
from tsela.programme import folder as folders
from tsela.programme import guides, talk, wording
from tsela.programme.countries import Country, countries_of
from tsela.programme.forms import compile_forms, dictionary
from tsela.programme.forms import questions as asked
from tsela.programme.forms.media import media_of
from tsela.programme.forms.translations import sheet_words
from tsela.programme.guides import Guide
from tsela.programme.languages import SOURCE, Language, base, languages_of, registered
from tsela.programme.locales import Catalogue, catalogue, for_clients, spoken_words, with_drafts
from tsela.programme.policies import Policies, Tables
from tsela.programme.rules import Labels, Names, compile_tables
from tsela.programme.rules.compiler import ENGINE
from tsela.programme.source import plain, where
from tsela.programme.talk import Leaks, Message, Said, Talk, checks, scan, service_checks
from tsela.programme.talk.flows import compile_flow


class ProgrammeInvalid(TselaError):
    """The folder is not a programme that can run; `.problems` says why, warnings included."""


@dataclass(frozen=True, eq=False)
class Programme:
    """A checked programme; what is computed from it is kept by identity. `tables` are those of the default policy; the version names edition and content."""

    name: str
    title: str
    version: str
    folder: Path
    policy: str
    countries: Mapping[str, Country]
    languages: tuple[str, ...]
    registered: Mapping[str, Language] = field(repr=False)
    core: tuple[str, ...] = field(repr=False)
    forms: Mapping[str, Any]
    indicators: list[Any] = field(repr=False)
    facts: Mapping[str, Any] = field(repr=False)
    labels: Mapping[str, Mapping[str, str]] = field(repr=False)
    policies: Mapping[str, Tables] = field(repr=False)
    parameters: Mapping[str, Any] = field(repr=False)
    guides: list[Guide] = field(default_factory=list, repr=False)
    messages: Mapping[str, Message] = field(default_factory=dict, repr=False)
    talk: Talk = field(default_factory=dict, repr=False)
    leaks: Leaks = field(default_factory=Leaks, repr=False)
    said: tuple[Said, ...] = field(default=(), repr=False)
    warnings: tuple[Problem, ...] = ()

    @property
    def tables(self) -> Tables:
        """The compiled rules (RULES 4) of the default policy."""
        return self.policies[self.policy]

    @property
    def flows(self) -> Mapping[str, Any]:
        """The conversations by name, compiled (MESSAGES M60)."""
        return dict(self.talk["flows"])

    @property
    def talk_words(self) -> Mapping[str, Any]:
        """What is understood before any flow, by language and kind (MESSAGES M29)."""
        return dict(self.talk["words"])

    @property
    def articles(self) -> Mapping[str, Any]:
        """What clients can read, by id."""
        return dict(self.talk["articles"])

    @property
    def names(self) -> Names:
        """What further conditions (indicators, messages) are parsed against."""
        return Names.of(self.tables, self.parameters)

    def tables_for(self, policy: str) -> Tables:
        """The compiled rules of a policy. Raises E228 where there is none of that name."""
        if policy not in self.policies:
            fail("E228", name=policy, known=", ".join(self.policies), nearest=nearest(policy, self.policies))
        return self.policies[policy]

    def policy_of(self, country: str) -> str:
        """The policy of a country (ISO 3166-1); the default one where it has none of its own."""
        if country in self.policies:
            return country
        return self.countries[country].policy if country in self.countries else self.policy

    def language(self, tag: str) -> Language:
        """What is known of a language or regional variant; of one that is not registered, its tag."""
        return self.registered.get(tag) or self.registered.get(base(tag)) or Language(tag, tag)

    def languages_in(self, country: str) -> tuple[str, ...]:
        """The languages with words that are spoken in a country, the programme's own first; all where that is not known."""
        spoken = self.countries[country].languages if country in self.countries else ()
        tags = [tag for one in spoken for tag in dict.fromkeys((one, base(one))) if tag in self.languages]
        return tuple(dict.fromkeys((self.languages[0], *tags))) if spoken else self.languages

    def catalogue(self, language: str, country: str = "") -> Catalogue:
        """Message id → text, with `.drafts`; what is missing from the country's official language.
        Empty for the language in which the programme is written."""
        official = self.countries[country].official if country in self.countries else ""
        return with_drafts(
            catalogue(self.folder, language, official), sheet_words(self.folder / "forms").get(language, {})
        )

    def bundle(self, country: str = "", words: str | None = None) -> dict[str, Any]:
        """What a phone downloads (SPEC S40), with the rules and languages of its country; `words`: those of one language only."""
        own, *others = self.languages_in(country)
        locales = {tag: self.catalogue(tag, country) for tag in others}
        clients = for_clients(self) if others else frozenset()
        languages = [
            {"code": tag, "name": self.language(tag).name, "draft": tag != own and bool(locales[tag].drafts)}
            for tag in (own, *others)
        ]
        return {
            "version": self.version, "name": self.name, "languages": languages,
            "tables": self.tables_for(self.policy_of(country)), "forms": dict(self.forms), "guides": self.guides,
            "media": media_of(self.forms, self.folder / "forms"),
            "locales": {
                tag: {text: said for text, said in spoken_words(words_of_it, self.language(tag)).items() if text not in clients}
                for tag, words_of_it in locales.items()
                if words in (None, tag)
            },
             "ui": {"title": self.title, **{kind: dict(names) for kind, names in self.labels.items()}},
        }  # fmt: skip


def load(folder: Path | str) -> Programme:
    """The programme of a folder. Raises ProgrammeInvalid with every problem where any is an error."""
    programme, problems = read(Path(folder))
    if programme is None:
        raise ProgrammeInvalid(*sorted(problems, key=lambda found: found.level))
    return programme


def check(folder: Path | str) -> list[Problem]:
    """Everything wrong with a folder, warnings included; empty for a sound one."""
    return read(Path(folder), every_country=True)[1]


def read(folder: Path, every_country: bool = False) -> tuple[Programme | None, list[Problem]]:
    """The programme, unless a problem is an error; and all problems. The rules of countries with parameters of their
    own are compiled when they are first asked for, or here."""
    source = folders.read(folder)
    forms, form_problems = _forms(source)
    problems = source.problems + form_problems + _check_programme(source)
    if not source.programme:
        return None, problems
    policies = _policies(source, forms)
    rule_problems = [found for name in source.written or policies for found in policies.problems(name)]
    problems += [found for found in dict.fromkeys(rule_problems) if found not in problems]
    if every_country:
        problems += _with_own_parameters(source, policies, problems)
        problems += wording.check(folder)
        problems += wording.without_words(folder, source.programme.get("languages", [])[1:])
    problems += guides.check(source.guides, forms, source.rules)
    problems += _check_talk(source, forms)
    if every_country:
        problems += _check_words(source)
    if any(found.level == "error" for found in problems):
        return None, problems
    return _programme(source, forms, policies, tuple(problems)), problems


def _with_own_parameters(
    source: folders.Source, policies: Policies, known: list[Problem]
) -> Iterator[Problem]:
    """What the parameters of a country break, told where it gives them."""
    for code in source.countries.keys() & policies.keys():
        for found in policies.problems(code):
            if found not in known:
                at = where(source.countries[code]["parameters"])
                yield replace(found, where=at, what=f"With these parameters, at {found.where}: {found.what}")


def _programme(
    source: folders.Source,
    forms: Mapping[str, Any],
    policies: Policies,
    warnings: tuple[Problem, ...],
) -> Programme:
    given = plain(source.programme)
    version = version_of(source)
    countries = countries_of(source.countries, given.get("countries", {}), given["policy"])
    known = languages_of(source.languages, {code: one.languages for code, one in countries.items()})
    messages = talk.messages_of(source.talk.messages)
    return Programme(
        name=given["name"], title=given["title"], version=version, folder=source.folder, policy=given["policy"],
        countries=countries, registered=known,
        languages=tuple(given["languages"]), core=tuple(plain(source.languages.get("core", []))), forms=forms,
        indicators=source.indicators, facts=plain(source.facts), labels=_labels(given), policies=policies,
        parameters=plain(source.parameters(given["policy"])),
        guides=guides.published(source.guides), warnings=warnings, messages=messages,
        talk=talk.talk_of(source.talk, messages, known, countries), leaks=talk.leaks_of(source.talk.leaks),
        said=tuple(talk.texts(source.talk)),
    )  # fmt: skip


def version_of(source: folders.Source) -> str:
    """“2026.1+3f2a…”: the edition that people speak of, and the hash of what is in it."""
    return f"{source.programme.get('version', '0')}+{folders.content_hash(source.folder)[:16]}"


def _forms(source: folders.Source) -> tuple[dict[str, Any], list[Problem]]:
    folder = source.folder / "forms"
    if not folder.is_dir():
        return {}, []
    forms, problems = compile_forms(folder)
    prefix = f"{source.folder}/"
    return forms, [replace(found, where=found.where.removeprefix(prefix)) for found in problems]


def _policies(source: folders.Source, forms: Mapping[str, Any]) -> Policies:
    """The rules with each policy's parameters."""
    document = {**source.rules, "version": version_of(source)}
    forms_dictionary = {name: dictionary(form) for name, form in forms.items()}
    labels = labels_of(forms, plain(source.programme.get("words", {})))
    names = list(map(str, source.policies)) or [str(source.programme.get("policy", ""))]
    parameters = {name: source.parameters(name) for name in names}

    def compiled(name: str) -> tuple[Tables, list[Problem]]:
        given = {**document, "policy": name}
        return compile_tables(
            given, forms_dictionary, labels=labels, parameters=parameters[name], choices=source.choices()
        )

    return Policies(parameters, compiled)


def _check_talk(source: folders.Source, forms: Mapping[str, Any]) -> Iterator[Problem]:
    """Messages and flows, and the messages that schedules name."""
    flows = {name: compile_flow(row) for name, row in source.talk.flows.items()}
    dictionaries = {name: dictionary(form) for name, form in forms.items()}
    tags = registered(source.languages.get("languages", {}))
    yield from checks.check(source.talk, flows, dictionaries, tags)
    yield from service_checks.check(source.talk, source.countries)
    messages = [row["id"] for row in source.talk.messages if "id" in row]
    for item in source.rules["items"] if messages else ():
        yield from checks.unknown("A message", item.get("remind", {}).get("message", messages[0]), messages)


def _check_words(source: folders.Source) -> Iterator[Problem]:
    """What clients read, in every language that has words."""
    files = {path.stem: path for path in sorted((source.folder / "locales").glob("*.po"))}
    languages = [scan.Words(SOURCE, {}, {})]
    for tag, path in files.items():
        if tag != SOURCE and (own := wording.readable(path)):
            languages.append(scan.Words(tag, own, own.lines))
    leaks = talk.leaks_of(source.talk.leaks)
    yield from scan.check(source.talk, leaks, languages)
    spoken = [one.tag for one in languages]
    read = {code: [*spoken, *one.get("languages", ())] for code, one in source.countries.items()}
    yield from service_checks.check_words(source.talk, leaks, read, [one.said for one in languages])


def _check_programme(source: folders.Source) -> list[Problem]:
    engine = source.programme.get("engine", str(ENGINE))
    if engine.isdigit() and int(engine) <= ENGINE:
        return []
    return [problem("E229", where=where(engine), theirs=engine, ours=ENGINE)]


def _labels(given: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    kinds = {kind: given.get(kind, {}) for kind in ("roles", "modes", "health_areas")}
    steps = {name: step if isinstance(step, str) else step["title"] for name, step in given["steps"].items()}
    groups = {
        name: group if isinstance(group, str) else group.get("title", name)
        for name, group in given["groups"].items()
    }
    return {**kinds, "steps": steps, "groups": groups}


def labels_of(forms: Mapping[str, Any], terms: Mapping[str, str]) -> Labels:
    """What people read: `terms` where given, else titles of forms, labels of options, and a question's name as words."""
    titles = {name: _inside(form["title"]) for name, form in forms.items()}
    codes = {
        (name, node["name"], choice["name"]): choice["label"]
        for name, form in forms.items()
        for node in asked(form["body"])
        for choice in form["choices"].get(node.get("list", ""), ())
    }
    printed = {(name, ""): form["title"] for name, form in forms.items()} | {
        (name, node["name"]): node["label"]
        for name, form in forms.items()
        for node in asked(form["body"])
        if node.get("label")
    }
    return Labels(forms=titles, codes=codes, terms=terms, printed=printed)


def _inside(title: str) -> str:
    """A title inside a sentence: “ANC contact” and “HIV test” keep their capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
