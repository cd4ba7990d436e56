"""Whether one event may be stored, as far as the event and its author tell (SPEC S23). Pure."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec

from tsela.kernel.errors import Problem, problem

Event = dict[str, Any]
SCHEMA = Path(__file__).parents[3] / "contract" / "schemas" / "event.schema.json"
FIELDS = (
    "id", "form", "form_version", "client", "session", "mode", "site", "author", "device", "occurred_on", "recorded_at",
    "replaces", "answers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Author:
    """Who stands behind a batch: a device's staff member and her sites."""

    staff: str
    sites: frozenset[str]


def check_event(event: Any, author: Author, today: date) -> Problem | None:
    """The first reason to refuse it, or None."""
    validator = schema()
    if not validator.is_valid(event):
        return problem("E401", where=_id(event), reason=_reason(validator, event))
    if event["author"] != author.staff:
        return problem("E402", where=event["id"])
    if event["site"] not in author.sites:
        return problem("E403", where=event["id"], site=event["site"])
    return _check_date(event, today)


def _check_date(event: Event, today: date) -> Problem | None:
    """The schema lets 30 February pass; and a phone's clock may run ahead of ours by a day, not more (E406)."""
    try:
        day = date.fromisoformat(event["occurred_on"])
    except ValueError:
        return problem("E401", where=event["id"], reason=f"occurred_on: {event['occurred_on']} is no date")
    if day > today + timedelta(days=1):
        return problem("E406", where=event["id"], date=event["occurred_on"])
    return None


def encode(event: Event) -> str:
    """The event as we store it. Keys sorted: equal text means equal content (S2), where 1, 1.0 and true differ."""
    return msgspec.json.encode(event, order="sorted").decode()


@cache
def schema() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _id(event: Any) -> str:
    return str(event.get("id", ""))[:60] if isinstance(event, dict) else ""


def _reason(validator: jsonschema_rs.Draft202012Validator, event: Any) -> str:
    error = next(iter(validator.iter_errors(event)))
    where = ".".join(str(step) for step in error.instance_path)
    return f"{where}: {error.message}"[:300] if where else error.message[:300]
