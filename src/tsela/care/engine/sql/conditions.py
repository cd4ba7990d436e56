"""Conditions and dates of the rules language as scalar SQL expressions (RULES 2 and 4).

Every boolean made here is TRUE or FALSE, never NULL, so that `NOT` means what it says. An events clause becomes a
subquery that names the client and the day of its subject; a database that decorrelates subqueries turns it into a join.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from tsela.care.engine.sql.days import LAST, NO_DATE, compared, in_range, moved, quoted

Tree = Mapping[str, Any]
Wrap = Callable[[str], str]
REGISTRATION = "registration"
RESERVED = frozenset({
    "client", "date", "n", "id", "root", "site", "mode", "author", "country", "today",
    "due", "opens", "late", "expires", "anchor_date", "anchor_event", "anchor_form",
    "series_key", "task_key", "task_status", "first_done", "wanted", "unwanted",
})  # fmt: skip
PICKS = {"latest": "MAX_BY", "first": "MIN_BY"}
CHOSEN = {"later": "GREATEST", "earlier": "LEAST"}


def condition_sql(tables: Tree, condition: Tree | str, subject: str = "s") -> str:
    """A condition (or the name of a definition or group) over a row `subject` with columns client and today.

    Within an item the row also has anchor_date, opens and expires, and for `same q` the column that `anchor_column` names.
    """
    tree: Tree = {"ref": condition} if isinstance(condition, str) else condition
    return Compiler(tables).condition(tree, Subject.of_row(subject))


def date_sql(tables: Tree, date: Tree, subject: str = "s") -> str:
    """A DATE of RULES 4 over such a row: a date, or NULL where it is missing."""
    return Compiler(tables).date(date, Subject.of_row(subject))


def column(question: str) -> str:
    """The column of the clean layer that holds a question: its name, or `name_` where an event or a task has that field itself."""
    return quoted(question + "_" if question in RESERVED else question)


def anchor_column(question: str, kind: str) -> str:
    """The column of a task that holds its anchor event's answer, if that form asks for one of this type (R18)."""
    return quoted(f"anchor_{question}_{kind}")


@dataclass(frozen=True)
class Subject:
    """Whom a condition is about, as SQL: her id, the day, and where her attributes stand as columns, if they do."""

    client: str
    today: str
    attributes: str | None = None  # alias of a row of `clients`
    task: str | None = None  # alias of a row with the columns of a task

    @classmethod
    def of_row(cls, alias: str) -> "Subject":
        return cls(f"{alias}.client", f"{alias}.today", None, alias)


