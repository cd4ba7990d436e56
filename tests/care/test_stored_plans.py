"""Stored plans keep up with the record, whatever is interrupted, and pages show each reader her own."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from support.record import MULANJE, TEMBISA, event, phone, registration, someone
from tsela.access.models import Role
from tsela.care import queries
from tsela.care.models import OpenTask, StoredPlan
from tsela.kernel.ids import derived_id
from tsela.record import follow
from tsela.record.actions import ingest
from tsela.record.models import EventProblem, Position
from tsela.work import subscriptions
from tsela.work.nightly import nightly
from tsela.work.worker import work_once

pytestmark = pytest.mark.django_db
NOMSA, SIPHO = derived_id("Nomsa"), derived_id("Sipho")


def ago(days: int) -> str:
    return (timezone.localdate() - timedelta(days=days)).isoformat()


def positive_mother(device, infant_age: int = 60):
    """Nomsa lives with HIV; her baby Sipho is two months old and was never tested."""
    born = registration(device, "Sipho", mother="Nomsa", occurred_on=ago(infant_age))
    born["answers"] |= {"birth_date": ago(infant_age), "sex": "male"}
    woman = registration(device, "Nomsa", occurred_on=ago(300))
    woman["answers"] |= {"sex": "female", "birth_date": "1998-03-04"}
    test = event(
        device, "hiv_test", "Nomsa", {"test_date": ago(290), "result": "positive"}, occurred_on=ago(290)
    )
    return [woman, test, born]


@pytest.fixture
def thandi():
    """A Mentor Mother's phone at Tembisa."""
    return phone(someone(name="Thandi"))


def test_a_plan_follows_an_event(thandi):
    ingest([registration(thandi, "Nomsa")], by=thandi)
    assert work_once() > 0
    assert StoredPlan.objects.get().client == NOMSA
    assert work_once() == 0


def test_a_coordinator_sees_what_is_overdue_at_her_sites_and_why(thandi):
    ingest(positive_mother(thandi), by=thandi)
    work_once()
    overdue = queries.rows(queries.overdue(someone(Role.SITE_COORDINATOR)))
    eid = next(row for row in overdue if row.item.startswith("eid"))
    assert (eid.client, eid.caseload, eid.site) == (SIPHO, thandi.staff_id, TEMBISA)
    assert eid.days_late > 0
    assert eid.title
    assert eid.why
    assert not queries.overdue(someone(Role.SITE_COORDINATOR, MULANJE))
    assert not queries.overdue(someone())
    assert queries.rows(queries.overdue(thandi.staff)) == overdue


def test_an_event_of_the_mother_changes_the_plan_of_her_infant(thandi):
    woman, test, born = positive_mother(thandi)
    ingest([woman, born], by=thandi)
    work_once()
    assert not OpenTask.objects.filter(client=SIPHO, item__startswith="eid").exists()
    ingest([test], by=thandi)
    work_once()
    assert OpenTask.objects.filter(client=SIPHO, item__startswith="eid").exists()


def test_caseloads_count_clients_and_what_is_open(thandi):
    ingest(positive_mother(thandi), by=thandi)
    work_once()
    [caseload] = queries.caseloads(someone(Role.SITE_COORDINATOR))
    assert (caseload.name, caseload.clients) == ("Thandi", 2)
    assert caseload.overdue == OpenTask.objects.filter(status="overdue").count() > 0


def test_a_plan_is_computed_anew_on_the_day_it_can_change(thandi):
    ingest(positive_mother(thandi), by=thandi)
    work_once()
    stored = StoredPlan.objects.get(pk=SIPHO)
    assert stored.recheck > timezone.localdate()
    nightly(stored.recheck)
    again = StoredPlan.objects.get(pk=SIPHO)
    assert again.today == stored.recheck
    assert again.recheck is None or again.recheck > stored.recheck


def test_a_new_programme_plans_everyone_anew(thandi):
    ingest([registration(thandi, "Nomsa")], by=thandi)
    work_once()
    StoredPlan.objects.update(version="an older one", hash="x")
    work_once()
    assert StoredPlan.objects.get().hash != "x"


