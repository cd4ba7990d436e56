"""The field app in Chromium with the CPU throttled: python -m bench.phone_speed (after `make app`).

Opening a form of 25 questions, planning one client and 500 clients anew, unlocking, saving: against a running site.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.ingest import send_all
from bench.site import Hand, Measured, report, running
from support.browser import find_chromium
from tsela.kernel.ids import uuid7

SLOWER = 6
CLIENTS, PIN = 500, "480257"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

OPEN_FORM = """async ([form, client]) => {
  location.hash = "#/today";
  while (document.querySelector("[data-question]")) await new Promise(requestAnimationFrame);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const start = performance.now();
  location.hash = `#/form/${form}/${client}`;
  while (!document.querySelector("[data-question]")) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return [performance.now() - start, document.querySelectorAll("[data-question]").length];
}"""
PLANS = "performance.getEntriesByName('plans').map((one) => [one.detail, one.duration])"
SAVE = """async () => {
  const start = performance.now();
  document.querySelector("[data-test=save]").click();
  while (!document.querySelector("[data-test=story-line]")) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""


def caseload(at: Measured) -> list[str]:
    """500 women in care: registration, pregnancy, test, treatment, visits. Gives their ids."""
    hand, clients, events = at.hands[0], [uuid7() for _ in range(CLIENTS)], []
    for number, client in enumerate(clients):
        who = {
            "given_name": f"Client {number}",
            "sex": "female",
            "client_group": "woman",
            "caseload": hand.staff,
        }
        events += [
            event(hand, "registration", client, who | {"birth_date": "1998-03-04", "birth_date_accuracy": "exact"}),
            event(hand, "pregnancy", client, {"lmp_date": "2026-06-01", "edd_date": "2027-03-08"}),
            event(hand, "hiv_test", client, {"test_date": "2026-07-01", "result": "positive", "result_given": "yes"}),
            event(hand, "art_start", client, {"start_date": "2026-07-02"}),
            *(event(hand, "art_dispense", client, {"dispense_date": f"2026-{month:02}-02", "days_supplied": 30})
              for month in range(7, 11)),
            *(event(hand, "anc_contact", client, {"contact_date": f"2026-{month:02}-15"}) for month in range(7, 11)),
        ]  # fmt: skip
    send_all(at.site.port, [request(hand.token, events[n : n + 200]) for n in range(0, len(events), 200)], 4)
    return clients


def event(at: Hand, form: str, client: str, answers: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": uuid7(), "form": form, "form_version": "sha256:0123456789abcdef", "client": client, "session": None,
        "mode": "home", "site": at.place, "author": at.staff, "device": at.device, "occurred_on": "2026-11-02",
        "recorded_at": "2026-11-02T09:12:00+02:00", "replaces": None, "answers": answers,
    }  # fmt: skip


def request(token: str, events: list[dict[str, Any]]) -> bytes:
    body = json.dumps({"events": events}, separators=(",", ":")).encode()
    head = f"POST /api/v1/push HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def long_form(bundle: dict[str, Any]) -> dict[str, Any]:
    """The programme with one more form: 25 questions of every kind on one page, one of which decides on others."""
    kinds = [{"type": "integer"}, {"type": "date"}, {"type": "text"}, {"type": "select_one", "list": "yes_no"},
             {"type": "select_multiple", "list": "signs"}]  # fmt: skip
    body: list[dict[str, Any]] = [
        {"name": f"q{n}", "label": f"Question {n}", "hint": "A hint", "required": ["lit", True]}
        | kinds[n % 5]
        for n in range(25)
    ]
    for node in body[10:15]:
        node["relevant"] = ["=", ["q", "q3"], ["lit", ""]]
    choices = {"yes_no": pairs("yes", "no"), "signs": pairs("fever", "fits", "pain", "none")}
    form = {"id": "long", "version": "1", "title": "Long", "date_question": None, "for": None}
    bundle["forms"]["long"] = form | {"body": body, "choices": choices}
    return bundle


def pairs(*codes: str) -> list[dict[str, str]]:
    return [{"name": code, "label": code.title()} for code in codes]


@contextmanager
def phone(at: Measured) -> Iterator[Page]:
    """The app, claimed by the same nurse, on the throttled browser; her token stands in for a code."""
    hand = at.hands[0]
    staff = {"id": hand.staff, "name": "Nurse", "role": "nurse", "sites": [hand.place], "language": "en"}
    answer = {"device": hand.device, "token": hand.token, "staff": staff, "programme": "mentor_mother"}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 320, "height": 640}, service_workers="block")
        page.route("**/devices/claim", lambda route: route.fulfill(json=answer))
        page.route("**/programme", lambda route: route.fulfill(json=long_form(route.fetch().json())))
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(f"http://localhost:{at.site.port}/app/#claim=ABCD2345")
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("New PIN").fill(PIN)
        page.get_by_label("The same PIN again").fill(PIN)
        page.get_by_role("button", name="Save PIN").click()
        page.wait_for_selector(f"text={CLIENTS} people", timeout=120_000)
        yield page
        browser.close()


def main() -> int:
    os.environ.setdefault("TSELA_LOG_LEVEL", "WARNING")
    with running("sqlite", 1) as at:
        clients = caseload(at)
        with phone(at) as page:
            page.wait_for_timeout(1_000)
            cold = max(page.evaluate(PLANS))
            opened = [page.evaluate(OPEN_FORM, ["long", client])[0] for client in clients[:9]]
            asked = page.locator("[data-question]").count()
            page.evaluate("performance.clearMeasures('plans')")
            saved = [save_one(page, client) for client in clients[20:25]]
            single = [duration for count, duration in page.evaluate(PLANS) if count == 1]
    held = [
        report(f"phone, form of {asked} questions, CPU {SLOWER}x", median(opened), "ms", 300, at_least=False),
        report(f"phone, plans of {cold[0]} clients, CPU {SLOWER}x", cold[1] / 1000, "s", 1.5, at_least=False),
        report(f"phone, plan of 1 client, CPU {SLOWER}x", median(single), "ms", 10, at_least=False),
        report(f"phone, save and see it, CPU {SLOWER}x", median(saved), "ms", 1000, at_least=False),
    ]
    return 0 if all(held) else 1


def save_one(page: Page, client: str) -> float:
    """Milliseconds from the tap on Save to the client's page with the entry on it."""
    page.evaluate(OPEN_FORM, ["viral_load", client])
    page.locator("[data-test=next]").click()
    page.wait_for_selector("[data-test=save]")
    return page.evaluate(SAVE)


if __name__ == "__main__":
    sys.exit(main())
