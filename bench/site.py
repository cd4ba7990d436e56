"""A site of one's own to measure: a running server, one member of staff, her phone's token, events to send."""

import json
import os
import random
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from support import postgresql
from support.site import Site


class Hand(NamedTuple):
    """A nurse's phone, at a place of her own."""

    place: str
    token: str
    staff: str
    device: str


class Measured(NamedTuple):
    """A running server and the phones that we send from."""

    site: Site
    hands: list[Hand]


STAFF = """
import json, sys
from tsela.work.commands.serve import start_django
start_django()
from tsela.access.actions import create_site, create_staff, make_device_code
admin, codes = create_staff(name="Admin", role="admin", sites=[]), []
for number in range(int(sys.argv[1])):
    place = create_site(f"ZA-GP-{number}", name=f"Place {number}").code
    codes.append(make_device_code(create_staff(name="Nurse", role="nurse", sites=[place]), by=admin))
print(json.dumps(codes))
"""


@contextmanager
def running(database: str, places: int) -> Iterator[Measured]:
    """Serve on SQLite or on a private PostgreSQL that waits for the disk, as a real one does. No follow-up work."""
    server = postgresql.start(durable=True) if database == "postgresql" else None
    with tempfile.TemporaryDirectory(prefix="tsela-bench-") as folder:
        site = Site(Path(folder), server.url if server else f"sqlite:///{folder}/tsela.db")
        site.environment["TSELA_LOG_LEVEL"] = "WARNING"
        try:
            site.start(arguments=("--no-worker",))
            yield Measured(site, claim(site, places))
        finally:
            site.stop()
            if server:
                server.stop()


def claim(site: Site, places: int) -> list[Hand]:
    """One nurse a place, made in the site's own database."""
    codes = json.loads(subprocess.run(
        [sys.executable, "-c", STAFF, str(places)], env=site._environment(), check=True, capture_output=True, text=True
    ).stdout)  # fmt: skip
    hands = []
    for code in codes:
        answer = httpx.post(f"{site.url}/api/v1/devices/claim", json={"code": code}, trust_env=False)
        made = answer.raise_for_status().json()
        hands.append(Hand(made["staff"]["sites"][0], made["token"], made["staff"]["id"], made["device"]))
    return hands


def event(at: Hand, rng: random.Random, form: str, client: str, answers: dict[str, Any]) -> dict[str, Any]:
    day, minute = rng.randrange(1, 29), rng.randrange(10, 60)
    return {
        "id": phone_id(rng), "form": form, "form_version": "sha256:0123456789abcdef", "client": client, "session": None,
        "mode": rng.choice(["home", "facility", "phone"]), "site": at.place, "author": at.staff, "device": at.device,
        "occurred_on": f"2026-{rng.randrange(1, 11):02}-{day:02}", "recorded_at": f"2026-11-{day:02}T09:{minute}:00+02:00",
        "replaces": None, "answers": answers,
    }  # fmt: skip


def phone_id(rng: random.Random) -> str:
    """A UUIDv7 as many phones make them: some year's milliseconds, the rest random, so that it does not compress."""
    value = (
        (1_790_000_000_000 + rng.getrandbits(34)) << 80
        | 7 << 76
        | rng.getrandbits(12) << 64
        | 2 << 62
        | rng.getrandbits(62)
    )
    return str(uuid.UUID(int=value))


def history(at: Hand, rng: random.Random, visits: int) -> list[dict[str, Any]]:
    """A woman's registration and visits, of the usual size and variety."""
    client = phone_id(rng)
    born = f"{rng.randrange(1980, 2008)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
    answers = {"given_name": rng.choice(["Nomsa", "Zanele", "Ayanda", "Buhle"]), "family_name": f"F{rng.getrandbits(20):x}",
               "client_group": "woman", "caseload": at.staff, "birth_date": born}  # fmt: skip
    return [event(at, rng, "registration", client, answers), *(visit(at, rng, client) for _ in range(visits))]


def visit(at: Hand, rng: random.Random, client: str) -> dict[str, Any]:
    day = f"2026-{rng.randrange(1, 11):02}-{rng.randrange(1, 29):02}"
    answers: dict[str, Any] = {
        "anc_contact": {"contact_date": day, "gestation_weeks": rng.randrange(8, 41), "systolic": rng.randrange(90, 160),
                        "diastolic": rng.randrange(55, 100), "weight_kg": rng.randrange(450, 990) / 10, "danger_signs": ["none"],
                        "iron_folate": rng.choice(["yes", "no"]), "urine_protein": "negative"},
        "art_dispense": {"dispense_date": day, "days_supplied": rng.choice([30, 60, 90]), "pills_missed": rng.randrange(9)},
        "encounter": {"topics": rng.sample(["adherence", "nutrition", "disclosure", "stigma", "prep"], 2),
                      "duration_minutes": rng.randrange(5, 60)},
        "appointment": {"appointment_date": day, "service": rng.choice(["anc", "art", "eid", "vl"])},
    }  # fmt: skip
    form = rng.choice(sorted(answers))
    return event(at, rng, form, client, answers[form])


def report(name: str, figure: float, unit: str, limit: float, *, at_least: bool) -> bool:
    """One line: the figure beside its limit. Whether it holds."""
    held = figure >= limit if at_least else figure <= limit
    sign = "≥" if at_least else "≤"
    print(
        f"{name:44} {figure:>10,.2f} {unit:10} limit {sign} {limit:,} {'ok' if held else 'MISSED'}",
        flush=True,
    )
    return held


def databases() -> list[str]:
    chosen = os.environ.get("BENCH_DATABASE")
    return [chosen] if chosen else ["sqlite", "postgresql"]
