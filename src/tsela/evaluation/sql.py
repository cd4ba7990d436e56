"""Indicators as SQL over the clean layer: one query for all that share a cohort and a day of judging. Text only.

Each query gives integer cells: a row a place (country, site, quarter), a column a measure; survival has a row a place
and day. The conditions come from `tsela.care.engine.sql`; what they mean is contract/RULES.md. Every clause over events
(`any`, `count`, a date …) becomes a column of its own, once, in a materialised step: one large expression of many
correlated subqueries takes DuckDB's planner exponential time.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tsela.care.engine.sql.conditions import Compiler, Subject
from tsela.care.engine.sql.days import in_range, moved, quoted
from tsela.evaluation.definitions import Definitions, Indicator, Span, Survival
from tsela.evaluation.period import Period
from tsela.kernel.dates import format_date

PLACE = "country, site, quarter"
HER = Subject("s.client", "s.today", "s", "s")


@dataclass(frozen=True)
class Query:
    """SQL, and what its columns after country, site and quarter are: an indicator's id and its measure.

    For survival the two columns are `lost` and `censored`, after a column `day`.
    """

    text: str
    columns: tuple[tuple[str, str], ...]
    survival: str = ""


def queries(definitions: Definitions, period: Period, as_of: int) -> Iterator[Query]:
    """The queries that together give the cells of all indicators, as known on the day `as_of`."""
    shared: dict[Any, list[Indicator]] = {}
    for indicator in definitions.indicators:
        shared.setdefault((indicator.cohort.id, indicator.at), []).append(indicator)
    for indicators in shared.values():
        maker = _Maker(definitions.tables, indicators, period, as_of)
        yield maker.counts()
        yield from (maker.survival(indicator) for indicator in indicators if indicator.survival)


class _Maker:
    """Writes the queries of indicators with one cohort and one day of judging."""

    def __init__(
        self, tables: Mapping[str, Any], indicators: Sequence[Indicator], period: Period, as_of: int
    ) -> None:
        self.compiler = Compiler(tables)
        self.indicators, self.cohort, self.at = indicators, indicators[0].cohort, indicators[0].at
        self.as_of = _day(as_of)
        self.first, self.last = _day(period.first), _day(min(period.last, as_of))
        self.steps: dict[str, str] = {}  # a clause over events → the name of its column
        self.texts: list[str] = []

    def counts(self) -> Query:
        """All measures but those of survival."""
        columns = [column for indicator in self.indicators for column in _sums(indicator)]
        facts = ",\n  ".join(fact for indicator in self.indicators for fact in self._facts(indicator))
        sums = ",\n  ".join(f"{total} AS {quoted(f'{name} {measure}')}" for name, measure, total in columns)
        text = f"""{self._people()}{self._steps()},
facts AS (SELECT {PLACE},
  {facts}
FROM {self._joined()})
SELECT {PLACE},
  {sums}
FROM facts GROUP BY {PLACE}"""
        return Query(text, tuple((name, measure) for name, measure, _ in columns))

    def _facts(self, i: Indicator) -> Iterator[str]:
        """What is so of one client, as columns; `excluded` is the number of the first reason that holds, or 0."""
        reasons = "".join(
            f" WHEN {self._holds(tree)} THEN {n}" for n, tree in enumerate(i.exclude.values(), 1)
        )
        yield f"{f'CASE{reasons} ELSE 0 END' if reasons else '0'} AS {quoted(i.id + ' excluded')}"
        for measure in ("denominator", "numerator", "unknown"):
            yield f"{self._holds(getattr(i, measure))} AS {quoted(f'{i.id} {measure}')}"
        if i.person_time:
            yield f"{self._half_days(i)} AS {quoted(i.id + ' half_days')}"

    def _half_days(self, i: Indicator) -> str:
        assert i.person_time
        negative = f"GREATEST(s.anchor_date, COALESCE({self._date(i.person_time.negative)}, s.anchor_date))"
        positive = self._date(i.person_time.positive)
        until = f"GREATEST(0, LEAST({negative}, {positive}) - s.anchor_date) + GREATEST(0, {positive} - s.anchor_date)"
        event = f"{self._holds(i.numerator)} AND {positive} IS NOT NULL"
        return f"CASE WHEN {event} THEN {until} ELSE 2 * ({negative} - s.anchor_date) END"

    def survival(self, i: Indicator) -> Query:
        """How many were lost, and how many last seen, on each day after the start."""
        assert i.survival
        ends = ", ".join(self._date(end) for end in i.survival.ends)
        ended = f"LEAST({ends})" if ends else "CAST(NULL AS DATE)"  # LEAST passes over NULL
        on = self._date(i.survival.censored_on) if i.survival.censored_on else "NULL"
        until = f"CASE WHEN {self._holds(i.survival.censor)} THEN COALESCE({on}, s.today) ELSE s.today END"
        kept = [f"NOT {self._holds(tree)}" for tree in i.exclude.values()] + [self._holds(i.denominator)]
        text = f"""{self._people()}{self._steps()},
