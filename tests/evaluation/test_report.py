"""The report, and `tsela evaluate` as people run it."""

import csv
import json
import re

import pytest
from click.testing import CliRunner
from tests.evaluation.histories import FOLDER, nasty

from tsela.kernel.errors import TselaError
from tsela.work.commands.evaluate import command

WRITTEN = {"results.json", "cells.csv", "cells.parquet", "report.html", "report.pdf", "manifest.json"}


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "events.jsonl"
    path.write_text("\n".join(map(json.dumps, nasty(5, clients=120))))
    return path


@pytest.fixture(scope="module")
def report(log, tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    printed = evaluate(log, "--out", out, "--clean", out.with_name("clean"), "--json")
    return out, printed


def evaluate(events, *more, period="2024-06-01..2025-06-30", as_of="2025-12-31"):
    """What the command prints."""
    said = ["--programme", FOLDER, "--events", events, "--as-of", as_of, "--period", period, *more]
    result = CliRunner().invoke(command, list(map(str, said)), catch_exceptions=False, standalone_mode=True)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_everything_is_written_and_printed(report):
    out, printed = report
    assert {path.name for path in out.iterdir()} == WRITTEN
    results = json.loads(printed)
    assert results == json.loads((out / "results.json").read_text())
    for one in results["indicators"]:
        assert {
            "id",
            "numerator",
            "denominator",
            "value",
            "low",
            "high",
            "method",
            "unknown",
            "by",
            "benchmark",
            "definition",
        } <= set(one)
        assert one["value"] is None or one["low"] <= one["value"] <= one["high"]


def test_the_same_data_give_the_same_bytes(report, log, tmp_path):
    evaluate(report[0].with_name("clean"), "--out", tmp_path)
    for name in WRITTEN:
        assert (tmp_path / name).read_bytes() == (report[0] / name).read_bytes(), name


def test_the_page_is_complete_in_itself(report):
    page = (report[0] / "report.html").read_text()
    assert not re.search(r"<script|<link|src=|@import|url\((?!#)", page)
    assert not re.search(r"""(href|xlink:href)=["'](?!#)""", page)
    assert page.count("<svg") >= 8


def test_no_count_below_five_is_published_for_a_group(report):
    rows = list(csv.DictReader((report[0] / "cells.csv").open()))
    shown = [row for row in rows if row["by"] != "all" and row["hidden"] == "False"]
    hidden = [row for row in rows if row["hidden"] == "True"]
    assert shown
    assert hidden
    assert not any(row[key] for row in hidden for key in ("numerator", "denominator", "value", "unknown"))
    assert not any(0 < float(row["numerator"]) < 5 for row in shown)


def test_a_cut_before_the_end_of_the_period_is_said(log):
    results = json.loads(evaluate(log, "--json", period="2025", as_of="2025-06-30"))
    assert "before the period ends" in results["warnings"][0]


@pytest.mark.parametrize(("change", "code"), [
    ({"period": "last year"}, "E601"), ({"as_of": "yesterday"}, "E602"), ({"events": "nowhere.jsonl"}, "E603"),
    ({"events": "sqlite:///nowhere.db"}, "E603"), ({"events": "."}, "E603"), ({"more": ["--by", "contry"]}, "E605"),
])  # fmt: skip
def test_bad_input_is_named_and_nothing_is_written(change, code, log, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = {"events": log, "more": [], "period": "2025", "as_of": "2025-12-31"} | change
    with pytest.raises(TselaError) as error:
        evaluate(
            given["events"], *given["more"], "--out", "out", period=given["period"], as_of=given["as_of"]
        )
    assert error.value.code == code
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "body", "code"), [
    ("empty.jsonl", b"", "E604"), ("torn.jsonl", b'{"id": ', "E652"), ("wrong.parquet", b"not parquet", "E651"),
])  # fmt: skip
def test_unreadable_data_are_refused(name, body, code, tmp_path):
    (tmp_path / name).write_bytes(body)
    with pytest.raises(TselaError) as error:
        evaluate(tmp_path / name, "--out", tmp_path / "out")
    assert error.value.code == code
    assert not (tmp_path / "out").exists()
