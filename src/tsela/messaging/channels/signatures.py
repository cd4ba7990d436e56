"""Whether a request at our door is the provider's."""

import hashlib
import hmac
from urllib.parse import parse_qs

from tsela.kernel.errors import fail
from tsela.messaging.channels import Hook


def require_signature(hook: Hook, account: str, secret: str, header: str, prefix: str = "") -> None:
    """E710 unless the header holds the HMAC-SHA256 of the body, in hexadecimal."""
    expected = prefix + hmac.new(secret.encode(), hook.body, hashlib.sha256).hexdigest()
    if not same(hook.headers.get(header.lower(), ""), expected):
        fail("E710", where=account)


def require_key(hook: Hook, account: str, secret: str) -> None:
    """E710 unless the address holds `key=…`, or a header Authorization ends in it: for providers that sign nothing."""
    given = [
        *parse_qs(hook.query).get("key", []),
        hook.headers.get("authorization", "").rpartition(" ")[2],
    ]
    if not any(same(each, secret) for each in given):
        fail("E710", where=account)


def same(given: str, expected: str) -> bool:
    """In a time that does not tell how much of it was right."""
    return bool(expected) and hmac.compare_digest(given.encode(errors="replace"), expected.encode())
