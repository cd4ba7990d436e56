"""What a text takes as SMS, at the edges where it costs more."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsela.programme.languages import GSM7
from tsela.programme.talk.limits import listed, too_much
from tsela.programme.talk.sms import EXTENSION, plainer, sms


@pytest.mark.parametrize(
    ("text", "encoding", "length", "parts"),
    [
        ("", "gsm7", 0, 1),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 459, "gsm7", 459, 3),
        ("a" * 460, "gsm7", 460, 4),
        ("{" * 80, "gsm7", 160, 1),
        ("a" + "{" * 153, "gsm7", 307, 3),  # an extended letter is not divided: 306 would be two parts
        ("à", "gsm7", 1, 1),
        ("ŵ" * 70, "ucs2", 70, 1),
        ("ŵ" * 71, "ucs2", 71, 2),
        ("ŵ" * 201, "ucs2", 201, 3),
        ("Ŵ" + "a" * 201, "ucs2", 202, 4),
        ("🙂" * 35, "ucs2", 70, 1),
        ("🙂" * 36, "ucs2", 72, 2),
        ("🙂" * 67, "ucs2", 134, 3),  # 33 pictures a part: the 67th unit stays empty
    ],
)
def test_parts(text: str, encoding: str, length: int, parts: int) -> None:
    found = sms(text)
    assert (found.encoding, found.length, found.parts) == (encoding, length, parts)


def test_typographic_signs_cost_nothing() -> None:
    assert sms("It’s").encoding == "ucs2"
    assert sms(plainer("It’s “fine” – really…")).encoding == "gsm7"
    assert plainer("ŵ’") == "ŵ’"  # it leaves GSM-7 anyway
    assert sms("a" * 200).cost(Decimal("0.30")) == Decimal("0.60")


@given(st.text(st.sampled_from([*GSM7, "ŵ", "🙂"]), max_size=500))
def test_every_character_is_in_one_part(text: str) -> None:
    """Parts filled one by one, as a phone does."""
    ucs2 = not GSM7.issuperset(text)
    sizes = [2 if (char > "\uffff" if ucs2 else char in EXTENSION) else 1 for char in text]
    room, filled = (67 if ucs2 else 153), [0]
    for size in sizes:
        if filled[-1] + size > room:
            filled.append(0)
        filled[-1] += size
    assert sms(text).parts == (1 if sum(sizes) <= (70 if ucs2 else 160) else len(filled))


def test_options_are_counted_with_the_question() -> None:
    assert listed("Well?", ["Yes", "No"]) == "Well?\n1. Yes\n2. No"
    assert list(too_much("a" * 455)) == []
    assert [channel for _, channel, _ in too_much("a" * 455, ["Yes"])] == ["SMS"]
    assert [channel for _, channel, _ in too_much("a" * 1025)] == ["WhatsApp", "SMS"]
    assert [what for what, _, _ in too_much("Well?", ["I will certainly come"], room=20)] == [
        "“I will certainly come” has 21 characters"
    ]
