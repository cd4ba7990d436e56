"""A file is fetched from a provider: within limits of size and time, and only from hosts that were named (MESSAGES M55)."""

import base64
import hashlib
import time
from collections.abc import Collection, Mapping
from urllib.parse import urljoin, urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from tsela.messaging.channels import Fetched, Lost, Retry, wire

MOST_BYTES = (
    5 << 20
)  # as much as WhatsApp lets a picture have; of a voice note that is more than half an hour
SECONDS = 45.0  # for the whole of it, however slowly it drips
MOST_HOPS = 3
PATIENCE = 10.0  # seconds, for each piece
PIECE = 1 << 16  # bytes
TOO_LARGE = Lost("too_large", f"It is larger than {MOST_BYTES >> 20} MB.")


def download(url: str, hosts: Collection[str], headers: Mapping[str, str]) -> Fetched | Retry | Lost:
    """What lies at this address. `headers`, which hold secrets, go to its own host only."""
    own = urlsplit(url).netloc
    until = time.monotonic() + SECONDS
    for _ in range(MOST_HOPS):
        if not permitted(url, hosts):
            return Lost("refused", f"It lies at {host_of(url)}, which this account does not name.")
        sent = dict(headers) if urlsplit(url).netloc == own else {}
        found = _ask(url, sent | {"Accept-Encoding": "identity"}, until)
        if not isinstance(found, str):
            return found
        url = urljoin(url, found)
    return Lost("refused", "The provider sends us from one address to the next.")


def permitted(url: str, hosts: Collection[str]) -> bool:
    """Encrypted, at a host that was named; on this machine itself only where its port was named too (a gateway beside us)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None:
        return False
    if parts.hostname in wire.LOCAL:
        return parts.netloc in hosts
    return parts.scheme == "https" and parts.hostname in hosts and port in (None, 443)


def host_of(url: str) -> str:
    """As it is told to people: without path, key and name of a user."""
    try:
        return (urlsplit(url).hostname or "no address")[:100]
    except ValueError:
        return "no address"


def named(url: str) -> str:
    """How `hosts` names the host of an address of the account's own settings."""
    parts = urlsplit(url)
    return parts.netloc if parts.hostname in wire.LOCAL else parts.hostname or ""


def is_whole(body: bytes, sha256: str) -> bool:
    """Whether these bytes have this SHA-256, in hexadecimal or base64; where none is said, nobody knows."""
    digest = hashlib.sha256(body).digest()
    return sha256 in ("", digest.hex(), base64.b64encode(digest).decode())


def _ask(url: str, headers: Mapping[str, str], until: float) -> Fetched | Retry | Lost | str:
    """The file, why there is none, or the address where it is to be asked for instead."""
    try:
        with wire.stream(url, headers, PATIENCE) as answer:
            if found := answer.get_redirect_location():
                return found
            return _read(answer, until) if answer.status == 200 else _refused(answer)
    except HTTPError as error:
        return Retry(f"The file did not come: {wire.said(error)}")


def _read(answer: BaseHTTPResponse, until: float) -> Fetched | Retry | Lost:
    said = answer.headers.get("Content-Length", "")
    if said.isdecimal() and int(said) > MOST_BYTES:
        return TOO_LARGE
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        return Lost("refused", "It comes packed, although we asked for it as it is.")
    body = bytearray()
    while piece := answer.read1(PIECE, decode_content=False):  # what has come, without waiting for more
        body += piece
        if len(body) > MOST_BYTES:
            return TOO_LARGE
        if time.monotonic() > until:
            return Retry(f"It did not come within {SECONDS:.0f} seconds.")
    return Fetched(bytes(body), answer.headers.get("Content-Type", ""))


def _refused(answer: BaseHTTPResponse) -> Retry | Lost:
    problem = f"The provider answered {answer.status}."
    if answer.status in (404, 410):
        return Lost("gone", problem)
    if answer.status == 429 or answer.status >= 500:
        return Retry(problem, wire.retry_after(answer.headers))
    return Lost("refused", problem)
