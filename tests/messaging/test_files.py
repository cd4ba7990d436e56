"""Pictures, voice notes and documents that clients send (MESSAGES M54-M57), from a provider that fails in known ways."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from messaging.accounts import accounts
from support.provider import Provider
from support.provider_files import Fault
from support.provider_shapes import TOKEN, envelope, written
from support.record import someone
from tsela.access.models import Role
from tsela.kernel.errors import TselaError
from tsela.messaging import door, files, inbox, notices
from tsela.messaging.channels import Fetched, Lost, fetching
from tsela.messaging.channels.fetching import MOST_BYTES, permitted
from tsela.messaging.kinds import KINDS, kind_of
from tsela.messaging.models import ContactPoint, Conversation, File, Message, Pause

pytestmark = pytest.mark.django_db

NUMBER = "+27821234567"
JPG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
OGG = b"OggS" + bytes(range(256)) * 20
NOW = timezone.now()
AT = {"timestamp": str(int(NOW.timestamp()))}
number = count(1)


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with Provider() as provider:
        settings.CHANNELS = accounts(provider.url)
        yield provider


def sent(
    provider: Provider, *faults: Fault, body: bytes = JPG, mime: str = "image/jpeg", type: str = "image"
) -> File:
    """A client sent it by WhatsApp, and the webhook came twice."""
    kept = {"id": provider.files.put(body, mime, *faults), "mime_type": mime}
    hook = written("whatsapp", NUMBER, "", f"in.{next(number)}", 1, {"type": type, type: kept} | AT)
    for _ in range(2):
        door.keep("whatsapp", json.dumps(envelope([hook])).encode())
    inbox.process_due(now=NOW)
    return File.objects.latest("id")


def fetched(file: File, now: datetime = NOW) -> File:
    """After one round of the worker."""
    files.fetch_due(now)
    file.refresh_from_db()
    return file


def test_a_picture_is_kept_once_with_its_message(provider: Provider) -> None:
    file = sent(provider)
    assert (file.status, file.message.parts[0]["media"]["type"]) == ("waiting", "image")
    fetched(file)
    assert (file.status, file.kind, bytes(file.body or b"")) == ("kept", "jpg", JPG)
    assert file.digest == hashlib.sha256(JPG).hexdigest()
    assert (fetched(file).tries, File.objects.count(), provider.files.refused) == (1, 1, 0)


def test_a_voice_note_is_what_its_bytes_say(provider: Provider) -> None:
    file = fetched(sent(provider, body=OGG, mime="audio/ogg; codecs=opus", type="audio"))
    assert (file.status, file.kind, KINDS[file.kind].shown) == ("kept", "ogg", "audio")


# What happens → how the first try ends, and whether the next one has it.
TRIES: dict[Fault, tuple[str, bool]] = {
    "gone": ("gone", False),
    "run_out": ("waiting", True),
    "error": ("waiting", True),
    "drop": ("waiting", True),
    "cut": ("waiting", True),
    "damaged": ("waiting", True),
    "large": ("too_large", False),
    "endless": ("too_large", False),
    "packed": ("refused", False),
    "elsewhere": ("refused", False),
    "moved": ("refused", False),
    "drips": ("waiting", True),
}


@pytest.mark.parametrize("fault", TRIES)
def test_what_goes_wrong_is_tried_again_or_said_to_staff(
    fault: Fault, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, mends = TRIES[fault]
    if fault == "drips":
        monkeypatch.setattr(fetching, "SECONDS", 0.1)
    file = fetched(sent(provider, fault))
    assert file.status == status
    assert file.problem
    assert file.body is None
    assert fetched(file, NOW + timedelta(seconds=29)).tries == 1, "not at once"
    assert fetched(file, NOW + timedelta(seconds=31)).status == ("kept" if mends else status)
    assert provider.files.refused == 0, "our token is shown wherever it is asked for"


def test_after_the_last_try_staff_are_told_and_may_try_again(provider: Provider) -> None:
    file, now, waits = sent(provider, *["error"] * 8), NOW, []
    while fetched(file, now).status == "waiting":
        waits.append((file.due_at - now).total_seconds())
        now = file.due_at
    assert waits == list(files.BACKOFF)
    assert (file.status, file.tries) == ("unreachable", 8)
    with pytest.raises(TselaError, match="E503"):
        files.try_again(file, by=someone(Role.DIRECTOR))
    files.try_again(file, by=someone(Role.SITE_COORDINATOR))
    assert fetched(file, timezone.now()).status == "kept"


def test_an_account_that_is_not_let_in_costs_no_try_and_staff_are_told(provider: Provider) -> None:
    file = fetched(sent(provider, "token"))
    assert (file.status, file.tries, notices.holding().get().code) == ("waiting", 0, "E713")
    assert not Pause.objects.exists(), "messages may still go"
    assert fetched(file, NOW + timedelta(minutes=59)).tries == 0
    assert fetched(file, NOW + timedelta(minutes=61)).status == "kept"
    assert not notices.holding().exists()


def test_nobody_asks_for_ever_an_account_that_lets_nobody_in(provider: Provider) -> None:
    file = sent(provider, "token")
    Message.objects.update(due_at=NOW - files.THERE_FOR - timedelta(days=1))
    assert fetched(file).status == "unreachable"


def test_files_of_a_paused_account_wait(provider: Provider) -> None:
    file = sent(provider)
    Pause.objects.create(account="whatsapp", until=NOW + timedelta(hours=1), code="E713", since=NOW)
    assert fetched(file).tries == 0
    assert fetched(file, NOW + timedelta(hours=1)).status == "kept"


def test_a_try_that_a_crash_cut_short_is_made_again(provider: Provider) -> None:
    file = sent(provider)
    (taken,) = files._take(NOW)
    assert fetched(file, NOW + timedelta(seconds=60)).status == "waiting", "somebody has it in hand"
    assert fetched(file, NOW + files.LEASE).status == "kept"
    files.settle(taken, Lost("gone", "too late"), NOW)
    file.refresh_from_db()
    assert file.status == "kept", "what an earlier try says later changes nothing"


@pytest.mark.parametrize(
    ("body", "mime"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml"),
        (b"<!doctype html><script>alert(1)</script>", "image/jpeg"),
        (b"MZ\x90\x00", "application/pdf"),
        (b"PK\x03\x04", "application/vnd.android.package-archive"),
        (b"", "image/jpeg"),
    ],
)
def test_what_a_browser_would_run_is_not_kept_whatever_it_is_called(
    body: bytes, mime: str, provider: Provider
) -> None:
    file = fetched(sent(provider, body=body, mime=mime, type="document"))
    assert (file.status, file.body) == ("refused", None)


def test_a_document_is_kept_to_be_saved() -> None:
    word = KINDS["docx"].media_type
    assert kind_of(b"PK\x03\x04", word) == "docx"
    assert kind_of(b"%PDF-1.7", "text/html") == "pdf"
    assert {KINDS[kind].shown for kind in ("docx", "pdf", "amr")} == {""}
    assert kind_of(b"\0\0\0 ftypisom", "audio/mp4") == "m4a"
    assert not any("svg" in kind.media_type or "html" in kind.media_type for kind in KINDS.values())


def test_nothing_of_a_file_outlives_its_conversation(provider: Provider) -> None:
    fetched(sent(provider))
    (taken,) = [sent(provider)]
    in_hand = files._take(NOW)[0]
    ContactPoint.objects.all().delete()
    files.settle(in_hand, Fetched(JPG, "image/jpeg"), NOW)
    assert not File.objects.exists()
    assert not Conversation.objects.exists()
    assert not Message.objects.exists()
    assert taken.pk == in_hand.pk


def by_gateway(provider: Provider, media: str, **settings: Any) -> File:
    """A client sent it through a gateway."""
    from django.conf import settings as server

    inbound = {"id": "id", "from": "from", "media": "photo.url | media", "media_type": "kind"}
    known: Any = accounts(provider.url, inbound=inbound, **settings)["gateway"]
    server.CHANNELS = {"gateway": known}
    said = {"id": f"in.{next(number)}", "from": NUMBER, "media": media, "kind": "audio/ogg"}
    door.keep("gateway", json.dumps(said).encode())
    inbox.process_due(now=NOW)
    return File.objects.latest("id")


HEADERS = {"Authorization": f"Token {TOKEN}"}


def test_a_gateway_s_file_comes_from_a_host_that_is_named_and_from_no_other(provider: Provider) -> None:
    here = provider.url.removeprefix("http://")
    address = provider.files.address(provider.files.put(OGG, "audio/ogg"))
    assert fetched(by_gateway(provider, address, media_headers=HEADERS)).status == "refused"
    file = fetched(by_gateway(provider, address, media_headers=HEADERS, media_hosts=(here,)))
    assert (file.status, file.kind, file.type) == ("kept", "ogg", "audio")
    by_id = by_gateway(
        provider,
        address.rpartition("/")[2],
        media_url=f"{provider.url}/files/{{media}}",
        media_headers=HEADERS,
    )
    assert fetched(by_id).status == "kept"
    long = by_gateway(provider, address + "?" + "x" * 3000, media_hosts=(here,))
    assert len(long.reference) == 2000


def test_secrets_go_to_the_first_host_only(provider: Provider) -> None:
    """It sends us on to another, which is named too: that one does not know our token."""
    with Provider() as other:
        other.files.put(OGG, "audio/ogg", id="x")
        provider.files.put(OGG, "audio/ogg", "moved", id="x")
        provider.files.elsewhere = other.files.address("x")
        hosts = tuple(one.url.removeprefix("http://") for one in (provider, other))
        file = by_gateway(provider, provider.files.address("x"), media_headers=HEADERS, media_hosts=hosts)
        assert fetched(file).status == "refused"
        assert (provider.files.refused, other.files.refused) == (0, 1)


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://files.example/a", True),
        ("https://files.example:443/a", True),
        ("http://files.example/a", False),
        ("https://files.example:8443/a", False),
        ("https://files.example@evil.example/a", False),
        ("https://evil.example/https://files.example/", False),
        ("https://files.example.evil.example/", False),
        ("https://127.0.0.1/a", False),
        ("http://127.0.0.1:5432/", False),
        ("http://169.254.169.254/latest/meta-data", False),
        ("https://[::1", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_where_a_file_may_lie(url: str, may: bool) -> None:
    assert permitted(url, {"files.example"}) is may


def test_what_never_says_where_it_is_cannot_be_had(provider: Provider) -> None:
    hook = written("whatsapp", NUMBER, "", "in.x", 1, {"type": "audio", "audio": {}})
    door.keep("whatsapp", json.dumps(envelope([hook])).encode())
    inbox.process_due(now=NOW)
    assert File.objects.get().status == "gone"


def test_an_account_that_is_no_more_is_waited_for(provider: Provider, settings: Any) -> None:
    file = sent(provider)
    known = settings.CHANNELS
    settings.CHANNELS = {}
    assert "no account" in fetched(file).problem
    settings.CHANNELS = {name: replace(one) for name, one in known.items()}
    assert fetched(file, NOW + timedelta(minutes=1)).status == "kept"


def test_nobody_fills_the_disk(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_A_DAY", 2)
    assert [sent(provider).status for _ in range(3)] == ["waiting", "waiting", "refused"]


def test_no_more_is_read_than_is_kept(provider: Provider) -> None:
    whole, more = (
        fetched(sent(provider, body=b"%PDF-" + bytes(size - 5))) for size in (MOST_BYTES, MOST_BYTES + 1)
    )
    assert (whole.status, more.status) == ("kept", "too_large")
