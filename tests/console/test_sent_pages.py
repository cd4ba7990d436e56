"""What did not arrive, campaigns, and the words by language."""

import html
import json
import re
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from messaging.accounts import accounts
from support.record import event, phone, someone
from support.talks import client, signed_in
from tsela.access.models import AuditEntry, Role, Staff
from tsela.console.messages.campaign_words import by_wording, compared, previewed
from tsela.kernel.ids import uuid7
from tsela.messaging import actions, door, inbox, notices
from tsela.messaging.campaign_preview import Preview, Text
from tsela.messaging.campaign_results import Arm, Results
from tsela.messaging.comparing import compare
from tsela.messaging.models import CallTask, Campaign, ContactPoint, Message, Notice, Pause
from tsela.messaging.outbox import send_due
from tsela.record.actions import ingest
from tsela.record.programme import current
from tsela.work.campaigning import plan_campaigns
from tsela.work.worker import work_once

pytestmark = pytest.mark.django_db


def dead_letter(status: str = "failed") -> Message:
    contact = ContactPoint.objects.get(channel="sms")
    found = actions.enqueue(contact, key=uuid7(), message="visit_missed", purpose="reminders")
    Message.objects.filter(pk=found.pk).update(status=status, problem="Refused by the provider")
    found.refresh_from_db()
    return found


@pytest.mark.parametrize(
    ("step", "status", "calls"), [("again", "queued", 0), ("drop", "cancelled", 0), ("call", "cancelled", 1)]
)
def test_what_did_not_arrive_waits_for_a_person(step: str, status: str, calls: int) -> None:
    promise = someone()
    client(promise)
    message, browser = dead_letter(), signed_in(promise)
    assert "Refused by the provider" in browser.get("/delivery/").content.decode()
    browser.post("/delivery/", {"do": step, "message": message.pk})
    message.refresh_from_db()
    assert message.status == status
    assert CallTask.objects.count() == calls


def test_what_failed_for_one_reason_stands_together_and_goes_again_together() -> None:
    promise = someone()
    client(promise)
    for reason in ("rejected", "rejected", "unreachable"):
        one = dead_letter()
        Message.objects.filter(pk=one.pk).update(reason=reason, problem="131026 Undeliverable")
    browser = signed_in(promise)
    page = browser.get("/delivery/").content.decode()
    assert page.index("Not sent: the provider refuses it") < page.index("Not sent: nobody is reached there")
    assert "131026" in page, "what the provider says, for those who can read it"
    assert page.count("It is mended: send all 2 again") == 1
    browser.post("/delivery/", {"do": "all_again", "reason": "rejected"})
    assert set(Message.objects.filter(outgoing=True).values_list("status", "reason")) == {("queued", ""), ("failed", "unreachable")}  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "status", "first"),
    [("unreachable", "failed", "Call her instead"), ("outside_window", "failed", "Call her instead"), ("no_answer", "failed", "Send again"),
     ("no_answer", "unknown", "Call her instead"), ("not_reviewed", "failed", "Call her instead"), ("", "failed", "Send again")],
)  # fmt: skip
def test_the_first_thing_offered_is_what_most_likely_helps(reason: str, status: str, first: str) -> None:
    promise = someone()
    client(promise)
    Message.objects.filter(pk=dead_letter(status).pk).update(reason=reason)
    page = signed_in(promise).get("/delivery/").content.decode()
    assert re.search(r'class="first">([^<]+)<', page)[1] == first  # type: ignore[index]


def test_who_cannot_mend_accounts_sees_only_those_in_trouble() -> None:
    promise = someone()
    client(promise)
    browser = signed_in(promise)
    page = browser.get("/delivery/").content.decode()
    assert "everything arrived, or is on its way" in page
    assert "Accounts" not in page
    assert "Accounts" in signed_in(someone(Role.SITE_COORDINATOR)).get("/delivery/").content.decode()


def test_an_account_that_refuses_us_is_seen_and_opened_again_by_the_coordinator() -> None:
    now = timezone.now()
    Pause.objects.create(
        account="simulator", until=now + timedelta(hours=1), code="E713", problem="Token expired", since=now
    )
    promise, naledi = signed_in(someone()), signed_in(someone(Role.SITE_COORDINATOR))
    assert "Token expired" in promise.get("/inbox/").content.decode(), "everybody is told why nothing goes"
    assert promise.post("/delivery/", {"do": "resume", "account": "simulator"}).status_code == 403
    assert naledi.post("/delivery/", {"do": "resume", "account": "simulator"}).status_code == 302
    assert not Pause.objects.exists()


PAUSED = {"event": "PAUSED", "message_template_name": "checkin_day_zu", "reason": "LOW_QUALITY"}


def provider_says(value: dict[str, str], at: int, field: str = "message_template_status_update") -> None:
    """Meta's webhook, with the time that stands in it."""
    change = {"field": field, "value": value}
    body = json.dumps({"entry": [{"id": "1", "time": at, "changes": [change]}]}).encode()
    door.keep("whatsapp", body)
    inbox.process_due()


