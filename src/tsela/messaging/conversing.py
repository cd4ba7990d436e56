"""A conversation takes a step: the flow runner says what follows, and here it is done, in one transaction (M50)."""

from typing import Any

from tsela.messaging.models import Conversation


def converse(conversation: Conversation, event: dict[str, Any], *, key: str) -> None:
    """Give the runner an event (M27) and carry out its effects, in the caller's transaction. `key` makes each once."""
    raise NotImplementedError
