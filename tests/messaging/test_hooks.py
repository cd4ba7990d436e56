"""The providers' door: kept and acknowledged, or refused; nothing in between."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Provider

from messaging.accounts import accounts
from support.provider_shapes import APP_SECRET, KEY, VERIFY_TOKEN, envelope, signed
from tsela.access.models import AuditEntry
from tsela.messaging import views
from tsela.messaging.models import Inbound

pytestmark = pytest.mark.django_db

BODY = json.dumps(
    envelope(
        [{"messages": [{"from": "27821234567", "id": "w", "type": "text", "text": {"body": "Hi 👋🏾"}}]}]
    )
).encode()


@pytest.fixture(autouse=True)
def on_this_server(settings: Any) -> None:
    settings.CHANNELS = accounts()
    views._told.clear()


def post(path: str, body: bytes = BODY, type: str = "application/json", **headers: str) -> Any:
    return Provider().generic("POST", path, body, type, headers=headers)


def signed_post(body: bytes = BODY, secret: str = APP_SECRET) -> Any:
    return post("/hooks/whatsapp/", body, **{"X-Hub-Signature-256": signed(body, secret)})


def test_a_signed_request_is_kept_as_it_came() -> None:
    assert signed_post().status_code == 200
    kept = Inbound.objects.get()
    assert (kept.account, bytes(kept.body), kept.processed_at) == ("whatsapp", BODY, None)


FORGED = {
    "no signature": {},
    "of another secret": {"X-Hub-Signature-256": signed(BODY, "another")},
    "of another body": {"X-Hub-Signature-256": signed(BODY + b" ")},
    "cut": {"X-Hub-Signature-256": signed(BODY)[:-1]},
    "empty": {"X-Hub-Signature-256": ""},
    "the older one": {"X-Hub-Signature": "sha1=2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"},
    "letters that are none": {"X-Hub-Signature-256": "sha256=ſ\u0131\u00ff"},
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_request_is_refused_and_not_kept(how: str) -> None:
    answer = post("/hooks/whatsapp/", **FORGED[how])
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "E710")
    assert not Inbound.objects.exists()


def test_forged_requests_stand_in_the_audit_but_do_not_flood_it() -> None:
    for _ in range(50):
        post("/hooks/whatsapp/")
    entry = AuditEntry.objects.get(action="hook.refused")
    assert entry.subject == "whatsapp"


@pytest.mark.parametrize(
    "path",
    [
        "/hooks/sms/",
        "/hooks/sms/?key=wrong",
        "/hooks/gateway/",
        f"/hooks/simulator/?key={KEY}",
        f"/hooks/sms/?key={KEY[:-1]}",
    ],
)
def test_without_its_key_a_provider_that_signs_nothing_is_refused(path: str) -> None:
    assert (
        post(path, b"from=%2B254711123456&text=Hi&id=1", "application/x-www-form-urlencoded").status_code
        == 403
    )


def test_a_form_of_africas_talking_is_kept() -> None:
    form = urlencode({"from": "+254711123456", "text": "Habari", "id": "1"}).encode()
    assert post(f"/hooks/sms/?key={KEY}", form, "application/x-www-form-urlencoded").status_code == 200
    assert bytes(Inbound.objects.get().body) == form


def test_a_gateway_may_bring_its_key_in_a_header_and_its_words_in_the_address() -> None:
    assert post("/hooks/gateway/", b'{"results": []}', Authorization=f"Token {KEY}").status_code == 200
    assert Provider().get(f"/hooks/gateway/?key={KEY}&ref=m1&state=DELIVRD").status_code == 200
    last = Inbound.objects.latest("id")
    assert KEY.encode() not in bytes(last.body), "a secret is not kept with the messages"


def test_the_handshake_gives_the_challenge_back() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}
    answer = Provider().get("/hooks/whatsapp/", asked)
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert answer["Content-Type"].startswith("text/plain")
    for wrong in ({"hub.verify_token": "guess"}, {"hub.mode": "unsubscribe"}, {"hub.verify_token": ""}):
        assert Provider().get("/hooks/whatsapp/", asked | wrong).status_code == 403
    assert not Inbound.objects.exists()


def test_a_huge_body_is_refused_before_it_is_read() -> None:
    huge = b"x" * (views.MOST_BYTES + 1)
    answer = signed_post(huge)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "E711")
    answer = Provider().generic("POST", "/hooks/whatsapp/", b"", CONTENT_LENGTH="99999999999")
    assert answer.status_code == 413


def test_an_account_that_this_server_does_not_have() -> None:
    assert post("/hooks/telegram/").json()["error"]["code"] == "E712"


def test_a_door_has_two_ways_in() -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        assert Provider().generic(method, "/hooks/whatsapp/", BODY).status_code == 405


def test_when_the_database_cannot_write_the_provider_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def full(*_: object, **__: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(Inbound, "save", full)
    answer = signed_post()
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")


def test_the_door_opens_no_session() -> None:
    assert not signed_post().cookies
