"""SPEC S60-S66: photos and recordings after the entries that name them, over connections that break."""

import hashlib
from typing import Any

import pytest
from django.test import Client as Browser

from support.record import MULANJE, event, phone, registration, someone
from tsela.access.models import AuditEntry, Device, Role
from tsela.kernel.ids import derived_id, uuid7
from tsela.record.actions import ingest
from tsela.record.attachments import MOST_BYTES, UNFINISHED_FOR, bytes_of
from tsela.record.models import Attachment, Piece

pytestmark = pytest.mark.django_db

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 400
SOUND = b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 300


def named(body: bytes, ending: str = "jpg") -> str:
    return f"{hashlib.sha256(body).hexdigest()}.{ending}"


def visit(device: Device, *names: str, client: str = "Nomsa") -> str:
    """An entry of this phone that names these attachments; its id."""
    told = event(
        device, "referral_outcome", client, {"slip": names[0], "more": [{"said": name} for name in names[1:]]}
    )
    assert [one.status for one in ingest([registration(device, client), told], by=device)] == ["accepted"] * 2
    return told["id"]


def put(
    device: Device, name: str, piece: bytes, *, event: str, offset: int = 0, size: int | None = None
) -> tuple[int, Any]:
    """(status, how much the server has, or the number of the error)."""
    answer = Browser().put(
        f"/api/v1/attachments/{name}?event={event}&offset={offset}&size={len(piece) if size is None else size}",
        piece, content_type="application/octet-stream", headers={"Authorization": f"Bearer {device.id}"},
    )  # fmt: skip
    body = answer.json()
    return answer.status_code, body["have"] if answer.status_code == 200 else body["error"]["code"]


@pytest.fixture
def thandi() -> Device:
    return phone(someone())


def test_s61_a_photo_arrives_in_one_piece_and_sending_it_again_changes_nothing(thandi):
    entry = visit(thandi, named(PHOTO))
    for _ in range(2):
        assert put(thandi, named(PHOTO), PHOTO, event=entry) == (200, len(PHOTO))
    assert bytes_of(named(PHOTO)) == PHOTO
    assert Attachment.objects.count() == 1
    assert AuditEntry.objects.filter(action="attachment.store", subject=named(PHOTO)).count() == 1


def test_s62_a_broken_upload_goes_on_where_it_stopped(thandi):
    entry, name, size = visit(thandi, "x", named(SOUND, "webm")), named(SOUND, "webm"), len(SOUND)
    assert put(thandi, name, SOUND[:30_000], event=entry, size=size) == (200, 30_000)
    assert put(thandi, name, SOUND[:30_000], event=entry, size=size) == (200, 30_000), "sent twice"
    assert put(thandi, name, SOUND[50_000:], event=entry, offset=50_000, size=size) == (200, 30_000), "a hole"
    assert bytes_of(name) is None
    assert put(thandi, name, SOUND[30_000:], event=entry, offset=30_000, size=size) == (200, size)
    assert bytes_of(name) == SOUND
    assert not Piece.objects.exists()


def test_s62_two_phones_that_send_the_same_photo_do_not_mix_their_pieces(thandi):
    naledi = phone(someone())
    hers, other = visit(thandi, named(PHOTO)), visit(naledi, named(PHOTO), client="Zola")
    put(thandi, named(PHOTO), b"\xff\xd8\xff nonsense", event=hers, size=len(PHOTO))
    assert put(naledi, named(PHOTO), PHOTO, event=other) == (200, len(PHOTO))
    assert bytes_of(named(PHOTO)) == PHOTO


def test_s63_what_is_not_what_its_name_says_is_thrown_away(thandi):
    entry = visit(thandi, named(PHOTO), named(b"<script>", "jpg"))
    assert put(thandi, named(PHOTO), PHOTO[:-1] + b"x", event=entry) == (422, "E420")
    assert put(thandi, named(b"<script>", "jpg"), b"<script>", event=entry) == (422, "E420"), "no JPEG"
    assert not Attachment.objects.exists()
    assert not Piece.objects.exists()
    assert put(thandi, named(PHOTO), PHOTO, event=entry) == (200, len(PHOTO)), "it can be sent again"


