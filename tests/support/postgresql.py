"""A private PostgreSQL server: its own folder, a Unix socket that only the tests know, no TCP port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from support.processes import die_with_parent, stop

# Nothing here must survive a crash, so nothing waits for the disk.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


class Unavailable(Exception):
    """There is no PostgreSQL to start on this machine."""


@dataclass
class Server:
    folder: Path
    process: subprocess.Popen

    @property
    def url(self) -> str:
        return f"postgresql://tsela@/tsela?host={self.folder}"

    def stop(self) -> None:
        stop(self.process, signal.SIGINT)  # SIGINT is PostgreSQL's fast shutdown
        shutil.rmtree(self.folder, ignore_errors=True)


def start(durable: bool = False) -> Server:
    """A running, empty server with one database and one user, both named tsela. `durable`: as a real one, for bench/."""
    programs, user = find_programs(), unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="tsela-pg-", dir="/tmp"))  # a socket's path must be short
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    log = (folder / "log").open("wb")
    common = {"cwd": folder, "stdout": log, "stderr": log, **as_user(user)}
    initdb = [
        programs / "initdb",
        "-D",
        folder / "data",
        "-U",
        "tsela",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    subprocess.run([*initdb, "--no-sync"], check=True, **common)
    settings = (QUICK if not durable else {}) | {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
    }
    command = [programs / "postgres", "-D", folder / "data"]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    process = subprocess.Popen(command, preexec_fn=die_with_parent(signal.SIGINT), **common)
    server = Server(folder, process)
    try:
        await_ready(server)
    except BaseException:
        server.stop()
        raise
    return server


def await_ready(server: Server, seconds: float = 30) -> None:
    """Wait until it answers, then make the database."""
    deadline = time.monotonic() + seconds
    while True:
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("PostgreSQL did not start:\n" + (server.folder / "log").read_text()[-2000:])
        with suppress(psycopg.OperationalError):
            with psycopg.connect(
                f"postgresql://tsela@/postgres?host={server.folder}", autocommit=True
            ) as connection:
                connection.execute("CREATE DATABASE tsela")
            return
        time.sleep(0.05)


def find_programs() -> Path:
    """The folder of initdb and postgres; Debian keeps them out of PATH."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version_of, reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Unavailable("PostgreSQL is not installed: run scripts/setup-system postgresql")


def version_of(folder: Path) -> float:
    name = folder.parent.name
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0


def unprivileged_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then someone harmless runs it."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise Unavailable("PostgreSQL does not run as root, and there is no user named postgres or nobody")


def as_user(user: pwd.struct_passwd | None) -> dict:
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
