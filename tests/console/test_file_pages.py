"""Files that clients sent, in a thread: seen by who sees her, each look noted, never run by a browser (MESSAGES M56, M57)."""

import pytest
from django.utils import timezone

from support.record import MULANJE, someone
from support.talks import NUMBER, client, signed_in
from tsela.access.models import AuditEntry, Role, Staff
from tsela.kernel.ids import derived_id, uuid7
from tsela.messaging import door
from tsela.messaging.channels.simulator import SOUND, written
from tsela.messaging.models import Conversation, File
from tsela.work.worker import work_once

pytestmark = pytest.mark.django_db
JPG = b"\xff\xd8\xff\xe0" + bytes(range(256))


def sends(type: str = "audio", id: str = SOUND, number: str = NUMBER) -> Conversation:
    """She sends something by SMS (a gateway would carry it), and what follows follows."""
    door.keep("simulator-sms", written(uuid7(), number, "", media={"type": type, "id": id}))
    work_once()
    return Conversation.objects.get(contact__address=number, contact__channel="sms")


def kept(kind: str, body: bytes = JPG, **more: str) -> None:
    """As if the provider had given this."""
    File.objects.update(status="kept", kind=kind, body=body, size=len(body), **more)


@pytest.fixture
def promise() -> Staff:
    promise = someone()
    client(promise)
    return promise


def address(conversation: Conversation) -> str:
    return f"/inbox/{conversation.pk}/files/{File.objects.get().pk}/"


def test_a_voice_note_is_heard_in_the_thread_and_hearing_it_is_noted(promise: Staff) -> None:
    conversation = sends()
    browser = signed_in(promise)
    page = browser.get(f"/inbox/{conversation.pk}/").content.decode()
    assert f'<audio controls controlslist="nodownload" preload="none" src="{address(conversation)}"' in page
    assert conversation.held_by == "person", "a person is told"
    answer = browser.get(address(conversation))
    assert (answer["Content-Type"], answer.content[:4]) == ("audio/wav", b"RIFF")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith('inline; filename="file-')
    entry = AuditEntry.objects.get(action="file.read")
    assert (entry.subject, entry.actor) == (derived_id("Nomsa"), f"staff:{promise.pk}")


def test_a_document_is_only_saved_and_a_picture_is_shown(promise: Staff) -> None:
    conversation = sends("document", "x")
    browser = signed_in(promise)
    kept("pdf", b"%PDF-1.7", name="<b>my card.pdf")
    page = browser.get(f"/inbox/{conversation.pk}/").content.decode()
    assert "Save: &lt;b&gt;my card.pdf" in page
    assert browser.get(address(conversation))["Content-Disposition"].startswith("attachment; ")
    kept("jpg")
    assert f'<img src="{address(conversation)}"' in browser.get(f"/inbox/{conversation.pk}/").content.decode()


def test_it_is_not_there_for_who_does_not_see_her_nor_through_another_conversation(promise: Staff) -> None:
    hers = sends()
    path = address(hers)
    assert signed_in(someone()).get(path).status_code == 404, "another Mentor Mother"
    assert signed_in(someone(Role.SITE_COORDINATOR, MULANJE)).get(path).status_code == 404
    assert signed_in(someone(Role.ME_OFFICER)).get(path).status_code == 403
    client(promise, "Zola", number="+27829990000")
    door.keep("simulator-sms", written(uuid7(), "+27829990000", "hello"))
    work_once()
    other = Conversation.objects.get(contact__address="+27829990000", contact__channel="sms")
    assert signed_in(promise).get(path.replace(hers.pk, other.pk)).status_code == 404
    assert not AuditEntry.objects.filter(action="file.read").exists()
    assert signed_in(promise).get(path).status_code == 200


def test_what_is_not_here_cannot_be_had_and_staff_read_why_and_what_to_do(promise: Staff) -> None:
    conversation = sends("audio", "lost")
    browser, path = signed_in(promise), f"/inbox/{conversation.pk}/"
    page = browser.get(path).content.decode()
    assert "The voice note could not be fetched: the provider has it no more." in page
    assert "Ask her to send it again." in page
    assert browser.get(address(conversation)).status_code == 404
    for status, words in (
        ("waiting", "on its way"),
        ("too_large", "Ask her for a shorter one"),
        ("refused", "is not kept"),
        ("unreachable", "Try again"),
    ):
        File.objects.update(status=status, problem="")
        assert words in browser.get(path).content.decode()


def test_a_person_has_it_tried_again(promise: Staff) -> None:
    conversation = sends("audio", "lost")
    File.objects.update(reference=SOUND)
    browser, path = signed_in(promise), f"/inbox/{conversation.pk}/"
    assert signed_in(someone()).post(path, {"do": "fetch", "file": File.objects.get().pk}).status_code == 404
    assert browser.post(path, {"do": "fetch", "file": File.objects.get().pk}).status_code == 302
    File.objects.update(due_at=timezone.now())
    work_once()
    assert File.objects.get().status == "kept"
    assert browser.post(path, {"do": "fetch", "file": "none"}).status_code == 404
