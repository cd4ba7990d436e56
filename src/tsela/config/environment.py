"""Reads TSELA_* environment variables. Everything here is read once, when the server starts."""

import os
import secrets
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from tsela.kernel.errors import fail, nearest

Mode = Literal["production", "demo", "development", "test"]
MODES: tuple[Mode, ...] = get_args(Mode)

SHORTEST_SECRET = 50
# Keys that stand in examples; whoever reads the documentation knows them.
PUBLISHED_SECRETS = ("change-me", "changeme", "secret", "insecure", "example")


def mode() -> Mode:
    """What this server is for. Production is the default, so that nobody runs a demo's rules by oversight."""
    value = os.environ.get("TSELA_MODE") or "production"
    if value not in MODES:
        fail("E904", name="TSELA_MODE", value=value, choices=", ".join(MODES), nearest=nearest(value, MODES))
    return value


def home() -> Path:
    """The folder that holds what this server keeps: the database, files, keys."""
    return Path(os.environ.get("TSELA_HOME") or "var").resolve()


def secret_key(mode: Mode, home: Path) -> str:
    """The key that signs sessions. Production must be given one; otherwise one is made and kept in the folder."""
    key = os.environ.get("TSELA_SECRET_KEY", "")
    if mode != "production":
        return key or kept_secret(home / "secret_key")
    if not key:
        fail("E901", where="TSELA_SECRET_KEY", state="none is set", length=SHORTEST_SECRET)
    if any(published in key.lower() for published in PUBLISHED_SECRETS):
        fail(
            "E901",
            where="TSELA_SECRET_KEY",
            state="the one set comes from an example",
            length=SHORTEST_SECRET,
        )
    if len(key) < SHORTEST_SECRET or len(set(key)) < 10:
        fail("E901", where="TSELA_SECRET_KEY", state="the one set is easy to guess", length=SHORTEST_SECRET)
    return key


def kept_secret(path: Path) -> str:
    """The secret in a file that only its owner reads; made on first use."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(file, "w", encoding="ascii") as handle:
        handle.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="ascii").strip()


def hosts(mode: Mode) -> list[str]:
    """The names under which people reach this server."""
    names = [name.strip() for name in os.environ.get("TSELA_HOSTS", "").split(",") if name.strip()]
    if mode == "production" and not names:
        fail("E902", where="TSELA_HOSTS")
    return names or ["localhost", "127.0.0.1", "[::1]", "testserver"]


def flag(name: str) -> bool:
    """Whether a yes-or-no setting says yes."""
    value = os.environ.get(name, "").lower()
    if value not in ("", "0", "no", "false", "1", "yes", "true"):
        fail("E904", name=name, value=value, choices="yes, no", nearest=None)
    return value in ("1", "yes", "true")


def channels(mode: Mode, home: Path) -> Mapping[str, Any]:
    """The accounts through which messages go, by name: TSELA_CHANNELS, or channels.toml in the folder. Read at the start, so
    that a server with a missing or published secret does not start (E720, E721)."""
    from tsela.messaging.channels.accounts import accounts

    named = os.environ.get("TSELA_CHANNELS", "")
    file = Path(named) if named else home / "channels.toml"
    return accounts(file if named or file.exists() else None, production=mode == "production")


def database(url: str) -> dict[str, Any]:
    """Django's database settings for an address; see E903 for the two forms."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(parts)
    if parts.scheme in ("postgresql", "postgres"):
        return postgresql(parts)
    return fail(
        "E903", where="TSELA_DATABASE_URL", reason=f"{parts.scheme or 'nothing'} is no database we know"
    )


def sqlite(parts: urllib.parse.SplitResult) -> dict[str, Any]:
    """One file. Write-ahead log: readers never wait. Immediate: a writer queues at the start of its transaction,
    where waiting is safe, and not half-way. Full: what was acknowledged survives a power cut."""
    if parts.netloc or not parts.path.strip("/"):
        fail("E903", where="TSELA_DATABASE_URL", reason="the path of the file is missing or lacks a slash")
    path = Path(urllib.parse.unquote(parts.path[1:])).resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    pragmas = (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-32000",
        "temp_store=MEMORY",
    )
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,  # a file stays open: opening it for every request costs more than most requests
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "; ".join(f"PRAGMA {pragma}" for pragma in pragmas),
        },
    }


def postgresql(parts: urllib.parse.SplitResult) -> dict[str, Any]:
    """A server, reached by host and port or (host=/folder in the query) by a Unix socket."""
    query: Mapping[str, str] = dict(urllib.parse.parse_qsl(parts.query))
    name = urllib.parse.unquote(parts.path.strip("/"))
    if not name:
        fail("E903", where="TSELA_DATABASE_URL", reason="the name of the database is missing")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": urllib.parse.unquote(parts.username or ""),
        "PASSWORD": urllib.parse.unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": query.get("port") or str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 5}
        | {key: value for key, value in query.items() if key.startswith("ssl")},
    }
