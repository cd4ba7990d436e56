"""Whole plans as one SQL statement: every client, one day (RULES 3 and 5).

`folded` is what one pass over the events of each form finds; `base` is everyone with a column for each thing that conditions
ask of a client alone; `subject` adds what they ask of her mother or infants. So each is computed once, however many items ask
it. An item is then: occurrences, dates, status.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tsela.care.engine.sql.conditions import (
    REGISTRATION,
    Subject,
    Tree,
    Wrap,
    anchor_column,
    column,
)
from tsela.care.engine.sql.days import NO_DATE, in_range, moved, quoted, text
from tsela.care.engine.sql.sources import Sources
from tsela.kernel.dates import format_date

# The clean layer's type of each type of question.
TYPES = {
    "integer": "BIGINT", "decimal": "DOUBLE", "date": "DATE", "code": "VARCHAR", "codes": "VARCHAR[]", "text": "VARCHAR",
}  # fmt: skip
FEW = 4  # queries within one statement
EVERYONE = "clients AS c JOIN folded AS f ON f.client = c.client"
SUBJECT = "FROM subject AS s"
FIXED = ("client", "root", "date", "id", "site", "country")  # columns of `clients`, beside her attributes
USED = re.compile(r'\b[a-z]\."?(\w+)')  # of a row of the subject, or of a task made of it
HOISTED = {"any", "count", "pick", "age", "hop"}
COLUMNS = "client, item, key, due, opens, late, expires, status, step, done_by, anchor_event, anchor_form, anchor_date"


def plan_sql(tables: Tree, today: str | int) -> str:
    """Rows (client, item, key, due, opens, late, expires, status, step, done_by, anchor_event, anchor_form, anchor_date)."""
    planner = Planner(tables, _day(today))
    selects = [planner.item(tree) for tree in tables.get("items", ())]
    return planner.statement(selects or [_nothing(COLUMNS)])


def plan_steps(tables: Tree, today: str | int) -> tuple[list[str], dict[str, str]]:
    """The same in steps: statements that make temporary tables; then a SELECT for each item.

    For many items: a database's planner takes longer over one large statement than over all its parts.
    """
    planner = Planner(tables, _day(today))
    selects = {tree["id"]: planner.item(tree) for tree in tables.get("items", ())}
    return planner.setup(), selects


def flags_sql(tables: Tree, today: str | int) -> str:
    """Rows (client, flag, level) of the flags that are raised."""
    planner = Planner(tables, _day(today))
    selects = [planner.flag(tree) for tree in tables.get("flags", ())]
    return planner.statement(selects or [_nothing("client, flag, level")])


class Planner(Sources):
    """Compiles items and flags over `subject`, and notes which columns that needs.

    `among` says, over a row `b` of `clients`, who is planned; whom their rules look at is found anywhere.
    """

    def __init__(self, tables: Tree, today: str, among: str = "TRUE") -> None:
        super().__init__(tables, people="base")
        self.today = today
        self.among = among
        self.folds: dict[str, dict[str, str]] = {}  # form → aggregate of a client's events → its column
        self.alone: dict[str, str] = {}  # column of base → SQL
        self.linked: dict[str, str] = {}  # column of subject → SQL
        self._columns: dict[str, str] = {}  # tree → column

    def condition(self, tree: Tree, s: Subject) -> str:
        """As a column of the subject, where it does not depend on a task."""
        word = next(iter(HOISTED & tree.keys()), None)
        if word is None or s.attributes is None or (s.task and _of_task(tree)):
            return super().condition(tree, s)
        key = json.dumps(tree, sort_keys=True)
        if key not in self._columns:
            columns, alias = (self.linked, "b") if word == "hop" else (self.alone, "c")
            own = Subject(f"{alias}.client", self.today, alias)
            sql = self.any(tree["any"], own) if word == "any" else super().condition(tree, own)
            self._columns[key] = name = f"{word}__{len(self._columns)}"
            columns[name] = sql
        return f"{s.attributes}.{self._columns[key]}"

    def any(self, events: Tree, s: Subject) -> str:
        if (events.get("time") or {}).keys() - {"within"}:
            return super().condition({"any": events}, s)
        return self.fold(events, s, lambda e: "BOOL_OR(TRUE)", lambda found: f"COALESCE({found}, FALSE)")

    def fold(self, events: Tree, s: Subject, aggregate: Wrap, wrap: Wrap, answered: str | None = None) -> str:
        """In base, what is asked of a form's events is asked in one pass; only a point of time needs a query of its own."""
        if s.attributes != "c" or (events.get("time") or {}).keys() - {"within"}:
            return super().fold(events, s, aggregate, wrap, answered)
        known = [f"e.{answered} IS NOT NULL"] if answered else []
        tests = " AND ".join([*self.matches(events, "e", s), *known])
        sql = aggregate("e") + (f" FILTER (WHERE {tests})" if tests else "")
        columns = self.folds.setdefault(events["form"], {})
        name = quoted(f"{events['form']}__{len(columns)}")
        return wrap(f"f.{columns.setdefault(sql, name)}")

    def folded(self) -> str:
        """What one pass over the events of a form finds, for everyone."""
        joins, found = [], ["c.client"]
        for form, columns in self.folds.items():
            asked = ", ".join(["e.client", *(f"{sql} AS {name}" for sql, name in columns.items())])
            rows = f"SELECT {asked} FROM {quoted('f_' + form)} AS e WHERE e.date <= {self.today} GROUP BY e.client"
            joins.append(f"LEFT JOIN ({rows}) AS {_group(form)} ON {_group(form)}.client = c.client")
            found += [f"{_group(form)}.{name}" for name in columns.values()]
        return f"SELECT {', '.join(found)} FROM clients AS c {' '.join(joins)}"

    def prepared(self) -> dict[str, str]:
        """What the SELECTs of items and flags read, each made of those before it, once everything was compiled. Columns with
        queries of their own come a few at a time: to prepare thirty in one statement takes DuckDB minutes."""
        queries = [name for name, sql in self.alone.items() if "SELECT" in sql]
        parts = [queries[at : at + FEW] for at in range(0, len(queries), FEW)]
        asked = {
            f"asked_{n}": f"SELECT c.client, {_columns({name: self.alone[name] for name in part})} FROM {EVERYONE}"
            for n, part in enumerate(parts)
        }
        plain = {name: sql for name, sql in self.alone.items() if name not in queries}
        plain |= {
            name: f"{table}.{quoted(name)}" for table, part in zip(asked, parts, strict=True) for name in part
        }
        joins = " ".join(f"JOIN {table} ON {table}.client = c.client" for table in asked)
        return {
            "folded": self.folded(),
            **asked,
            "base": f"SELECT {_all('c', plain)} FROM {EVERYONE} {joins}",
            "subject": f"SELECT {_all('b', self.linked)} FROM base AS b WHERE {self.among}",
        }

    def setup(self) -> list[str]:
        """Statements that make `base` and `subject` as temporary tables."""
        prepared = self.prepared()
        made = [f"CREATE OR REPLACE TEMP TABLE {name} AS {select}" for name, select in prepared.items()]
        return made + [f"DROP TABLE {name}" for name in prepared if name not in ("base", "subject")]

    def statement(self, selects: Sequence[str]) -> str:
        """The SELECTs over everyone, as one."""
        made = ",\n".join(f"{name} AS MATERIALIZED ({select})" for name, select in self.prepared().items())
        union = "\nUNION ALL\n".join(selects)
        return f"WITH {made}\n{union}"

    def flag(self, tree: Tree) -> str:
        s = Subject("s.client", self.today, "s")
        holds = f"{self.condition(tree['for'], s)} AND {self.condition(tree['when'], s)}"
        return f"SELECT s.client, {text(tree['id'])} AS flag, {text(tree['level'])} AS level {SUBJECT} WHERE {holds}"

    def item(self, tree: Tree) -> str:
        """R31 to R34 over the occurrences: from the inside out dates, conditions, status."""
        t = Subject("t.client", self.today, "t", "t")
        done = ", ".join(self.done(events, t) for events in tree["done"]) or "NULL"
        first = f"LEAST({done})" if len(tree["done"]) > 1 else done
        judged = f"""SELECT t.*, {first} AS first_done, {self.condition(tree["when"], t)} AS wanted,
            {self.condition(tree["unless"], t)} AS unwanted FROM ({self.dated(tree)}) AS t"""
        key = f"CONCAT({text(tree['id'] + ':')}, j.series_key, ':', j.anchor_event)"
        return self.narrow(f"""SELECT r.client, {text(tree["id"])} AS item, r.task_key AS key, r.due, r.opens, r.late, r.expires,
            r.task_status AS status, CASE WHEN r.task_status IN ('due', 'overdue') THEN {self.step(tree)} END AS step, SUBSTRING(r.first_done, 11) AS done_by,
            r.anchor_event, r.anchor_form, r.anchor_date
        FROM (SELECT j.*, {key} AS task_key, {self.status()} AS task_status
            FROM ({judged}) AS j WHERE j.first_done IS NOT NULL OR j.wanted) AS r""")

    def narrow(self, item: str) -> str:
        """With only those columns of the subject that an item uses: to carry all of them through queries within each other
        makes DuckDB take twenty times as long to prepare it."""
        asked = self.tables["forms"].get(REGISTRATION, {"questions": ()})["questions"]
        known = {*self.alone, *self.linked, "mother", *(column(question).strip('"') for question in asked)}
        day = [self.today] if self.today.isidentifier() else []  # each client's own
        used = [*FIXED, *day, *sorted({*USED.findall(item)} & known)]
        return item.replace(SUBJECT, f"FROM (SELECT {', '.join(map(quoted, used))} FROM subject) AS s")

    def done(self, events: Tree, t: Subject) -> str:
        """The first match by R4 as date and id in one string, which sorts as they do."""
        e, source = self.events(events, t)
        return f"(SELECT MIN(CONCAT(CAST({e}.date AS VARCHAR), {e}.id)) {source})"

    def status(self) -> str:
        return f"""CASE WHEN j.first_done IS NOT NULL THEN 'done' WHEN j.unwanted THEN 'cancelled'
            WHEN {self.today} < j.opens THEN 'upcoming' WHEN {self.today} > j.expires THEN 'missed'
            WHEN {self.today} > j.late THEN 'overdue' ELSE 'due' END"""

    def step(self, tree: Tree) -> str:
        """R34: the last one that has begun, or what stands in its place for her."""
        whens = [
            f"WHEN {_shifted('r.due', after, 'r')} <= {self.today} THEN {self.taken(do, *other)}"
            for after, do, *other in reversed(tree["escalate"])
        ]
        return f"CASE {' '.join(whens)} END" if whens else "CAST(NULL AS VARCHAR)"

    def taken(self, do: str, other: Tree | None = None) -> str:
        if other is None:
            return text(do)
        unless = self.condition(other["unless"], Subject("r.client", self.today, "r"))
        return f"CASE WHEN {unless} THEN {text(other['instead'])} ELSE {text(do)} END"

    def dated(self, tree: Tree) -> str:
        """R31: a row a task, with its dates."""
        occurrences = "\nUNION ALL\n".join(self.occurrences(tree))
        series = "\nUNION ALL\n".join(
            f"SELECT o.*, {text(key)} AS series_key, {_shifted('o.anchor_date', due, 'o')} AS due FROM occurrence AS o"
            for key, due in tree["series"]
        )
        others = ", ".join(
            f"{_else(_shifted('d.due', tree[name], 'd'), otherwise) if tree[name] else otherwise} AS {name}"
            for name, otherwise in (("opens", "d.due"), ("late", "d.due"), ("expires", NO_DATE))
        )
        return f"""WITH occurrence AS ({occurrences})
            SELECT d.*, {others} FROM ({series}) AS d WHERE d.due IS NOT NULL"""

    def occurrences(self, tree: Tree) -> Iterator[str]:
        """R30: of alternative anchors, the first that gives any: each is silent for whom one before it speaks."""
        s = Subject("s.client", self.today, "s")
        group, asked = self.condition(tree["for"], s), sorted(self.asked_of_anchor(tree))
        silent = ""
        for tree_of_source in tree["anchor"]:
            one = self.source(tree_of_source, s)
            root = f"{one.event}.root AS anchor_event, {one.named} AS anchor_form, {one.date} AS anchor_date"
            answers = "".join(
                f", {self.answer(one.event, one.form, *each)} AS {anchor_column(*each)}" for each in asked
            )
            rows = "".join(f", {table}" for table in one.tables)
            yield f"SELECT s.*, {root}{answers} {SUBJECT}{rows} WHERE {group} AND {one.where}{silent}"
            among = f"EXISTS (SELECT 1 FROM {rows[2:]} WHERE {one.where})" if rows else f"({one.where})"
            silent += f" AND NOT {among}"

    def answer(self, e: str, form: str, question: str, kind: str) -> str:
        known = self.kind(form, question) == kind
        return f"{e}.{column(question)}" if known else f"CAST(NULL AS {TYPES[kind]})"

    def asked_of_anchor(self, tree: Tree) -> set[tuple[str, str]]:
        """Which answers of its anchor event an item needs: (question, type)."""
        durations = [due for _, due in tree["series"]] + [after for after, *_ in tree["escalate"]]
        durations += [tree[name] for name in ("opens", "late", "expires") if tree[name]]
        asked = {(duration[2], "integer") for duration in durations if len(duration) > 2}
        same = _same([tree["done"], tree["when"], tree["unless"]], "")
        asked |= {(question, kind) for form, question in same if (kind := self.kind(form, question))}
        return asked


