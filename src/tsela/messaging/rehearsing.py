"""A phone that is only imagined: somebody talks with the programme, time passes at our word, nothing is sent. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tsela.kernel import dates
from tsela.messaging.flow import Effect, Talk, take_turn
from tsela.messaging.flow.state import moment
from tsela.messaging.flow.steps import later
from tsela.messaging.rendering import Part, fill
from tsela.programme.languages import SOURCE
from tsela.programme.said import CHOOSE
from tsela.programme.talk.limits import listed

MOST_TIMERS = 50  # in one passing of time


@dataclass
class Phone:
    """Where a conversation is. `samples` are the values that her record would give (M10)."""

    talk: Talk
    state: dict[str, Any]
    now: datetime
    samples: Mapping[str, str]
    timers: list[datetime] = field(default_factory=list)
    visited: set[tuple[str, str]] = field(default_factory=set)  # flows and steps
    asked: Effect | None = None  # the last thing said that had options

    def happens(self, event: Mapping[str, Any]) -> list[Effect]:
        """What follows an event."""
        kept = {key: self.state[key] for key in ("tier", "channel", "country") if key in self.state}
        turn = take_turn(self.talk, self.state, event, self.now)
        self.state, effects = turn.state.as_dict() | kept, turn.effects
        self.visited.update(turn.visited)
        self.timers += [
            at for effect in effects if effect["do"] == "timer" and (at := moment(effect["at"], self.now))
        ]
        self.asked = next((one for one in reversed(effects) if one.get("options")), self.asked)
        return effects

    def writes(self, text: str) -> list[Effect]:
        """She writes."""
        return self.happens({"kind": "message", "text": text})

    def taps(self, option: str) -> list[Effect]:
        """She taps an option that she was shown last, by its id."""
        mark = f"{self.asked['asked']}:" if self.asked and "asked" in self.asked else ""
        labels = next((labels for id, labels in self.offered() if id == option), ("", option))
        return self.happens({"kind": "message", "text": labels[1], "choice": f"{mark}{option}"})

    def later(self, count: int, unit: str) -> list[Effect]:
        """Time passes; what is due happens when it is due."""
        until, effects = later(self.now, count, unit), []
        for _ in range(MOST_TIMERS):
            due = min((at for at in self.timers if at <= until), default=None)
            if due is None:
                break
            self.timers.remove(due)
            self.now = max(due, self.now)
            effects += self.happens({"kind": "timer"})
        self.now = until
        return effects

    # What she sees.

    def offered(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The options shown last: id, and how each may be called: its id, its label in her language and in English."""
        for option in (self.asked or {}).get("options", ()):
            yield option["id"], (option["id"], *self._both(option["say"]))

    def labels(self, effect: Effect) -> list[tuple[str, ...]]:
        """The labels of what was said, each in her language and in English."""
        return [self._both(option["say"]) for option in effect.get("options", ())]

    def wordings(self, effect: Effect) -> tuple[str, ...]:
        """What was said, in her language and in English, its options numbered."""
        labels = zip(*self.labels(effect), strict=True) if effect.get("options") else ((), ())
        texts = self._both(effect["text"])
        return tuple(
            listed(fill(text, self._values(effect, tag)), shown)
            for text, shown, tag in zip(texts, labels, (self.language, SOURCE), strict=True)
        )

    def part(self, effect: Effect) -> Part:
        """What was said, for a channel to show."""
        ids = [option["id"] for option in effect.get("options", ())]
        shown = [own for own, _ in self.labels(effect)]
        text = fill(self._both(effect["text"])[0], self._values(effect, self.language))
        return Part(text, tuple(zip(ids, shown, strict=True)), bool(effect.get("locate")))

    @property
    def choose(self) -> str:
        """The label that opens a list."""
        return self._both(CHOOSE)[0]

    @property
    def language(self) -> str:
        """The language in which she is written to."""
        tags = self._tags()
        return next((tag for tag in tags if tag in self.talk.catalogues), SOURCE)

    def _tags(self) -> tuple[str, ...]:
        return self.talk.tags(self.state.get("language"), self.state.get("country") or "")

    def _both(self, msgid: str) -> tuple[str, str]:
        return self.talk.text(msgid, self._tags()), msgid

    def _values(self, effect: Effect, tag: str) -> dict[str, Any]:
        months = self.talk.languages.get(tag, {}).get("months")
        return {
            **self.samples,
            **{name: _dated(value, months) for name, value in effect.get("values", {}).items()},
        }


def _dated(value: Any, months: Any) -> Any:
    """A day as people read it; anything else as it is."""
    day = dates.parse_date(value)
    if day is None:
        return value
    year, month, of_month = dates.to_civil(day)
    return f"{of_month} {months[month - 1]} {year}" if months else f"{of_month:02d}/{month:02d}/{year}"
