"""What she means by what she typed (M21, M23), in many languages, as tables."""

import pytest

from tsela.messaging.folding import fold
from tsela.messaging.matching import Names, Phrases, Words, chosen, names

# Yes, no, not sure, as labels in a language, with words beside them.
LABELS: dict[str, list[list[str]]] = {
    "en": [["Yes", "ok"], ["No", "nope"], ["I am not sure", "don't know"]],
    "zu": [["Yebo"], ["Cha"], ["Angiqinisekile", "angazi"]],
    "xh": [["Ewe"], ["Hayi"], ["Andiqinisekanga"]],
    "st": [["E"], ["Tjhe"], ["Ha ke na bonnete"]],
    "nso": [["Ee"], ["Aowa"], ["Ga ke na bonnete"]],
    "tn": [["Ee"], ["Nnyaa"], ["Ga ke itse"]],
    "ss": [["Yebo"], ["Cha"], ["Angikaciniseki"]],
    "ve": [["Ee"], ["Hai"], ["A thi na vhuṱanzi"]],
    "ts": [["Ina"], ["E-e"], ["A ndzi tiyisi"]],
    "ny": [["Inde"], ["Ayi"], ["Sindikudziŵa"]],
    "sw": [["Ndiyo"], ["Hapana"], ["Sina hakika"]],
    "lg": [["Ye"], ["Nedda"], ["Sikakasa"]],
    "ki": [["Ĩĩ"], ["Aca"], ["Ndiũĩ"]],
    "bem": [["Ee"], ["Awe"], ["Nshishibe"]],
    "pt": [["Sim"], ["Não"], ["Não sei"]],
    "tw": [["Aane"], ["Dabi"], ["Mennim"]],
    "ee": [["Ẽ"], ["Ao"], ["Nyemenya o"]],
    "fr": [["Oui"], ["Non"], ["Je ne sais pas"]],
}
# Language, what she typed, the option that she means (1 to 3; 0: none).
TYPED = [
    ("en", "yes", 1), ("en", " YES!! ", 1), ("en", "Yess", 0), ("en", "yesssss", 1), ("en", "1", 1), ("en", "(2)", 2), ("en", "2 No", 2),
    ("en", "2 yes", 0), ("en", "dont know", 3), ("en", "Don’t know.", 3), ("en", "I am not s…", 3), ("en", "4", 0), ("en", "0", 0),
    ("en", "no idea", 0), ("en", "", 0), ("en", "👍", 0), ("en", "1 or 2", 0), ("en", "yes no", 0), ("en", "\u200fyes\u200b", 1),
    ("zu", "yebo", 1), ("zu", "CHA", 2), ("zu", "angazi", 3), ("zu", "Angiqin", 3), ("zu", "yebo.", 1),
    ("xh", "ewe", 1), ("xh", "hayi!", 2), ("xh", "3️⃣", 3), ("st", "e", 1), ("st", "tjhe", 2), ("st", "ha ke na bonnete", 3),
    ("nso", "aowa", 2), ("nso", "ee", 1), ("tn", "nnyaa", 2), ("tn", "ga ke itse", 3), ("ss", "yebo", 1), ("ss", "٢", 2),
    ("ve", "a thi na vhutanzi", 3), ("ve", "hai", 2), ("ts", "e-e", 2), ("ts", "ee", 0), ("ts", "e e", 2),
    ("ny", "sindikudziwa", 3), ("ny", "SINDIKUDZIŴA", 3), ("ny", "inde", 1), ("sw", "ndiyo", 1), ("sw", "hapana", 2), ("sw", "sina hakika", 3), ("sw", "२", 2),
    ("lg", "nedda", 2), ("lg", "ye", 1), ("ki", "ii", 1), ("ki", "Ndiui", 3), ("bem", "awe", 2), ("bem", "nshishibe", 3),
    ("pt", "nao", 2), ("pt", "NÃO", 2), ("pt", "nao sei", 3), ("pt", "não sei", 3), ("tw", "aane", 1), ("tw", "１", 1),
    ("ee", "e", 1), ("ee", "nyemenya", 3), ("fr", "je ne sais", 3), ("fr", "oui", 1),
]  # fmt: skip


@pytest.mark.parametrize(("language", "typed", "option"), TYPED)
def test_an_answer_is_known_however_it_is_typed(language: str, typed: str, option: int) -> None:
    found = chosen(typed, names(LABELS[language]), 3, numbered=True)
    assert (0 if found is None else found + 1) == option


@pytest.mark.parametrize("language", LABELS)
def test_every_label_and_number_is_an_answer(language: str) -> None:
    index = names(LABELS[language])
    for position, called in enumerate(LABELS[language]):
        for typed in (
            *called,
            called[0].upper(),
            f"  {called[0]}. ",
            f"{position + 1}",
            f"{position + 1}. {called[0]}",
        ):
            assert chosen(typed, index, 3, numbered=True) == position, typed


