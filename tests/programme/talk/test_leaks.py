"""Words that tell are found in any disguise, and words that tell nothing are let through: planted.yaml and innocent.yaml."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tsela.programme import folder
from tsela.programme.talk.leaks import Leaks, leaks_of
from tsela.programme.talk.messages import filled

HERE = Path(__file__).parent
LEAKS: Leaks = leaks_of(folder.read(HERE.parents[2] / "programmes/mentor_mother").talk.leaks)
PLANTED = [row for rows in yaml.safe_load((HERE / "planted.yaml").read_text()).values() for row in rows]
INNOCENT = [
    (tag, text)
    for tag, texts in yaml.safe_load((HERE / "innocent.yaml").read_text()).items()
    for text in texts
]


def test_there_are_enough_of_both() -> None:
    assert len(PLANTED) >= 60
    assert len(INNOCENT) >= 60
    assert len({row["read"] for row in PLANTED if "read" in row}) == len({tag for tag, _ in INNOCENT}) == 34


@pytest.mark.parametrize("row", PLANTED, ids=lambda row: str(row.get("text", row.get("name"))))
def test_what_tells_is_found(row: dict[str, Any]) -> None:
    found = LEAKS.find(row["text"], row["read"]) if "text" in row else LEAKS.find_in_name(row["name"])
    assert row["of"] in [leak.term for leak in found]


@pytest.mark.parametrize(("tag", "text"), INNOCENT)
def test_what_tells_nothing_is_let_through(tag: str, text: str) -> None:
    assert LEAKS.find(text, tag) == []


def test_a_leak_says_where_it_is_and_whose_word() -> None:
    (leak,) = LEAKS.find("Sawubona. Ngengculazi.", ["zu", "en"])
    assert (leak.term, leak.kind, leak.language, leak.at) == ("*ngculaz*", "virus", "zu", 13)


def test_what_is_filled_in_tells_too() -> None:
    text = "Hello {name}. We see you at {place}."
    assert not LEAKS.find(filled(text), "en")
    assert LEAKS.find(filled(text, {"name": "Nomsa", "place": "ARV corner"}), "en")
    assert LEAKS.find(filled(text, {"name": "H.I.V", "place": "home"}), "en")


def test_a_variant_is_read_with_the_words_of_its_language_and_of_those_mixed_in() -> None:
    assert LEAKS.find("Tloo tleliniking", "st-LS")
    assert LEAKS.find("o resultado", "vmw")
    assert not LEAKS.find("o resultado", "zu")


@given(st.text(max_size=60))
def test_any_text_can_be_looked_at(text: str) -> None:
    for leak in LEAKS.find(text, LEAKS.terms):
        assert 0 <= leak.at < max(len(text), 1)


DISGUISES = st.sampled_from(
    [("", ""), (".", "."), (" ", " "), ("-", "-"), ("\u200b", "\u200b"), ("\u0301", "\u0301"), (" . ", " ")]
)


@given(st.sampled_from(["hiv", "arv", "aids", "pmtct", "prep", "tenofovir"]), DISGUISES, st.data())
def test_no_disguise_hides_an_acronym(word: str, between: tuple[str, str], data: st.DataObject) -> None:
    """Any case, the same sign between all letters, in the middle of a sentence."""
    shown = between[0].join(data.draw(st.sampled_from([char, char.upper()])) for char in word)
    assert LEAKS.find(f"Come for {shown}, Nomsa", "en")


@pytest.mark.parametrize("tag", LEAKS.terms)
def test_every_term_of_every_list_is_found_as_written_dotted_and_split_by_marks(tag: str) -> None:
    lost = []
    for term in LEAKS.terms[tag]:
        word = term.text.strip("=*")
        for shown in (word, ".".join(word.replace(" ", "")), "\u200b".join(word), f"({word})", f"“{word}!”"):
            if term.text not in [leak.term for leak in LEAKS.find(f"Yebo, {shown}, Nomsa", tag)]:
                lost.append((term.text, shown))
    assert lost == []


def test_a_list_needs_no_term_twice() -> None:
    twice = [
        (tag, term.text) for tag, terms in LEAKS.terms.items() for term in terms
        if [(one.letters, one.open_start, one.open_end, one.exact) for one in terms].count((term.letters, term.open_start, term.open_end, term.exact)) > 1
    ]  # fmt: skip
    assert twice == []
