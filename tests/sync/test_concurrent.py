"""SPEC S6, S21, S33 under fire: many phones write and move clients while others pull, on a running site."""

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from support.phones import Phone
from support.record import MULANJE, TEMBISA
from tsela.kernel.ids import derived_id, uuid7

WRITERS, BATCHES, BATCH, WOMEN = 10, 25, 8, 30


@pytest.fixture(scope="module")
def busy(new_site):
    """A running site with a nurse at both sites and one coordinator at each: their phones' tokens by name."""
    site = new_site()
    site.start()
    for code in (TEMBISA, MULANJE):
        site.run("site", "add", code, "--name", code)
    staff = {
        "nurse": ("nurse", [TEMBISA, MULANJE]),
        "here": ("site_coordinator", [TEMBISA]),
        "there": ("site_coordinator", [MULANJE]),
    }
    site.run("staff", "add", "--name", "Admin", "--role", "admin", "--username", "admin")
    tokens = {}
    for name, (role, sites) in staff.items():
        at = [part for code in sites for part in ("--site", code)]
        site.run("staff", "add", "--name", name, "--role", role, "--username", name, *at)
        code = json.loads(site.run("device", "code", name, "--by", "admin", "--json"))["code"]
        tokens[name] = httpx.post(
            f"{site.url}/api/v1/devices/claim", json={"code": code}, trust_env=False
        ).json()
    yield site, tokens
    site.stop()


def over_http(site, token):
    client = httpx.Client(base_url=f"{site.url}/api/v1/", trust_env=False, timeout=60)
    client.headers["Authorization"] = f"Bearer {token}"

    def send(method, path, body=None):
        answer = client.request(method, path, json=body)
        return answer.status_code, answer.json() if answer.content else {}

    return send


def some_events(rng, nurse, women):
    """A batch of visits, now and then a registration that moves its client."""
    for _ in range(BATCH):
        woman = rng.choice(women)
        site = rng.choice([TEMBISA, MULANJE])
        form = "registration" if rng.random() < 0.04 else "encounter"
        answers = {"given_name": "N", "mother": rng.choice(women)} if form == "registration" else {}
        yield {
            "id": uuid7(), "form": form, "form_version": "1", "client": woman, "session": None, "mode": "home", "site": site,
            "author": nurse["staff"]["id"], "device": nurse["device"], "occurred_on": f"2026-10-{rng.randint(1, 28):02}",
            "recorded_at": "2026-10-28T09:00:00+02:00", "replaces": None, "answers": answers,
        }  # fmt: skip


def test_no_puller_ever_skips_or_doubles_an_event_while_clients_are_moved(busy):
    site, tokens = busy
    nurse = tokens["nurse"]
    women = [derived_id("woman", n) for n in range(WOMEN)]
    sent: dict[str, dict] = {}
    writing = threading.Event()
    writing.set()

    def write(number):
        rng = random.Random(number)
        phone = Phone(over_http(site, nurse["token"]))
        for _ in range(BATCHES):
            batch = list(some_events(rng, nurse, women))
            sent.update({event["id"]: event for event in batch})
            assert {status for status, _ in phone.push(batch)} == {"accepted"}
            if rng.random() < 0.2:  # the answer was lost: the phone sends all of it again
                assert {status for status, _ in phone.push(batch)} == {"known"}

    def read(name):
        phone = Phone(over_http(site, tokens[name]["token"]))
        while writing.is_set():
            phone.pull_page()
        return phone.pull()

    with ThreadPoolExecutor(WRITERS + 3) as pool:
        readers = {name: pool.submit(read, name) for name in ("nurse", "here", "there")}
        writers = [pool.submit(write, number) for number in range(WRITERS)]
        try:
            for writer in writers:
                writer.result()
        finally:
            writing.clear()  # else the readers, and with them the test, would go on for ever
        held = {name: reader.result() for name, reader in readers.items()}

    assert len(sent) == WRITERS * BATCHES * BATCH
    assert held["nurse"].events == sent
    for name, phone in held.items():
        assert phone.events == Phone(over_http(site, tokens[name]["token"])).pull().events, name
    assert held["here"].events | held["there"].events == sent
    assert not held["here"].clients() & held["there"].clients()
    assert json.loads(site.run("record", "rebuild", "--json"))["differed"] == 0
    assert json.loads(site.run("record", "audit", "--json"))["holds"] is True


def test_many_phones_that_send_the_same_batch_at_once_store_it_once(busy):
    site, tokens = busy
    nurse = tokens["nurse"]
    women = [derived_id("other woman", n) for n in range(3)]
    batch = list(some_events(random.Random(7), nurse, women))
    with ThreadPoolExecutor(WRITERS) as pool:
        phones = [Phone(over_http(site, nurse["token"])) for _ in range(WRITERS)]
        answers = list(pool.map(lambda phone: phone.push(batch), phones))
    assert {status for answer in answers for status, _ in answer} == {"accepted", "known"}
    for place in range(len(batch)):
        assert [answer[place][0] for answer in answers].count("accepted") == 1
