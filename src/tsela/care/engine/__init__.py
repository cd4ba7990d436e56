"""The rules language, executed for one client at a time (contract/RULES.md).

Comes in: compiled rule tables, events as plain dicts, a day number. Goes out: plans. Pure: no database, no clock.
Its twin is phone/src/core/engine; both run contract/cases and are kept equal by tests/differential.
"""

from tsela.care.engine.plan import Anchor, Flag, Plan, Task, holds, plan, plan_hash
from tsela.care.engine.records import Event, Record, Records
from tsela.care.engine.rules import ENGINE, Rules
from tsela.care.engine.why import why

__all__ = [
    "ENGINE", "Anchor", "Event", "Flag", "Plan", "Record", "Records", "Rules", "Task", "holds", "plan", "plan_hash", "why",
]  # fmt: skip
