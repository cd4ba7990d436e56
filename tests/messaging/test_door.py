"""The file in which requests of providers are kept on SQLite until the worker takes them over (ADR 0011)."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from messaging.accounts import accounts
from support.provider_shapes import signed
from tsela.kernel.errors import TselaError
from tsela.kernel.ids import uuid7
from tsela.messaging import door
from tsela.messaging.door import Door, Request
from tsela.messaging.models import Inbound

pytestmark = pytest.mark.django_db
AT = "2026-11-22T08:00:00+00:00"


@pytest.fixture(autouse=True)
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    """As on a server whose database is a file."""
    made = Door(tmp_path / "tsela.db-door")
    monkeypatch.setattr(door, "of_the_database", lambda: made)
    return made


def request(number: int) -> Request:
    return Request(uuid7(), "gateway", b"%d" % number, AT)


def taken_over() -> list[bytes]:
    return [bytes(one.body) for one in Inbound.objects.order_by("id")]


def test_what_is_kept_comes_into_the_database_in_its_order_and_leaves_the_file(opened: Door) -> None:
    for number in range(door.AT_ONCE + 3):
        door.keep("gateway", b"%d" % number)
    assert not Inbound.objects.exists(), "nobody waits for the database"
    door.take_over()
    assert taken_over() == [b"%d" % number for number in range(door.AT_ONCE + 3)]
    assert opened.oldest() == []


def test_after_a_crash_it_is_taken_over_again_and_stands_there_once(
    opened: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database has it, the file still has it too."""
    door.keep("gateway", b"one")
    with monkeypatch.context() as crash:
        crash.setattr(Door, "let_go", power_cut)
        with pytest.raises(SystemExit):
            door.take_over()
    door.keep("gateway", b"two")
    door.take_over()
    assert taken_over() == [b"one", b"two"]


def power_cut(*_: object) -> None:
    raise SystemExit


def test_equal_requests_are_different_requests() -> None:
    """Whether a message came twice is told by its own id, when it is read."""
    for _ in range(2):
        door.keep("gateway", b"the same")
    door.take_over()
    assert taken_over() == [b"the same", b"the same"]


def test_many_at_once_wait_for_one_disk_together_and_none_is_lost(opened: Door) -> None:
    requests = [request(number) for number in range(400)]
    with ThreadPoolExecutor(32) as threads:
        list(threads.map(opened.keep, requests))
    found: list[Request] = []
    while some := opened.oldest():
        found += some
        opened.let_go(some)
    assert sorted(found) == sorted(requests)


def test_another_process_finds_what_was_acknowledged(opened: Door) -> None:
    opened.keep(request(1))
    with sqlite3.connect(opened._path) as other:
        assert other.execute("SELECT account, body FROM request").fetchall() == [("gateway", b"1")]


def test_a_request_that_cannot_be_kept_is_refused_and_the_next_one_tried_anew(tmp_path: Path) -> None:
    """The folder is not there, then it is: as when a disk is full for a while."""
    late = Door(tmp_path / "absent" / "tsela.db-door")
    with pytest.raises(TselaError) as refused:
        late.keep(request(1))
    assert refused.value.code == "E490"
    (tmp_path / "absent").mkdir()
    late.keep(request(2))
    assert [one.body for one in late.oldest()] == [b"2"]


def test_a_request_is_let_go_thirty_days_after_it_was_read() -> None:
    now = timezone.now()
    ages = {"old": 31, "young": 29, "unread": None}
    for name, days in ages.items():
        read_at = now - timedelta(days=days) if days else None
        Inbound.objects.create(account=name, body=b"Where I live", processed_at=read_at)
    assert [door.forget(now), door.forget(now)] == [1, 0]
    assert set(Inbound.objects.values_list("account", flat=True)) == {"young", "unread"}


def test_the_provider_is_told_to_come_again(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.CHANNELS = accounts()
    monkeypatch.setattr(door, "of_the_database", lambda: Door(tmp_path / "absent" / "door"))
    answer = Client().post(
        "/hooks/whatsapp/", b"{}", "application/json", headers={"X-Hub-Signature-256": signed(b"{}")}
    )
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
