"""Carries what phones ask: over HTTP, or over a network that loses, repeats, delays and cuts."""

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import suppress
from random import Random
from typing import Any, TypeVar

import urllib3
import zstandard

from tsela.simulation.phones import Answer, Request, Unreachable

T = TypeVar("T")
Send = Callable[[Request], Answer]
OLD_REQUESTS = 40  # that the network may still deliver late
PATIENCE = 120.0  # seconds


def carry(talk: Generator[Request, Answer, T], send: Send) -> T:
    """Drive a phone's talk with the server to its end."""
    try:
        request = next(talk)
        while True:
            try:
                answer = send(request)
            except Unreachable as gone:
                request = talk.throw(gone)
            else:
                request = talk.send(answer)
    except StopIteration as end:
        value: T = end.value
        return value


class Http:
    """Sends to a running server, one connection kept open."""

    def __init__(self, url: str) -> None:
        self.url, self.pools = f"{url}/api/v1", urllib3.PoolManager(timeout=PATIENCE, retries=False)

    def __call__(self, request: Request) -> Answer:
        headers = {"Accept-Encoding": "zstd"}
        if request.token:
            headers["Authorization"] = f"Bearer {request.token}"
        if request.version:
            headers["If-None-Match"] = f'"{request.version}"'
        try:
            method = "GET" if request.body is None else "POST"
            answer = self.pools.request(method, self.url + request.path, body=request.body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable from error
        packed = answer.headers.get("Content-Encoding") == "zstd"
        return Answer(answer.status, zstandard.decompress(answer.data) if packed else answer.data)

    def close(self) -> None:
        self.pools.clear()


class Lossy:
    """A network as phones know it. `healed`, it carries every request once and brings every answer."""

    def __init__(self, send: Send, rng: Random, faults: Counter[str]) -> None:
        self.send, self.rng, self.faults = send, rng, faults
        self.healed = False
        self.old: list[Request] = []
        self.badness = rng.choice((0.1, 0.3, 0.6))

    def __call__(self, request: Request) -> Answer:
        if self.healed:
            return self.send(request)
        if self._happens(0.3):
            self._deliver_late()
        if self._happens(0.3):
            self._keep(request)
            return self._fails("request lost")
        if self._happens(0.15) and request.body:
            self.faults["request cut"] += 1
            request = request._replace(body=request.body[: self.rng.randrange(len(request.body))])
        return self._bring_back(request, self.send(request))

    def _bring_back(self, request: Request, answer: Answer) -> Answer:
        self._keep(request)
        if self._happens(0.2):
            self.faults["request repeated"] += 1
            answer = self.send(request)
        if self._happens(0.3):
            return self._fails("answer lost")
        if self._happens(0.15) and answer.body:
            self.faults["answer cut"] += 1
            return answer._replace(body=answer.body[: self.rng.randrange(len(answer.body))])
        return answer

    def _keep(self, request: Request) -> None:
        """It may arrive yet, much later and after others. A cut one, and a lost one, too."""
        self.old = [*self.old, request][-OLD_REQUESTS:]

    def _deliver_late(self) -> None:
        if self.old:
            self.faults["request late"] += 1
            with suppress(Unreachable):
                self.send(self.old.pop(self.rng.randrange(len(self.old))))

    def _fails(self, how: str) -> Any:
        self.faults[how] += 1
        raise Unreachable

    def _happens(self, share: float) -> bool:
        return self.rng.random() < share * self.badness
