"""The slow, plain reference: every indicator computed client by client with the care engine, as the definitions read.

Its only purpose is to say what the compiled SQL must give; tests hold both to the same cells.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tsela.care.engine import Records, Rules
from tsela.care.engine.conditions import Compiler
from tsela.care.engine.view import Look, Occasion
from tsela.evaluation.cells import Cells, Place
from tsela.evaluation.definitions import Definitions, Indicator, moved
from tsela.evaluation.period import Period, quarter
from tsela.kernel.dates import FIRST_DAY, LAST_DAY, add

Event = Mapping[str, Any]


def compute(
    definitions: Definitions, events: Iterable[Event], period: Period, as_of: int
) -> dict[str, Cells]:
    """The cells of every indicator from raw events (RULES 1), as known on the day `as_of`."""
    events = list(events)
    record = _Record(definitions, events, as_of)
    cells: dict[str, Cells] = {}
    for indicator in definitions.indicators:
        counts: Cells = Counter()
        for client in record.records.clients():
            for place, measure, n in _measures(record, indicator, client, period):
                counts[place, measure] += n
        cells[indicator.id] = +counts
    return cells


class _Record:
    """All clients on the data cut, and what the definitions ask of them."""

    def __init__(self, definitions: Definitions, events: list[Event], as_of: int) -> None:
        self.rules = Rules(definitions.tables)
        self.records = Records(self.rules, events)
        self.sites = {event["id"]: event["site"] for event in events}
        self.as_of = as_of
        self._compile_date = Compiler(self.rules.dictionary).date

    def holds(self, tree: Any, client: str, day: int, anchor: int | None = None) -> bool:
        view = Look(self.records, day).view(client)
        occasion = None if anchor is None else Occasion(anchor, None, FIRST_DAY, LAST_DAY)  # type: ignore[arg-type]
        return view is not None and self.rules.condition(tree)(view, occasion)

    def date(self, tree: Any, client: str, day: int) -> int | None:
        view = Look(self.records, day).view(client)
        return self._compile_date(tree)(view, None) if view else None

    def index(self, indicator: Indicator, client: str) -> int | None:
        dates = (self.date(tree, client, self.as_of) for tree in indicator.cohort.index)
        return next((date for date in dates if date is not None), None)

    def site(self, client: str) -> str:
        record = self.records.get(client)
        assert record is not None
        assert record.registration is not None
        return self.sites[record.registration.id]


def _measures(
    record: _Record, indicator: Indicator, client: str, period: Period
) -> Iterator[tuple[Place, str, int]]:
    """What one client adds to the cells."""
    cohort = indicator.cohort
    if not record.holds(cohort.members, client, record.as_of):
        return
    index = record.index(indicator, client)
    counted = None if index is None else moved(index, cohort.in_period)
    at = None if index is None else moved(index, indicator.at)
    if index is None or counted is None or at is None or not _in(period, counted, record.as_of):
        return
    site = record.site(client)
    place = Place(site[:2], site, quarter(index))
    for measure, n in _facts(record, indicator, client, index, at):
        yield place, measure, n


def _in(period: Period, day: int, as_of: int) -> bool:
    """Counted in the period, and old enough on the data cut for the facts to be in."""
    return period.first <= day <= min(period.last, as_of)


def _facts(
    record: _Record, indicator: Indicator, client: str, index: int, at: int
) -> Iterator[tuple[str, int]]:
    def holds(tree: Any) -> bool:
        return record.holds(tree, client, at, index)

    yield "cohort", 1
    reason = next((reason for reason, tree in indicator.exclude.items() if holds(tree)), None)
    if reason is not None:
        yield f"excluded:{reason}", 1
        return
    yield "unknown", int(holds(indicator.unknown))
    if not holds(indicator.denominator):
        return
    yield "denominator", 1
    event = holds(indicator.numerator)
    if indicator.survival:
        yield _followed(record, indicator, client, index, at), 1
        return
    yield "numerator", int(event)
    if indicator.person_time:
        yield "half_days", _half_days(record, indicator, client, index, at, event)


def _half_days(record: _Record, indicator: Indicator, client: str, index: int, at: int, event: bool) -> int:
    """Person-time in half-days: to the last negative result, or to midway between it and the first positive one."""
    assert indicator.person_time
    negative = max(index, record.date(indicator.person_time.negative, client, at) or index)
    positive = record.date(indicator.person_time.positive, client, at) if event else None
    if positive is None:
        return 2 * (negative - index)
    return max(0, min(negative, positive) - index) + max(0, positive - index)


def _followed(record: _Record, indicator: Indicator, client: str, index: int, at: int) -> str:
    """`lost:DAY` or `censored:DAY`. A loss counts up to the day of censoring, that day included."""
    survival = indicator.survival
    assert survival
    ends = (record.date(tree, client, at) for tree in survival.ends)
    ended = min((end for end in ends if end is not None), default=None)
    until = at
    if survival.censored_on and record.holds(survival.censor, client, at, index):
        moved_on = record.date(survival.censored_on, client, at)
        until = at if moved_on is None else moved_on
    for day in range(index, until + 1):
        if (ended is not None and ended <= day) or not _supplied(record, indicator, client, index, day):
            return f"lost:{day - index}"
    return f"censored:{max(until - index, 0)}"


def _supplied(record: _Record, indicator: Indicator, client: str, index: int, day: int) -> bool:
    """Whether supply covers a day, or the days of grace that every supply has, counted from the start."""
    assert indicator.survival
    covered = indicator.survival.covered_by
    count, unit = covered["time"]["within"][:2]
    grace = add(index, count, unit)
    return (grace is not None and day <= grace) or record.holds({"any": covered}, client, day)
