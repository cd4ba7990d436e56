"""The house stands: the databases, the browser and the settings that every other test leans on."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client


@pytest.mark.django_db
def test_the_run_uses_the_database_that_was_asked_for(request):
    asked = request.config.getoption("--database") or (
        "postgresql" if os.environ.get("TSELA_DATABASE_URL", "").startswith("postgres") else "sqlite"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    assert connection.vendor == asked


def test_a_private_postgresql_answers_and_listens_on_no_port(postgresql_url):
    with psycopg.connect(postgresql_url) as session:
        assert session.execute("SHOW listen_addresses").fetchone() == ("",)
        assert session.execute("SELECT current_database()").fetchone() == ("tsela",)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_private_postgresql_ends_with_the_tests_that_started_it():
    script = (
        "import os, signal\nfrom support import postgresql\nserver = postgresql.start()\n"
        "print(server.process.pid, server.folder, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    pid, folder = done.stdout.split()
    assert ends_within(int(pid), seconds=10)
    shutil.rmtree(folder)


def ends_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":  # ended; only its new parent has not looked yet
            return True
        time.sleep(0.05)
    return False


def test_the_browser_runs_pages_at_a_phones_size(phone_page):
    phone_page.set_content(
        "<meta name=viewport content='width=device-width'>"
        "<button onclick='this.textContent = `${innerWidth} ${navigator.maxTouchPoints}`'>?</button>"
    )
    phone_page.get_by_role("button").tap()
    assert phone_page.get_by_role("button").inner_text() == "320 1"


def test_every_answer_carries_the_security_headers():
    answer = Client().get("/no-such-page")
    assert "script-src 'self' 'wasm-unsafe-eval'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert settings.DEBUG is False