def test_work_that_was_cut_off_is_done_again(thandi, monkeypatch):
    ingest(positive_mother(thandi), by=thandi)

    def power_cut(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(OpenTask.objects, "bulk_create", power_cut)
        with pytest.raises(KeyboardInterrupt):
            work_once()
    assert not StoredPlan.objects.exists()
    assert not Position.objects.filter(seq__gt=0).exists()
    work_once()
    assert OpenTask.objects.filter(client=SIPHO).exists()


def test_of_two_workers_the_slower_changes_nothing(thandi):
    ingest(positive_mother(thandi)[:1], by=thandi)
    [stretch] = follow.behind(queries.PLANS, 100)
    slow = subscriptions.plans(follow.events_in(stretch), timezone.localdate())
    ingest(positive_mother(thandi)[1:], by=thandi)
    work_once()
    tasks = list(OpenTask.objects.order_by("key").values_list("client", "key"))
    assert subscriptions.finish(queries.PLANS, slow, {stretch.site: 0}, {stretch.site: stretch.upto}) is False
    assert list(OpenTask.objects.order_by("key").values_list("client", "key")) == tasks


def test_doing_it_all_again_changes_nothing(thandi):
    ingest(positive_mother(thandi), by=thandi)
    work_once()
    before = everything_computed()
    Position.objects.all().delete()
    work_once()
    assert everything_computed() == before


def everything_computed():
    tasks = OpenTask.objects.order_by("client", "key").values_list("client", "key", "status")
    problems = EventProblem.objects.order_by("event", "question").values_list("event", "question", "code")
    return list(StoredPlan.objects.order_by("pk").values()), list(tasks), list(problems)


def test_an_infant_who_gets_another_mother_leaves_the_first_ones_plan(thandi):
    woman, test, born = positive_mother(thandi)
    ingest([woman, test, born, registration(thandi, "Zanele")], by=thandi)
    work_once()
    plan = StoredPlan.objects.get(pk=NOMSA)
    corrected = born | {"id": derived_id("correction"), "replaces": born["id"]}
    corrected["answers"] = born["answers"] | {"mother": derived_id("Zanele")}
    StoredPlan.objects.filter(pk=NOMSA).update(hash="stale")
    ingest([corrected], by=thandi)
    work_once()
    assert StoredPlan.objects.get(pk=NOMSA).hash != "stale"
    assert plan.client == NOMSA


PROBLEMS = [
    ("E411", "no_such_form", {"x": 1}),
    ("E410", "hiv_test", {"test_date": "2026-10-01", "result": "positve"}),
    ("E413", "hiv_test", {"test_date": "2026-10-01", "result": "positive", "colour": "blue"}),
    ("E412", "hiv_test", {"result": "positive"}),
]


@pytest.mark.parametrize(("code", "form", "answers"), PROBLEMS)
def test_s24_bad_answers_are_stored_and_flagged(thandi, code, form, answers):
    odd = event(thandi, form, "Nomsa", answers, occurred_on="2026-10-01")
    [result] = ingest([registration(thandi, "Nomsa"), odd], by=thandi)[1:]
    assert result.status == "accepted"
    work_once()
    assert code in set(EventProblem.objects.filter(event=odd["id"]).values_list("code", flat=True))


def test_a_good_event_has_no_problem(thandi):
    good = event(thandi, "hiv_test", "Nomsa", {"test_date": "2026-10-01", "result": "positive", "result_given": "yes", "modality": "anc", "retest": "no"}, occurred_on="2026-10-01")  # fmt: skip
    ingest([registration(thandi, "Nomsa"), good], by=thandi)
    work_once()
    assert [*EventProblem.objects.filter(event=good["id"]).values_list("code", "what")] == []


def test_dates_in_rows_are_dates(thandi):
    ingest(positive_mother(thandi), by=thandi)
    work_once()
    assert isinstance(queries.rows(queries.overdue(thandi.staff))[0].due, date)
