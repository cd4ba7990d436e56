"""Batches of made-up histories under one made-up programme, and where executors differ on them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tsela.kernel.dates import parse_date

from .executors import Executor, Plan
from .histories import STARTS, Event, days_to_ask, families
from .programmes import compiled, document


@dataclass(frozen=True)
class Batch:
    """One programme, families, and days on which everyone's plan is asked for."""

    rules: dict[str, Any]
    families: list[list[Event]]
    days: list[str]

    @property
    def events(self) -> list[Event]:
        return [event for family in self.families for event in family]

    @property
    def asks(self) -> list[tuple[str, str]]:
        clients = sorted({event["client"] for event in self.events})
        return [(client, day) for day in self.days for client in clients]


@dataclass(frozen=True)
class Difference:
    """What two executors said of one client on one day, with what makes it happen again."""

    client: str
    today: str
    said: dict[str, Plan]
    rules: dict[str, Any]
    family: list[Event]

    def __str__(self) -> str:
        said = "\n".join(f"{name:>12}: {json.dumps(plan)}" for name, plan in self.said.items())
        family = "\n".join(json.dumps(event) for event in self.family)
        return f"{self.client} on {self.today}\n{said}\n{json.dumps(self.rules, indent=1)}\n{family}"


def batch(random: Random, how_many: int = 100, days: int = 3) -> Batch:
    """A made-up batch."""
    start = parse_date(random.choice(STARTS)) or 0
    people = list(families(random, how_many, start))
    asked = days_to_ask(random, [event for family in people for event in family], start, days)
    return Batch(document(random), people, asked)


def differences(made: Batch, executors: Sequence[Executor]) -> Iterator[Difference]:
    """Where an executor differs from the first, on the fields that it answers for."""
    tables = compiled(made.rules)
    first, *others = ((one, one.plans(tables, made.events, made.asks)) for one in executors)
    for other, plans in others:
        for (client, today), ours, theirs in zip(made.asks, first[1], plans, strict=True):
            if any(ours[field] != theirs[field] for field in other.fields):
                family = next(one for one in made.families if any(event["client"] == client for event in one))
                yield Difference(client, today, {first[0].name: ours, other.name: theirs}, made.rules, family)
