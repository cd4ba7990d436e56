"""The variables of flows: who sets them, to what, and whether a branch or a value names one that nobody sets."""

from collections.abc import Iterator, Mapping
from typing import Any

from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme.source import where
from tsela.programme.talk.given import Row
from tsela.programme.talk.messages import PLACEHOLDER, SAMPLES
from tsela.programme.talk.routes import OPEN_TIERS

# Always there: what is known of her and of the conversation.
ALWAYS: Mapping[str, set[str] | None] = {
    "tier": {"covert", *OPEN_TIERS}, "channel": {"sms", "whatsapp"}, "language": None, "country": None, "known": None,
    **dict.fromkeys(SAMPLES),
}  # fmt: skip

Values = Mapping[str, set[str] | None]


def variables(flows: Mapping[str, Row]) -> Values:
    """Every variable with its possible values; None where it can be anything."""
    found: dict[str, set[str] | None] = dict(ALWAYS)
    for row in flows.values():
        found |= dict.fromkeys(map(str, row.get("with", ())))
    for name, values in (
        pair for row in flows.values() for step in row.get("steps", ()) for pair in _set_by(step)
    ):
        before = found.get(name, set())
        found[name] = before | values if before is not None and values is not None else None
    return found


def check_variable(compared: Mapping[str, Any], condition: str, known: Values) -> Iterator[Problem]:
    """E220 for a variable that nobody sets, or a value that it never has."""
    name, value = compared["var"], compared.get("value")
    if name not in known:
        yield _unknown("A variable", name, condition, known)
    elif isinstance(value, str) and (values := known[name]) is not None and value not in values:
        yield _unknown(f"The value of {name}", value, condition, values)


def check_values(step: Row, known: Values) -> Iterator[Problem]:
    """{NAME} in the values of set, event, task, handover, article, nearest: each must be a variable."""
    given = [
        *step.get("set", {}).values(),
        *step.get("event", {}).get("answers", {}).values(),
        step.get("article", ""),
        step.get("kind", ""),
    ]
    given += [step.get(key, {}).get("because", "") for key in ("task", "handover")]
    for text in (one for value in given for one in (value if isinstance(value, list) else [value])):
        for found in PLACEHOLDER.finditer(text):
            if found[1] not in known:
                yield _unknown("A variable", found[1], text, known)


def _set_by(step: Row) -> Iterator[tuple[str, set[str] | None]]:
    if "as" in step:
        options = {str(one["id"]) for one in step.get("options", ()) if "id" in one}
        yield str(step["as"]), options or None
    for name, value in step.get("set", {}).items():
        yield str(name), None if PLACEHOLDER.search(value) else {str(value)}


def _unknown(key: str, name: str, text: str, known: Any) -> Problem:
    place = where(text, max(text.find(name), 0))
    return problem(
        "E220", where=place, key=key, name=name, known=", ".join(sorted(known)), nearest=nearest(name, known)
    )