def test_what_a_provider_warns_of_is_seen_until_it_no_longer_holds(settings: Any) -> None:
    settings.CHANNELS = accounts()
    naledi, promise = signed_in(someone(Role.SITE_COORDINATOR)), signed_in(someone())
    for at in (100, 200):
        provider_says(PAUSED, 1_790_000_000 + at)
    page = naledi.get("/delivery/").content.decode()
    assert "PAUSED, checkin_day_zu, LOW_QUALITY" in page
    assert "Correct the template in WhatsApp Manager" in page
    assert "2 times" in page
    assert "checkin_day_zu" not in promise.get("/delivery/").content.decode(), "she cannot mend it"
    approved = PAUSED | {"event": "APPROVED"}
    provider_says(approved, 1_790_000_150)
    assert "checkin_day_zu" in naledi.get("/delivery/").content.decode(), "said before it was paused again"
    provider_says(approved, 1_790_000_300)
    assert "checkin_day_zu" not in naledi.get("/delivery/").content.decode()


def test_who_may_mend_accounts_says_that_a_notice_is_seen_to(settings: Any) -> None:
    settings.CHANNELS = accounts()
    administrator, promise = signed_in(someone(Role.ADMIN)), signed_in(someone())
    provider_says({"alert_type": "LIMIT"}, 1_790_000_000, field="account_alerts")
    door.keep("whatsapp", b'{"entry": [{"changes": [{"field": "messages"}]}]}')
    inbox.process_due()
    assert [one.code for one in notices.holding()] == ["E717", "E715"]
    seen_to = {"do": "seen_to", "notice": Notice.objects.get(code="E717").pk}
    assert promise.post("/delivery/", seen_to).status_code == 403
    assert administrator.post("/delivery/", seen_to).status_code == 302
    assert AuditEntry.objects.filter(action="notice.over").count() == 1
    assert [one.code for one in notices.holding()] == ["E715"]
    Notice.objects.update(at=timezone.now() - timedelta(days=8))
    assert not notices.holding().exists(), "it says nothing of how things are now"


def test_the_words_page_says_what_a_live_channel_would_say() -> None:
    page = signed_in(someone()).get("/words/", {"country": "ZA", "language": "zu"}).content.decode()
    assert "We look forward to seeing you" in page
    assert "in English" in page


def test_authors_see_what_a_text_takes_by_sms_with_its_choices_and_what_that_costs() -> None:
    browser = signed_in(someone())
    english = plain(
        browser.get("/words/", {"country": "ZA", "language": "en", "price": "0.02"}).content.decode()
    )
    missed = re.search(r"messages/visit_missed · covert (.*?) messages/", english)
    assert missed
    assert re.search(r"1 SMS · \d{2,3} letters \(GSM-7\) costs 0\.02", missed[1])
    twi = plain(browser.get("/words/", {"country": "GH", "language": "tw"}).content.decode())
    assert re.search(r"[234] SMS · \d+ wide letters \(UCS-2\)", twi), "letters that GSM-7 lacks"
    assert "costs 0.0" in twi, "the price was typed once"


