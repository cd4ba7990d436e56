"""The way in: raw requests are kept first (M50), then become messages, answers and statuses, each exactly once."""

from tsela.messaging.models import Inbound


def receive(account: str, body: bytes) -> Inbound:
    """Keep a request that is truly the provider's. Once this returns it is safe, and the provider may be told so."""
    raise NotImplementedError


def process_due(limit: int = 50) -> int:
    """Process what was kept and not yet processed; how many requests were."""
    raise NotImplementedError
