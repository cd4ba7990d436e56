"""What a condition can see: one client on one day, and what looking at her says about tomorrow (RULES R5, R38)."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tsela.care.engine.records import Event, Record, Records
from tsela.care.engine.words import Moment
from tsela.kernel.dates import LAST_DAY


class Occasion(NamedTuple):
    """One occurrence of an item: its anchor and window, for `anchor`, `same` and `in window`."""

    date: int
    event: Event
    opens: int
    expires: int


class View:
    """A client on a day. Definitions and anchors are looked at once."""

    __slots__ = ("anchors", "attributes", "events", "look", "record", "today", "truths")

    def __init__(self, look: "Look", record: Record) -> None:
        self.look, self.record, self.today = look, record, look.today
        self.attributes = record.attributes
        self.truths: dict[str, bool] = {}
        self.anchors: dict[str, list[Moment]] = {}
        self.events = record.events
        seen = bisect_right(record.dates, look.today)
        if seen < len(record.dates):
            look.at(record.dates[seen])
            self.events = _until(look.today, record.events)


class Look:
    """One evaluation: the day, everyone whom a hop has reached, and the first day on which any of it can change."""

    __slots__ = ("_recheck", "_records", "_views", "today")

    def __init__(self, records: Records, today: int) -> None:
        self.today = today
        self._records = records
        self._recheck = LAST_DAY + 1
        self._views: dict[str, View | None] = {}

    def at(self, day: int) -> None:
        """Something that was looked at changes on this day."""
        if self.today < day < self._recheck:
            self._recheck = day

    @property
    def recheck(self) -> int | None:
        return self._recheck if self._recheck <= LAST_DAY else None

    def view(self, client: str) -> View | None:
        """A client of the record, if she is in it (R8)."""
        if client not in self._views:
            record = self._records.get(client)
            self._views[client] = View(self, record) if record else None
        return self._views[client]

    def infants(self, client: str) -> Sequence[str]:
        return self._records.infants(client)


def _until(today: int, events: Mapping[str, Sequence[Event]]) -> dict[str, Sequence[Event]]:
    """The forms of which something is seen, with what is seen."""
    return {
        form: all_ if all_[-1].date <= today else [event for event in all_ if event.date <= today]
        for form, all_ in events.items()
        if all_[0].date <= today
    }
