"""The built field app is served at /app/, as a phone needs it."""

import pytest
from django.test import Client


@pytest.fixture
def server(tmp_path, settings):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>Notes</title>")
    (tmp_path / "sw.js").write_text("// worker")
    (tmp_path / "assets" / "index-rsmcfUUN.js").write_text("// app")
    settings.PHONE_APP = tmp_path
    return Client()


def body(answer) -> str:
    return b"".join(answer.streaming_content).decode()


def test_the_app_opens_at_its_folder(server):
    answer = server.get("/app/")
    assert (answer.status_code, body(answer)) == (200, "<title>Notes</title>")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert server.get("/app").headers["Location"] == "app/"


def test_a_phone_asks_again_for_the_page_and_the_worker_but_fetches_each_build_once(server):
    assert "immutable" in server.get("/app/assets/index-rsmcfUUN.js").headers["Cache-Control"]
    for path in ("/app/", "/app/sw.js"):
        assert server.get(path).headers["Cache-Control"] == "max-age=60, public"