def plain(page: str) -> str:
    """As it reads."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def agrees_to_information(mother: Staff, name: str) -> None:
    device = phone(mother)
    agreed = {"purpose": "information", "granted": "yes", "channel": "sms"}
    ingest([event(device, "consent", name, agreed)], by=device)
    work_once()


GIVEN = {
    "title": "A healthy week", "audience": "", "purpose": "information",
    "per_minute": "600", "first": "0", "starts_at": "",
}  # fmt: skip


def test_a_campaign_whose_condition_cannot_be_read_says_where_and_keeps_what_was_typed() -> None:
    mpho = signed_in(someone(Role.ME_OFFICER))
    wordings = information_wordings()
    answer = mpho.post(
        "/campaigns/new/", GIVEN | {"wordings": wordings, "audience": "pregnent and not exited"}
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "E752" in page
    assert "pregnent and not exited" in page
    assert "A healthy week" in page


def test_a_campaign_is_looked_at_before_it_goes_and_says_what_came_of_it() -> None:
    promise, mpho = someone(), someone(Role.ME_OFFICER)
    for number, name in enumerate(["Nomsa", "Thandi", "Lerato"]):
        client(promise, name, number=f"+2782123456{number}")
    for name in ("Nomsa", "Thandi"):
        agrees_to_information(promise, name)
    browser, wordings = signed_in(mpho), information_wordings()
    made = browser.post("/campaigns/new/", GIVEN | {"wordings": wordings})
    work_once()
    page = browser.get(made["Location"]).content.decode()
    assert tiles(page) == {"clients match": 3, "would get it": 2, "would not": 1}
    assert "she has not agreed to messages of this kind" in page
    assert not Message.objects.exclude(campaign=None).exists(), "looking sends nothing"

    path = made["Location"]
    browser.post(path, {"do": "look"})
    assert "It is being counted" in browser.get(path).content.decode()
    browser.post(path, {"do": "start"})
    plan_campaigns()
    send_due(
        timezone.now() + timedelta(minutes=1)
    )  # at its pace: the second a tenth of a second after the first
    page = browser.get(path).content.decode()
    assert "2 planned" in page
    assert Message.objects.filter(campaign__isnull=False, status="sent").count() == 2
    assert "drawn by lot" in page


def tiles(page: str) -> dict[str, int]:
    return {label: int(number) for number, label in re.findall(r"<b>(\d+)</b>([\w ]+)</div>", page)}


def information_wordings() -> list[str]:
    """Two messages of the programme that a campaign can compare."""
    return [one.id for one in current().messages.values() if one.purpose == "information"][:2]


def test_a_campaign_that_names_a_day_asks_for_it_and_is_written_anew_with_what_was_typed() -> None:
    browser = signed_in(someone(Role.ME_OFFICER))
    vaccines = GIVEN | {"title": "Vaccine days", "wordings": ["vaccine_days"]}
    refused = browser.post("/campaigns/new/", vaccines)
    assert "names a day or an hour: say which" in html.unescape(refused.content.decode())
    made = browser.post("/campaigns/new/", vaccines | {"date": "2026-12-01"})
    assert "names 1 December 2026" in browser.get(made["Location"]).content.decode()
    again = browser.get("/campaigns/new/", {"like": Campaign.objects.get().pk}).content.decode()
    assert 'value="Vaccine days"' in again
    assert 'value="2026-12-01"' in again


def test_a_campaign_starts_below_what_it_would_do() -> None:
    promise = someone()
    client(promise)
    agrees_to_information(promise, "Nomsa")
    browser = signed_in(someone(Role.ME_OFFICER))
    made = browser.post("/campaigns/new/", GIVEN | {"wordings": information_wordings(), "first": "10"})
    path = made["Location"]
    page = browser.get(path).content.decode()
    assert "It is being counted" in page
    assert 'value="start"' not in page, "nobody has looked yet"
    work_once()
    page = browser.get(path, {"price": "0,03"}).content.decode()
    assert page.index("In her own language") < page.index("Start: 10 first")
    assert re.search(
        r"In a draft of it.*isiZulu</td><td[^>]*>1</td><td[^>]*>0</td><td[^>]*>1<",
        page,
        re.DOTALL,
    ), "a draft is not her language"
    assert "1 SMS, 0.03 at 0.03 each" in page
    browser.post(path, {"do": "throw_away"})
    assert Campaign.objects.get().status == "done"


@pytest.mark.parametrize(
    ("matching", "looked_at", "reached", "told"),
    [(400, 400, 300, ""), (1_000_000, 5_000, 4_001, "789,000 to 811,000"), (6_000, 5_000, 0, "0 to 5")],
)
def test_of_very_many_so_many_would_get_it_as_is_known_from_some(
    matching: int, looked_at: int, reached: int, told: str
) -> None:
    text = Text("tb_week", "zu", "en", "covert", "sms", "Hello.")
    found = Preview(matching, looked_at, Counter(), Counter({text: reached}))
    shown = previewed(found, current(), Decimal("0.02"))
    assert shown["about"] == told
    if told and reached:
        assert shown["cost"] == "About 800,000 SMS, 16,000.00 at 0.02 each"


@pytest.mark.parametrize(
    ("sent", "over", "days", "told"),
    [
        (10, True, 8, "Below 30 a comparison says nothing"),
        (200, False, 8, "Compared once all have left"),
        (200, True, 1, "when everybody has had 7 days"),
        (200, True, 8, "p < 0.001): chance hardly explains it"),
    ],
)
def test_wordings_are_compared_once_everybody_has_had_the_same_time(
    sent: int, over: bool, days: int, told: str
) -> None:
    now = timezone.now()
    arms = [arm("tb_week", sent, sent // 10), arm("covid_facts", sent, sent // 2)]
    answers = compare({one.wording: (one.answered, one.sent) for one in arms})
    found = Results(now - timedelta(days=days), arms, answers, [])
    line = compared(found, over, now)[0]
    assert told in line.told
    assert line.differs is ("chance" in told)


def arm(wording: str, sent: int, answered: int) -> Arm:
    return Arm(
        wording,
        planned=sent,
        sent=sent,
        delivered=0,
        read=0,
        answered=answered,
        stopped=0,
        came=0,
        waiting=0,
        not_sent=0,
    )


def test_what_no_provider_reports_is_not_nobody() -> None:
    (row,) = by_wording([arm("tb_week", 200, 20)])
    assert row.cells[2:5] == [
        ("Delivered", "", "not reported"),
        ("Read", "", "not reported"),
        ("Answered", "20", "10% of sent"),
    ]