@dataclass
class Compiler:
    """Compiles the trees of one set of tables. Numbers its aliases, so that nothing is shadowed."""

    tables: Tree
    people: str = "clients"  # a relation of everyone in the record, with her attributes
    _aliases: Iterator[int] = field(default_factory=lambda: count(1))

    def condition(self, tree: Tree, s: Subject) -> str:
        """TRUE or FALSE."""
        for word, compile_word in WORDS.items():
            if word in tree:
                return compile_word(self, tree, s)
        raise ValueError(f"no such condition: {tree}")

    def date(self, tree: Tree, s: Subject, wrap: Wrap = str) -> str:
        """A date (R19, R23, R24) as seen through `wrap`, an expression over its SQL."""
        if "plus" in tree:
            return self.date(tree["date"], s, lambda date: wrap(in_range(moved(date, tree["plus"]))))
        for word in CHOSEN.keys() & tree.keys():
            dates = [self.date(part, s) for part in tree[word]]
            known = " AND ".join(f"{date} IS NOT NULL" for date in dates)
            return wrap(f"CASE WHEN {known} THEN {CHOSEN[word]}({', '.join(dates)}) END")
        if "attr" in tree:
            name = tree["attr"]
            return self.attribute(name, s, wrap) if self.kind(REGISTRATION, name) == "date" else wrap(NO_DATE)
        if tree.get("q") and self.kind(tree["form"], tree["q"]) != "date":
            return wrap(NO_DATE)
        name = column(tree["q"]) if tree.get("q") else "date"
        picked = PICKS[tree["pick"]]
        return self.fold(tree, s, lambda e: f"{picked}({e}.{name}, {e}.n)", wrap, answered=name)

    def attribute(self, name: str, s: Subject, wrap: Wrap) -> str:
        """An answer of her last registration (R8) as seen through `wrap`."""
        if self.kind(REGISTRATION, name) is None:
            return wrap("NULL")
        if s.attributes:
            return wrap(f"{s.attributes}.{column(name)}")
        c = self.alias("c")
        return (
            f"(SELECT {wrap(f'MAX({c}.{column(name)})')} FROM clients AS {c} WHERE {c}.client = {s.client})"
        )

    def fold(self, events: Tree, s: Subject, aggregate: Wrap, wrap: Wrap, answered: str | None = None) -> str:
        """An aggregate over EVENTS (those that answer a column), given its alias, as seen through `wrap`."""
        e, source = self.events(events, s)
        known = f" AND {e}.{answered} IS NOT NULL" if answered else ""
        return f"(SELECT {wrap(aggregate(e))} {source}{known})"

    def events(self, tree: Tree, s: Subject) -> tuple[str, str]:
        """An alias, and `FROM … WHERE …` for the seen events of a form that pass the test and the time (R10)."""
        e = self.alias("e")
        tests = [f"{e}.client = {s.client}", f"{e}.date <= {s.today}", *self.matches(tree, e, s)]
        return e, f"FROM {quoted('f_' + tree['form'])} AS {e} WHERE {' AND '.join(tests)}"

    def matches(self, tree: Tree, e: str, s: Subject) -> list[str]:
        """What EVENTS ask of an event e besides its client and day."""
        where = [self.test(tree["where"], e, tree["form"], s)] if tree.get("where") else []
        return where + ([self.time(tree["time"], e, tree["form"], s)] if tree.get("time") else [])

    def test(self, tree: Tree, e: str, form: str, s: Subject) -> str:
        """A `where` or `has` test of one event: TRUE or FALSE."""
        for word in ("and", "or"):
            if word in tree:
                return _joined(word, [self.test(each, e, form, s) for each in tree[word]])
        if "not" in tree:
            return f"(NOT {self.test(tree['not'], e, form, s)})"
        kind, answer = self.kind(form, tree["q"]), f"{e}.{column(tree['q'])}"
        if kind is None:
            return "FALSE"
        if tree.get("same"):
            anchor = f"{s.task}.{anchor_column(tree['q'], kind)}"
            return f"COALESCE({answer} = {anchor}, FALSE)" if s.task else "FALSE"
        return compared(answer, kind, tree)

    def time(self, tree: Tree, e: str, form: str, s: Subject) -> str:
        """When an event counts (R12 to R14). NULL where a point is missing: used between ANDs only."""
        if "within" in tree:
            return f"{self.moved(f'{e}.date', tree['within'], e, form)} BETWEEN {s.today} AND {LAST}"
        if "window" in tree and not s.task:
            return "FALSE"
        if "window" in tree:
            return (
                f"{e}.date >= {s.task}.opens AND ({s.task}.expires IS NULL OR {e}.date <= {s.task}.expires)"
            )
        ((word, point),) = tree.items()
        order = {"since": ">=", "after": ">", "before": "<"}[word]
        anchor = f"{s.task}.anchor_date" if s.task else NO_DATE
        date = anchor if point == "anchor" else self.date(point, s)
        return f"{e}.date {order} {date}"

    def moved(self, date: str, duration: Any, e: str | None = None, form: str = "") -> str:
        """date + duration; the days of an `answer` are those of the event e."""
        question = duration[2] if len(duration) > 2 else None
        if e and question and self.kind(form, question) == "integer":
            return moved(date, duration, f"{e}.{column(question)}")
        return moved(date, duration)

    def kind(self, form: str, question: str) -> str | None:
        """The type of a question, None where the dictionary has none."""
        entry = self.tables["forms"].get(form, {"questions": {}})["questions"].get(question)
        return entry["type"] if entry else None

    def alias(self, letter: str) -> str:
        return f"{letter}{next(self._aliases)}"


