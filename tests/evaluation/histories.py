"""Histories for tests: written by hand as small tables, or random and nasty."""

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tsela import programme
from tsela.evaluation import definitions
from tsela.kernel.dates import format_date, parse_date
from tsela.kernel.ids import derived_id

FOLDER = Path(__file__).resolve().parents[2] / "programmes" / "mentor_mother"
STAFF = derived_id("staff")
Event = dict[str, Any]


@cache
def mentor_mother() -> programme.Programme:
    return programme.load(FOLDER)


@cache
def defined() -> definitions.Definitions:
    return definitions.of(mentor_mother())


def event(
    form: str,
    client: str,
    day: str,
    answers: Any,
    *,
    number: object,
    site: str = "ZA-GP-TEMBISA",
    replaces: Any = None,
) -> Event:
    return {
        "id": derived_id("event", number), "form": form, "form_version": "1", "client": derived_id(client), "session": None,
        "mode": "home", "site": site, "author": STAFF, "device": STAFF, "occurred_on": day,
        "recorded_at": f"{day}T08:00:00Z", "replaces": replaces, "answers": answers,
    }  # fmt: skip


def written(table: str, *, site: str = "ZA-GP-TEMBISA", family: str = "") -> list[Event]:
    """Lines of `client | form | date | answers`, the answers as YAML; a mother is named by her client.

    Tables of different families speak of different people, whatever they are called.
    """
    rows: list[Event] = []
    for number, line in enumerate(filter(str.strip, table.splitlines())):
        client, form, day, *rest = (cell.strip() for cell in line.split("|"))
        answers = yaml.load(f"{{{rest[0] if rest else ''}}}", yaml.BaseLoader)
        answers = {name: int(value) if name == "days_supplied" else value for name, value in answers.items()}
        if "mother" in answers:
            answers["mother"] = derived_id(family + answers["mother"])
        rows.append(event(form, family + client, day, answers, number=f"{family}{number}", site=site))
    return rows


def nasty(seed: int, clients: int = 25) -> list[Event]:
    """A random record: facts before registration, on the same day, on edges of windows, corrected, voided, impossible."""
    rng = random.Random(seed)
    made = [*_women(rng, clients), *_children(rng, clients)]
    rng.shuffle(made)
    return made


class _Pen:
    def __init__(self, rng: random.Random) -> None:
        self.rng, self.count, self.start = rng, rng.randrange(10**9), parse_date("2023-01-01") or 0

    def day(self) -> int:
        return self.start + self.rng.randrange(1100)

    def write(self, form: str, client: str, day: int, answers: Any, replaces: Any = None) -> Event:
        self.count += 1
        site = self.rng.choice(["ZA-A", "ZA-B", "MW-A"])
        said = (
            None if answers is None else {name: value for name, value in answers.items() if value is not None}
        )
        return event(form, client, format_date(day), said, number=self.count, site=site, replaces=replaces)


DATES = {
    "hiv_test": "test_date",
    "art_dispense": "dispense_date",
    "art_start": "start_date",
    "death": "death_date",
    "transfer_out": "transfer_date",
}
FORMS = (
    ["hiv_test"] * 6
    + ["art_dispense"] * 5
    + ["enrolment", "enrolment", "art_start", "transfer_out", "death", "exit"]
)


def _women(rng: random.Random, clients: int) -> Iterator[Event]:
    pen = _Pen(rng)
    for number in range(clients):
        client = f"woman {number}"
        if rng.random() < 0.95:
            yield pen.write(
                "registration",
                client,
                pen.day(),
                {"client_group": "woman", "sex": "female", "birth_date": "1995-02-03"},
            )
        if rng.random() < 0.8:
            yield pen.write("pregnancy", client, pen.day(), {"lmp_date": format_date(pen.day())})
        for form in rng.choices(FORMS, k=rng.randrange(10)):
            answers = _answers(rng, form) | (
                {DATES[form]: format_date(pen.day())} if form in DATES and rng.random() < 0.5 else {}
            )
            first = pen.write(form, client, pen.day(), answers)
            yield first
            if rng.random() < 0.1:
                yield pen.write(
                    form, client, pen.day(), None if rng.random() < 0.4 else _answers(rng, form), first["id"]
                )
        if rng.random() < 0.5:
            yield from _treatment(pen, client)


def _answers(rng: random.Random, form: str) -> dict[str, Any]:
    return {
        "hiv_test": {"result": rng.choice(["positive", "negative", "negative", "inconclusive"])},
        "enrolment": {"hiv_status": rng.choice(["positive", "negative", "unknown"])},
        "art_dispense": {"days_supplied": rng.choice([30, 90, 180, 1, None])},
        "exit": {"reason": rng.choice(["withdrew", "lost"])},
    }.get(form, {})


def _treatment(pen: _Pen, client: str) -> Iterator[Event]:
    """Dense supplies whose gaps fall on and around the 28th day of grace."""
    start = day = pen.day()
    yield pen.write("art_start", client, start, {"start_date": format_date(start)})
    while day < start + 400 and pen.rng.random() < 0.95:
        supply = pen.rng.choice([30, 60, 90])
        yield pen.write(
            "art_dispense", client, day, {"dispense_date": format_date(day), "days_supplied": supply}
        )
        day += pen.rng.choice([28, 30, supply - 2, supply + 28, supply + 29, supply + 30])


def _children(rng: random.Random, clients: int) -> Iterator[Event]:
    pen = _Pen(rng)
    for number in range(clients):
        client, birth = f"child {number}", pen.day() - 600
        answers = {
            "client_group": "child",
            "birth_date": format_date(birth),
            "mother": derived_id(f"woman {rng.randrange(clients)}"),
        }
        yield pen.write("registration", client, birth + rng.randrange(200), answers)
        for form in rng.choices(
            ["infant_test", "infant_test", "infant_outcome", "death"], k=rng.randrange(6)
        ):
            day = birth + rng.choice(
                [40, 58, 59, 60, 61, 62, 365, 700, 729, 730, 731, 732, rng.randrange(800)]
            )
            yield pen.write(form, client, day, _child_answers(rng, form))


def _child_answers(rng: random.Random, form: str) -> dict[str, Any]:
    outcomes = ["infected", "uninfected_not_breastfeeding", "died", "unknown"]
    return {
        "infant_test": {
            "test": rng.choice(["nat", "antibody"]), "result": rng.choice(["positive", "negative"]),
            "confirmatory": rng.choice(["yes", "no"]),
        },
        "infant_outcome": {"outcome": rng.choice(outcomes)},
    }.get(form, {})  # fmt: skip
