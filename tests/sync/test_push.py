"""SPEC S1-S25 at the door: what a phone is told about what it sends. The rules of one event are in tests/record."""

import gzip
import json

import pytest
from django.db import OperationalError

from support.phones import Phone, through_django
from support.record import event, phone, someone
from tsela.access import actions
from tsela.access.models import Device, Role
from tsela.record.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def thandi(client):
    """(her phone in the database, her phone in her hand)."""
    device = phone(someone())
    return device, Phone(through_django(client, device.id))


def test_s20_one_result_an_event_in_order(thandi):
    device, hand = thandi
    visits = [event(device, "encounter", "Nomsa") for _ in range(3)]
    status, answer = hand.send("POST", "push", {"events": [visits[0], {"id": "x"}, visits[1], visits[0]]})
    assert status == 200
    assert [(one["id"], one["status"]) for one in answer["results"]] == [
        (visits[0]["id"], "accepted"), ("x", "refused"), (visits[1]["id"], "accepted"), (visits[0]["id"], "known"),
    ]  # fmt: skip
    assert set(answer["results"][1]["error"]) == {"code", "what", "remedy"}


UNREADABLE = {
    "cut off": b'{"events": [{"id": "',
    "no JSON": b"hello",
    "no events": b"{}",
    "a list": b"[]",
    "201 events": json.dumps({"events": [{}] * 201}).encode(),
    "more than 1 MiB": json.dumps({"events": ["x" * (1 << 20)]}).encode(),
    "not UTF-8": b'{"events": ["\xff"]}',
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_s25_an_unreadable_body_stores_nothing(thandi, client, case):
    device, _ = thandi
    headers = {"Authorization": f"Bearer {device.id}"}
    answer = client.post("/api/v1/push", UNREADABLE[case], content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "E400")
    assert not Event.objects.exists()


def test_a_request_may_be_gzip_but_no_bomb(thandi, client):
    device, _ = thandi
    headers = {"Authorization": f"Bearer {device.id}", "Content-Encoding": "gzip"}
    body = gzip.compress(json.dumps({"events": [event(device, "encounter", "Nomsa")]}).encode())
    post = {"content_type": "application/json", "headers": headers}
    assert client.post("/api/v1/push", body, **post).json()["results"][0]["status"] == "accepted"
    bomb = gzip.compress(b'{"events": [' + b" " * (64 << 20) + b"]}")
    for bad in (bomb, body[:-20], b"not gzip"):
        assert client.post("/api/v1/push", bad, **post).status_code == 400


def test_s25_a_database_that_cannot_be_written_keeps_everything_on_the_phone(thandi, client, monkeypatch):
    device, hand = thandi
    visit = event(device, "encounter", "Nomsa")

    def full(*_):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("tsela.record.store.write", full)
    headers = {"Authorization": f"Bearer {device.id}"}
    answer = client.post(
        "/api/v1/push", {"events": [visit]}, content_type="application/json", headers=headers
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "E490")
    assert int(answer.headers["Retry-After"]) > 0
    monkeypatch.undo()
    assert hand.push([visit]) == [("accepted", None)]


def test_s11_without_a_known_token_nothing(client):
    for headers in (
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer guess"},
        {"Authorization": "Basic x"},
    ):
        for path in ("push", "pull", "programme"):
            answer = client.generic("POST" if path == "push" else "GET", f"/api/v1/{path}", headers=headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "E501")


def test_s11_a_revoked_phone_is_told_to_wipe_itself(thandi):
    device, hand = thandi
    actions.revoke_device(device, by=someone(Role.SITE_COORDINATOR))
    for method, path in (("POST", "push"), ("GET", "pull"), ("GET", "programme")):
        status, answer = hand.send(method, path)
        assert (status, answer["error"]["code"], answer["wipe"]) == (403, "E502", True)
    assert Device.objects.get(pk=device.pk).wiped_at is not None


def test_s11_who_has_left_counts_as_revoked(thandi):
    device, hand = thandi
    actions.end_employment(device.staff)
    assert hand.send("GET", "pull")[1]["wipe"] is True


def test_who_may_not_write_records_cannot_push(client):
    reader = phone(someone(Role.ME_OFFICER))
    status, answer = through_django(client, reader.id)("POST", "push", {"events": []})
    assert (status, answer["error"]["code"]) == (403, "E503")


def test_s52_drift_is_reported_where_both_saw_the_same(thandi):
    from support.record import registration
    from tsela.care.models import StoredPlan
    from tsela.record.programme import current
    from tsela.work.worker import work_once

    device, hand = thandi
    woman = registration(device, "Nomsa")
    hand.push([woman])
    work_once()
    stored = StoredPlan.objects.get()
    for hash, drift in ((stored.hash, []), ("0" * 16, [woman["client"]])):
        plans = {
            "today": stored.today.isoformat(),
            "engine": 1,
            "version": current().version,
            "hashes": {woman["client"]: hash},
        }
        assert hand.send("POST", "push", {"events": [], "plans": plans})[1]["drift"] == drift
    unseen = event(device, "encounter", "Nomsa")
    assert hand.send("POST", "push", {"events": [unseen], "plans": plans})[1]["drift"] == []