def _const(c: Compiler, tree: Tree, s: Subject) -> str:
    return "TRUE" if tree["const"] else "FALSE"


def _and_or(c: Compiler, tree: Tree, s: Subject) -> str:
    word = "and" if "and" in tree else "or"
    return _joined(word, [c.condition(each, s) for each in tree[word]])


def _not(c: Compiler, tree: Tree, s: Subject) -> str:
    return f"(NOT {c.condition(tree['not'], s)})"


def _ref(c: Compiler, tree: Tree, s: Subject) -> str:
    """R21: a definition knows no task."""
    named = {**c.tables.get("groups", {}), **c.tables.get("define", {})}
    return c.condition(named[tree["ref"]], replace(s, task=None))


def _attribute(c: Compiler, tree: Tree, s: Subject) -> str:
    kind = c.kind(REGISTRATION, tree["attr"])
    return c.attribute(tree["attr"], s, lambda value: compared(value, kind, tree)) if kind else "FALSE"


def _any(c: Compiler, tree: Tree, s: Subject) -> str:
    return f"EXISTS (SELECT 1 {c.events(tree['any'], s)[1]})"


def _count(c: Compiler, tree: Tree, s: Subject) -> str:
    count = c.fold(tree["count"], s, lambda e: "COUNT(*)", lambda count: f"COALESCE({count}, 0)")
    return f"({count} {tree['op']} {tree['n']})"


def _pick(c: Compiler, tree: Tree, s: Subject) -> str:
    """R11: of the event that is picked, the last by n (R4), whether it passes."""
    events, pick = tree["of"], PICKS[tree["pick"]]
    has = c.fold(events, s, lambda e: f"{pick}({c.test(tree['has'], e, events['form'], s)}, {e}.n)", str)
    return f"COALESCE({has}, FALSE)"


def _age(c: Compiler, tree: Tree, s: Subject) -> str:
    """R15: the day is compared with X + D, where both exist."""

    def turned(date: str) -> str:
        end = c.moved(date, tree["dur"])
        return f"COALESCE({s.today} {tree['op']} {in_range(end)}, FALSE)"

    return c.date(tree["age"], s, turned)


def _hop(c: Compiler, tree: Tree, s: Subject) -> str:
    """R16, R17: one hop; the other client is a row of `clients`, so her attributes are columns."""
    if c.kind(REGISTRATION, "mother") is None:
        return "FALSE"
    other = c.alias("h")
    of = c.condition(tree["of"], replace(s, client=f"{other}.client", attributes=other))
    people = f"{c.people} AS {other}"
    if tree["hop"] == "infant":
        return f"EXISTS (SELECT 1 FROM {people} WHERE {other}.mother = {s.client} AND {of})"
    if s.attributes:
        return f"EXISTS (SELECT 1 FROM {people} WHERE {other}.client = {s.attributes}.mother AND {of})"
    own = c.alias("c")
    join = f"{c.people} AS {own} INNER JOIN {people} ON {other}.client = {own}.mother"
    return f"EXISTS (SELECT 1 FROM {join} WHERE {own}.client = {s.client} AND {of})"


def _joined(word: str, parts: list[str]) -> str:
    if not parts:
        return "TRUE" if word == "and" else "FALSE"
    return f"({f' {word.upper()} '.join(parts)})"


WORDS: Mapping[str, Callable[[Compiler, Tree, Subject], str]] = {
    "const": _const, "and": _and_or, "or": _and_or, "not": _not, "ref": _ref, "attr": _attribute, "any": _any,
    "count": _count, "pick": _pick, "age": _age, "hop": _hop,
}  # fmt: skip
