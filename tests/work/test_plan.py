"""`tsela plan`: what is printed, and what is refused with nothing printed as if it were fine."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tsela.kernel.errors import TselaError
from tsela.work.commands.plan import command

PROGRAMME = Path(__file__).parents[2] / "programmes/mentor_mother"
MOTHER, BABY = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
Write = Callable[..., Path]


def event(number: int, client: str, form: str, day: str, **answers: Any) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-7000-8000-{number:012d}", "form": form, "form_version": "sha256:0", "client": client,
        "session": None, "mode": "home", "site": "ZA-GP-TEMBISA", "author": MOTHER, "device": MOTHER,
        "occurred_on": day, "recorded_at": f"{day}T09:12:00+02:00", "replaces": None, "answers": answers,
    }  # fmt: skip


FAMILY = [
    event(
        1, MOTHER, "registration", "2026-01-10", sex="female", client_group="woman", birth_date="1998-03-04"
    ),
    event(2, MOTHER, "hiv_test", "2026-01-10", test_date="2026-01-10", result="positive"),
    event(
        3, BABY, "registration", "2026-10-09", client_group="child", birth_date="2026-10-09", mother=MOTHER
    ),
]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def lines(*events: Any) -> Path:
        path = tmp_path / "events.jsonl"
        path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in events))
        return path

    return lines


def run(events: Path, *options: str, today: str = "2026-11-20") -> str:
    arguments = ["--programme", str(PROGRAMME), "--events", str(events), "--today", today, *options]
    return CliRunner().invoke(command, arguments, catch_exceptions=False).output


def refused(events: Path, *options: str, today: str = "2026-11-20") -> list[tuple[str, str]]:
    with pytest.raises(TselaError) as error:
        run(events, *options, today=today)
    assert all(problem.remedy for problem in error.value.problems)
    return [(problem.code, problem.where.rpartition("/")[2]) for problem in error.value.problems]


def test_a_baby_born_to_a_mother_with_hiv_is_due_for_her_first_test(write: Write) -> None:
    plans = json.loads(run(write(*FAMILY), "--json"))["clients"]
    task = next(task for task in plans[BABY]["tasks"] if task["due"] == "2026-11-20")
    assert set(task) == {
        "item", "key", "due", "opens", "late", "expires", "status", "step", "done_by", "anchor", "why",
    }  # fmt: skip
    assert (task["status"], task["anchor"]["date"]) == ("due", "2026-10-09")
    assert "2026-10-09" in task["why"]


def test_one_client_is_planned_with_her_relatives_in_view(write: Write) -> None:
    everyone = json.loads(run(write(*FAMILY), "--json"))["clients"]
    alone = json.loads(run(write(*FAMILY), "--json", "--client", BABY))["clients"]
    assert alone == {BABY: everyone[BABY]}


def test_a_person_reads_a_table(write: Write) -> None:
    said = run(write(*FAMILY))
    assert BABY in said
    assert "2026-11-20: 2 clients" in said


def test_an_exported_log_with_the_servers_own_fields_is_read(write: Write) -> None:
    exported = [{**one, "seq": 7, "received_at": "2026-01-10T09:12:00Z"} for one in FAMILY]
    assert json.loads(run(write(*exported), "--json")) == json.loads(run(write(*FAMILY), "--json"))


def test_the_same_line_twice_is_one_event(write: Write) -> None:
    assert json.loads(run(write(*FAMILY, *FAMILY), "--json")) == json.loads(run(write(*FAMILY), "--json"))


def test_every_bad_line_is_named(write: Write) -> None:
    other = {**FAMILY[0], "site": "ZA-GP-SOWETO"}
    path = write(
        FAMILY[0], "{", {"id": "x"}, "[]", {**FAMILY[1], "occurred_on": "2026-02-30"}, other, '{"id": NaN}'
    )
    assert refused(path, "--json") == [
        ("E160", "events.jsonl:2"), ("E161", "events.jsonl:3"), ("E161", "events.jsonl:4"), ("E161", "events.jsonl:5"),
        ("E162", "events.jsonl:6"), ("E160", "events.jsonl:7"),
    ]  # fmt: skip


def test_what_is_not_there_is_said(write: Write, tmp_path: Path) -> None:
    assert refused(write(*FAMILY), today="2026-02-30") == [("E152", "--today")]
    assert refused(write(*FAMILY), "--client", BABY[:-1] + "c") == [("E163", "--client")]
    assert refused(tmp_path / "nothing.jsonl") == [("E164", "nothing.jsonl")]


def test_answers_out_of_range_are_missing_not_refused(write: Write) -> None:
    bad = event(4, MOTHER, "viral_load", "2026-02-10", sample_date="2026-02-10", copies=-5)
    assert json.loads(run(write(*FAMILY, bad), "--json"))["clients"]
