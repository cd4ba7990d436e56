"""A rules document (YAML shape) → tables (RULES 4) and everything that is wrong with it.

The document's strings may be plain or `source.Text`; with the latter every problem has file, line and column.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from tsela.kernel.errors import Problem, problem
from tsela.programme.rules import checks, items
from tsela.programme.rules.names import Cond, Dictionary, Names
from tsela.programme.rules.parser import Parser
from tsela.programme.rules.tokens import Parameters, RuleError
from tsela.programme.rules.words import Labels
from tsela.programme.source import plain, where

ENGINE = 3
NEVER: Cond = {"const": False}


@dataclass
class Compiler:
    """Compiles rules against names, collecting problems; `place` is where strings without a place are said to stand."""

    names: Names
    place: str = ""
    labels: Labels = field(default_factory=Labels)
    problems: list[Problem] = field(default_factory=list)
    hopping: frozenset[str] = frozenset()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    steps: Mapping[str, Cond] = field(default_factory=dict)  # what stands in a step's place, and for whom

    def report(self, wrong: Problem, at: Any, offset: int = 0, path: str = "") -> None:
        """Note a problem at a string, or at a path for strings without a place."""
        place = where(at, offset, "")
        if not place:
            place = ": ".join(filter(None, [self.place, path])) + (f" column {offset + 1}" if offset else "")
        self.problems.append(replace(wrong, where=place))

    def read(
        self,
        text: str,
        path: str,
        rule: str = "condition",
        *,
        anchors: list[str] | None = None,
        **options: Any,
    ) -> Any:
        """One rule parsed and checked, states not yet expanded; None where it is wrong."""
        parser = self.parser(text, path, anchors)
        if parser is None:
            return None
        tree = self.attempt(lambda: parser.whole(partial(getattr(parser, rule), **options)), text, path)
        self.check_hops(parser, text, path)
        for part in tree if isinstance(tree, list) else [tree]:
            self.warn(part, text, path)
        return tree

    def condition(self, text: str, path: str, **options: Any) -> tuple[Cond, Any]:
        """A condition as (tree, parsed tree for words)."""
        tree = self.read(text, path, **options)
        return (NEVER, None) if tree is None else (checks.expand(tree, self.names.states), tree)

    def attempt(self, read: Callable[[], Any], text: str, path: str) -> Any:
        """What `read` gives, or None with its rule error reported."""
        try:
            return read()
        except RuleError as error:
            self.report(error.wrong, text, error.at, path)
            return None

    def parser(self, text: str, path: str, anchors: list[str] | None = None) -> Parser | None:
        made = self.attempt(lambda: Parser(text, self.names, anchors), text, path)
        return made if isinstance(made, Parser) else None

    def check_hops(self, parser: Parser, text: str, path: str) -> None:
        """A hop to a name whose condition hops itself is two hops (R17)."""
        for use in parser.uses:
            if use.in_hop and use.name in self.hopping:
                self.report(problem("E212", link=use.name), text, use.at, path)

    def warn(self, tree: Any, text: str, path: str) -> None:
        if isinstance(tree, Mapping):
            for at, name, op in checks.unanswered(tree):
                self.report(problem("E211", name=name, op=op), text, at, path)


def compile_tables(
    document: Mapping[str, Any],
    dictionary: Dictionary | None = None,
    *,
    where: str = "",
    labels: Labels | None = None,
    parameters: Parameters | None = None,
    choices: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[dict[str, Any], list[Problem]]:
    """Tables of a document (forms, groups, define, states, steps, items, flags) and its problems, errors and warnings alike.

    `dictionary` are the forms; without it the document's own `forms`. `choices` closes the values of `by` and `do`.
    Rules that are wrong compile to `never` and items that are wrong are left out, so that all problems show at once.
    """
    forms = plain_forms(document.get("forms", {}) if dictionary is None else dictionary)
    compiler = Compiler(
        Names(forms, parameters=parameters or {}), where, labels or Labels(), choices=choices or {}
    )
    groups, define, states = _named(document, compiler)
    compiler.steps = items.compile_steps(document.get("steps") or {}, compiler)
    tables = {
        "engine": ENGINE,
        "programme": str(document.get("name", "")),
        "version": str(document.get("version", "")),
        "policy": str(document.get("policy", "")),
        "forms": forms,
        "groups": groups,
        "define": define,
        "states": {name: [list(row) for row in rows] for name, rows in states.items()},
        "items": items.compile_items(document.get("items") or [], compiler),
        "flags": items.compile_flags(document.get("flags") or [], compiler),
    }
    return tables, compiler.problems


def parse_condition(text: str, names: Names, *, where: str = "") -> Cond:
    """One condition as a tree. Raises RuleError (with the offset) for the first thing wrong."""
    parser = Parser(text, names)
    return dict(checks.expand(parser.whole(parser.condition), names.states))


def plain_forms(forms: Mapping[str, Any]) -> dict[str, Any]:
    """A dictionary of forms, from compiled forms or from YAML, whose numbers are still strings."""
    return {str(name): _form(form or {}) for name, form in forms.items()}


def _form(form: Mapping[str, Any]) -> dict[str, Any]:
    questions = {str(name): _question(question) for name, question in (form.get("questions") or {}).items()}
    date = form.get("date")
    return {"date": str(date) if date else None, "questions": questions}


def _question(question: Mapping[str, Any]) -> dict[str, Any]:
    kept = {str(key): plain(value) for key, value in question.items()}
    for bound in ("min", "max"):
        if isinstance(kept.get(bound), str):
            kept[bound] = int(kept[bound]) if kept["type"] == "integer" else float(kept[bound])
    return kept


def _named(
    document: Mapping[str, Any], compiler: Compiler
) -> tuple[dict[str, Cond], dict[str, Cond], dict[str, Any]]:
    """Groups, definitions and states: they may use each other, so all names are known before any is read."""
    groups = dict(document.get("groups") or {})
    define = {
        name: given if isinstance(given, str) else given["when"]
        for name, given in (document.get("define") or {}).items()
    }
    rows = {
        name: [(row["is"], row["when"]) for row in listed]
        for name, listed in (document.get("states") or {}).items()
    }
    _unique(compiler, groups=groups, define=define, states=rows)
    compiler.labels = _said(document.get("define") or {}, compiler.labels)
    compiler.names = replace(
        compiler.names,
        groups={str(name): NEVER for name in groups},
        define={str(name): NEVER for name in define},
        states={str(name): [(str(value), NEVER) for value, _ in listed] for name, listed in rows.items()},
    )
    texts = {name: [text] for name, text in [*groups.items(), *define.items()]}
    texts |= {name: [text for _, text in listed] for name, listed in rows.items()}
    parsed = _parse_named(texts, compiler)
    return _expand_named(groups, define, rows, parsed, compiler)


def _parse_named(texts: Mapping[str, list[str]], compiler: Compiler) -> dict[str, list[Any]]:
    parsers = {name: [compiler.parser(text, name) for text in listed] for name, listed in texts.items()}
    parsed = {
        name: [_parsed(parser, name, compiler) for parser in listed] for name, listed in parsers.items()
    }
    used = {
        str(name): [use.name for parser in listed if parser for use in parser.uses]
        for name, listed in parsers.items()
    }
    direct = [
        str(name) for name, listed in parsers.items() if any(parser and parser.hops for parser in listed)
    ]
    compiler.hopping = frozenset(checks.hopping(used, direct))
    for name, listed in parsers.items():
        for parser in filter(None, listed):
            compiler.check_hops(parser, parser.text, name)
    for path in checks.cycles(used):
        name = next(key for key in texts if key == path[0])
        compiler.report(problem("E209", path=" → ".join(path)), name, 0, name)
        for member in path:
            parsed[member] = [NEVER for _ in parsed[member]]
    return parsed


def _parsed(parser: Parser | None, name: str, compiler: Compiler) -> Any:
    if parser is None:
        return NEVER
    tree = compiler.attempt(lambda: parser.whole(parser.condition), parser.text, name)
    if tree is None:
        return NEVER
    compiler.warn(tree, parser.text, name)
    return tree


def _expand_named(
    groups: Mapping[str, str],
    define: Mapping[str, str],
    rows: Mapping[str, Any],
    parsed: Mapping[str, list[Any]],
    compiler: Compiler,
) -> tuple[dict[str, Cond], dict[str, Cond], dict[str, Any]]:
    """States first, in the order in which they need each other; then everything else."""
    states: dict[str, list[tuple[str, Cond]]] = {}
    waiting = list(rows)
    while waiting:
        for name in [name for name in waiting if not _states_in(parsed[name]) - set(states)]:
            conditions = [checks.expand(tree, states) for tree in parsed[name]]
            states[str(name)] = [
                (str(value), cond) for (value, _), cond in zip(rows[name], conditions, strict=True)
            ]
            waiting.remove(name)
    expanded: Callable[[str], Cond] = lambda name: checks.expand(parsed[name][0], states)  # noqa: E731
    compiler.names = replace(
        compiler.names,
        groups={str(name): expanded(name) for name in groups},
        define={str(name): expanded(name) for name in define},
        states={str(name): states[name] for name in rows},
    )
    return dict(compiler.names.groups), dict(compiler.names.define), dict(compiler.names.states)


def _states_in(tree: Any) -> set[str]:
    if isinstance(tree, Mapping):
        own = {tree["state"]} if "state" in tree else set()
        return own.union(*(_states_in(part) for part in tree.values()))
    return set().union(*(_states_in(part) for part in tree)) if isinstance(tree, list) else set()


def _said(define: Mapping[str, Any], labels: Labels) -> Labels:
    """Labels with the words of definitions: `{when: condition, words: how people say it, words_not: its opposite}`."""
    given = [(str(name), row) for name, row in define.items() if not isinstance(row, str)]
    names = {name: str(row["words"]) for name, row in given if "words" in row}
    opposites = {name: str(row["words_not"]) for name, row in given if "words_not" in row}
    return replace(labels, names={**labels.names, **names}, opposites={**labels.opposites, **opposites})


def _unique(compiler: Compiler, **named: Mapping[str, Any]) -> None:
    seen: dict[str, Any] = {}
    for kind, names in named.items():
        for name in names:
            if name in seen:
                compiler.report(
                    problem("E208", name=name, kind="name", first=where(seen[name]) or "above"),
                    name,
                    0,
                    f"{kind}.{name}",
                )
            seen.setdefault(name, name)
