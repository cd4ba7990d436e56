"""One send, and what we know afterwards: against a provider that accepts, refuses, is slow, and dies half-way."""

from collections.abc import Iterator
from typing import Any

import pytest

from messaging.accounts import accounts
from support.provider import Behaviour, Provider
from tsela.messaging.channels import (
    AccountProblem,
    Body,
    Channel,
    Cost,
    Failed,
    Option,
    Outgoing,
    Retry,
    Sent,
    Template,
    Unsure,
)
from tsela.messaging.channels.whatsapp_errors import outcome

NOMSA = "+27821234567"
HELLO = Outgoing("m1", NOMSA, Body("Hello Nomsa. We look forward to seeing you on Monday."))


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture
def channels(provider: Provider) -> dict[str, Channel]:
    return accounts(provider.url)


LIVE = ("whatsapp", "sms", "gateway")

# behaviour → what WhatsApp, Africa's Talking and a gateway's sends end as, and whether the provider had it.
ENDS: dict[Behaviour, tuple[str, str, str, int]] = {
    "accept": ("Sent", "Sent", "Sent", 1),
    "slow": ("Sent", "Sent", "Sent", 1),
    "rate_limit": ("Retry", "Retry", "Retry", 0),
    "error": ("Retry", "Unsure", "Unsure", 0),  # only WhatsApp says that it is an error of before
    "expired_token": ("AccountProblem", "AccountProblem", "AccountProblem", 0),
    "drop_before": ("Unsure", "Unsure", "Unsure", 0),
    "drop_after": ("Unsure", "Unsure", "Unsure", 1),
    "garbage": ("Unsure", "Unsure", "Unsure", 1),
}


@pytest.mark.parametrize("behaviour", ENDS)
@pytest.mark.parametrize("name", LIVE)
def test_a_send_ends_as(
    name: str, behaviour: Behaviour, provider: Provider, channels: dict[str, Channel]
) -> None:
    provider.behave(behaviour)
    result = channels[name].send(HELLO)
    assert type(result).__name__ == ENDS[behaviour][LIVE.index(name)], result
    assert provider.counts().total() == ENDS[behaviour][3]


@pytest.mark.parametrize("name", LIVE)
def test_a_provider_that_is_not_there_has_surely_not_taken_it(name: str) -> None:
    result = accounts()[name].send(HELLO)
    assert isinstance(result, Retry)
    assert result.account, "so that a queue does not try each of its messages"


def test_a_provider_too_slow_to_wait_for_leaves_us_unsure(provider: Provider) -> None:
    provider.slow_seconds = 0.5
    provider.behave("slow")
    from tsela.messaging.channels.whatsapp import WhatsApp

    impatient = WhatsApp("w", "1", "token-of-the-account", "s", "v", api=provider.url, timeout=0.05)
    assert isinstance(impatient.send(HELLO), Unsure)


def test_a_gateway_that_knows_our_id_again_may_be_asked_again(provider: Provider) -> None:
    provider.behave("drop_after")
    assert isinstance(accounts(provider.url, idempotent=True)["gateway"].send(HELLO), Retry)


def test_africas_talking_says_what_it_charged(channels: dict[str, Channel]) -> None:
    result = channels["sms"].send(HELLO)
    assert isinstance(result, Sent)
    assert result.cost == Cost("0.2500", "ZAR")


