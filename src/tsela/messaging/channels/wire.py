"""One request to a provider; where no answer came, what is known of the message. Why urllib3: docs/adr/0012."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import make_headers, parse_url

from tsela.messaging.channels import Failed, Retry, Unsure

CONNECT, READ = 5.0, 20.0  # seconds
LOCAL = frozenset({"127.0.0.1", "localhost"})
AT_ONCE = 64  # connections to one provider that are kept
IDLE = 5.0  # seconds: providers close a connection that is unused for longer, and we might be writing into it just then
FORM = "application/x-www-form-urlencoded"

_here = threading.local()  # .sent: whether a byte of the thread's request may have left


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in any case
    content: bytes

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace")


def ask(
    method: str,
    url: str,
    timeout: float = READ,
    *,
    headers: Mapping[str, str],
    query: Mapping[str, Any] | None = None,
    form: Mapping[str, Any] | None = None,
    json: Any = None,
) -> Answer | Retry | Unsure:
    """The provider's answer. `Retry` where nothing of the request was sent, `Unsure` where it may have arrived. Of a body, a
    form's fields or a tree of JSON."""
    if query:
        url += ("&" if "?" in url else "?") + urlencode(query, doseq=True)
    body: dict[str, Any] = {} if json is None else {"json": json}
    if form is not None:
        headers, body = {**headers, "Content-Type": FORM}, {"body": urlencode(form, doseq=True)}
    _here.sent = False
    try:
        found = _request(method, url, timeout, headers, **body)
        return Answer(found.status, found.headers, found.data)
    except (HTTPError, ValueError) as error:  # ValueError: the address is none
        if _here.sent:
            return Unsure(f"The provider's answer did not come: {said(error)}")
        return Retry(f"The provider cannot be reached: {said(error)}", account=True)


@contextmanager
def stream(url: str, headers: Mapping[str, str], timeout: float) -> Iterator[urllib3.BaseHTTPResponse]:
    """An answer whose body is still to be read; HTTPError. `timeout`: seconds for each piece."""
    found = _request("GET", url, timeout, headers, preload_content=False)
    try:
        yield found
    finally:
        found.close()  # what was not read is not waited for


def _request(
    method: str, url: str, timeout: float, headers: Mapping[str, str], **more: Any
) -> urllib3.BaseHTTPResponse:
    parts = urlsplit(url)
    limit = urllib3.Timeout(connect=min(timeout, CONNECT), read=timeout)
    pools = _pools(_proxy(parts.scheme, parts.hostname or ""))
    return pools.request(
        method, url, headers=dict(headers), timeout=limit, retries=False, redirect=False, **more
    )


@cache
def _proxy(scheme: str, host: str) -> str:
    """As HTTPS_PROXY, HTTP_PROXY and NO_PROXY say; never for this machine."""
    return "" if host in LOCAL or proxy_bypass(host) else getproxies().get(scheme, "")


@cache
def _pools(proxy: str) -> urllib3.PoolManager:
    """Connections stay open: a new one with TLS for each message would cost more than the message."""
    if proxy:
        secret = parse_url(proxy).auth
        known = make_headers(proxy_basic_auth=secret) if secret else None
        pools: urllib3.PoolManager = urllib3.ProxyManager(proxy, proxy_headers=known, maxsize=AT_ONCE)
    else:
        pools = urllib3.PoolManager(maxsize=AT_ONCE)
    pools.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    return pools


class _Kept(HTTPConnection):
    """Says whether anything was sent (the kinds of urllib3's errors do not, behind a proxy), and is not used after a rest."""

    used_at = 0.0

    @property
    def is_connected(self) -> bool:
        return time.monotonic() - self.used_at < IDLE and super().is_connected

    def request(self, *args: Any, **more: Any) -> None:
        if self.is_closed:
            self.connect()
        self.used_at, _here.sent = time.monotonic(), True
        super().request(*args, **more)


class _KeptTls(_Kept, HTTPSConnection):
    pass


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Kept


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _KeptTls


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, where the provider says them; at most a day."""
    value = headers.get("Retry-After", "")
    return min(float(value), 86_400) if value.isdecimal() else None


def said(error: object) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def refused(answer: Answer, problem: str) -> Retry | Failed | Unsure:
    """What an answer other than success says by its number alone. A server's own failure leaves open what it had done."""
    if answer.status in (429, 503):
        return Retry(problem, retry_after(answer.headers), account=True)
    return Failed("rejected", problem) if 400 <= answer.status < 500 else Unsure(problem)
