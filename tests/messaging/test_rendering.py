"""What channels show (M22): within their limits, distinct, and answerable by what is shown."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tsela.messaging.channels import Body, Option
from tsela.messaging.folding import fold
from tsela.messaging.matching import chosen, names
from tsela.messaging.rendering import Part, cut, fill, render, titles
from tsela.programme.talk.sms import sms, units

LETTERS = "abcdefghij ABC éèŵḓɛ😀👍\u200f\u200b١२ 123.!…-'\n"
texts = st.text(st.one_of(st.sampled_from(LETTERS), st.characters(exclude_categories=["Cs"])), max_size=60)
labels = st.lists(texts, min_size=1, max_size=10)
similar = st.lists(st.sampled_from("ab 1"), max_size=30).map(
    "A long beginning of the same sort ".__add__("").join
)
ANSWER = (("yes", "Yes"), ("no", "No"))


def test_few_short_options_are_buttons_on_whatsapp_and_numbers_by_sms() -> None:
    part = Part("Do you cough?", ANSWER)
    assert render([part], "whatsapp") == [Body("Do you cough?", (Option("yes", "Yes"), Option("no", "No")))]
    assert render([part], "sms") == [Body("Do you cough?\n1. Yes\n2. No")]


def test_more_options_or_longer_ones_are_a_list() -> None:
    many = tuple((str(n), f"Topic {n}") for n in range(4))
    [body] = render([Part("What?", many)], "whatsapp", choose="Khetha")
    assert (len(body.options), body.menu) == (4, "Khetha")
    [body] = render([Part("What?", (("a", "Talk to a person now?"),))], "whatsapp")
    assert body.menu
    assert body.options[0].title == "Talk to a person now?"


def test_who_is_asked_where_she_is_has_a_button_for_it_on_whatsapp() -> None:
    parts = [Part("We look together."), Part("Where are you?", locate=True), Part("A person reads it.")]
    asked, after = render(parts, "whatsapp")
    assert (asked, after) == (
        Body("We look together.\n\nWhere are you?", locate=True),
        Body("A person reads it."),
    )
    assert not any(body.locate for body in render(parts, "sms"))


def test_what_is_said_together_travels_together() -> None:
    parts = [Part("Rest and drink."), Part("Anything else?", ANSWER)]
    assert [body.text for body in render(parts, "whatsapp")] == ["Rest and drink.\n\nAnything else?"]
    assert [body.text for body in render(parts, "sms")] == ["Rest and drink.\nAnything else?\n1. Yes\n2. No"]
    long = [Part("a" * 400), Part("b" * 400, ANSWER)]
    assert [body.text[:1] for body in render(long, "sms")] == ["a", "b"]


def test_long_texts_are_divided_after_a_sentence() -> None:
    text = " ".join(f"This is sentence number {n}." for n in range(60))
    bodies = render([Part(text)], "sms")
    assert len(bodies) > 3
    assert all(body.text.endswith(".") and body.text.startswith("This") for body in bodies)
    assert " ".join(body.text for body in bodies) == text


def test_typography_does_not_make_an_sms_dearer() -> None:
    [body] = render([Part("You’re not alone – we’re here…")], "sms")
    assert body.text == "You're not alone - we're here..."
    assert sms(body.text).encoding == "gsm7"


def test_an_sms_is_counted_as_operators_count() -> None:
    cases = [
        ("a" * 160, ("gsm7", 160, 1)), ("a" * 161, ("gsm7", 161, 2)), ("a" * 307, ("gsm7", 307, 3)),
        ("[" * 80, ("gsm7", 160, 1)), ("[" * 81, ("gsm7", 162, 2)),
        ("ŵ" * 70, ("ucs2", 70, 1)), ("ŵ" * 71, ("ucs2", 71, 2)), ("😀" * 35, ("ucs2", 70, 1)), ("😀" * 36, ("ucs2", 72, 2)),
    ]  # fmt: skip
    for text, expected in cases:
        found = sms(text)
        assert (found.encoding, found.length, found.parts) == expected, text[:1]
    assert sms("a" * 161).cost(Decimal("0.29")) == Decimal("0.58")


def test_labels_that_are_alike_when_cut_keep_their_ends_or_get_numbers() -> None:
    assert cut(["The clinic in town, north", "The clinic in town, south"], 20) == [
        "The clini…own, north",
        "The clini…own, south",
    ]
    alike = ["The clinic in the town, where the bus stops", "The clinic in the town, where no bus stops"]
    assert cut(alike, 20) == ["1 The clinic in the…", "2 The clinic in the…"]
    assert cut(["Yes", "YES"], 20) == ["1 Yes", "2 YES"]


def test_a_sentence_without_its_value_is_left_out() -> None:
    text = "Hello {name}. Call {phone} at any time. Be well."
    assert fill(text, {"name": "Thandi"}) == "Hello Thandi. Be well."
    assert fill("{name}!", {}) == ""
    assert fill("One.\n\nTwo {x}. Three.", {}) == "One.\n\nThree."


def test_a_greeting_without_a_name_is_still_a_greeting() -> None:
    assert fill("Hello {name}. Be well.", {}) == "Hello. Be well."
    assert fill("Asante sana, {name}!", {"name": ""}) == "Asante sana!"
    assert fill("Dear {name}, we are happy. Rest well.", {}) == "Rest well.", "more than a greeting"


@given(labels, st.sampled_from([20, 24]))
def test_any_labels_are_cut_to_the_limit_and_stay_distinct(given: list[str], limit: int) -> None:
    shown = cut(given, limit)
    assert all(label and units(label) <= limit for label in shown)
    assert len({fold(label) for label in shown}) == len(given)


@given(st.lists(similar, min_size=1, max_size=10))
def test_labels_that_begin_alike_stay_distinct(given: list[str]) -> None:
    assert len({fold(label) for label in cut(given, 20)}) == len(given)


@given(texts, labels, st.sampled_from(["whatsapp", "sms"]))
def test_every_option_is_answered_by_what_is_shown(text: str, given: list[str], channel: str) -> None:
    options = tuple((f"o{at}", label) for at, label in enumerate(given))
    bodies = render([Part(text, options)], channel)
    index = names([(label, shown) for label, shown in zip(given, titles(given), strict=True)])
    for at in range(len(given)):
        if channel == "sms":
            assert chosen(f" {at + 1}.", index, len(given), numbered=True) == at
        else:
            title = bodies[-1].options[at].title
            alone = index[fold(title)] == {at}
            assert chosen(title, index, len(given), numbered=False) == (at if alone else None)


@given(
    st.lists(st.tuples(st.text(max_size=3000), labels | st.just([]))), st.sampled_from(["whatsapp", "sms"])
)
def test_any_parts_fit_and_nothing_is_lost(given: list[tuple[str, list[str]]], channel: str) -> None:
    parts = [
        Part(text, tuple((f"{n}.{at}", label) for at, label in enumerate(options)))
        for n, (text, options) in enumerate(given)
    ]
    bodies = render(parts, channel)
    for body in bodies:
        assert body.text.strip()
        assert units(body.text) <= 1024 if channel == "whatsapp" else sms(body.text).parts <= 3
        assert len(body.options) <= (10 if body.menu else 3)
        assert all(units(option.title) <= (24 if body.menu else 20) for option in body.options)
    if channel == "whatsapp":
        wanted = [id for part in parts for id, _ in part.options]
        assert [option.id for body in bodies for option in body.options] == wanted
        said = "".join("".join(part.text.split()) for part in parts if not part.options)
        assert "".join(said) in "".join("".join(body.text.split()) for body in bodies) or any(
            p.options for p in parts
        )
