"""A provider of messages on a port of its own: WhatsApp's Cloud API, Africa's Talking and a plain gateway (its port:
provider_server; the files that it keeps: provider_files; what it writes: provider_shapes).

It counts what it accepted, refuses what the real one refuses, fails as it is told, and sends its webhooks late, twice
and in another order. Example:

    with Provider() as provider:
        provider.hooks["whatsapp"] = (f"{site.url}/hooks/wa/", "app secret")
        provider.behave("drop_after", times=1)          # takes the next message, and never says so
        …
        provider.deliver(random.Random(1), again=0.3)   # posts its webhooks; True when the site took all of them
        assert provider.counts() == {message_id: 1}
"""

import json
import random
import threading
import time
import urllib.parse
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

import httpx

from support.provider_files import Files
from support.provider_server import Server, handler
from support.provider_shapes import (
    TOKEN,
    Shape,
    graph_error,
    hook_request,
    status_hooks,
    well_formed,
    written,
)

Behaviour = Literal[
    "accept", "slow", "error", "rate_limit", "drop_before", "drop_after", "expired_token", "garbage"
]
PAIR_SECONDS, PAIR_BURST = 6.0, 45  # as Meta: the fake refuses only what the real one surely refuses


@dataclass(frozen=True)
class Accepted:
    """One message that the provider took. `id` is ours (without the number of the try); Africa's Talking has none, so `to` and the text stand in."""

    shape: Shape
    id: str
    provider_id: str
    to: str
    payload: dict[str, Any]
    at: float = field(default_factory=time.monotonic)


