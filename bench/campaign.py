"""A campaign to 1,000,000 recipients, planned and put in the queue: python -m bench.campaign.

Everything that the worker does, from the log to the last message in the queue: the clean layer of the record, the audience by
a condition of the rules, who of it may be told, one message each. CAMPAIGN_CLIENTS=100000 makes it smaller, and the limit with
it; BENCH_DATABASE chooses one database.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.site import databases, postgresql, report

CLIENTS = int(os.environ.get("CAMPAIGN_CLIENTS", "1000000"))
LIMIT = 300.0 * CLIENTS / 1_000_000  # seconds
MEMORY = 1_000.0  # MB, whatever the number of recipients


def main() -> bool:
    held = [measured(database) for database in databases()]
    return all(held)


def measured(database: str) -> bool:
    """One campaign, on a database of its own, in a process of its own."""
    server = postgresql.start(durable=True) if database == "postgresql" else None
    with tempfile.TemporaryDirectory(prefix="tsela-bench-", dir=os.environ.get("BENCH_FOLDER")) as folder:
        url = server.url if server else f"sqlite:///{folder}/tsela.db"
        environment = {**os.environ, "TSELA_MODE": "demo", "TSELA_HOME": folder, "TSELA_DATABASE_URL": url}
        try:
            run = [sys.executable, "-m", "bench.campaign", str(CLIENTS)]
            root = Path(__file__).resolve().parents[1]
            out = subprocess.run(
                run, env=environment, cwd=root, check=True, stdout=subprocess.PIPE, text=True
            ).stdout
        finally:
            if server:
                server.stop()
    made, seconds, memory = json.loads(out.splitlines()[-1])
    print(f"  {made:,} messages for {CLIENTS:,} clients, {made / seconds:,.0f} a second")
    held = report(f"campaign, {database}: planned, in the queue", seconds, "s", LIMIT, at_least=False)
    return (
        report(f"campaign, {database}: most memory", memory, "MB", MEMORY, at_least=False)
        and held
        and made == CLIENTS
    )


def planned(clients: int) -> None:
    """In a process of its own: fill the database, plan the campaign, say how many messages, seconds and MB."""
    import resource
    import time

    from tsela.work.commands.serve import open_database

    open_database()
    from django.db import connection
    from django.utils import timezone

    from tsela.access.actions import create_site, create_staff
    from tsela.messaging import campaigns
    from tsela.messaging.models import Message
    from tsela.work.campaigning import plan_campaigns

    place = create_site("ZA-GP-TEMBISA", name="Tembisa").code
    officer = create_staff(name="Mpho", role="me_officer", sites=[place])
    with connection.cursor() as cursor:
        for statement in filling(connection.vendor, clients, officer.pk, timezone.now().isoformat(sep=" ")):
            cursor.execute(statement)
    began = time.perf_counter()
    made = campaigns.create(
        title="Vaccine days", audience="sex = female and age birth_date < 40 years", sites=[place], purpose="information",
        wordings=["vaccine_days", "vaccine_days_b"], values={"date": "2027-01-15", "time": "09:00"}, per_minute=4800, by=officer,
    )  # fmt: skip
    campaigns.start(made, by=officer)
    plan_campaigns()
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([Message.objects.filter(campaign=made.pk).count(), seconds, memory]))


def filling(vendor: str, clients: int, author: str, now: str) -> list[str]:
    """SQL that makes clients with a registration, a contact point each and their consent, within the database."""
    if vendor == "sqlite":
        rows = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {clients})"
        number, cast = "printf('%012x', i)", ""
    else:
        rows = f"WITH n(i) AS (SELECT generate_series(1, {clients}))"
        number, cast = "lpad(to_hex(i), 12, '0')", "::uuid"
    client, event, contact = (
        f"('0{kind}900000-0000-7000-8000-' || {number}){cast}" for kind in ("1", "2", "3")
    )
    text = {"sqlite": "", "postgresql": "::text"}[vendor]
    body = (
        f"""'{{"id":"' || {event}{text} || '","form":"registration","form_version":"sha256:0","client":"' || {client}{text} || """
        f"""'","session":null,"mode":"home","site":"ZA-GP-TEMBISA","author":"{author}","device":"{author}","occurred_on":"2026-01-05","""
        """"recorded_at":"2026-01-05T09:00:00+02:00","replaces":null,"answers":{"given_name":"Nomsa","client_group":"woman","""
        """"sex":"female","birth_date":"1998-04-01","language":"zu"}}'"""
    )
    false = "FALSE" if vendor == "postgresql" else "0"
    true = "TRUE" if vendor == "postgresql" else "1"
    return [
        f"""INSERT INTO record_client (id, home, first_site, name, "group") {rows}
            SELECT {client}, 'ZA-GP-TEMBISA', 'ZA-GP-TEMBISA', 'Nomsa', 'woman' FROM n""",
        f"""INSERT INTO record_event (id, site, seq, client, form, received_at, body) {rows}
            SELECT {event}, 'ZA-GP-TEMBISA', i, {client}, 'registration', '{now}', {body} FROM n""",
        f"INSERT INTO record_sitecounter (site, seq, moves) VALUES ('ZA-GP-TEMBISA', {clients}, 0)",
        f"""INSERT INTO messaging_contactpoint (id, client, site, channel, address, user_id, country, owner, readers_know, name,
            language, tier, hours_from, hours_to, code_word, assent, suspended_because) {rows}
            SELECT {contact}, {client}, 'ZA-GP-TEMBISA', 'sms', '+27' || i, '', 'ZA', 'own', {false}, 'Nomsa', 'zu', 'covert',
            480, 1080, '', {false}, '' FROM n""",
        f"""INSERT INTO messaging_consent (contact_id, purpose, granted, text_version, given_on) {rows}
            SELECT {contact}, 'information', {true}, 'v1', '2026-01-05' FROM n""",
    ]  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        planned(int(sys.argv[1]))
    else:
        sys.exit(not main())
