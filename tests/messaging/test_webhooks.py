"""What providers send and what we read in it: every line of webhooks.yaml; and bodies that nobody would send."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from messaging.accounts import accounts
from support.provider_shapes import envelope
from tsela.messaging.channels import AccountProblem, Failed, Incoming, Retry
from tsela.messaging.channels.reading import identity, moment, phone, text

CASES = yaml.safe_load(Path(__file__).with_name("webhooks.yaml").read_text(encoding="utf-8"))
ACCOUNTS = accounts()
NAMES = {"whatsapp": "whatsapp", "africas_talking": "sms", "gateway": "gateway"}


def body_of(case: dict[str, Any]) -> bytes:
    if "form" in case:
        return urlencode(case["form"]).encode()
    if "raw" in case:
        return case["raw"].encode()
    return json.dumps(case["json"] if "json" in case else envelope([case["value"]])).encode()


def seen(incoming: Incoming, fields: set[str]) -> dict[str, Any]:
    """The fields that a case names, as a case writes them."""
    return {"is": type(incoming).__name__} | {
        name: plain(getattr(incoming, name)) for name in fields if name != "is"
    }


def plain(value: Any) -> Any:
    match value:
        case datetime():
            return str(value)
        case Failed():
            return f"Failed {value.reason}"
        case AccountProblem():
            return f"AccountProblem {value.code}"
        case Retry():
            return "Retry"
    return value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_webhook_says(case: dict[str, Any]) -> None:
    found = ACCOUNTS[NAMES[case["channel"]]].parse(body_of(case))
    names = [type(one).__name__ for one in found]
    assert names == [line["is"] for line in case["gives"]], found
    assert [seen(one, set(line)) for one, line in zip(found, case["gives"], strict=True)] == case["gives"]


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inside in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_in(inside)


def storable(text: str) -> bool:
    return "\x00" not in text and text.encode(errors="replace").decode() == text


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", ACCOUNTS)
@given(body=st.binary(max_size=200) | anything.map(json.dumps).map(str.encode))
def test_no_body_is_too_odd_to_be_read(name: str, body: bytes) -> None:
    for one in ACCOUNTS[name].parse(body):
        assert all(storable(value) for value in texts_in(asdict(one)))


@pytest.mark.parametrize(
    "field", ["from", "id", "type", "timestamp", "text", "context", "audio", "interactive"]
)
@given(value=anything)
def test_a_message_with_one_odd_field_costs_no_other(field: str, value: Any) -> None:
    good = {
        "from": "27821234567",
        "id": "w",
        "timestamp": "1795000000",
        "type": "text",
        "text": {"body": "Hi"},
    }
    for type in ("text", "audio", "interactive", "location", "system", "reaction"):
        odd = good | {"type": type} | {field: value}
        body = json.dumps(envelope([{"messages": [odd, good | {"id": "next"}]}])).encode()
        assert ACCOUNTS["whatsapp"].parse(body)[-1].provider_id == "next"  # type: ignore[union-attr]


def test_nested_so_deeply_that_no_parser_follows() -> None:
    for name in ACCOUNTS:
        assert [type(one).__name__ for one in ACCOUNTS[name].parse(b"[" * 200_000)] == ["Notice"]


def test_texts_can_be_stored_whatever_they_hold() -> None:
    assert text("a\x00b\ud83d") == "a\ufffdb\ufffd"
    assert text("\u202eمرحبا\u200f") == "\u202eمرحبا\u200f", "marks of direction are hers"
    assert len(text("x" * 10_000)) == 10_000, "a long text is kept whole"
    assert [text(value) for value in (None, True, [], {})] == ["", "", "", ""]


def test_an_id_that_is_too_long_for_its_column_stays_the_same_id() -> None:
    assert identity("x" * 500) == identity("x" * 500) != identity("x" * 501)
    assert len(identity("x" * 500)) <= 160


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("27821234567", "+27821234567"),
        ("+27 82 123-4567", "+27821234567"),
        ("0027821234567", "+27821234567"),
        ("082 123 4567", "+27821234567"),
        (27821234567, "+27821234567"),
        ("12345", ""),
        ("VODACOM", ""),
        ("+123456789012345678", ""),
        (None, ""),
    ],
)
def test_numbers_as_gateways_write_them(written: object, number: str) -> None:
    assert phone(written, "+27") == number


@pytest.mark.parametrize(
    "value", [None, "", "soon", "9" * 400, "-1", "1e999", "2026-99-99", float("nan"), [], "99999999999999"]
)
def test_a_time_that_is_none(value: object) -> None:
    assert moment(value) is None
