"""Bugs that we seed to test the fuzz: each is a patch of the real code that must be seen within a few hundred webhooks."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from tsela.messaging import door, inbox, settling
from tsela.messaging.channels import InboundMessage, Retry, Unsure, whatsapp, whatsapp_webhook

BUGS: dict[str, Callable[[], AbstractContextManager[Any]]] = {}


def bug(seed_it: Callable[[], AbstractContextManager[Any]]) -> Any:
    BUGS[seed_it.__name__] = seed_it
    return seed_it


@bug
def reads_only_the_first_message_of_a_batch() -> Any:
    """As a well-known library does."""
    parse = whatsapp_webhook.parse

    def first(body: bytes, number: str) -> Any:
        found = parse(body, number)
        messages = [one for one in found if isinstance(one, InboundMessage)]
        return [one for one in found if one not in messages[1:]]

    return patch.object(whatsapp, "parse", first)


@bug
def takes_what_comes_again_for_new() -> Any:
    numbers = iter(range(10**9))
    identity = whatsapp_webhook.identity
    return patch.object(
        whatsapp_webhook,
        "identity",
        lambda value: f"{identity(value)}#{next(numbers)}" if "w." in str(value) else identity(value),
    )


@bug
def takes_another_request_of_the_same_length_for_the_same() -> Any:
    keep, seen = door.keep, set()

    def once(account: str, body: bytes) -> None:
        if (account, len(body)) not in seen:
            seen.add((account, len(body)))
            keep(account, body)

    return patch.object(door, "keep", once)


@bug
def acknowledges_now_and_then_what_it_could_not_store() -> Any:
    keep, rng = door.keep, random.Random(1)
    return patch.object(
        door, "keep", lambda account, body: None if rng.random() < 0.02 else keep(account, body)
    )


@bug
def believes_any_signature() -> Any:
    return patch.object(whatsapp, "require_signature", lambda *_: None)


@bug
def checks_the_signature_of_its_own_spelling_of_the_body() -> Any:
    from tsela.messaging.channels import Hook, signatures

    check = signatures.require_signature

    def respelt(hook: Hook, *more: str) -> None:
        body = hook.body.decode(errors="replace").encode()
        check(Hook(hook.method, hook.query, hook.headers, body), *more)

    return patch.object(whatsapp, "require_signature", respelt)


@bug
def lets_one_odd_message_spoil_its_batch() -> Any:
    text = whatsapp_webhook._READERS["text"]

    def strict(message: dict[str, Any]) -> Any:
        message["text"]["body"].strip()
        return text(message)

    return patch.dict(whatsapp_webhook._READERS, {"text": strict})


@bug
def lets_statuses_move_backwards() -> Any:
    any_status = tuple(settling.S.values)
    return patch.dict(settling.BEFORE, dict.fromkeys(settling.BEFORE, any_status))


@bug
def forgets_a_status_that_comes_before_its_message_is_known() -> Any:
    status = inbox._status

    def forgetful(*arguments: Any) -> None:
        try:
            status(*arguments)
        except inbox.NotYet:
            return

    return patch.object(inbox, "_status", forgetful)


@bug
def believes_a_failure_of_an_earlier_try() -> Any:
    return patch.object(settling, "of_this_try", lambda *_: True)


@bug
def tries_again_when_the_answer_was_lost() -> Any:
    settle = settling.settle

    def hasty(message: Any, channel: Any, result: Any, now: Any) -> None:
        settle(message, channel, Retry(result.problem) if isinstance(result, Unsure) else result, now)

    return patch.object(settling, "settle", hasty)
