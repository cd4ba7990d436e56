import stat
import subprocess
import sys

import pytest

from tsela.config import environment
from tsela.kernel.errors import TselaError

GOOD_KEY = "h3R9w-Zq1_vT7mXk0LpYc5NfUe8sJbGd2oAiWxEtQzKrMy6VuB4"


@pytest.mark.parametrize("key", ["", "short", "x" * 80, "change-me-" * 8, f"django-insecure-{GOOD_KEY}"])
def test_production_refuses_a_secret_that_others_may_know(monkeypatch, tmp_path, key):
    monkeypatch.setenv("TSELA_SECRET_KEY", key)
    with pytest.raises(TselaError, match="E901"):
        environment.secret_key("production", tmp_path)


def test_production_takes_a_secret_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv("TSELA_SECRET_KEY", GOOD_KEY)
    assert environment.secret_key("production", tmp_path) == GOOD_KEY


def test_a_demo_makes_its_secret_and_keeps_it_to_itself(monkeypatch, tmp_path):
    monkeypatch.delenv("TSELA_SECRET_KEY", raising=False)
    home = tmp_path / "new"
    key = environment.secret_key("demo", home)
    assert len(key) > 50
    assert environment.secret_key("demo", home) == key
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600


def test_production_must_be_told_its_names(monkeypatch):
    monkeypatch.delenv("TSELA_HOSTS", raising=False)
    with pytest.raises(TselaError, match="E902"):
        environment.hosts("production")
    monkeypatch.setenv("TSELA_HOSTS", "tsela.example.org, 10.0.0.1")
    assert environment.hosts("production") == ["tsela.example.org", "10.0.0.1"]


def test_an_unknown_mode_is_refused_with_the_nearest(monkeypatch):
    monkeypatch.setenv("TSELA_MODE", "prodution")
    with pytest.raises(TselaError, match="Did you mean production"):
        environment.mode()


def test_no_mode_means_production(monkeypatch):
    monkeypatch.delenv("TSELA_MODE")
    assert environment.mode() == "production"


def test_sqlite_is_set_up_never_to_lose_what_was_acknowledged(tmp_path):
    made = environment.database(f"sqlite:///{tmp_path}/deep/tsela.db")
    assert made["NAME"] == f"{tmp_path}/deep/tsela.db"
    assert made["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in made["OPTIONS"]["init_command"]
    assert "synchronous=FULL" in made["OPTIONS"]["init_command"]


def test_postgresql_is_reached_by_port_or_by_socket():
    by_port = environment.database("postgresql://me:p%40ss@db.example.org:5433/tsela?sslmode=require")
    assert [by_port[key] for key in ("HOST", "PORT", "USER", "PASSWORD", "NAME")] == [
        "db.example.org", "5433", "me", "p@ss", "tsela",
    ]  # fmt: skip
    assert by_port["OPTIONS"] == {"server_side_binding": True, "prepare_threshold": 5, "sslmode": "require"}
    assert environment.database("postgresql://me@/tsela?host=/run/pg")["HOST"] == "/run/pg"


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "tsela.db", "sqlite://", "sqlite://tsela.db", "postgresql://host"]
)
def test_an_address_of_no_known_database_is_refused(url):
    with pytest.raises(TselaError, match="E903"):
        environment.database(url)


def test_a_server_without_settings_does_not_start():
    done = subprocess.run(
        [sys.executable, "-m", "tsela.config", "check"],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert done.returncode != 0
    assert "E901 TSELA_SECRET_KEY" in done.stderr
