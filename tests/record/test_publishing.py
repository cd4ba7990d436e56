"""Versions are published to a pilot site first, then everywhere, and taken back; what is in force is what was signed (S41, S42)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from support.phones import through_django
from support.record import MULANJE, TEMBISA, event, phone, registration, someone
from tsela.access.models import AuditEntry, Role
from tsela.care.models import StoredPlan
from tsela.kernel.errors import TselaError
from tsela.kernel.ids import uuid7
from tsela.programme import Programme, load
from tsela.record import programme as in_force
from tsela.record.actions import ingest
from tsela.record.models import EventProblem
from tsela.record.publishing import history, publish, roll_back
from tsela.work.worker import work_once

pytestmark = pytest.mark.django_db
SMALL = Path(__file__).parents[1] / "programme/sound"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: settings) -> Iterator[Path]:
    """A small programme and a shelf of one's own; nothing of it is remembered by the tests that follow."""
    settings.HOME, settings.PROGRAMME = tmp_path / "home", SMALL
    in_force.forget()
    yield settings.HOME
    in_force.forget()


def changed(tmp_path: Path, edition: str) -> Programme:
    """The site's programme with another edition and one more question in the form hiv_test."""
    folder = tmp_path / edition
    shutil.copytree(settings.PROGRAMME, folder)
    spoil(folder / "programme.yaml", 'version: "1"', f'version: "{edition}"')
    spoil(
        folder / "forms/hiv_test.md",
        "| choices |",
        "|        | text | song | Which song did you sing? |\n\n| choices |",
    )
    return load(folder)


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_without_any_publication_the_folder_is_in_force(tmp_path: Path):
    assert in_force.current(TEMBISA).folder == Path(settings.PROGRAMME)
    assert in_force.versions() == (load(settings.PROGRAMME).version, {})


def test_a_pilot_site_comes_first_then_everyone_then_back(tmp_path: Path):
    someone(Role.NURSE, TEMBISA, MULANJE)
    folder = in_force.current().version
    pilot = publish(changed(tmp_path, "2"), sites=[TEMBISA])
    assert (in_force.current(TEMBISA).version, in_force.current(MULANJE).version) == (pilot.version, folder)
    assert in_force.versions() == (folder, {TEMBISA: pilot.version})
    everyone = publish(load(tmp_path / "2"))
    assert in_force.versions() == (everyone.version, {})
    roll_back()
    assert in_force.versions() == (folder, {TEMBISA: pilot.version})
    roll_back()
    assert in_force.versions() == (folder, {})
    with pytest.raises(TselaError, match="E242"):
        roll_back()


def test_who_published_what_and_where_is_kept(tmp_path: Path):
    officer = someone(Role.ME_OFFICER, name="Mpho")
    publish(changed(tmp_path, "2"), sites=[TEMBISA], by=officer)
    roll_back(by=officer)
    [row] = history()
    assert (row["by"], row["sites"], row["withdrawn_by"], row["signature_holds"]) == (
        "Mpho",
        [TEMBISA],
        "Mpho",
        True,
    )
    actions = AuditEntry.objects.filter(action__startswith="programme").values_list("action", flat=True)
    assert list(actions) == ["programme.publish", "programme.roll_back"]


@pytest.mark.parametrize("role", [Role.MENTOR_MOTHER, Role.SITE_COORDINATOR, Role.DIRECTOR])
def test_only_those_who_answer_for_the_programme_publish_it(role: Role, tmp_path: Path):
    for forbidden in (lambda by: publish(changed(tmp_path, "2"), by=by), lambda by: roll_back(by=by)):
        with pytest.raises(TselaError, match="E503"):
            forbidden(someone(role))


def test_a_site_that_there_is_not_is_refused_before_anything_is_kept(tmp_path: Path):
    someone()
    with pytest.raises(TselaError, match=f"E509.*{TEMBISA}"):
        publish(changed(tmp_path, "2"), sites=["ZA-GP-TEMBSIA"])
    assert history() == []


def test_what_was_changed_on_the_shelf_is_not_served(tmp_path: Path, home: Path):
    folder = in_force.current().version
    version = publish(changed(tmp_path, "2")).version
    spoil(home / "programmes" / version / "programme/programme.yaml", "Mentor Mother", "Mentor Father")
    in_force._Seen.kept.clear()  # another process would look at the file for the first time
    assert in_force.current().version == folder
    assert [row["signature_holds"] for row in history()] == [False]


def test_phones_get_the_version_of_their_site_and_then_the_old_one_again(client, tmp_path: Path):
    here, there = phone(someone(Role.NURSE, TEMBISA)), phone(someone(Role.NURSE, MULANJE))
    ask = {device: through_django(client, device.id) for device in (here, there)}
    before = ask[here]("GET", "programme")[1]
    publish(changed(tmp_path, "2"), sites=[TEMBISA])
    pilot, other = (ask[device]("GET", "programme")[1] for device in (here, there))
    assert [one["version"][:2] for one in (before, pilot, other)] == ["1+", "2+", "1+"]
    assert "song" in str(pilot["forms"]["hiv_test"])
    assert pilot["tables"]["version"] == pilot["version"]
    ingest([registration(here, "Nomsa")], by=here)
    assert ask[here]("GET", "pull")[1]["programme"] == pilot["version"]
    roll_back()
    assert ask[here]("GET", "programme")[1] == before


def test_clients_of_the_pilot_site_are_planned_anew_and_the_others_left_alone(tmp_path: Path):
    here, there = phone(someone(Role.NURSE, TEMBISA)), phone(someone(Role.NURSE, MULANJE))
    ingest([registration(here, "Nomsa", site=TEMBISA)], by=here)
    ingest([registration(there, "Promise", site=MULANJE)], by=there)
    work_once()
    publish(changed(tmp_path, "2"), sites=[TEMBISA])
    assert work_once() == 1
    planned = dict(StoredPlan.objects.values_list("site", "version"))
    assert (planned[TEMBISA][:2], planned[MULANJE][:2]) == ("2+", "1+")
    assert work_once() == 0


def test_answers_are_checked_by_the_form_with_which_they_were_written(tmp_path: Path):
    """A phone that has not synced yet still writes with the old form, and one at the pilot site with the new one."""
    new, old = changed(tmp_path, "2"), load(settings.PROGRAMME)
    device = phone(someone(Role.NURSE, TEMBISA, MULANJE))
    publish(old)
    publish(new, sites=[TEMBISA])
    answers = {"test_date": "2026-11-02", "result": "negative", "result_given": "yes", "song": "Thula mama"}
    written = [
        event(device, "hiv_test", uuid7(), answers, form_version=programme.forms["hiv_test"]["version"], site=site)
        for programme in (old, new) for site in (TEMBISA, MULANJE)
    ]  # fmt: skip
    ingest(written, by=device)
    work_once()
    unknown = EventProblem.objects.filter(code="E413").values_list("event", flat=True)
    assert set(unknown) == {one["id"] for one in written[:2]}
