"""Made-up records: families with realistic histories, then damaged as records are in life.

Corrections, forks, voids, wrong answers, future dates, ties on one day, children re-registered to another mother.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from tsela.kernel.dates import FIRST_DAY, LAST_DAY, format_date, is_day, parse_date

from .programmes import EVENT_FORMS, FORMS

Event = dict[str, Any]
NEAR = (0, 0, 0, 1, 6, 7, 8, 14, 27, 28, 29, 30, 31, 42, 60, 90, 180, 365, -1, -7, -30, -280, -365)
STARTS = (
    "2024-01-31",
    "2024-02-29",
    "2025-02-28",
    "2025-12-31",
    "2026-03-15",
    "1970-01-01",
    "1900-02-28",
    "2100-02-27",
    "2199-12-01",
)
BAD: tuple[Any, ...] = (
    None,
    "",
    True,
    False,
    -1,
    3.5,
    2**53,
    10**30,
    1e300,
    [],
    ["nat"],
    "2023-02-29",
    "unheard_of",
    {},
    {"a": 1},
)
GOOD = {
    "integer": (0, 1, 3, 3.0, 29, 30, 1000, 2**53 - 1),
    "decimal": (1, 50, 61.5, 250),
    "text": ("anna", "Ma B", "o'clock", " "),
}


@dataclass
class History:
    """Writes the events of one family."""

    random: Random
    number: int
    start: int
    events: list[Event] = field(default_factory=list)
    counter: Iterator[int] = field(default_factory=count)

    def often(self, chance: float) -> bool:
        return self.random.random() < chance

    def client(self, place: int) -> str:
        return f"c0000000-0000-4000-8000-{self.number:08x}{place:04x}"

    def identity(self) -> str:
        return f"{self.random.randint(0, 99):08x}-0000-7000-8000-{self.number:06x}{next(self.counter):06x}"

    def day(self, around: int | None = None) -> int:
        day = (self.start if around is None else around) + self.random.choice(NEAR)
        return min(LAST_DAY, max(FIRST_DAY, day))

    def write(self, client: str, form: str, **answers: Any) -> None:
        """An event; now and then one that says the same as an earlier one, lists in another order."""
        given = {
            name: self.answer(question)
            for name, question in FORMS[form]["questions"].items()
            if self.often(0.75)
        }
        earlier = [event for event in self.events if event["form"] == form and event["answers"]]
        if earlier and self.often(0.3):
            said = self.random.choice(earlier)["answers"]
            given |= {name: value[::-1] if isinstance(value, list) else value for name, value in said.items()}
        self.add(client, form, {**given, **answers})

    def add(self, client: str, form: str, answers: Any, replaces: str | None = None) -> None:
        self.events.append({
            "id": self.identity(), "form": form, "form_version": "made-up", "client": client, "session": None,
            "mode": "home", "site": "ZA-GP-TEST", "author": self.client(0xFFF), "device": self.client(0xFFE),
            "occurred_on": format_date(self.day()), "recorded_at": "2026-01-01T08:00:00+02:00", "replaces": replaces,
            "answers": answers,
        })  # fmt: skip

    def answer(self, question: dict[str, Any]) -> Any:
        if self.often(0.06):
            return self.random.choice(BAD)
        kind = question["type"]
        if kind == "date":
            return format_date(self.day())
        if kind == "codes":
            return [code for code in question["codes"] if self.often(0.5)]
        return self.random.choice(question.get("codes") or GOOD[kind])


def family(random: Random, number: int, start: int) -> list[Event]:
    """All events of one to four people, in no order."""
    history = History(random, number, start)
    people = [history.client(place) for place in range(random.choice((1, 1, 2, 3, 4)))]
    for place, person in enumerate(people):
        _live(history, person, people[0] if place and history.often(0.9) else None)
    for _ in range(random.choice((0, 1, 2, 4))):
        _damage(history, people)
    random.shuffle(history.events)
    return history.events


def days_to_ask(random: Random, events: list[Event], start: int, how_many: int) -> list[str]:
    """Days on which something is likely to turn: dates of the record and round distances from them."""
    named = [
        value for event in events for value in (event["answers"] or {}).values() if isinstance(value, str)
    ]
    dates = [
        day
        for text in [*named, *(event["occurred_on"] for event in events)]
        if (day := parse_date(text)) is not None
    ]
    days = [
        random.choice([*dates, start]) + random.choice((*NEAR, 13, 15, 41, 43, 364, 366))
        for _ in range(how_many)
    ]
    return [format_date(day if is_day(day) else start) for day in days]


def _live(history: History, person: str, mother: str | None) -> None:
    link = {"mother": mother} if mother else {}
    if history.often(0.95):
        history.write(person, "registration", birth_date=format_date(history.day()), **link)
    for _ in range(history.random.choice((0, 2, 4, 8))):
        history.write(person, history.random.choice(EVENT_FORMS))


def _damage(history: History, people: list[str]) -> None:
    random, events = history.random, history.events
    if not events:
        return
    victim = random.choice(events)
    if victim["answers"] is None or history.often(0.7):
        _correct(history, victim)
    elif history.often(0.3):
        history.add(victim["client"], "registration", {"mother": random.choice(people), "sex": "female"})
    elif history.often(0.3):
        victim["replaces"] = random.choice(events)["id"]  # a stranger's event, its own, or a circle
    else:
        victim["answers"] = {name: random.choice([value, *BAD]) for name, value in victim["answers"].items()}


def _correct(history: History, victim: Event) -> None:
    """Once or twice (a fork), by a void, or of an event that never arrived."""
    for _ in range(history.random.choice((1, 1, 2))):
        answers = None if history.often(0.25) else {**(victim["answers"] or {})}
        for name, question in FORMS[victim["form"]]["questions"].items():
            if answers is not None and name != "mother" and history.often(0.3):
                answers[name] = history.answer(question)
        history.add(victim["client"], victim["form"], answers, victim["id"])
    if history.often(0.15):
        history.events.remove(victim)


def families(random: Random, how_many: int, start: int, first: int = 0) -> Iterator[list[Event]]:
    for number in range(first, first + how_many):
        yield family(random, number, start)
