"""What worked examples show of the rules: there, not there, and the days on which a task turns."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tsela.kernel.dates import parse_date
from tsela.programme import Programme, load
from tsela.work import boundaries
from tsela.work.cases import run_cases
from tsela.work.commands.programme import command
from tsela.work.coverage import Coverage, coverage

SOUND = Path(__file__).parent / "sound"
RULES = """
items:
  - id: baby_test
    title: First test
    because: It is time.
    source: WHO
    for: always
    anchor: birth_date
    when: no infant_test where result = positive
    due: 6 weeks
    window: {opens: -14 days, late: 14 days, expires: 12 months}
    done: infant_test where result = negative in window
  - id: repeat
    title: Repeat
    because: The answer was not clear.
    source: WHO
    for: always
    anchor: latest infant_test where result = positive
    due: 0 days
    done: infant_test where result = negative since anchor
"""
FLAGS = """
flags:
  - {id: infected, title: Infected, because: A test says so., source: WHO, level: urgent, for: always,
     when: any infant_test where result = positive}
"""
BABY = """
- case: A baby is tested at six weeks
  people: |
    name   | birth_date
    Lerato | 2026-10-09
  today: 2026-11-20
"""
TABLE = """
  tasks: |
    who    | task      | status
    Lerato | baby_test | due
"""
AROUND = "  around: {Lerato: [baby_test]}\n"
POSITIVE = """
- case: A positive test is repeated on the same day
  people: |
    name   | birth_date
    Lerato | 2026-10-09
  events: |
    2026-11-20 | Lerato | infant_test | result: positive
  today: 2026-11-20
  tasks: |
    who    | task   | due        | status
    Lerato | repeat | 2026-11-20 | due
  days: |
    day        | who    | task   | status
    2026-11-19 | Lerato | repeat | none
    2026-11-21 | Lerato | repeat | overdue
  no_tasks: {Lerato: [baby_test]}
  flags: {Lerato: infected}
"""
NEGATIVE = """
- case: A baby who was not tested has nothing to repeat
  people: |
    name   | birth_date
    Lerato | 2026-10-09
  today: 2026-11-20
  no_tasks: {Lerato: [repeat]}
  no_flags: {Lerato: infected}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = Path(shutil.copytree(SOUND, tmp_path / "programme"))
    for name, text in (("schedules/a.yaml", RULES), ("flags/a.yaml", FLAGS), ("cases/a.yaml", BABY)):
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_text(text)
    return made


def shows(folder: Path, *cases: str) -> tuple[Coverage, list[str]]:
    """Coverage by these cases, and how they differ."""
    (folder / "cases/a.yaml").write_text("".join(cases))
    programme = load(folder)
    results, problems = run_cases(programme)
    assert problems == []
    return coverage(programme), [text for result in results for text in result.differences]


def cells(found: Coverage, name: str) -> dict[str, bool]:
    return dict(next(rule.cells for rule in found.rules if rule.id == name))


def test_a_row_shows_that_a_task_is_there_and_no_boundary_unless_it_is_that_day(folder: Path) -> None:
    found, wrong = shows(folder, BABY, TABLE)
    assert wrong == []
    assert cells(found, "baby_test") == {
        "positive": True, "negative": False, "opens-1": False, "opens": False, "late": False, "late+1": False,
        "expires": False, "expires+1": False,
    }  # fmt: skip


def test_around_looks_at_all_the_days_on_which_a_task_turns(folder: Path) -> None:
    found, wrong = shows(folder, BABY, AROUND)
    assert wrong == []
    assert [name for name, shown in cells(found, "baby_test").items() if not shown] == ["negative"]


def test_around_says_where_a_task_turns_otherwise(folder: Path) -> None:
    tested = "  events: |\n    2026-11-30 | Lerato | infant_test | result: negative\n"
    _, wrong = shows(folder, BABY, AROUND, tested)
    assert wrong[0].startswith("on 2026-12-04, Lerato: baby_test: status is done, expected due")


def test_around_of_a_task_that_is_not_there_is_told(folder: Path) -> None:
    _, wrong = shows(folder, BABY, "  around: {Lerato: [repeat]}\n")
    assert wrong == ["Lerato: there is no task repeat, whose days could be looked at  [cases/a.yaml:2:9]"]


def test_an_item_that_opens_with_its_event_has_no_day_before_and_one_without_expiry_none_after(
    folder: Path,
) -> None:
    found, wrong = shows(folder, POSITIVE, NEGATIVE)
    assert wrong == []
    assert cells(found, "repeat") == dict.fromkeys(("positive", "negative", "opens", "late", "late+1"), True)


def test_flags_are_shown_raised_and_not_raised(folder: Path) -> None:
    assert cells(shows(folder, POSITIVE)[0], "infected") == {"positive": True, "negative": False}
    assert cells(shows(folder, POSITIVE, NEGATIVE)[0], "infected") == {"positive": True, "negative": True}


def test_full_coverage_is_100_percent_and_the_command_exits_with_0(folder: Path) -> None:
    found, _ = shows(folder, BABY, AROUND, POSITIVE, NEGATIVE)
    assert (found.percent, found.missing) == (100.0, ())
    assert CliRunner().invoke(command, ["test", str(folder), "--coverage=100"]).exit_code == 0


def test_what_is_missing_is_listed_and_fails_only_below_the_share_asked_for(folder: Path) -> None:
    shows(folder, BABY, AROUND)
    done = CliRunner().invoke(command, ["test", str(folder), "--coverage"])
    assert (done.exit_code, "not shown: flag infected: positive, negative" in done.output) == (0, True)
    done = CliRunner().invoke(command, ["test", str(folder), "--coverage=100", "--json"])
    told = json.loads(done.output)["coverage"]
    assert (done.exit_code, told["complete"]) == (1, False)
    assert {"kind": "item", "id": "baby_test"}.items() <= told["rules"][0].items()
    assert told["rules"][0]["missing"] == ["negative"]


@pytest.mark.parametrize(
    ("day", "status"),
    [("2026-11-05", "upcoming"), ("2026-11-06", "due"), ("2026-12-04", "due"), ("2026-12-05", "overdue"),
     ("2027-11-20", "overdue"), ("2027-11-21", "missed")],
)  # fmt: skip
def test_a_task_turns_the_day_after_its_dates(day: str, status: str) -> None:
    task = {"opens": "2026-11-06", "late": "2026-12-04", "expires": "2027-11-20"}
    assert boundaries.turned(task, parse_date(day) or 0) == status


def test_a_date_that_can_lie_ahead_has_a_day_before_it_opens(folder: Path) -> None:
    due = RULES.replace("latest infant_test where result = positive", "latest pregnancy.edd_date")
    (folder / "schedules/a.yaml").write_text(due)
    programme: Programme = load(folder)
    item = next(item for item in programme.tables["items"] if item["id"] == "repeat")
    assert boundaries.boundaries(programme.tables, item) == ("opens-1", "opens", "late", "late+1")
