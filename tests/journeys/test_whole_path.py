"""The whole path: from a visit without signal to the Annual Evaluation, in real browsers on a real site."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from journeys.conftest import Team
from journeys.field import FieldApp, ago, today
from support.browser import PATIENCE


def test_from_a_visit_without_signal_to_the_annual_evaluation(
    team: Team, field_app: FieldApp, page: Any, tmp_path: Path
) -> None:
    app = field_app
    app.on(ago(60)).claim(team.code())

    # A pregnant woman comes late, 38 weeks on, and learns that she lives with HIV. There is no signal.
    app.page.context.set_offline(True)
    nomsa = app.register(
        client_group="woman", given_name="Nomsa", family_name="Dlamini", sex="female", birth_date="1996-04-03",
        phone="+27 82 000 0000", phone_owner="own", language="zu",
    )  # fmt: skip
    app.record("pregnancy", nomsa, lmp_date=ago(60 + 38 * 7), first_anc_date=ago(60))
    app.record("hiv_test", nomsa, test_date=ago(60), result="positive", result_given="yes")
    assert "Start HIV treatment" in app.plan(nomsa), "on the same day"
    app.record("art_start", nomsa, start_date=ago(60), regimen="tld")
    assert "Start HIV treatment" not in app.plan(nomsa)
    app.record("art_dispense", nomsa, dispense_date=ago(60), days_supplied=30)
    missed = ago(55)
    app.record("appointment", nomsa, appointment_date=missed, service="art")

    # The app is killed and opened again, still without signal: nothing is lost.
    app.reopen()
    app.find("Nomsa")
    app.page.locator("[data-test=story-line]").get_by_text("HIV test").first.wait_for()

    # Back in town everything goes by itself.
    app.page.context.set_offline(False)
    app.sync()

    # She does not come. Her coordinator sees it, and why.
    team.sign_in(page, "naledi")
    row = await_row(page, f"{team.site.url}/team/", "Nomsa Dlamini", "Appointment")
    late = today() - date.fromisoformat(missed)
    assert f"{late.days} days" in row.inner_text()

    # She is traced, comes back, and the coordinator sees that too.
    app.on(ago(50))
    app.record("tracing", nomsa, attempt_date=ago(50), channel="home_visit", outcome="returned")
    app.record("attendance", nomsa, appointment_date=missed, attended="yes", attended_date=ago(50))
    app.record("art_dispense", nomsa, dispense_date=ago(50), days_supplied=365)
    app.sync()
    await_no_row(page, f"{team.site.url}/team/", "Nomsa Dlamini", "Appointment")

    # Her baby is born, is on the phone at once, and has a first test in time.
    app.on(ago(44))
    app.record(
        "pregnancy_outcome", nomsa, outcome="live_birth", outcome_date=ago(45), place="facility",
        **{"infants[0].sex": "female", "infants[0].given_name": "Blessing"},
    )  # fmt: skip
    app.find("Blessing")
    blessing = app.client_id()
    app.on(ago(2))
    assert "First HIV test for baby" in app.plan(blessing)
    app.record("infant_test", blessing, sample_date=ago(2), test="nat", result="negative", result_given="yes")
    app.sync()

    # Both are rightly counted once their day has come.
    results = evaluate(team, tmp_path)
    assert counts(results, "EID_2M") == (1, 1)
    assert counts(results, "RET12") == (1, 1)
    assert counts(results, "SEROCONV") == (0, 0)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_the_m_and_e_officer_computes_and_reads_an_evaluation(team: Team, page: Any) -> None:
    team.sign_in(page, "mpho")
    page.goto(f"{team.site.url}/evaluation/")
    page.get_by_role("button", name="Compute").click()
    found = page.get_by_role("link", name="Read the report").or_(page.get_by_role("alert"))
    found.wait_for()


def evaluate(team: Team, out: Path) -> dict[str, dict[str, Any]]:
    """As of the day on which she has been on treatment for a year."""
    as_of = today() + timedelta(days=320)
    said = team.site.run(
        "evaluate", "--programme", "programmes/mentor_mother", "--as-of", as_of.isoformat(),
        "--period", f"{ago(0)}..{as_of.isoformat()}", "--out", out, "--json",
    )  # fmt: skip
    return {one["id"]: one for one in json.loads(said)["indicators"]}


def counts(results: dict[str, dict[str, Any]], indicator: str) -> tuple[int, int]:
    return results[indicator]["numerator"], results[indicator]["denominator"]


def await_row(page: Any, url: str, name: str, what: str) -> Any:
    """The row of an overdue task; plans follow the events within a second or two."""
    row = page.locator("tr", has_text=name).filter(has_text=what).first
    for _ in range(PATIENCE // 500):
        page.goto(url)
        if row.count():
            return row
        page.wait_for_timeout(500)
    raise AssertionError(f"{name} is not shown as overdue: {page.locator('main').inner_text()[:2000]}")


def await_no_row(page: Any, url: str, name: str, what: str) -> None:
    row = page.locator("tr", has_text=name).filter(has_text=what)
    for _ in range(PATIENCE // 500):
        page.goto(url)
        if row.count() == 0:
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{name} is still shown: {row.first.inner_text()}")
