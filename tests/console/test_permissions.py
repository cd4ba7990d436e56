"""Every address, every role: who may open what. A new page must be added to this table, or the first test fails."""

import re

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from support.record import MULANJE, TEMBISA, event, phone, registration, someone
from tsela.access.models import Role, Staff
from tsela.kernel.ids import derived_id, uuid7
from tsela.messaging.models import CallTask, Campaign, ContactPoint, Conversation, File, Message
from tsela.record.actions import ingest

pytestmark = pytest.mark.django_db

FIELD = {Role.MENTOR_MOTHER, Role.PEER_MENTOR}
TEAM = {Role.SITE_COORDINATOR, Role.LINKAGE_OFFICER, Role.NURSE, Role.ME_OFFICER}
FIGURES = {Role.SITE_COORDINATOR, Role.ME_OFFICER, Role.DIRECTOR}
DEVICES = {Role.SITE_COORDINATOR, Role.ADMIN}
PUBLISHERS = {Role.ME_OFFICER, Role.ADMIN}
TALK = {Role.SITE_COORDINATOR, Role.LINKAGE_OFFICER, Role.NURSE} | FIELD
CAMPAIGNS = {Role.ME_OFFICER, Role.ADMIN}
ALL = set(Role)

# address → who may open it; a client at one's own site and in one's own caseload.
PAGES = {
    "": ALL,
    "team/": TEAM,
    "clients/<uuid:client>/": TEAM | FIELD,
    "clients/<uuid:client>/attachments/<str:name>": TEAM | FIELD,
    "devices/": DEVICES,
    "devices/new/<uuid:staff>/": DEVICES,
    "devices/revoke/<uuid:device>/": DEVICES,
    "problems/": TEAM,
    "evaluation/": FIGURES,
    "evaluation/<slug:name>/<str:file>": FIGURES,
    "programme/": ALL,
    "programme/<slug:name>.html": ALL,
    "programme/versions/": PUBLISHERS,
    "programme/rollback/": PUBLISHERS,
    "audit/": {Role.ADMIN},
    "messages/": ALL,
    "inbox/": TALK,
    "inbox/<uuid:conversation>/": TALK,
    "inbox/<uuid:conversation>/files/<uuid:file>/": TALK,
    "calls/": TALK,
    "calls/<uuid:call>/": TALK,
    "delivery/": TALK | {Role.ADMIN},
    "campaigns/": CAMPAIGNS,
    "campaigns/new/": CAMPAIGNS,
    "campaigns/<int:campaign>/": CAMPAIGNS,
    "drives/": CAMPAIGNS,
    "words/": ALL,
    "chat/": ALL,
    "chat/phone/": TALK,
}
OPEN = {"login/", "logout/"}
BY_PROVIDER = {"hooks/<slug:account>/"}  # signed by it: tests/messaging
POSTS = {"devices/new/<uuid:staff>/", "devices/revoke/<uuid:device>/", "programme/rollback/"}
BY_DEVICE = {
    "api/v1/devices/claim",
    "api/v1/push",
    "api/v1/pull",
    "api/v1/programme",
    "api/v1/attachments/<str:name>",
}


def talk_with(client: str) -> tuple[Conversation, CallTask]:
    """A conversation with her, and a call to make."""
    contact = ContactPoint.objects.create(
        client=derived_id(client), site=TEMBISA, country="ZA", channel="sms", address="+27820000000"
    )
    call = CallTask.objects.create(
        contact=contact, client=contact.client, site=TEMBISA, queue="support", because="-", key="-", due_at=timezone.now()
    )  # fmt: skip
    return Conversation.objects.create(contact=contact), call


def file_in(conversation: Conversation) -> File:
    """A picture that she sent."""
    sent = {"outgoing": False, "status": "received", "due_at": timezone.now()}
    message = Message.objects.create(contact=conversation.contact, key=uuid7(), **sent)
    kept = {"status": "kept", "kind": "jpg", "body": b"\xff\xd8\xff", "due_at": timezone.now()}
    return File.objects.create(message=message, account="-", type="image", **kept)


def campaign_of(staff: Staff) -> Campaign:
    return Campaign.objects.create(title="-", audience="", by=staff.pk)


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[str]:
    found: list[str] = []
    for one in patterns:
        if isinstance(one, URLResolver):
            found += addresses(one.url_patterns, prefix + str(one.pattern))
        else:
            found.append(prefix + str(one.pattern))
    return found


