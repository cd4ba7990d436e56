"""`tsela serve`: starts on an empty folder, says what is wrong in a catalogue error, ends gracefully."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx

from support.processes import free_port


def get(site, path):
    return httpx.get(f"{site.url}{path}", trust_env=False, follow_redirects=True)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def refuses(site, *, code: str, port: int | None = None) -> None:
    """It ends with this error, and a sentence that says what to do."""
    command = ["serve", "--host", "127.0.0.1", "--port", str(port or free_port())]
    done = subprocess.run(
        [sys.executable, "-m", "tsela", *command],
        env=site._environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.startswith(code), done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_folder_becomes_a_site_that_ends_when_told(new_site):
    site = new_site().start()
    assert get(site, "/api/v1/pull").json()["error"]["code"] == "E501"
    processes = [site.process.pid, *children(site.process.pid)]
    assert len(processes) >= 3  # itself, granian's, the worker
    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(20) == 0
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in processes[1:]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in processes[1:] if Path(f"/proc/{pid}").exists()]


def test_a_killed_server_leaves_no_worker_behind_and_starts_again(new_site):
    site = new_site().start()
    left = children(site.process.pid)
    site.kill()
    deadline = time.monotonic() + 15
    while any(Path(f"/proc/{pid}").exists() for pid in left) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in left if Path(f"/proc/{pid}").exists()]
    assert get(site.start(), "/api/v1/pull").status_code == 401


def test_e910_the_port_is_taken(new_site):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        refuses(new_site(), code="E910", port=taken.getsockname()[1])


def test_e911_the_database_is_no_database(new_site, tmp_path):
    broken = tmp_path / "tsela.db"
    broken.write_bytes(b"this is no database" * 100)
    site = new_site()
    site.database_url = f"sqlite:///{broken}"
    refuses(site, code="E911")
    assert broken.read_bytes() == b"this is no database" * 100


def test_e911_no_server_answers(new_site):
    site = new_site()
    site.database_url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    refuses(site, code="E911")


def test_a_programme_that_does_not_load_is_not_served(new_site, tmp_path):
    refuses(new_site(TSELA_PROGRAMME=str(tmp_path)), code="E227")


def test_commands_say_what_they_need():
    for command in ("serve", "worker", "site", "staff", "device", "record"):
        text = subprocess.run(
            [sys.executable, "-m", "tsela", command, "--help"], capture_output=True, text=True, env=os.environ
        ).stdout
        assert "Examples:" in text, command
