"""One request to a provider; where no answer came, what is known of the message."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from tsela.messaging.channels import Failed, Retry, Unsure

TIMEOUT = httpx.Timeout(20, connect=5)
LOCAL = frozenset({"127.0.0.1", "localhost"})
_NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def client(url: str) -> httpx.Client:
    """For this address."""
    return _client(urlsplit(url).hostname in LOCAL)


@cache
def _client(local: bool) -> httpx.Client:
    """Kept open: a new TLS connection for each message would cost more than the message. None lives longer than 5
    seconds unused, so that we do not write into one that the provider has just closed."""
    limits = httpx.Limits(max_connections=64, keepalive_expiry=5)
    return httpx.Client(timeout=TIMEOUT, limits=limits, trust_env=not local)


def post(url: str, timeout: float = 0, **request: Any) -> httpx.Response | Retry | Unsure:
    """The provider's answer. `Retry` where the request never reached it, `Unsure` where it may have."""
    return ask("POST", url, timeout, **request)


def ask(method: str, url: str, timeout: float = 0, **request: Any) -> httpx.Response | Retry | Unsure:
    limit = httpx.Timeout(timeout, connect=min(timeout, 5)) if timeout else TIMEOUT
    try:
        return client(url).request(method, url, timeout=limit, **request)
    except _NOT_REACHED as error:
        return Retry(f"The provider cannot be reached: {said(error)}", account=True)
    except httpx.HTTPError as error:
        return Unsure(f"The provider's answer did not come: {said(error)}")


def retry_after(response: httpx.Response) -> float | None:
    """Seconds, where the provider says them; at most a day."""
    value = response.headers.get("Retry-After", "")
    return min(float(value), 86_400) if value.isdecimal() else None


def said(error: object) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def refused(response: httpx.Response, problem: str) -> Retry | Failed | Unsure:
    """What an answer other than success says by its number alone. A server's own failure leaves open what it had done."""
    if response.status_code in (429, 503):
        return Retry(problem, retry_after(response), account=True)
    return Failed("rejected", problem) if response.is_client_error else Unsure(problem)
