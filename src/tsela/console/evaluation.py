"""The M&E page: the Annual Evaluation for any period, as of any day, with its report to read and to keep."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from tsela.access import audit
from tsela.access.policy import Action
from tsela.console.pages import page, show, staff_of
from tsela.evaluation.period import parse_as_of, parse_period
from tsela.kernel.dates import format_date
from tsela.record.programme import current

FILES = {
    "report.html": "text/html",
    "report.pdf": "application/pdf",
    "results.json": "application/json",
    "cells.csv": "text/csv",
}
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"  # the report holds its own style, no script


@dataclass(frozen=True)
class Run:
    """One evaluation: a folder named after its period and its day."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def results(self) -> dict[str, Any] | None:
        file = self.folder / "results.json"
        return json.loads(file.read_text()) if file.exists() else None

    @property
    def problem(self) -> dict[str, str] | None:
        """The catalogue error that ended it."""
        try:
            said = json.loads((self.folder / "said.json").read_text())
        except (FileNotFoundError, ValueError):  # not begun, or still being written
            return None
        return said["errors"][0] if "errors" in said else None

    @property
    def running(self) -> bool:
        return self.results is None and self.problem is None


@page(Action.EVALUATION_READ)
def evaluation(request: HttpRequest) -> HttpResponse:
    """The latest evaluation, or the one chosen; posting a period and a day computes a new one."""
    if request.method == "POST":
        run = start(request.POST.get("period", ""), request.POST.get("as_of", ""))
        audit.note(staff_of(request), "evaluation.run", run.name)
        return redirect(f"/evaluation/?run={run.name}")
    runs = sorted(map(Run, folder().iterdir()), key=lambda run: run.folder.stat().st_mtime, reverse=True)
    chosen = next((run for run in runs if run.name == request.GET.get("run")), runs[0] if runs else None)
    today = timezone.localdate()
    return show(
        request, "evaluation", runs=runs, run=chosen, results=chosen.results if chosen else None,
        figures=[_figure(one) for one in (chosen.results or {}).get("indicators", [])] if chosen else [],
        last_year=today.year - 1, today=today.isoformat(), year_ago=(today - timedelta(days=364)).isoformat(),
    )  # fmt: skip


@page(Action.EVALUATION_READ)
def file(request: HttpRequest, name: str, file: str) -> HttpResponse | FileResponse:
    """A file of an evaluation: its report, its results, its cells."""
    path = folder() / name / file
    if file not in FILES or not path.is_file():
        raise Http404("no such file of an evaluation")
    audit.note(staff_of(request), "evaluation.read", f"{name}/{file}")
    answer = FileResponse(path.open("rb"), content_type=FILES[file])
    if file == "report.html":
        answer.headers["Content-Security-Policy"] = REPORT_POLICY
    return answer


def folder() -> Path:
    """Where evaluations are kept."""
    path = Path(settings.HOME) / "evaluations"
    path.mkdir(parents=True, exist_ok=True)
    return path


def start(period: str, as_of: str) -> Run:
    """Compute in a process of its own: a page never waits, and a large evaluation cannot slow the phones' door."""
    chosen, day = parse_period(period.strip()), parse_as_of(as_of.strip())
    run = Run(folder() / f"{format_date(chosen.first)}_{format_date(chosen.last)}_as-of_{format_date(day)}")
    run.folder.mkdir(exist_ok=True)
    for name in ("results.json", "said.json"):
        (run.folder / name).unlink(missing_ok=True)
    command = [
        sys.executable, "-m", "tsela", "evaluate", "--programme", str(current().folder), "--as-of", format_date(day),
        "--period", period.strip(), "--out", str(run.folder), "--json",
    ]  # fmt: skip
    with (run.folder / "said.json").open("wb") as said:
        subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL, start_new_session=True)
    return run


def _figure(one: dict[str, Any]) -> dict[str, Any]:
    """An indicator as the page draws it: the interval as a bar on a scale that fits it and its benchmarks."""
    share = one["unit"] == "share"
    marks = [mark for mark in one["benchmarks"] if mark["value"] is not None]
    top = max([one["high"] or 0, *(mark["value"] for mark in marks)]) * 1.15 or 1
    scale = 1.0 if share and top > 0.5 else top
    x = {name: _place(value, scale) for name, value in _values(one).items()}
    words = {name: _words(value, share) for name, value in _values(one).items()}
    shown = [
        {**mark, "x": _place(mark["value"], scale), "words": _words(mark["value"], share)} for mark in marks
    ]
    of = one["denominator"] if share else f"{one['denominator']:,.0f} years"
    return {**one, "x": x, "shown": words, "marks": shown, "years": not share, "of": of}


def _values(one: dict[str, Any]) -> dict[str, float | None]:
    return {name: one.get(name) for name in ("value", "low", "high", "lower", "upper")}


def _place(value: float | None, scale: float) -> float | None:
    return None if value is None else round(10 + 480 * min(value / scale, 1), 1)


def _words(value: float | None, share: bool) -> str:
    if value is None:
        return "–"
    return f"{value * 100:.1f}%" if share else f"{value:.2f}"