def test_every_address_is_in_the_table() -> None:
    assert set(addresses(get_resolver().url_patterns)) == set(PAGES) | OPEN | BY_DEVICE | BY_PROVIDER


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("role", Role)
def test_a_role_opens_what_the_table_says_and_nothing_else(role: Role, address: str) -> None:
    staff = someone(role)
    colleague = staff if role in FIELD else someone(Role.MENTOR_MOTHER)
    device = phone(colleague)
    ingest([registration(device, "Nomsa")], by=device)
    conversation, call = talk_with("Nomsa")
    path = "/" + (
        address.replace("<uuid:client>", derived_id("Nomsa"))
        .replace("<uuid:staff>", colleague.id)
        .replace("<uuid:device>", device.id)
        .replace("<uuid:conversation>", conversation.pk)
        .replace("<uuid:call>", call.pk)
        .replace("<uuid:file>", file_in(conversation).pk)
        .replace("<int:campaign>", str(campaign_of(staff).pk))
        .replace("<slug:name>/<str:file>", "none/report.html")
        .replace("attachments/<str:name>", "attachments/none")
        .replace("<slug:name>.html", "schedules.html")
    )
    browser = Browser()
    browser.force_login(staff)
    answer = browser.post(path) if address in POSTS else browser.get(path)
    kept = answer.headers.get("Cache-Control", "no-store")  # what is not there (404) says nothing
    assert "no-store" in kept or "no-cache" in kept, (
        "on a shared computer nobody goes back to it after she signed out"
    )
    if role in PAGES[address]:
        assert (
            answer.status_code in {200, 302}
            or (answer.status_code == 404 and "/none" in path)
            or b"E242" in answer.content
        )
    else:
        assert answer.status_code == 403, "refused in words, with what to do"
        assert b"E503" in answer.content or b"E504" in answer.content


@pytest.mark.parametrize("address", sorted(set(PAGES)))
def test_a_stranger_is_sent_to_sign_in(address: str) -> None:
    path = "/" + re.sub(r"<int:\w+>", "1", re.sub(r"<uuid:\w+>", uuid7(), address)).replace(
        "<slug:name>/<str:file>", "none/report.html"
    ).replace("<slug:name>.html", "schedules.html")
    for answer in (Browser().get(path), Browser().post(path)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize("address", sorted(BY_DEVICE))
def test_the_phones_door_asks_for_a_token(address: str) -> None:
    staff = Browser()
    staff.force_login(someone(Role.SITE_COORDINATOR))
    for browser in (Browser(), staff):
        answer = browser.post(f"/{address}", data="{}", content_type="application/json")
        assert answer.status_code in {400, 401, 405}


@pytest.mark.parametrize("role", Role)
def test_the_providers_door_asks_for_a_signature_whoever_is_signed_in(role: Role) -> None:
    staff = Browser()
    staff.force_login(someone(role))
    for browser in (Browser(), staff):
        assert browser.get("/hooks/simulator/").status_code == 403
        assert (
            browser.post("/hooks/simulator/", data="{}", content_type="application/json").status_code == 403
        )


def test_a_client_of_another_site_does_not_exist_for_her() -> None:
    device = phone(someone(Role.MENTOR_MOTHER, MULANJE))
    ingest([registration(device, "Promise", site=MULANJE)], by=device)
    browser = Browser()
    browser.force_login(someone(Role.SITE_COORDINATOR, TEMBISA))
    assert browser.get(f"/clients/{derived_id('Promise')}/").status_code == 404


def test_a_mentor_mother_sees_her_own_caseload_only() -> None:
    nomsa, thandi = someone(), someone()
    device = phone(nomsa)
    ingest([registration(device, "Lerato", caseload=nomsa)], by=device)
    for staff, status in ((nomsa, 200), (thandi, 404)):
        browser = Browser()
        browser.force_login(staff)
        assert browser.get(f"/clients/{derived_id('Lerato')}/").status_code == status


def test_who_has_left_is_signed_out() -> None:
    from tsela.access.actions import end_employment

    staff = someone(Role.SITE_COORDINATOR)
    browser = Browser()
    browser.force_login(staff)
    end_employment(staff)
    assert browser.get("/team/").status_code in {302, 403}


def test_what_she_reads_stands_in_the_audit() -> None:
    from tsela.access.models import AuditEntry

    device = phone(someone())
    ingest(
        [registration(device, "Ayanda"), event(device, "encounter", "Ayanda", {"topics": ["feeding"]})],
        by=device,
    )
    coordinator = someone(Role.SITE_COORDINATOR)
    browser = Browser()
    browser.force_login(coordinator)
    browser.get(f"/clients/{derived_id('Ayanda')}/")
    entry = AuditEntry.objects.get(action="client.read")
    assert (entry.actor, entry.subject) == (f"staff:{coordinator.id}", derived_id("Ayanda"))