@pytest.mark.parametrize("name", ["photo.jpg", "..", f"{'0' * 64}.exe", f"{'0' * 64}.jpg.html", "0" * 64])
def test_s60_other_names_are_refused(thandi, name):
    entry = visit(thandi, named(PHOTO))
    assert put(thandi, name, PHOTO, event=entry) == (422, "E420")


def test_s63_sizes_and_places_that_make_no_sense(thandi):
    entry = visit(thandi, named(PHOTO))
    for piece, fields in (
        (PHOTO, {"size": MOST_BYTES + 1}),
        (b"x" * (MOST_BYTES + 1), {}),
        (PHOTO, {"size": 3}),
        (b"", {}),
        (PHOTO, {"offset": -1}),
        (PHOTO, {"offset": "two"}),
    ):
        assert put(thandi, named(PHOTO), piece, event=entry, **fields) == (413, "E421")


def test_s63_only_what_an_entry_of_hers_names(thandi):
    entry = visit(thandi, named(SOUND, "webm"))
    stranger = phone(someone(Role.MENTOR_MOTHER, MULANJE))
    for device, name, told in (
        (thandi, named(PHOTO), entry),  # her entry does not name it
        (thandi, named(SOUND, "webm"), uuid7()),  # an entry that has not arrived
        (thandi, named(SOUND, "webm"), "' OR 1=1"),
        (stranger, named(SOUND, "webm"), entry),  # somebody else's entry
    ):
        assert put(device, name, PHOTO, event=told) == (409, "E422")


def test_s63_nothing_without_a_token_nothing_for_readers_and_a_revoked_phone_is_wiped(thandi):
    entry = visit(thandi, named(PHOTO))
    assert put(Device(id=uuid7()), named(PHOTO), PHOTO, event=entry) == (401, "E501")
    assert put(phone(someone(Role.ME_OFFICER)), named(PHOTO), PHOTO, event=entry) == (403, "E503")
    Device.objects.filter(pk=thandi.pk).update(revoked_at="2026-11-20T10:00:00Z")
    assert put(thandi, named(PHOTO), PHOTO, event=entry) == (403, "E502")


def test_s63_her_new_phone_sends_what_it_has(thandi):
    """The entry came from another phone of the same person."""
    entry = visit(thandi, named(PHOTO))
    assert put(phone(thandi.staff), named(PHOTO), PHOTO, event=entry) == (200, len(PHOTO))


def test_what_was_begun_and_never_finished_is_thrown_away_after_a_month(thandi):
    entry = visit(thandi, named(PHOTO), named(SOUND, "webm"))
    put(thandi, named(SOUND, "webm"), SOUND[:9], event=entry, size=len(SOUND))
    Piece.objects.update(at=Piece.objects.get().at - UNFINISHED_FOR)
    put(thandi, named(PHOTO), PHOTO, event=entry)
    assert not Piece.objects.exists()


class TestOnTheConsole:
    @pytest.fixture
    def naledi(self, client):
        client.force_login(someone(Role.SITE_COORDINATOR))
        return client

    def address(self, name: str = "") -> str:
        return f"/clients/{derived_id('Nomsa')}/" + (f"attachments/{name}" if name else "")

    def test_s65_it_is_seen_by_whoever_sees_her_and_looking_is_noted(self, thandi, naledi):
        put(thandi, named(PHOTO), PHOTO, event=visit(thandi, named(PHOTO)))
        answer = naledi.get(self.address(named(PHOTO)))
        assert (answer.content, answer["Content-Type"]) == (PHOTO, "image/jpeg")
        assert answer["Cache-Control"] == "private, no-store"
        assert "sandbox" in answer["Content-Security-Policy"]
        entry = AuditEntry.objects.get(action="attachment.read")
        assert (entry.subject, named(PHOTO) in entry.detail) == (derived_id("Nomsa"), True)

    def test_s65_not_by_others_and_not_through_another_client(self, thandi, naledi):
        put(thandi, named(PHOTO), PHOTO, event=visit(thandi, named(PHOTO)))
        visit(thandi, "nothing", client="Zola")
        assert naledi.get(f"/clients/{derived_id('Zola')}/attachments/{named(PHOTO)}").status_code == 404
        stranger = Browser()
        stranger.force_login(someone(Role.SITE_COORDINATOR, MULANJE))
        assert stranger.get(self.address(named(PHOTO))).status_code == 404
        assert not AuditEntry.objects.filter(action="attachment.read").exists()