SHAPES = {
    "a text": Body("Hello"),
    "three buttons": Body("When?", tuple(Option(id, id) for id in ("today", "tomorrow", "never"))),
    "a list of four": Body("When?", tuple(Option(str(i), f"Day {i}") for i in range(4)), menu="Days"),
    "two long options as a list": Body(
        "Who?", (Option("a", "Talk to a person now?"), Option("b", "No")), menu="Khetha"
    ),
    "a button that sends where she is": Body("Where are you?", locate=True),
    "emoji, right to left, all scripts": Body("\u202eمرحبا\u200f 👩🏾‍🍼 ɛɔ ŋ ḓ"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_whatsapp_takes(shape: str, provider: Provider, channels: dict[str, Channel]) -> None:
    assert isinstance(channels["whatsapp"].send(Outgoing("m1", NOMSA, SHAPES[shape])), Sent)
    assert provider.accepted[0].payload["to"] == "27821234567"


def test_what_is_over_whatsapps_limits_is_refused_and_not_tried_again(channels: dict[str, Channel]) -> None:
    for body in (Body("x" * 5_000), Body("x", (Option("a", "A" * 21),)), Body("", (Option("a", "A"),))):
        result = channels["whatsapp"].send(Outgoing("m1", NOMSA, body))
        assert isinstance(result, Failed)
        assert result.reason == "rejected"


def test_outside_the_window_the_template_goes_in_its_place(
    provider: Provider, channels: dict[str, Channel]
) -> None:
    template = Template("checkin_day_zu", ("Nomsa\nD", "NgoMsombuluko"), ("come", "call"))
    outside = Outgoing("m1", NOMSA, Body("Hello"), template=template, window_open=False)
    assert isinstance(channels["whatsapp"].send(outside), Sent)
    sent = provider.accepted[0].payload["template"]
    assert (sent["name"], sent["language"]["code"]) == ("checkin_day_zu", "en")
    assert [one["text"] for one in sent["components"][0]["parameters"]] == ["Nomsa D", "NgoMsombuluko"]
    assert [part["parameters"][0]["payload"] for part in sent["components"][1:]] == ["come", "call"]


def test_outside_the_window_without_a_template_nothing_goes(
    provider: Provider, channels: dict[str, Channel]
) -> None:
    result = channels["whatsapp"].send(Outgoing("m1", NOMSA, Body("Hello"), window_open=False))
    assert isinstance(result, Failed)
    assert (result.reason, provider.accepted) == ("outside_window", [])


def test_a_wrong_template_is_for_staff(provider: Provider, channels: dict[str, Channel]) -> None:
    provider.templates = {"checkin_day_en"}
    wrong = Outgoing("m1", NOMSA, Body("x"), template=Template("checkin_day_xx"), window_open=False)
    result = channels["whatsapp"].send(wrong)
    assert isinstance(result, Failed)
    assert (result.reason, "132001" in result.problem) == ("template", True)


def test_who_hides_her_number_is_written_to_by_her_name(
    provider: Provider, channels: dict[str, Channel]
) -> None:
    channels["whatsapp"].send(Outgoing("m1", "ZA.13491208655302741918", Body("Hello")))
    assert (provider.accepted[0].payload["recipient"], "to" in provider.accepted[0].payload) == (
        "ZA.13491208655302741918",
        False,
    )


def test_our_id_travels_with_the_message(provider: Provider, channels: dict[str, Channel]) -> None:
    for name in ("whatsapp", "gateway"):
        channels[name].send(Outgoing(f"id-{name}", NOMSA, Body("Hello")))
    assert provider.counts() == {"id-whatsapp": 1, "id-gateway": 1}


def test_what_she_is_told_cannot_change_the_shape_of_a_gateways_request(
    provider: Provider, channels: dict[str, Channel]
) -> None:
    channels["gateway"].send(Outgoing("m1", NOMSA, Body('"}, {to} {id} {text} & \u0000')))
    assert provider.accepted[0].payload == {"to": NOMSA, "id": "m1", "text": '"}, {to} {id} {text} & \u0000'}


CODES: dict[int, Any] = {
    131026: "unreachable", 131047: "outside_window", 131050: "stopped", 132000: "template", 132015: "template", 131009: "rejected",
    190: AccountProblem, 131031: AccountProblem, 131048: AccountProblem, 131056: Retry, 130429: Retry, 80007: Retry, 131000: Retry,
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_an_error_of_whatsapp_means(code: int) -> None:
    found = outcome(code, "said")
    assert found.reason == CODES[code] if isinstance(found, Failed) else type(found) is CODES[code]
    if isinstance(found, Retry):
        assert (found.account, found.after) == (code in {130429, 80007}, 6 if code == 131056 else None)
