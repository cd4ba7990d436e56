"""The words that are sent (MESSAGES M2, M10, M12, M13): which language, which tier, what is left out, what tells."""

from pathlib import Path
from typing import Any

import pytest

from tsela.kernel.errors import TselaError
from tsela.messaging.channels import Template
from tsela.messaging.consent import Reader
from tsela.messaging.speech import DRAFT, Line, Listener, require_safe, speak, speak_message, template_of
from tsela.programme import Programme, load
from tsela.programme.talk import Message
from tsela.programme.talk.messages import SAMPLES

FOLDER = Path(__file__).parents[2] / "programmes" / "mentor_mother"
NOMSA = {"name": "Nomsa", "date": "2026-11-25"}
LIVE, TRIAL = Listener("zu", "ZA", "sms", live=True), Listener("zu", "ZA", "sms", live=False)


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load(FOLDER)


def said(programme: Programme, text: str, values: dict[str, Any], to: Listener = LIVE) -> str:
    return "\n".join(body.text for body in speak(programme, [Line(text, values)], to).bodies)


def test_a_draft_is_said_on_trial_marked_and_never_to_a_client(programme: Programme) -> None:
    words = programme.catalogue("zu")
    drafts = [id for id in words if id in words.drafts and "{" not in id and len(id) < 60]
    if not drafts:
        pytest.skip("isiZulu has been reviewed")
    assert said(programme, drafts[0], {}, TRIAL).startswith(DRAFT)
    assert said(programme, drafts[0], {}) == drafts[0], "English is reviewed"


def test_a_day_is_said_in_words(programme: Programme) -> None:
    assert (
        said(programme, "See you on {date}, a {weekday}.", NOMSA)
        == "See you on 25 November 2026, a Wednesday."
    )


def test_a_sentence_whose_value_is_missing_is_left_out(programme: Programme) -> None:
    assert said(programme, "Hello {name}. The house is {place}. Be well.", NOMSA) == "Hello Nomsa. Be well."


def test_where_nothing_is_left_nothing_is_sent(programme: Programme) -> None:
    assert speak(programme, [Line("{place}.", {})], LIVE).empty


def test_her_own_values_are_scanned_too(programme: Programme) -> None:
    assert speak(programme, [Line("{what} is here.", {"what": "H.I.V. club"})], LIVE).tells


@pytest.mark.parametrize("name", ["Positive", "H.I.V. club", "ART"])
def test_a_name_that_tells_is_left_out_and_the_rest_is_said(programme: Programme, name: str) -> None:
    text = "Hello {name}. The house is {place}. See you on {date}."
    spoken = speak(programme, [Line(text, NOMSA | {"name": name, "place": "ART Clinic"})], LIVE)
    assert [body.text for body in spoken.bodies] == ["Hello. See you on 25 November 2026."]
    assert not spoken.tells
    place = speak(programme, [Line(text, NOMSA | {"place": "ART Clinic"})], LIVE)
    assert [body.text for body in place.bodies] == ["Hello Nomsa. See you on 25 November 2026."]
    openly = speak(programme, [Line("Hello {name}.", {"name": name}, overt=True)], LIVE)
    assert openly.bodies[0].text == f"Hello {name}.", "she agreed to be spoken to openly"


def test_a_name_that_tells_is_in_no_template_and_in_no_words_of_a_person(programme: Programme) -> None:
    to = Listener("en", "ZA", "whatsapp", live=True)
    message, named = programme.messages["visit_soon"], NOMSA | {"name": "Positive"}
    assert template_of(programme, message, named, to) is None
    assert not speak_message(programme, message, "covert", named, to).tells
    assert speak(programme, [Line("You are Positive", {}, as_is=True)], LIVE).tells


def test_no_covert_message_of_the_programme_is_lost_by_her_name(programme: Programme) -> None:
    """Nor does any tell."""
    own = SAMPLES | {"name": "Positive", "baby": "Arv", "worker": "Aids", "place": "ART Clinic"}
    for message in programme.messages.values():
        spoken = speak_message(programme, message, "covert", own, LIVE)
        assert not spoken.empty, message.id
        assert not spoken.tells, message.id


def test_an_open_text_is_not_scanned_and_is_known_as_open(programme: Programme) -> None:
    open_line = speak(programme, [Line("Take your ARVs.", {}, overt=True)], LIVE)
    assert (open_line.tier, open_line.tells) == ("overt", "")


def test_a_message_that_no_clinician_confirmed_is_not_reviewed_for_clients(programme: Programme) -> None:
    message = Message("m", "", "support", "Hello.", review="clinician")
    assert not speak_message(programme, message, "covert", {}, LIVE).reviewed
    assert speak_message(programme, message, "covert", {}, TRIAL).reviewed


def test_a_template_has_her_values_in_the_order_of_the_covert_text(programme: Programme) -> None:
    to = Listener("en", "ZA", "whatsapp", live=True)
    message = programme.messages["visit_soon"]
    assert template_of(programme, message, NOMSA, to) == Template(
        "checkin_day_en", ("Nomsa", "25 November 2026")
    )
    without = template_of(programme, message, {"name": "Nomsa"}, to)
    assert without is None, "a template cannot leave out a sentence"


def test_languages_are_offered_by_their_own_names_in_the_language_of_the_question(
    programme: Programme,
) -> None:
    to = Listener("", "MZ", "whatsapp", live=False)
    question = Line("Which language would you like?", {}, (("pt", "Português"), ("vmw", "Emakhuwa")))
    body = speak(programme, [question], to).bodies[0]
    assert [option.title for option in body.options] == ["Português", "Emakhuwa"]


def test_words_of_staff_that_would_tell_are_refused_unless_she_agreed_to_open_ones(
    programme: Programme,
) -> None:
    with pytest.raises(TselaError, match="E742"):
        require_safe(programme, Reader(), "Come for your ARVs", ["en"])
    require_safe(programme, Reader(agreed="overt", owner="own"), "Come for your ARVs", ["en"])
    require_safe(programme, Reader(), "Come on Monday", ["en"])
