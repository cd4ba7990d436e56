"""The plan of a client on a day: tasks, flags, and the first day on which it can change (RULES 3 and 5)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from tsela.care.engine.records import Event, Records
from tsela.care.engine.rules import Item, Rules
from tsela.care.engine.view import Look, Occasion, View
from tsela.care.engine.words import Moment
from tsela.kernel.dates import LAST_DAY, format_date


class Anchor(NamedTuple):
    """What a task is counted from. `event` is the root, which corrections keep; `form` names the date (R24)."""

    event: str
    form: str
    date: int


class Task(NamedTuple):
    """One thing to do for a client. Dates are day numbers."""

    item: str
    key: str
    due: int
    opens: int
    late: int
    expires: int | None
    status: str
    step: str | None
    done_by: str | None
    anchor: Anchor

    def as_dict(self) -> dict[str, Any]:
        """RULES 5, dates as text."""
        event, form, date = self.anchor
        return {
            "item": self.item, "key": self.key, "due": _text(self.due), "opens": _text(self.opens),
            "late": _text(self.late), "expires": _text(self.expires), "status": self.status, "step": self.step,
            "done_by": self.done_by, "anchor": {"event": event, "form": form, "date": _text(date)},
        }  # fmt: skip


class Flag(NamedTuple):
    """A flag that is raised."""

    id: str
    level: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The same on every day from today to the day before recheck (never, if that is None)."""

    today: int
    recheck: int | None
    tasks: tuple[Task, ...]
    flags: tuple[Flag, ...]

    def as_dict(self) -> dict[str, Any]:
        """RULES 5."""
        return {
            "today": _text(self.today),
            "recheck": _text(self.recheck),
            "tasks": [task.as_dict() for task in self.tasks],
            "flags": [flag._asdict() for flag in self.flags],
        }


def plan(rules: Rules, records: Records, client: str, today: int) -> Plan:
    """What is to be done for one client. Empty for someone who is not in the record."""
    look = Look(records, today)
    view = look.view(client)
    if view is None:
        return Plan(today, None, (), ())
    places, items = rules.places, rules.items
    anchored = sorted({place for form in ("", *view.events) for place in places.get(form, ())})
    found = [
        (task.due, place, task.key, task)
        for place in anchored
        if items[place].group(view, None)
        for task in _tasks(items[place], view)
    ]
    found.sort(key=itemgetter(0, 1, 2))
    flags = tuple(Flag(f.id, f.level) for f in rules.flags if f.group(view, None) and f.when(view, None))
    return Plan(today, look.recheck, tuple(one[3] for one in found), flags)


def holds(
    rules: Rules, condition: Mapping[str, Any] | str, records: Records, client: str, today: int
) -> bool:
    """Whether a condition (a tree, or the name of a definition or group) holds of a client on a day."""
    view = Look(records, today).view(client)
    return view is not None and rules.condition(condition)(view, None)


def plan_hash(plan: Plan) -> str:
    """What phone and server compare (SPEC S52)."""
    rows = sorted([task.key, task.status, _text(task.due)] for task in plan.tasks)
    canonical = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _tasks(item: Item, view: View) -> list[Task]:
    """R30: of alternative anchors, the first that gives any."""
    tasks = []
    for source in item.anchor:
        occurrences = source(view, None)
        for moment in occurrences:
            for key, shift in item.series:
                due = shift(moment[0], moment[1])
                task = None if due is None else _task(item, view, moment, key, due)
                if task:
                    tasks.append(task)
        if occurrences:
            break
    return tasks


def _task(item: Item, view: View, moment: Moment, series: str, due: int) -> Task | None:
    """R31 to R34."""
    date, event, form = moment
    opens = item.opens(due, event) if item.opens else None
    late = item.late(due, event) if item.late else None
    expires = item.expires(due, event) if item.expires else None
    opens, late = due if opens is None else opens, due if late is None else late
    occasion = Occasion(date, event, opens, LAST_DAY if expires is None else expires)
    status, done_by, step = "", _done_by(item, view, occasion), None
    if done_by:
        status = "done"
    elif not item.when(view, occasion):
        return None
    elif item.unless(view, occasion):
        status = "cancelled"
    else:
        status = _status(view, opens, late, expires)
        step = _step(item, view, due, event) if status in ("due", "overdue") else None
    anchor = Anchor(event.root, form, date)
    key = f"{item.id}:{series}:{event.root}"
    return Task(item.id, key, due, opens, late, expires, status, step, done_by, anchor)


def _done_by(item: Item, view: View, occasion: Occasion) -> str | None:
    first = None
    for find in item.done:
        event = find.one(view, occasion, False)
        if event and (first is None or event < first):
            first = event
    return first.id if first else None


def _status(view: View, opens: int, late: int, expires: int | None) -> str:
    """R33.5; and the days on which it will be another."""
    today, at = view.today, view.look.at
    if today < opens:
        at(opens)
        return "upcoming"
    if expires is not None:
        if today > expires:
            return "missed"
        at(expires + 1)
    at(late + 1)
    return "overdue" if today > late else "due"


def _step(item: Item, view: View, due: int, event: Event) -> str | None:
    """R34: the last one that has begun, or what stands in its place for her."""
    step = None
    for one in item.escalate:
        day = one.after(due, event)
        if day is not None:
            view.look.at(day)
            if day <= view.today:
                step = one
    if step is None:
        return None
    return step.instead if step.unless and step.unless(view, None) else step.do


@lru_cache(maxsize=1 << 16)
def _text(day: int | None) -> str | None:
    return None if day is None else format_date(day)
