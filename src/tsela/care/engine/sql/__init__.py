"""The rules language as SQL text, for all clients at once (contract/RULES.md): the third executor.

Comes in: compiled rule tables. Goes out: SQL over the views of the clean layer (tsela.evaluation.clean):
`clients(client, root, date, id, …, attributes)` and, for each form, `f_<form>(client, date, n, id, root, …, answers)`.
Text only: nothing here opens a database. The SQL runs on DuckDB as it is; sqlglot turns it into other dialects.
"""

from tsela.care.engine.sql.conditions import Subject, anchor_column, column, condition_sql, date_sql
from tsela.care.engine.sql.plans import flags_sql, plan_sql, plan_steps

__all__ = [
    "Subject",
    "anchor_column",
    "column",
    "condition_sql",
    "date_sql",
    "flags_sql",
    "plan_sql",
    "plan_steps",
]