def _walk(tree: Any) -> Iterator[Tree]:
    """Every mapping in a tree."""
    if isinstance(tree, Mapping):
        yield tree
    for part in tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ():
        yield from _walk(part)


def _same(tree: Any, form: str) -> Iterator[tuple[str, str]]:
    """Each `same` of a tree: the form whose events it tests, and the question."""
    if isinstance(tree, Mapping):
        form = tree.get("form") or (tree.get("of") or {}).get("form") or form
        if tree.get("same"):
            yield form, tree["q"]
    for part in tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ():
        yield from _same(part, form)


def _of_task(tree: Tree) -> bool:
    """Whether a condition speaks of the task itself: `in window`, `anchor`, `same`."""
    return any("window" in one or "anchor" in one.values() or one.get("same") for one in _walk(tree))


def _shifted(date: str, duration: Sequence[Any], alias: str) -> str:
    """A task's date moved; an `answer` is the anchor event's (R31)."""
    answer = f"{alias}.{anchor_column(duration[2], 'integer')}" if len(duration) > 2 else None
    return in_range(moved(date, duration, answer))


def _group(form: str) -> str:
    return quoted(f"by_{form}")


def _else(date: str, otherwise: str) -> str:
    return date if otherwise == NO_DATE else f"COALESCE({date}, {otherwise})"


def _all(alias: str, columns: Mapping[str, str]) -> str:
    return ", ".join(filter(None, (f"{alias}.*", _columns(columns))))


def _columns(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{sql} AS {quoted(name)}" for name, sql in columns.items())


def _nothing(columns: str) -> str:
    return (
        f"SELECT {', '.join(f'CAST(NULL AS VARCHAR) AS {name}' for name in columns.split(', '))} WHERE FALSE"
    )


def _day(today: str | int) -> str:
    return f"DATE '{format_date(today) if isinstance(today, int) else today}'"
