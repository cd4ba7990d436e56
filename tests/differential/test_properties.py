"""What must be true of every plan, whatever the programme and the history."""

from dataclasses import replace
from random import Random

import pytest

from differential.compare import Batch, batch
from differential.executors import Plan, Python
from differential.programmes import compiled
from tsela.care.engine import Records, Rules, plan
from tsela.kernel.dates import LAST_DAY, parse_date

SEEDS = range(40)


@pytest.fixture(params=SEEDS)
def made(request: pytest.FixtureRequest) -> Batch:
    return batch(Random(f"properties/{request.param}"), how_many=6, days=2)


def plans(made: Batch) -> list[Plan]:
    return Python().plans(compiled(made.rules), made.events, made.asks)


def test_a_plan_stays_the_same_until_its_recheck(made: Batch) -> None:
    rules = Rules(compiled(made.rules))
    records = Records(rules, made.events)
    for client, today in made.asks:
        first = plan(rules, records, client, parse_date(today))
        end = min(LAST_DAY + 1 if first.recheck is None else first.recheck, first.today + 400)
        for day in {first.today + 1, (first.today + end) // 2, end - 1} & set(range(first.today, end)):
            assert replace(plan(rules, records, client, day), today=first.today) == first


def test_the_order_of_the_input_changes_nothing(made: Batch) -> None:
    mixed = replace(made, families=[family[::-1] for family in made.families[::-1]])
    assert plans(mixed) == plans(made)


def test_an_event_that_comes_twice_changes_nothing(made: Batch) -> None:
    assert plans(replace(made, families=made.families * 2)) == plans(made)


def test_strangers_change_nothing(made: Batch) -> None:
    alone = replace(made, families=made.families[:1])
    expected = dict(zip(made.asks, plans(made), strict=True))
    assert dict(zip(alone.asks, plans(alone), strict=True)).items() <= expected.items()


def test_an_event_of_an_unknown_form_changes_nothing(made: Batch) -> None:
    strange = [
        {**event, "id": f"{event['id']}x", "form": "horoscope", "replaces": None} for event in made.events
    ]
    assert plans(replace(made, families=[*made.families, strange])) == plans(made)


def test_a_void_that_stands_removes_its_event(made: Batch) -> None:
    """Voiding every event, whatever it corrects, leaves nobody in the record."""
    voids = [{**e, "id": f"z{e['id']}", "answers": None, "replaces": e["id"]} for e in made.events]
    emptied = plans(replace(made, families=[made.events, voids]))
    assert not any(one["tasks"] or one["flags"] for one in emptied)


def test_replacing_one_client_is_the_same_as_starting_anew(made: Batch) -> None:
    rules = Rules(compiled(made.rules))
    records = Records(rules, made.events)
    client = made.asks[0][0]
    hers = [event for event in made.events if event["client"] == client]
    for history in (hers[: len(hers) // 2], hers):
        others = [event for event in made.events if event["client"] != client]
        records.put(client, history)
        anew = Records(rules, [*others, *history])
        for asked, today in made.asks:
            day = parse_date(today)
            assert plan(rules, records, asked, day) == plan(rules, anew, asked, day)


def test_linked_names_everyone_whose_plan_an_event_can_change(made: Batch) -> None:
    rules = Rules(compiled(made.rules))
    records = Records(rules, made.events)
    before = dict(zip(made.asks, plans(made), strict=True))
    client = made.asks[0][0]
    touched = {client, *records.linked(client)}
    records.put(client, [])
    touched |= set(records.linked(client))
    for asked, today in made.asks:
        if asked not in touched:
            assert plan(rules, records, asked, parse_date(today)).as_dict() == {
                name: value for name, value in before[asked, today].items() if name != "hash"
            }
