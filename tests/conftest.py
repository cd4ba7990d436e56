"""What every test can ask for.

--database sqlite|postgresql (or TSELA_DATABASE_URL) chooses the database of the whole run, --clock the moment of it.
Fixtures: new_site, site (a running server), browser, page (a desk), phone_page (a small touch screen),
postgresql_url (a private PostgreSQL, whatever the run's own database is).
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from support import postgresql
from support.browser import DESK, FLAGS, PATIENCE, PHONE, find_chromium
from support.clock import AFTERNOON, set_clock
from support.site import Site
from tsela.config import environment

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "site", "new_site"}
BROWSER_FIXTURES = {"browser", "page", "phone_page"}

hypothesis_settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile("here", deadline=None)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "here")

_server: postgresql.Server | None = None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], help="the database that tests run on")
    parser.addoption("--clock", default=AFTERNOON, help="the moment that it is while they run, in ISO 8601")


def pytest_configure(config: pytest.Config) -> None:
    """Settle the hour, and the database before Django first connects. Workers of xdist inherit that choice by the environment."""
    global _server
    set_clock(datetime.fromisoformat(config.getoption("--clock")))
    config.addinivalue_line("markers", "database: uses the run's database (set by itself)")
    choice = config.getoption("--database")
    if choice == "postgresql" and not os.environ.get("TSELA_TEST_SERVER"):
        _server = start_postgresql()
        os.environ["TSELA_TEST_SERVER"] = os.environ["TSELA_DATABASE_URL"] = _server.url
    elif choice == "sqlite":
        os.environ.pop("TSELA_DATABASE_URL", None)
    if os.environ.get("TSELA_DATABASE_URL"):
        settings.DATABASES["default"] = environment.database(os.environ["TSELA_DATABASE_URL"])
        connections.configure_settings(settings.DATABASES)  # fills in what Django expects of every database
        del connections[
            "default"
        ]  # made when the models were first imported, for the database of the settings


def pytest_unconfigure() -> None:
    if _server:
        _server.stop()


def pytest_report_header() -> str:
    return f"database: {settings.DATABASES['default']['ENGINE'].rsplit('.', 1)[-1]}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & BROWSER_FIXTURES:
            item.add_marker("browser")
        if fixtures & DATABASE_FIXTURES or item.get_closest_marker("django_db"):
            item.add_marker("database")


def missing(what: str) -> None:
    """Skip where a developer lacks a program; fail where everything must run (make test)."""
    if os.environ.get("TSELA_TEST_STRICT"):
        pytest.fail(what)
    pytest.skip(what)


def start_postgresql() -> postgresql.Server:
    try:
        return postgresql.start()
    except postgresql.Unavailable as reason:
        raise pytest.UsageError(str(reason)) from None


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """An empty database on a private PostgreSQL."""
    try:
        server = postgresql.start()
    except postgresql.Unavailable as reason:
        missing(str(reason))
        return
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def new_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """new_site(NAME=value, …) makes a folder and an empty database for a site of one's own; start() serves it."""
    made: list[Site] = []

    def make(**environment: str) -> Site:
        home = tmp_path_factory.mktemp("site")
        made.append(Site(home, fresh_database(home), environment))
        return made[-1]

    yield make
    for site in made:
        site.stop()


@pytest.fixture(scope="session")
def site(new_site: Callable[..., Site]) -> Site:
    """One running site, shared by all tests that only look."""
    return new_site().start()


def fresh_database(home: Path) -> str:
    """An address where nothing is yet, on the run's kind of database."""
    server = os.environ.get("TSELA_TEST_SERVER")
    if not server:
        return f"sqlite:///{home}/tsela.db"
    name = "site_" + hashlib.sha256(str(home).encode()).hexdigest()[:16]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.replace("/tsela?", f"/{name}?")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Playwright browser. Each page of it is a context of its own: no cookies, no storage, no service worker."""
    path = find_chromium()
    if path is None:
        missing("Chromium is not installed: run scripts/setup-system browser")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop running in this thread; Django would then refuse the tests that follow their database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """An empty page on a desk's screen."""
    yield from open_page(browser, DESK)


@pytest.fixture
def phone_page(browser: Any) -> Iterator[Any]:
    """An empty page on a small touch screen."""
    yield from open_page(browser, PHONE)


def open_page(browser: Any, screen: dict) -> Iterator[Any]:
    context = browser.new_context(**screen)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
