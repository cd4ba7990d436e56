"""Looking for something to read, and guessing a language: by letters, in any language (M25, M28)."""

import pytest

from messaging.talking import talk
from tsela.messaging.guess import Guesser
from tsela.messaging.search import Article, Index

ROWS = {
    "feeding": ("milk breast hungry ibele ubisi", "Feeding your baby", "For six months a baby needs breast milk only."),
    "cough": ("cough coughing khwehlela kukhohlokhohlo kifua", "A cough", "A cough of two weeks should be looked at."),
    "sad": ("sad crying lonely ngiphatheke kabi huzuni", "When you feel low", "Many women feel low after a birth. Talk to somebody."),
    "medicine": ("pills tablets", "Your medicine", "Take it every day."),
}  # fmt: skip
INDEX = Index.of(
    [
        (Article(id, texts[1], texts[2], "overt" if id == "medicine" else "covert", ()), texts)
        for id, texts in ROWS.items()
    ]
)
ASKED = [
    ("breast milk", "feeding"), ("my baby is HUNGRY!", "feeding"), ("ubisi", "feeding"), ("ngiyakhwehlela", "cough"), ("ukukhwehlela", "cough"),
    ("ndinokhohlokhohlo", "cough"), ("coughs", "cough"), ("I cry and feel lonely", "sad"), ("nina huzuni", "sad"), ("birth", "sad"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "found"), ASKED)
def test_an_article_is_found_by_what_she_wrote(asked: str, found: str) -> None:
    assert [article.id for article in INDEX.find(asked, ["covert"])][:1] == [found]


@pytest.mark.parametrize("asked", ["", "xyz", "…", "😀", "tablets", "1"])
def test_what_nothing_is_about_finds_nothing(asked: str) -> None:
    assert INDEX.find(asked, ["covert"]) == []


def test_what_is_open_is_found_only_where_it_may_be_said() -> None:
    assert [article.id for article in INDEX.find("tablets", ["covert", "overt"])] == ["medicine"]


def test_articles_are_found_in_her_language_and_in_english() -> None:
    index = talk().index(("zu", "en"))
    assert [article.id for article in index.find("hungry", ["covert"])] == ["feeding"]


SAMPLES = {
    "en": ["What would you like to talk about?", "A person will write to you soon.", "Have you been coughing for two weeks?"],
    "zu": ["Ufuna ukukhuluma ngani namuhla?", "Umuntu uzokubhalela maduze.", "Ukhwehlela amasonto amabili na?"],
    "sw": ["Ungependa kuzungumza nini leo?", "Mtu atakuandikia hivi karibuni.", "Je, umekohoa kwa wiki mbili?"],
    "pt": ["Sobre o que gostaria de falar?", "Uma pessoa vai escrever em breve.", "Tosse há duas semanas?"],
}  # fmt: skip
GUESSED = [
    ("I would like to talk to a person", "en"), ("Ngifuna ukukhuluma nomuntu", "zu"), ("Nataka kuzungumza na mtu", "sw"), ("Gostaria de falar com uma pessoa", "pt"),
    ("ok", None), ("123", None), ("", None), ("😀😀😀", None), ("Ж" * 50, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language"), GUESSED)
def test_a_language_is_guessed_from_our_own_words(text: str, language: str | None) -> None:
    assert Guesser.of(SAMPLES).guess(text, list(SAMPLES)) == language


def test_only_languages_that_can_be_meant_are_guessed() -> None:
    assert Guesser.of(SAMPLES).guess("Ngifuna ukukhuluma nomuntu", ["zu"]) == "zu"
    assert Guesser.of(SAMPLES).guess("Ngifuna ukukhuluma nomuntu", ["xh"]) is None
