"""What is known of a request that got no answer (M51): only what was surely not sent may be sent again. Against bare sockets
that break off at each point, because libraries name these points by the wrong errors."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import parse_headers
from typing import Any

import pytest

from tsela.messaging.channels import Retry, Unsure, wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def listening(talk: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[Any]]]:
    """Something at a port; its address, and the connections it was asked for. It ends with the last of them."""
    seen: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            while True:
                try:
                    one, _ = door.accept()
                except OSError:
                    return
                seen.append(one)
                with one, suppress(OSError):
                    talk(one)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{door.getsockname()[1]}", seen
        door.shutdown(socket.SHUT_RDWR)


def reads_and_breaks_off(one: socket.socket) -> None:
    one.recv(1 << 16)


def answers(one: socket.socket) -> None:
    """Each request once, when all of it is there: its head and its body may come apart."""
    with one.makefile("rb") as requests:
        while requests.readline():
            requests.read(int(parse_headers(requests)["Content-Length"]))
            one.sendall(OK)


def answers_half(one: socket.socket) -> None:
    one.recv(1 << 16)
    one.sendall(OK[:-1])


def breaks_off(one: socket.socket) -> None:
    pass


def nonsense(one: socket.socket) -> None:
    one.recv(1 << 16)
    one.sendall(b"What?\r\n\r\n")


def post(url: str) -> Any:
    return wire.ask("POST", url, 2, headers={}, form={"to": "+27820000001"})


def through(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setattr(wire, "_proxy", lambda scheme, host: f"http://{proxy}")


@pytest.mark.parametrize("talk", [reads_and_breaks_off, answers_half, nonsense])
def test_what_may_have_arrived_is_unsure(talk: Callable[[socket.socket], None]) -> None:
    with listening(talk) as (address, _):
        assert isinstance(post(f"http://{address}/"), Unsure)


@pytest.mark.parametrize("talk", [breaks_off, nonsense])
def test_without_a_safe_connection_nothing_was_sent(talk: Callable[[socket.socket], None]) -> None:
    with listening(talk) as (address, _):
        assert isinstance(post(f"https://{address}/"), Retry)


@pytest.mark.parametrize("url", ["http://no.such.host.invalid/", "http://127.0.0.1:1/", "http://[/"])
def test_an_address_that_leads_nowhere_is_asked_again_later(url: str) -> None:
    assert isinstance(post(url), Retry)


def test_a_proxy_that_breaks_off_after_our_request_leaves_us_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(reads_and_breaks_off) as (address, _):
        through(monkeypatch, address)
        assert isinstance(post("http://gateway.example/"), Unsure)


@pytest.mark.parametrize("talk", [breaks_off, reads_and_breaks_off, nonsense])
def test_a_proxy_that_opens_no_way_has_passed_nothing_on(
    talk: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(talk) as (address, _):
        through(monkeypatch, address)
        assert isinstance(post("https://gateway.example/"), Retry)


def test_a_proxy_is_told_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def notes(one: socket.socket) -> None:
        asked.append(one.recv(1 << 16))

    with listening(notes) as (address, _):
        through(monkeypatch, f"clinic:secret@{address}")
        post("https://gateway.example/")
    assert asked[0].startswith(b"CONNECT gateway.example:443")
    assert b"proxy-authorization: Basic Y2xpbmljOnNlY3JldA==" in asked[0]


def test_the_machine_itself_is_never_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with listening(answers) as (address, _):
        assert isinstance(post(f"http://{address}/"), wire.Answer)


@pytest.mark.parametrize(("idle", "connections"), [(5.0, 1), (0.0, 3)])
def test_a_connection_is_kept_unless_it_has_rested(
    idle: float, connections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "IDLE", idle)
    with listening(answers) as (address, seen):
        for _ in range(3):
            assert post(f"http://{address}/").text == "{}"
    assert len(seen) == connections


def test_a_query_joins_the_one_that_the_address_has() -> None:
    asked: list[bytes] = []

    def notes(one: socket.socket) -> None:
        asked.append(one.recv(1 << 16))
        one.sendall(OK)

    with listening(notes) as (address, _):
        wire.ask("GET", f"http://{address}/send?key=a", headers={}, query={"to": "+27", "text": "a&b"})
    assert asked[0].startswith(b"GET /send?key=a&to=%2B27&text=a%26b HTTP/1.1")
