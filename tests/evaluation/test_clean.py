"""The clean layer sees what the Python engine sees; equal events give equal bytes; a bad line changes nothing."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from differential.cases import FOLDER, load
from differential.histories import families
from tsela.care.engine import Records, Rules
from tsela.care.engine.sql import column
from tsela.evaluation import clean
from tsela.evaluation.clean import Manifest, build, connect, in_memory, write_raw
from tsela.kernel.dates import format_date, parse_date
from tsela.kernel.errors import TselaError

FORMS: dict[str, Any] = load(FOLDER / "_forms.yaml")
TABLES = {"engine": 1, "forms": FORMS}
Event = dict[str, Any]


def history(seed: int, people: int = 40) -> list[Event]:
    """Families with damaged records: corrections, forks, voids, circles, wrong answers, future dates."""
    start = parse_date("2024-02-29") or 0
    return [event for family in families(random.Random(seed), people, start) for event in family]


def python_rows(events: list[Event], form: str) -> list[tuple[Any, ...]]:
    """What tsela.care.engine.Records holds of a form, as rows of the clean layer."""
    records = Records(Rules(TABLES), events)
    dates = {name for name, question in FORMS[form]["questions"].items() if question["type"] == "date"}
    return [
        (
            client,
            format_date(event.date),
            n,
            event.id,
            event.root,
            *map(plain, answers(event, form), dates_of(form, dates)),
        )
        for client in records.clients()
        for n, event in enumerate(records._records[client].events.get(form, []), start=1)
    ]


def answers(event: Any, form: str) -> list[Any]:
    return [event.answers.get(name) for name in FORMS[form]["questions"]]


def dates_of(form: str, dates: set[str]) -> list[bool]:
    return [name in dates for name in FORMS[form]["questions"]]


def plain(value: Any, is_date: bool) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return format_date(value) if is_date and value is not None else value


def sql_rows(connection: duckdb.DuckDBPyConnection, form: str) -> list[tuple[Any, ...]]:
    questions = [
        f"CAST({column(name)} AS VARCHAR)" if question["type"] == "date" else column(name)
        for name, question in FORMS[form]["questions"].items()
    ]
    columns = ", ".join(["client", "CAST(date AS VARCHAR)", "n", "id", "root", *questions])
    return connection.execute(f"SELECT {columns} FROM f_{form} ORDER BY client, n").fetchall()


@pytest.mark.parametrize("seed", range(8))
def test_damaged_histories_are_cleaned_as_python_cleans_them(seed: int) -> None:
    events = history(seed)
    with in_memory(TABLES, events) as connection:
        for form in FORMS:
            assert sql_rows(connection, form) == python_rows(events, form), form


ANSWERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(2**53 - 3, 2**53 + 3) | st.floats(9.007199254740989e15, 9.007199254740994e15)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(["tb", "testing", "anna", "positive", "2024-02-29", "2023-02-29", "1899-12-31", "2199-12-31",
                       "2024-2-9", " 2024-02-09", "2024-02-09\n", "infinity", "1970-01-01", "٢٠٢٤-01-01"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=40)
@given(data=st.data())
def test_any_json_is_cleaned_as_python_cleans_it(data: st.DataObject) -> None:
    """R3, R6: whatever an answer may be."""
    events = [
        {"id": f"{form}{number}", "form": form, "client": "c", "replaces": None, "occurred_on": day,
         "answers": data.draw(st.dictionaries(st.sampled_from([*FORMS[form]["questions"], "unknown"]), ANSWERS))}
        for form in ("registration", "viral_load", "encounter", "infant_test", "art_dispense")
        for number, day in enumerate(("2024-01-01", "2024-02-30", "1970-01-01"))
    ]  # fmt: skip
    with in_memory(TABLES, events) as connection:
        for form in FORMS:
            assert sql_rows(connection, form) == python_rows(events, form), form


def test_clients_are_as_their_last_registration_has_them() -> None:
    events = history(1)
    records = Records(Rules(TABLES), events)
    with in_memory(TABLES, events) as connection:
        found = connection.execute("SELECT client, id, sex, country FROM clients ORDER BY client").fetchall()
    known = [(client, record) for client in records.clients() if (record := records.get(client))]
    assert found == [(client, one.registration.id, one.attributes.get("sex"), "ZA") for client, one in known]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "events.jsonl", history(2))


def write_lines(path: Path, events: list[Event]) -> Path:
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return path


def contents(manifest: Manifest) -> Iterator[tuple[str, bytes]]:
    for part in manifest.parts:
        for file in part.files.values():
            yield file.path, (manifest.folder / file.path).read_bytes()


def test_equal_events_give_equal_bytes_in_any_order_and_from_any_file(lines: Path, tmp_path: Path) -> None:
    first = build(TABLES, lines, tmp_path / "first")
    shuffled = history(2)
    random.Random(5).shuffle(shuffled)
    write_raw(write_lines(tmp_path / "shuffled.jsonl", shuffled), tmp_path / "raw.parquet")
    zipped = tmp_path / "events.jsonl.gz"
    zipped.write_bytes(gzip.compress(lines.read_bytes()))
    for name, source in {
        "parquet": tmp_path / "raw.parquet",
        "gz": zipped,
        "twice": [lines, zipped],
        "dicts": shuffled,
    }.items():
        other = build(TABLES, source, tmp_path / name)
        assert dict(contents(other)) == dict(contents(first)), name
        assert other.source == first.source
    bounded = build(TABLES, lines, tmp_path / "bounded", memory="300MB")
    assert dict(contents(bounded)) == dict(contents(first))


def test_parts_hold_whole_clients_and_only_touched_ones_are_rebuilt(
    lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clean, "CLIENTS_A_PART", 20)
    before = build(TABLES, lines, tmp_path / "clean")
    whole = in_memory(TABLES, history(2))
    for form in FORMS:
        assert sql_rows(connect(before), form) == sql_rows(whole, form)
    one = {**history(2)[0], "id": "00000000-0000-7000-8000-ffffffffffff", "replaces": None}
    after = build(TABLES, [lines, write_lines(tmp_path / "more.jsonl", [one])], tmp_path / "clean")
    kept = {part.folder for part in before.parts} & {part.folder for part in after.parts}
    assert len(before.parts) == len(after.parts) == len(kept) + 1 > 2
    assert sorted(path.name for path in (tmp_path / "clean").glob("part-*")) == sorted(
        p.folder for p in after.parts
    )
    assert Manifest.read(tmp_path / "clean") == after


BAD_LINES = {
    "not json": ("{", "no JSON"),
    "a list": ("[1]", "no JSON object"),
    "no id": ({"id": None}, "id is null"),
    "an upper-case id": ({"id": "00000001-0000-7000-8000-00000000000A"}, "id is"),
    "a number for a client": ({"client": 5}, "client is 5"),
    "an unknown mode": ({"mode": "drone"}, 'mode is "drone"'),
    "a site without its country": ({"site": "TEMBISA"}, "site is"),
    "no answers at all": ({"answers": ...}, "answers are neither"),
    "a list of answers": ({"answers": []}, "answers are neither"),
    "half a date": ({"occurred_on": "2024-01"}, "occurred_on is"),
}


@pytest.mark.parametrize(("change", "said"), BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_line_is_named_and_nothing_changes(change: Any, said: str, lines: Path, tmp_path: Path) -> None:
    build(TABLES, lines, tmp_path / "clean")
    before = {path: path.read_bytes() for path in (tmp_path / "clean").rglob("*") if path.is_file()}
    event = json.loads(lines.read_text().splitlines()[0])
    if isinstance(change, dict):
        event = {name: value for name, value in {**event, **change}.items() if value is not ...}
        change = json.dumps(event)
    bad = tmp_path / "bad.jsonl"
    bad.write_text(f"\n{lines.read_text()}\n{change}\n")
    with pytest.raises(TselaError) as error:
        build(TABLES, bad, tmp_path / "clean")
    number = len(bad.read_text().splitlines())
    assert (error.value.code, error.value.where) == ("E652", f"{bad}:{number}")
    assert said in error.value.what
    assert {path: path.read_bytes() for path in (tmp_path / "clean").rglob("*") if path.is_file()} == before


def test_what_is_no_file_of_events_is_refused(lines: Path, tmp_path: Path) -> None:
    (tmp_path / "no.parquet").write_bytes(b"PAR1")
    altered = write_lines(tmp_path / "altered.jsonl", [{**history(2)[0], "answers": {"sex": "other"}}])
    sources = {"E650": tmp_path / "missing.jsonl", "E651": tmp_path / "no.parquet", "E653": [lines, altered]}
    for code, source in sources.items():
        with pytest.raises(TselaError) as error:
            build(TABLES, source, tmp_path / "clean")
        assert error.value.code == code
    assert not (tmp_path / "clean").exists()


def test_a_log_of_nothing_has_empty_tables(tmp_path: Path) -> None:
    manifest = build(TABLES, write_lines(tmp_path / "none.jsonl", []), tmp_path / "clean")
    assert connect(manifest).execute("SELECT count(*) FROM clients").fetchone() == (0,)
    assert manifest.events == 0