class Provider:
    def __init__(self, port: int = 0, statuses: tuple[str, ...] = ("sent", "delivered", "read")) -> None:
        self.accepted: list[Accepted] = []
        self.refused: Counter[str] = Counter()
        self.hooks: dict[Shape, tuple[str, str]] = {}  # where webhooks go, and the secret or key they carry
        self.fails: dict[str, int] = {}  # number → the error that its status will tell, after acceptance
        self.templates: set[str] | None = None  # names it knows; None: all
        self.per_second = 0.0  # more than so many in a second are refused (130429)
        self.slow_seconds = 0.2
        self.error = (500, 131000)  # what "error" answers: HTTP status, WhatsApp's code
        self._plan: deque[Behaviour] = deque()
        self._default: Behaviour = "accept"
        self._statuses = statuses
        self._pending: list[tuple[Shape, Any]] = []
        self._numbers = count(1)
        self._recent: deque[float] = deque()
        self._pairs: dict[str, deque[float]] = {}
        self._lock = threading.Lock()
        self.closed = False
        self.files = Files()  # what clients sent beside words
        self._server = Server(("127.0.0.1", port), handler(self.take, self.files))
        self.files.url = self.url
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "Provider":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True  # connections that are still open get no answer either
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def counts(self) -> Counter[str]:
        """How often each message of ours was accepted. A Counter, not a set: twice must show."""
        with self._lock:
            return Counter(one.id for one in self.accepted)

    def behave(self, *behaviours: Behaviour, times: int = 0) -> None:
        """So with the next requests, in this order (`times`: the last so often); without `times`, one alone stays."""
        with self._lock:
            if not times and len(behaviours) == 1:
                self._default = behaviours[0]
            else:
                self._plan.extend([*behaviours[:-1], *[behaviours[-1]] * max(1, times)])

    # Webhooks.

    @property
    def undelivered(self) -> int:
        with self._lock:
            return len(self._pending)

    def deliver(self, rng: random.Random, again: float = 0.0, most: int = 5) -> bool:
        """Post every webhook that waits, in any order, in batches of up to `most`, some of them `again`. What the site did
        not take (it is down, it answered an error) waits for the next time, as with the real provider."""
        with self._lock:
            waiting, self._pending = self._pending, []
        rng.shuffle(waiting)
        for shape in {shape for shape, _ in waiting}:
            mine = [hook for each, hook in waiting if each == shape]
            for batch in _batches(mine, rng, most if shape == "whatsapp" else 1):
                if not self._post(shape, batch):
                    with self._lock:
                        self._pending += [(shape, hook) for hook in batch]
                elif rng.random() < again:
                    self._post(shape, batch)
        return not self.undelivered

    @contextmanager
    def delivering(self, rng: random.Random, again: float = 0.3, pause: float = 0.02) -> Iterator[None]:
        """Webhooks all the while, from a thread."""
        done = threading.Event()

        def go_on() -> None:
            while not done.wait(pause):
                self.deliver(rng, again)

        thread = threading.Thread(target=go_on, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def write(self, shape: Shape, sender: str, text: str, id: str = "", **more: Any) -> str:
        """A client writes to us: a webhook that waits for `deliver`. The provider's id of it."""
        number = next(self._numbers)
        id = id or f"in.{number}"
        with self._lock:
            self._pending.append((shape, written(shape, sender, text, id, number, more)))
        return id

    def send_file(self, sender: str, file: str, type: str = "image", id: str = "", **more: Any) -> str:
        """A client sends by WhatsApp what `files.put` was given."""
        kept = {"id": file, "mime_type": self.files.mime(file)}
        return self.write("whatsapp", sender, "", id, type=type, **{type: kept}, **more)

    def _post(self, shape: Shape, batch: list[Any]) -> bool:
        if shape not in self.hooks:
            return True
        url, secret = self.hooks[shape]
        try:
            return _client().post(**hook_request(shape, url, secret, batch)).is_success
        except httpx.HTTPError:
            return False

    # Requests.

    def take(
        self, shape: Shape, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, Any]] | bytes | None:
        """The answer to one request: status and JSON, raw bytes, or None to close the connection in its face."""
        with self._lock:
            behaviour = self._plan.popleft() if self._plan else self._default
            behaviour = "drop_before" if self.closed else behaviour
        if behaviour == "drop_before":
            return None
        if behaviour == "slow":
            time.sleep(self.slow_seconds)
        refusal = self._refusal(shape, headers, body, behaviour)
        if refusal:
            self.refused[behaviour if behaviour not in ("accept", "slow") else str(refusal[1])] += 1
            return refusal
        answer = self._accept(shape, body)
        if behaviour == "garbage":
            return b"<html>Bad gateway</html>"
        return None if behaviour == "drop_after" else answer

    def _refusal(
        self, shape: Shape, headers: dict[str, str], body: bytes, behaviour: Behaviour
    ) -> tuple[int, dict[str, Any]] | None:
        if shape != "whatsapp":
            if behaviour == "expired_token" or TOKEN not in headers.get("apikey", "") + headers.get(
                "authorization", ""
            ):
                return 401, {"error": "The supplied authentication is invalid"}
            return {"error": (500, {}), "rate_limit": (429, {})}.get(behaviour)
        if behaviour == "error":
            return self.error[0], graph_error(self.error[1])
        code = self._graph_refusal(headers, body, behaviour)
        status = {190: 401, 130429: 429, 131056: 400, 80007: 429}.get(code, 400)
        return (status, graph_error(code)) if code else None

    def _graph_refusal(self, headers: dict[str, str], body: bytes, behaviour: Behaviour) -> int:
        if behaviour == "expired_token" or headers.get("authorization") != f"Bearer {TOKEN}":
            return 190
        if behaviour == "rate_limit" or self._too_many():
            return 130429
        payload = json.loads(body)
        name = payload.get("template", {}).get("name")
        if name and self.templates is not None and name not in self.templates:
            return 132001
        if not well_formed(payload):
            return 131009
        return 131056 if self._too_many_to(payload.get("to") or payload["recipient"]) else 0

    def _too_many(self) -> bool:
        now = time.monotonic()
        with self._lock:
            while self._recent and self._recent[0] < now - 1:
                self._recent.popleft()
            if self.per_second and len(self._recent) >= self.per_second:
                return True
            self._recent.append(now)
            return False

    def _too_many_to(self, person: str) -> bool:
        now = time.monotonic()
        with self._lock:
            sent = self._pairs.setdefault(person, deque())
            while sent and sent[0] < now - PAIR_SECONDS * PAIR_BURST:
                sent.popleft()
            if len(sent) >= PAIR_BURST:
                return True
            sent.append(now)
            return False

    def _accept(self, shape: Shape, body: bytes) -> tuple[int, dict[str, Any]]:
        payload = (
            json.loads(body) if shape != "africas_talking" else dict(urllib.parse.parse_qsl(body.decode()))
        )
        to = str(payload.get("to") or payload.get("recipient"))
        id = payload.get("biz_opaque_callback_data") or payload.get("id") or f"{to} {payload.get('message')}"
        with self._lock:
            provider_id = f"{'wamid' if shape == 'whatsapp' else 'ATXid'}.{next(self._numbers)}"
            self.accepted.append(Accepted(shape, id.partition(":")[0], provider_id, to, payload))
            failure = self.fails.get(to) or self.fails.get(f"+{to}") or 0
            statuses = ("sent", "failed") if failure else self._statuses
            self._pending += [
                (shape, hook) for hook in status_hooks(shape, id, provider_id, to, statuses, failure)
            ]
        if shape == "whatsapp":
            return 200, {"messaging_product": "whatsapp", "messages": [{"id": provider_id}]}
        if shape == "http":
            return 201, {"id": provider_id}
        recipient = {
            "statusCode": 101,
            "number": to,
            "status": "Success",
            "cost": "ZAR 0.2500",
            "messageId": provider_id,
        }
        sent = {"Message": "Sent to 1/1 Total Cost: ZAR 0.2500", "Recipients": [recipient]}
        return 201, {"SMSMessageData": sent}


def _batches(hooks: list[Any], rng: random.Random, most: int) -> Iterator[list[Any]]:
    while hooks:
        size = rng.randint(1, most)
        yield hooks[:size]
        hooks = hooks[size:]


_local = threading.local()


def _client() -> httpx.Client:
    if not hasattr(_local, "client"):
        _local.client = httpx.Client(trust_env=False, timeout=10)
    return _local.client