followed AS (SELECT s.client, {PLACE}, anchor_date, s.today, {until} AS until, {ended} AS ended
FROM {self._joined()} WHERE {" AND ".join(kept)}),
{self._gaps(i.survival)},
outcome AS (SELECT {PLACE}, anchor_date, until,
  GREATEST(anchor_date, LEAST(CASE WHEN ended <= today THEN ended END, uncovered)) AS lost
FROM followed INNER JOIN gaps USING (client))
SELECT {PLACE}, CASE WHEN lost <= until THEN lost ELSE GREATEST(until, anchor_date) END - anchor_date AS day,
  COUNT_IF(lost <= until) AS lost, COUNT_IF(lost > until) AS censored
FROM outcome GROUP BY ALL"""
        return Query(text, ((i.id, "lost"), (i.id, "censored")), survival=i.id)

    def _gaps(self, survival: Survival) -> str:
        """`gaps(client, uncovered)`: the first day after the start that no supply covers."""
        form, within = survival.covered_by["form"], survival.covered_by["time"]["within"]
        end = in_range(self.compiler.moved("e.date", within, "e", form))
        return f"""supplies AS (
  SELECT client, anchor_date AS begins, {in_range(moved("anchor_date", within[:2]))} AS ends FROM s
  UNION ALL SELECT s.client, e.date, {end} FROM s INNER JOIN {quoted("f_" + form)} AS e ON e.client = s.client
  WHERE e.date <= s.today AND {end} >= GREATEST(e.date, s.anchor_date)),
reached AS (SELECT client, MAX(ends) OVER running AS reached, LEAD(begins) OVER running AS next FROM supplies
  WINDOW running AS (PARTITION BY client ORDER BY begins, ends ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)),
gaps AS (SELECT client, MIN(reached + 1) AS uncovered FROM reached
  WHERE next IS NULL OR next > reached + 1 GROUP BY client)"""

    def _people(self) -> str:
        """`s`: a row a client of the cohort whose day falls inside the period, `anchor_date` her index date."""
        known = Subject("c.client", self.as_of, "c")
        dates = [self.compiler.date(tree, known) for tree in self.cohort.index]
        index = f"COALESCE({', '.join(dates)})" if len(dates) > 1 else dates[0]
        at = _moved("c.anchor_date", self.at)
        return f"""WITH indexed AS (SELECT c.*, {index} AS anchor_date FROM clients AS c),
counted AS MATERIALIZED (
  SELECT * FROM indexed WHERE {_moved("anchor_date", self.cohort.in_period)} BETWEEN {self.first} AND {self.last}),
s AS MATERIALIZED (SELECT c.*, {at} AS today,
  CAST(YEAR(c.anchor_date) AS VARCHAR) || 'Q' || CAST(QUARTER(c.anchor_date) AS VARCHAR) AS quarter
FROM counted AS c WHERE {at} IS NOT NULL AND {self.compiler.condition(self.cohort.members, known)})"""

    def _holds(self, tree: Any) -> str:
        """A condition over the columns of the steps."""
        for word in ("and", "or"):
            if word in tree:
                return f"({f' {word.upper()} '.join(self._holds(part) for part in tree[word])})"
        if "not" in tree:
            return f"(NOT {self._holds(tree['not'])})"
        if "ref" in tree:
            tables = self.compiler.tables
            return self._holds(tables["define"].get(tree["ref"]) or tables["groups"][tree["ref"]])
        if "const" in tree or "attr" in tree:
            return self.compiler.condition(tree, HER)
        return self._step(tree, self.compiler.condition)

    def _date(self, tree: Any) -> str:
        return self.compiler.date(tree, HER) if "attr" in tree else self._step(tree, self.compiler.date)

    def _step(self, tree: Any, compile_tree: Callable[[Any, Subject], str]) -> str:
        key = json.dumps(tree, sort_keys=True)
        if key not in self.steps:
            self.steps[key] = name = quoted(f"step {len(self.steps) + 1}")
            value = compile_tree(tree, HER)
            self.texts.append(f"{name} AS MATERIALIZED (SELECT s.client, {value} AS {name} FROM s)")
        return f"{self.steps[key]}.{self.steps[key]}"

    def _steps(self) -> str:
        return "".join(f",\n{text}" for text in self.texts)

    def _joined(self) -> str:
        return "s" + "".join(
            f" INNER JOIN {name} ON {name}.client = s.client" for name in self.steps.values()
        )


def _sums(i: Indicator) -> Iterator[tuple[str, str, str]]:
    """(indicator, measure, its sum over the facts)."""
    yield i.id, "cohort", "COUNT(*)"
    for number, reason in enumerate(i.exclude, 1):
        yield i.id, f"excluded:{reason}", f"COUNT_IF({quoted(i.id + ' excluded')} = {number})"
    kept = f"{quoted(i.id + ' excluded')} = 0"
    counted = f"{kept} AND {quoted(i.id + ' denominator')}"
    yield i.id, "unknown", f"COUNT_IF({kept} AND {quoted(i.id + ' unknown')})"
    yield i.id, "denominator", f"COUNT_IF({counted})"
    if not i.survival:
        yield i.id, "numerator", f"COUNT_IF({counted} AND {quoted(i.id + ' numerator')})"
    if i.person_time:
        days = f"SUM({quoted(i.id + ' half_days')}) FILTER (WHERE {counted})"
        yield i.id, "half_days", f"CAST(COALESCE({days}, 0) AS BIGINT)"


def _moved(date: str, span: Span) -> str:
    for step in span:
        date = in_range(moved(date, (step.count, step.unit)))
    return date


def _day(day: int) -> str:
    return f"DATE '{format_date(day)}'"