MONTHS: Names = names([["3 months"], ["6 months"], ["9 months"]])
FIGURES: Names = names([["2"], ["1"]])
# What is shown decides what a number means: by SMS every option has one.
NUMBERS = [
    (MONTHS, "3", True, 2), (MONTHS, "3", False, None), (MONTHS, "3 months", True, 0), (MONTHS, "2", False, 1),
    (FIGURES, "1", True, 0), (FIGURES, "1", False, 1),
]  # fmt: skip


@pytest.mark.parametrize(("index", "typed", "numbered", "position"), NUMBERS)
def test_a_number_means_what_is_shown(index: Names, typed: str, numbered: bool, position: int | None) -> None:
    assert chosen(typed, index, len(index), numbered=numbered) == position


WORDS = Words.of(
    {
        "en": {"stop": ["stop", "stop messages", "=cancel", "please stop sending *", "🛑"], "danger": ["bleeding", "hurt* me", "suicide"], "menu": ["menu"], "person": ["person", "talk to someone"], "language": ["language"]},
        "zu": {"stop": ["yima"], "danger": ["*opha", "ukuzibulala"], "person": ["umuntu"]},
        "sw": {"stop": ["acha", "simamisha"], "danger": ["damu"]},
        "pt": {"stop": ["parar", "pare"], "danger": ["hemorragia", "matar-me"], "names": ["portugues"]},
        "ny": {"danger": ["magazi"], "stop": ["siyani"]},
        "ve": {"danger": ["malofha"]},
        "xh": {"stop": ["yima"]},
    },
    {"en": ["English"], "zu": ["isiZulu", "Zulu"], "pt": ["português", "Portuguese"], "st": ["Sesotho"]},
)  # fmt: skip
HEARD = [
    ("STOP", "stop"), ("Stop!!!", "stop"), ("yima", "stop"), ("PARAR", "stop"), ("stop messages", "stop"), ("please stop", "stop"), ("stop please", "stop"),
    ("S T O P", "stop"), ("s.t.o.p!", "stop"), ("stop stop STOP stop", "stop"), ("🛑", "stop"), ("ＳＴＯＰ", "stop"), ("\u202eSTOP\u202c", "stop"),
    ("cancel", "stop"), ("cancel my visit", ""), ("please stop sending me all these messages", "stop"), ("he does not please stop sending me things", ""),
    ("the bus does not stop here", ""), ("yima kancane", ""), ("S\u200bT\u200bOP", "stop"), ("stop bleeding", "danger"),
    ("I am bleeding", "danger"), ("he hurts me every day", "danger"), ("ngiyopha", "danger"), ("nina damu nyingi", "danger"), ("Hemorragía", "danger"),
    ("quero matar-me", "danger"), ("magazi", "danger"), ("sleeping", ""), ("menu", "menu"), ("main menu", "menu"), ("the menu of the restaurant", ""),
    ("person", "person"), ("I want to talk to someone", ""), ("talk to someone", "person"), ("umuntu", "person"), ("umuntu wami", ""),
    ("zulu", "named"), ("Português", "named"), ("language zulu", "named"), ("language", "language"), ("I speak zulu", ""), ("hello", ""), ("", ""), ("1", ""),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "kind"), HEARD)
def test_words_that_count_everywhere_are_heard(typed: str, kind: str) -> None:
    heard = WORDS.heard(typed, ["en"])
    assert (heard[0] if heard else "") == kind


def test_a_stop_word_that_two_languages_have_counts_beside_another_word_in_both() -> None:
    assert WORDS.heard("yima manje", ["zu", "en"])
    assert WORDS.heard("yima ngoku", ["xh", "en"])
    assert not WORDS.heard("yima leo", ["sw", "en"])


def test_a_free_answer_may_hold_any_word_but_danger() -> None:
    assert WORDS.heard("our menu", ["en"], free=True) is None
    assert WORDS.heard("menu", ["en"], free=True)
    assert WORDS.heard("she was bleeding", ["en"], free=True)


def test_the_longest_phrase_is_found() -> None:
    phrases = Phrases.of([("baby", "child"), ("baby food", "feeding"), ("food", "shop")])
    found = phrases.inside(fold("What baby food is good?"))
    assert found
    assert found.value == "feeding"


FOLDED = [
    ("Ŵ", "w"), ("ḓiṱa", "dita"), ("ƒɔ", "fo"), ("ng'ombe", "ngombe"), ("ng’ombe", "ngombe"), ("café", "cafe"), ("ＡＢＣ", "abc"), ("٣۴५", "345"),
    ("a\u200db", "ab"), ("\u202eabc", "abc"), ("A-B", "a b"), ("👍🏽", "👍"), ("yes 👍", "yes"), ("…", ""), ("\x00a", "a"), ("ß", "ss"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_text_is_folded(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(text.ljust(200)) == folded
