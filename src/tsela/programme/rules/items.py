"""Items and flags of a rules document → the tables' rows (RULES 3), with the checks that look at a whole item."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from tsela.kernel.errors import nearest, problem
from tsela.programme.rules import checks, words
from tsela.programme.rules.names import ATTRIBUTES, Cond, Duration
from tsela.programme.source import plain, where

if TYPE_CHECKING:
    from tsela.programme.rules.compiler import Compiler

LEVELS = ("urgent", "high", "info")
ID = re.compile(r"[a-z][a-z0-9_]{0,62}")
ALWAYS, NEVER = "always", "never"


def compile_items(items: Sequence[Mapping[str, Any]], compiler: "Compiler") -> list[dict[str, Any]]:
    """The rows of `items`; an item without anchor, due or done that can be read is left out."""
    rows = (
        _Item(item, f"items.{item.get('id', '?')}", compiler).row()
        for item in _distinct(items, "item", compiler)
    )
    return [row for row in rows if row]


def compile_flags(flags: Sequence[Mapping[str, Any]], compiler: "Compiler") -> list[dict[str, Any]]:
    """The rows of `flags`."""
    return [
        _flag(flag, f"flags.{flag.get('id', '?')}", compiler) for flag in _distinct(flags, "flag", compiler)
    ]


def compile_steps(steps: Mapping[str, Any], compiler: "Compiler") -> dict[str, Cond]:
    """{step: {unless, instead}} of the steps that are not to be taken for everyone (R34)."""
    some = {name: given for name, given in steps.items() if {"unless", "instead"} & set(given)}
    rules = {name: given for name, given in some.items() if {"unless", "instead"} <= set(given)}
    for name in some.keys() - rules.keys():
        lacking = "instead" if "unless" in some[name] else "unless"
        compiler.report(problem("E223", key=lacking), name, 0, f"steps.{name}")
    for name, given in rules.items():
        path, instead = f"steps.{name}", given["instead"]
        known = tuple(one for one in compiler.choices.get("do", ()) if one not in rules)
        if instead in rules:
            compiler.report(problem("E248", step=name, instead=instead), instead, 0, path)
        else:
            _choice(compiler, "instead", instead, known, path)
    return {
        str(name): {
            "unless": compiler.condition(given["unless"], f"steps.{name}.unless")[0],
            "instead": str(given["instead"]),
        }
        for name, given in rules.items()
    }


def _distinct(
    rows: Sequence[Mapping[str, Any]], kind: str, compiler: "Compiler"
) -> Iterator[Mapping[str, Any]]:
    seen: dict[str, Any] = {}
    for row in rows:
        name = row.get("id", "")
        if not ID.fullmatch(name):
            compiler.report(problem("E210", name=name), name or row, 0, f"{kind}s")
        elif name in seen:
            compiler.report(
                problem("E208", name=name, kind=kind, first=where(seen[name]) or "above"),
                name,
                0,
                f"{kind}s.{name}",
            )
        else:
            yield row
        seen.setdefault(name, name)


def _flag(flag: Mapping[str, Any], path: str, compiler: "Compiler") -> dict[str, Any]:
    for_, _ = compiler.condition(flag.get("for", ALWAYS), f"{path}.for")
    when, said = compiler.condition(flag.get("when", ALWAYS), f"{path}.when")
    level = flag.get("level", "info")
    _choice(compiler, "level", level, LEVELS, path)
    told = {"when": words.condition(said, compiler.labels) if said else ""}
    return {**_texts(flag), "level": str(level), "for": for_, "when": when, "words": told}


def _texts(row: Mapping[str, Any]) -> dict[str, Any]:
    given = {key: str(row.get(key, "")) for key in ("id", "title", "because", "source")}
    review = row.get("review")
    return {
        **given,
        "title": given["title"] or words.spoken(given["id"]),
        "review": str(review) if review else None,
    }


def _choice(compiler: "Compiler", key: str, value: str, known: Sequence[str], path: str) -> None:
    if known and value not in known:
        wrong = problem("E220", key=key, name=value, known=", ".join(known), nearest=nearest(value, known))
        compiler.report(wrong, value, 0, f"{path}.{key}")


@dataclass
class _Item:
    given: Mapping[str, Any]
    path: str
    compiler: "Compiler"

    def row(self) -> dict[str, Any] | None:
        """The item's row, or None where its anchor, due or done cannot be read."""
        anchor = self._read("anchor", "sources")
        self.forms = _forms(anchor or [])
        done = self._read("done", "done", anchors=self.forms)
        series = self._series()
        for_, _ = self._condition("for", ALWAYS, None)
        when, when_tree = self._condition("when", ALWAYS, self.forms)
        unless, unless_tree = self._condition("unless", NEVER, self.forms)
        window = self._window()
        steps, by = self._escalate(), self._by(self.given)
        remind = self._remind()
        if not (anchor and done and series):
            return None
        labels = self.compiler.labels
        said: dict[str, Any] = {
            "when": words.condition(when_tree, labels) if when_tree else "",
            "unless": words.condition(unless_tree, labels) if unless_tree else "",
            "dates": words.named(anchor, labels),
            "done": words.done(done, labels),
            "due": words.due(anchor, series[0][1], labels)
            if len(series) == 1
            else words.due(anchor, [0, "days"], labels),
        }
        return {
            **_texts(self.given), "for": for_, "anchor": self._plain(anchor), "when": when, "unless": unless, "series": series,
            **window, "done": self._plain(done),
            "escalate": [[after, do, *self._instead(do)] for after, do, _ in steps],
            "steps": self._who(steps, by),
            "remind": remind, "form": self._form(done), "by": by, "words": said, **self._at_contact(),
        }  # fmt: skip

    def _plain(self, tree: Any) -> Any:
        return checks.expand(tree, self.compiler.names.states)

    def _missing(self, key: str) -> None:
        self.compiler.report(problem("E223", key=key), self.given.get("id", self.given), 0, self.path)

    def _read(self, key: str, rule: str, **options: Any) -> Any:
        if key not in self.given:
            return self._missing(key)
        return self.compiler.read(self.given[key], f"{self.path}.{key}", rule, **options)

    def _condition(self, key: str, default: str, anchors: list[str] | None) -> tuple[Cond, Any]:
        return self.compiler.condition(self.given.get(key, default), f"{self.path}.{key}", anchors=anchors)

    def _duration(self, text: str, path: str, *answered_in: str) -> Duration | None:
        parser = self.compiler.parser(text, path)
        if parser is None:
            return None
        rule = partial(parser.duration, *answered_in, signed=True)
        tree = self.compiler.attempt(lambda: parser.whole(rule), text, path)
        return tree if isinstance(tree, list) else None

    def _series(self) -> list[list[Any]]:
        """[[key, due]…]; a single `due` has the empty key."""
        if ("due" in self.given) == ("series" in self.given):
            self._missing("either due or series")
            return []
        given = self.given.get("series") or {"": self.given.get("due")}
        read = [
            [str(key), self._duration(text, f"{self.path}.due", *self.forms)] for key, text in given.items()
        ]
        return read if all(due for _, due in read) else []

    def _window(self) -> dict[str, Duration | None]:
        given = self.given.get("window") or {}
        window = {
            key: self._duration(given[key], f"{self.path}.window.{key}", *self.forms)
            if key in given
            else None
            for key in ("opens", "late", "expires")
        }
        for key, code in (("opens", "opens"), ("late", "is late")):
            if window["expires"] and checks.can_pass(window[key], window["expires"]):
                at = given.get(key, given["expires"])
                self.compiler.report(
                    problem("E224", what=code, first=given.get(key, "0 days"), expires=given["expires"]),
                    at,
                    0,
                    f"{self.path}.window",
                )
        return window

    def _escalate(self) -> list[tuple[Duration, str, str]]:
        steps = []
        for step in self.given.get("escalate") or []:
            after = self._duration(step["after"], f"{self.path}.escalate.after")
            _choice(
                self.compiler, "do", step["do"], self.compiler.choices.get("do", ()), f"{self.path}.escalate"
            )
            if after:
                steps.append((after, str(step["do"]), self._by(step, "")))
        return steps

    def _instead(self, do: str) -> list[Cond]:
        return [self.compiler.steps[do]] if do in self.compiler.steps else []

    def _who(self, steps: list[tuple[Duration, str, str]], by: str) -> dict[str, str]:
        """Which role takes each step; what stands in a step's place is for the same role."""
        other = {one["instead"]: who or by for _, do, who in steps for one in self._instead(do)}
        return other | {do: who or by for _, do, who in steps}

    def _by(self, given: Mapping[str, Any], default: str = "mentor_mother") -> str:
        by = given.get("by", default)
        if by:
            _choice(self.compiler, "by", by, self.compiler.choices.get("by", ()), self.path)
        return str(by)

    def _remind(self) -> dict[str, Any] | None:
        given = self.given.get("remind")
        if not given:
            return None
        before = given.get("before") or []
        return {
            **plain(given),
            "before": [self._duration(text, f"{self.path}.remind.before") for text in before],
        }

    def _at_contact(self) -> dict[str, bool]:
        """RULES R33a: kept for the next contact; in the row only where it holds."""
        given = self.given.get("at_contact", "no")
        _choice(self.compiler, "at_contact", given, ("yes", "no"), self.path)
        return {"at_contact": True} if given == "yes" else {}

    def _form(self, done: list[Any]) -> str:
        form = self.given.get("form")
        if form is not None and form not in self.compiler.names.forms:
            near = nearest(form, self.compiler.names.forms)
            self.compiler.report(problem("E202", name=form, nearest=near), form, 0, f"{self.path}.form")
        return str(form or done[0]["form"])


def _forms(anchor: Sequence[Mapping[str, Any]]) -> list[str]:
    """The forms that an anchor event can have: of several dates, that of the first (R24)."""
    events = [checks.dates(source)[0] for source in anchor]
    return list(dict.fromkeys(event.get("form") or event.get("each") or ATTRIBUTES for event in events))
