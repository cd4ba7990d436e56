"""From raw events to what rules see, as SQL for DuckDB (contract/RULES.md R1 to R6, R8).

Reads a relation `raw` of raw events, their answers as JSON text. Its twin is tsela.care.engine.records.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tsela.care.engine.sql import column
from tsela.care.engine.sql.days import FIRST, LAST, text

Dictionary = Mapping[str, Any]  # the `forms` of compiled tables
GREATEST = 2**53 - 1
TYPES = {
    "integer": "BIGINT", "decimal": "DOUBLE", "date": "DATE", "code": "VARCHAR", "codes": "VARCHAR[]", "text": "VARCHAR",
}  # fmt: skip


def live_sql(raw: str) -> str:
    """Make the table `live` of the live events of a relation, each with its root (R1, R2).

    `chain` follows each correction down to the event that corrects nothing, or is not in the record; a circle has no end.
    """
    return f"""
CREATE OR REPLACE TEMP TABLE live AS
WITH RECURSIVE correction AS MATERIALIZED (SELECT client, id, replaces FROM {raw} AS raw WHERE replaces IS NOT NULL),
chain(client, id, target) AS (
    SELECT client, id, replaces FROM correction
    UNION
    SELECT chain.client, chain.id, next.replaces FROM chain
    INNER JOIN correction AS next ON next.client = chain.client AND next.id = chain.target),
ended AS (
    SELECT chain.client, chain.id, chain.target AS root FROM chain
    ANTI JOIN correction AS next ON next.client = chain.client AND next.id = chain.target),
standing AS (
    SELECT ended.client, ended.root, max(ended.id) AS id FROM ended
    ANTI JOIN correction AS later ON later.client = ended.client AND later.replaces = ended.id
    GROUP BY ended.client, ended.root)
SELECT raw.form, raw.client, raw.id, COALESCE(standing.root, raw.id) AS root, raw.site, raw.mode, raw.author,
    raw.occurred_on, raw.answers
FROM {raw} AS raw
LEFT JOIN standing ON standing.client = raw.client AND standing.id = raw.id
ANTI JOIN correction AS later ON later.client = raw.client AND later.replaces = raw.id
WHERE raw.answers IS NOT NULL AND (raw.replaces IS NULL OR standing.id IS NOT NULL)
"""


def form_sql(form: str, entry: Mapping[str, Any]) -> str:
    """The clean events of one form, in order of client, date, id: `n` counts a client's own (R3, R4, R6).

    MATERIALIZED, or else DuckDB parses the answers again for each question.
    """
    questions = list(entry["questions"])
    answers = ", ".join(
        f"{answer_sql(position, entry['questions'][name])} AS {column(name)}"
        for position, name in enumerate(questions, start=1)
    )
    asked = f"COALESCE({column(entry['date'])}, occurred)" if entry.get("date") in questions else "occurred"
    columns = "".join(f", {column(name)}" for name in questions)
    return f"""
    WITH opened AS (
        SELECT client, id, root, site, mode, author, {date_of("occurred_on")} AS occurred, {opened(questions)}
        FROM live WHERE form = {text(form)}),
    answered AS MATERIALIZED (SELECT client, id, root, site, mode, author, occurred{", " + answers if answers else ""} FROM opened),
    dated AS (SELECT *, {asked} AS event_date FROM answered)
    SELECT client, event_date AS date,
        CAST(row_number() OVER (PARTITION BY client ORDER BY event_date, id) AS INTEGER) AS n,
        id, root, site, mode, author{columns}
    FROM dated WHERE event_date IS NOT NULL ORDER BY client, date, id"""


def clients_sql(entry: Mapping[str, Any], registrations: str) -> str:
    """Everyone with a live registration, as her last one has it (R8)."""
    columns = "".join(f", {column(name)}" for name in entry["questions"])
    return f"""
    SELECT client, root, date, id, site, left(site, 2) AS country{columns} FROM {registrations}
    QUALIFY n = max(n) OVER (PARTITION BY client) ORDER BY client"""


def opened(questions: Sequence[str]) -> str:
    """The answers of an event as two lists: each value's JSON, and its text."""
    if not questions:
        return "NULL AS json, NULL AS said"
    paths = ", ".join(text(f"$.{json.dumps(name)}") for name in questions)
    return f"json_extract(answers, [{paths}])::VARCHAR[] AS json, json_extract_string(answers, [{paths}]) AS said"


def answer_sql(position: int, question: Mapping[str, Any]) -> str:
    """One clean answer, NULL where it is missing (R6)."""
    value, said = f"json[{position}]", f"said[{position}]"
    is_text = f"""starts_with({value}, '"')"""
    kind = question["type"]
    if kind == "code":
        return f"CASE WHEN {is_text} AND {_among(said, question['codes'])} THEN {said} END"
    if kind == "codes":
        return _codes(value, question["codes"])
    if kind == "date":
        return f"CASE WHEN {is_text} THEN {date_of(said)} END"
    if kind == "text":
        return f"CASE WHEN {is_text} AND {said} <> '' THEN {said} END"
    return _number(f"try_cast({value} AS DOUBLE)", kind, question)


def date_of(said: str) -> str:
    """A text as a date, if it is written YYYY-MM-DD and exists: it then reads the same when written again."""
    date = f"try_cast({said} AS DATE)"
    return f"CASE WHEN {date} BETWEEN {FIRST} AND {LAST} AND CAST({date} AS VARCHAR) = {said} THEN {date} END"


def _number(number: str, kind: str, question: Mapping[str, Any]) -> str:
    tests = [f"isfinite({number})"]
    if kind == "integer":
        tests = [f"abs({number}) <= {GREATEST}", f"floor({number}) = {number}"]
    tests += [
        f"{number} {order} CAST({text(repr(question[end]))} AS DOUBLE)"
        for end, order in (("min", ">="), ("max", "<="))
        if question.get(end) is not None
    ]
    return f"CAST(CASE WHEN {' AND '.join(tests)} THEN {number} END AS {TYPES[kind]})"


def _codes(value: str, codes: Sequence[str]) -> str:
    """Known codes once each, sorted: a set."""
    valid = f"""lambda one: starts_with(one, '"') AND {_among("one ->> '$'", codes)}"""
    known = f"list_filter(CAST(from_json({value}, '[\"JSON\"]') AS VARCHAR[]), {valid})"
    return f"nullif(list_sort(list_distinct(list_transform({known}, lambda one: one ->> '$'))), [])"


def _among(said: str, codes: Sequence[str]) -> str:
    return f"({said}) IN ({', '.join(map(text, codes))})" if codes else "FALSE"
