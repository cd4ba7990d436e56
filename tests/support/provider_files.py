"""Files that clients sent, as the fake provider keeps them: WhatsApp's by an id, a gateway's at an address. They fail as told."""

import gzip
import hashlib
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from support.provider_shapes import TOKEN, graph_error

Fault = Literal[
    "gone",  # the provider has it no more
    "run_out",  # its address holds no longer
    "token",  # our token has expired
    "error",  # its own trouble
    "drop",  # no answer
    "cut",  # the connection breaks half-way
    "damaged",  # one byte is another
    "large",  # it says that it is too large
    "endless",  # it says nothing, and goes on
    "drips",  # a little at a time
    "packed",  # a small file that becomes a large one
    "elsewhere",  # at a host of somebody else
    "moved",  # from here to a host of somebody else
]
MANY = 40 << 20  # bytes of what is too large
Headers = dict[str, str]


@dataclass
class Kept:
    body: bytes
    mime: str
    faults: deque[Fault] = field(default_factory=deque)  # of the next tries, in this order; then none


@dataclass(frozen=True)
class Given:
    """An answer: its pieces go out one by one. `pieces` None: the connection is closed."""

    status: int = 200
    headers: Headers = field(default_factory=dict)
    pieces: Iterator[bytes] | None = None
    json: Any = None


class Files:
    """`url` is the provider's own, once it listens."""

    def __init__(self) -> None:
        self.url = ""
        self.given: Counter[str] = Counter()  # how often each went out whole
        self.elsewhere = "https://somebody.example/x"  # where "elsewhere" and "moved" lead
        self.refused = 0  # requests without our token
        self._kept: dict[str, Kept] = {}
        self._numbers = count(1)
        self._lock = threading.Lock()

    def put(self, body: bytes, mime: str, *faults: Fault, id: str = "") -> str:
        """A client sent this; its id."""
        id = id or str(1_000_000 + next(self._numbers))
        self._kept[id] = Kept(body, mime, deque(faults))
        return id

    def mime(self, id: str) -> str:
        return self._kept[id].mime

    def address(self, id: str) -> str:
        """Where a gateway says that it lies."""
        return f"{self.url}/files/{id}"

    def get(self, path: str, headers: Headers) -> Given:
        """The answer to a request: an address under an id, or what lies at an address."""
        id = path.partition("?")[0].rpartition("/")[2]
        if TOKEN not in headers.get("authorization", ""):
            self.refused += 1
            return Given(401, json=graph_error(190))
        with self._lock:
            kept = self._kept.get(id)
            at_address = "/files/" in path
            fault = kept.faults[0] if kept and kept.faults else None
            if kept and kept.faults and (at_address or fault in _OF_ID):
                kept.faults.popleft()
        if kept is None or fault == "gone":
            return Given(404 if at_address else 400, json=graph_error(100))
        return self._at_address(id, kept, fault) if at_address else self._by_id(id, kept, fault)

    def _by_id(self, id: str, kept: Kept, fault: Fault | None) -> Given:
        match fault:
            case "token":
                return Given(401, json=graph_error(190))
            case "error":
                return Given(500, json=graph_error(131000))
            case "drop":
                return Given()
        size = MANY if fault == "large" else len(kept.body)
        url = self.elsewhere if fault == "elsewhere" else self.address(id)
        digest = hashlib.sha256(kept.body).hexdigest()
        said = {"url": url, "mime_type": kept.mime, "sha256": digest, "file_size": size, "id": id}
        return Given(json=said | {"messaging_product": "whatsapp"})

    def _at_address(self, id: str, kept: Kept, fault: Fault | None) -> Given:
        body, headers = kept.body, {"Content-Type": kept.mime}
        whole = headers | {"Content-Length": str(len(body))}
        match fault:
            case "run_out":
                return Given(404, json={})
            case "moved":
                return Given(302, {"Location": self.elsewhere, "Content-Length": "0"}, iter(()))
            case "cut":
                return Given(headers=whole, pieces=iter([body[: len(body) // 2]]))
            case "large":
                return Given(headers=headers | {"Content-Length": str(MANY)}, pieces=iter([b"x" * 100]))
            case "endless":
                return Given(headers=headers, pieces=(b"x" * 65_536 for _ in range(MANY >> 16)))
            case "drips":
                return Given(headers=whole, pieces=_slowly(body))
            case "packed":
                return Given(
                    headers=headers | {"Content-Encoding": "gzip"}, pieces=iter([gzip.compress(bytes(MANY))])
                )
            case "damaged":
                return Given(headers=whole, pieces=iter([body[:-1] + bytes([body[-1] ^ 1])]))
        self.given[id] += 1
        return Given(headers=whole, pieces=iter([body]))


_OF_ID: set[Fault | None] = {"gone", "token", "error", "drop", "elsewhere"}


def _slowly(body: bytes) -> Iterator[bytes]:
    for at in range(len(body)):
        yield body[at : at + 1]
        time.sleep(0.02)
