"""The nearest services (M62-M65): worked examples, against a plain look at everything, and whatever comes in."""

import json
from datetime import UTC, datetime
from functools import cache
from math import acos, cos, radians, sin
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tsela.messaging.flow import Talk, step
from tsela.messaging.rendering import Part, fill, render
from tsela.messaging.services import Directory, Service, told
from tsela.programme import Programme, load
from tsela.programme.talk.services import kilometres, point_of
from tsela.programme.talk.sms import sms
from tsela.work.dialogues import talk_of

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
FOLDER = Path(__file__).parents[2] / "programmes" / "mentor_mother"


def row(id: str, district: str, place: str, at: tuple[float, float], **more: Any) -> dict[str, Any]:
    given = {
        "id": id,
        "name": id,
        "covert_name": id,
        "kinds": ["baby"],
        "aliases": [],
        "district": district,
        "place": place,
    }
    return {**given, "latitude": at[0], "longitude": at[1], **more}


ROWS = [
    row("blue", "Maseru", "Maseru", (-29.32, 27.48), aliases=["Maseru West", "Motimposo"]),
    row("red", "Maseru", "Maseru", (-29.30, 27.50), kinds=["food"], aliases=["Ha Thetsane"]),
    row("green", "Maseru", "Roma", (-29.45, 27.72), aliases=["Ha Thetsane"]),
    row("white", "Leribe", "Roma", (-28.87, 28.05), tier="overt"),
    row("black", "Leribe", "Hlotse", (-28.87, 28.05), kinds=["baby", "food"], reviewed="2026-11-01"),
    row("far", "Quthing", "Quthing", (-30.40, 27.70), kinds=["food"]),
]  # fmt: skip
GIVEN = {"kinds": {"baby": {"title": "Baby care", "within": 60.0}, "food": {"title": "Food", "within": 60.0}}, "places": {"LS": ROWS}}  # fmt: skip
DIRECTORY = Directory.of(GIVEN)
OPEN = DIRECTORY.area("LS", ("covert", "overt"), reviewed=False)
COVERT = DIRECTORY.area("LS", ("covert",), reviewed=False)


@pytest.mark.parametrize(
    ("text", "labels", "sure"),
    [
        ("Hlotse", ["Hlotse, Leribe"], True),
        ("  HLOTSE!! ", ["Hlotse, Leribe"], True),
        ("roma", ["Roma, Maseru", "Roma, Leribe"], False),  # two of that name
        ("Roma, Leribe", ["Roma, Leribe"], True),
        ("Leribe Roma", ["Roma, Leribe"], True),
        ("Maseru", ["Maseru"], True),  # the town before the district
        ("Leribe", ["Roma, Leribe", "Hlotse, Leribe"], False),  # a district: where in it?
        ("motimposo", ["Maseru"], True),  # a village from which people go to that town
        ("Ha-Thetsane", ["Ha Thetsane, Maseru"], True),  # from which they go to two
        ("we live in Hlotse", ["Hlotse, Leribe"], False),  # a sentence is asked back
        ("Hlotse road, Mokhotlong", ["Hlotse, Leribe"], False),
        ("Hlotsi", ["Hlotse, Leribe"], False),  # a slip of the pen too
        ("Thohoyandou", [], False),
        ("", [], False),
        ("👍", [], False),
    ],
)
def test_a_place_is_known_by_its_names(text: str, labels: list[str], sure: bool) -> None:
    spots, known = OPEN.named(text)
    assert ([spot.label for spot in spots], known) == (labels, sure)


@pytest.mark.parametrize(
    ("place", "kind", "near"),
    [
        ("Maseru", "baby", [("blue", None), ("green", 30)]),
        ("Roma, Maseru", "baby", [("green", None), ("blue", 30)]),
        ("Hlotse, Leribe", "baby", [("black", None), ("white", 1)]),
        (
            "Ha Thetsane, Maseru",
            "baby",
            [("green", None)],
        ),  # nobody knows how far that village is from the others
        ("Quthing", "baby", []),  # nothing within 60 km
        ("Maseru", "unknown", []),
    ],
)
def test_what_is_near_a_place(place: str, kind: str, near: list[tuple[str, int | None]]) -> None:
    assert [(one.service.id, one.km) for one in OPEN.at(kind, OPEN.labelled[place])] == near


def test_what_is_near_her() -> None:
    assert [(one.service.id, one.km) for one in OPEN.near("baby", (-29.33, 27.49))] == [
        ("blue", 2),
        ("green", 30),
    ]
    assert OPEN.near("baby", (0, 0)) == []
    assert OPEN.town((-29.33, 27.49)).label == "Maseru"  # type: ignore[union-attr]
    assert OPEN.town((0, 0)) is None


def test_what_is_open_or_not_reviewed_is_not_told() -> None:
    assert "white" not in [one.id for one in COVERT.services]
    assert [spot.label for spot in COVERT.named("Roma")[0]] == ["Roma, Maseru"], "nor are its places"
    assert [one.id for one in DIRECTORY.area("LS", ("covert", "overt"), reviewed=True).services] == ["black"]
    assert DIRECTORY.area("ZA", ("covert",), reviewed=False).services == ()


@pytest.mark.parametrize(("km", "said"), [(0, 1), (0.4, 1), (1.0, 1), (1.01, 2), (19.2, 20), (20.1, 25), (26, 30), (101, 105)])  # fmt: skip
def test_distances_are_rounded_up(km: float, said: int) -> None:
    assert told(km) == said


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((-26.2041, 28.0473), (-33.9249, 18.4241), 1262),  # Johannesburg, Cape Town
        ((-1.2921, 36.8219), (-1.2921, 36.8219), 0),
        ((0, 179.9), (0, -179.9), 22),  # across the date line
        ((90, 0), (-90, 0), 20015),
    ],
)
def test_the_way_as_a_bird_flies(one: tuple[float, float], other: tuple[float, float], km: float) -> None:
    assert kilometres(one, other) == pytest.approx(km, abs=3)


degrees = st.tuples(st.floats(-89, 89), st.floats(-179, 179))


@given(degrees, degrees)
def test_it_agrees_with_another_formula(one: tuple[float, float], other: tuple[float, float]) -> None:
    (a, b), (c, d) = (tuple(map(radians, point)) for point in (one, other))
    cosine = sin(a) * sin(c) + cos(a) * cos(c) * cos(b - d)
    assert kilometres(one, other) == pytest.approx(6371 * acos(max(-1, min(1, cosine))), abs=0.2)


@given(st.lists(st.tuples(st.floats(-30, -25), st.floats(25, 30), st.sampled_from(["baby", "food"])), max_size=12), st.floats(-30, -25), st.floats(25, 30))  # fmt: skip
def test_none_that_is_nearer_is_left_out(
    places: list[tuple[float, float, str]], latitude: float, longitude: float
) -> None:
    rows = [row(f"s{at}", "D", f"T{at}", (a, b), kinds=[kind]) for at, (a, b, kind) in enumerate(places)]
    area = Directory.of({**GIVEN, "places": {"LS": rows}}).area("LS", ("covert",), reviewed=False)
    near = [one.service.id for one in area.near("baby", (latitude, longitude))]
    far = {
        one.id: kilometres(one.point, (latitude, longitude)) for one in area.services if "baby" in one.kinds
    }
    expected = sorted((km, id) for id, km in far.items() if km <= 60)[:3]
    assert near == [id for _, id in expected]


@pytest.mark.parametrize(
    "location",
    [{}, {"latitude": "x", "longitude": 1}, {"latitude": 91, "longitude": 0}, {"latitude": True, "longitude": None}, {"latitude": float("nan"), "longitude": 1}],
)  # fmt: skip
def test_a_location_that_is_none(location: dict[str, Any]) -> None:
    assert point_of(location) is None


# In conversations.


@cache
def programme() -> Programme:
    return load(FOLDER)


@cache
def talk() -> Talk:
    return talk_of(programme())


def asked(country: str = "ZA", kind: str = "hospital", **more: Any) -> dict[str, Any]:
    """She was just asked where she is."""
    state = {"language": "en", "opened": NOW.isoformat(), "country": country, "channel": "sms", **more}
    for text in ("nearest", kind):
        state, _ = step(talk(), state, {"kind": "message", "text": text}, NOW)
    return state


def test_a_location_is_wanted_until_places_are_offered() -> None:
    state = {"language": "en", "opened": NOW.isoformat(), "country": "ZA", "channel": "whatsapp"}
    locates = []
    for text in ("nearest", "hospital", "", "Soshanguv"):
        state, effects = step(talk(), state, {"kind": "message", "text": text}, NOW)
        locates.append(any(one.get("locate") for one in effects))
    assert locates == [False, True, True, False]


def sends(state: dict[str, Any], latitude: Any, longitude: Any) -> Any:
    location = {"latitude": latitude, "longitude": longitude}
    return step(talk(), state, {"kind": "message", "text": "[location]", "location": location}, NOW)


@pytest.mark.parametrize(
    "place", [(-25.5312345, 28.1098765), (-33.9258641, 18.4231987), ("-25.53", "28.1"), (None, "x")]
)
def test_nothing_of_a_location_is_kept_in_the_state_nor_told_to_anybody(place: tuple[Any, Any]) -> None:
    state, effects = sends(asked(), *place)
    for said in (json.dumps(state), json.dumps(effects)):
        assert not any(str(part).lstrip("-")[:5] in said for part in place if part and part != "x")
    assert "latitude" not in json.dumps([state, effects])


def test_a_person_who_looks_further_is_told_the_town_at_most() -> None:
    _, effects = sends(asked(kind="food", country="SZ"), -26.4512345, 31.9498765)
    assert [one["because"] for one in effects if one["do"] == "handover"] == [
        "Looks for: food, near Siteki, Lubombo"
    ]
    _, effects = sends(asked(), 10.0, 10.0)
    (because,) = [one["because"] for one in effects if one["do"] == "handover"]
    assert because == "Looks for: hospital, near the location that she sent"


def test_where_people_receive_it_nothing_unreviewed_is_given() -> None:
    _, effects = sends({**asked(), "live": True}, -25.53, 28.1)
    assert any(one["do"] == "handover" for one in effects)
    assert not any("service" in one.get("values", {}) for one in effects)


def test_what_is_told_fits_one_message_in_every_language_and_one_service_always_does() -> None:
    wide = Service(**{**vars_of("za_example_hospital"), "name": "ŵ" * 30, "covert_name": "ŵ" * 30})
    crowded = Talk.of({**programme().talk, "services": {}}, talk().catalogues)
    for language in programme().languages:
        for services in (talk().services, Directory({"ZA": (wide,) * 3}, {"hospital": 100.0})):
            here = Talk(**{**crowded.__dict__, "services": services})
            state = {**asked(), "language": language}
            _, effects = step(here, state, {"kind": "message", "text": "", "location": {"latitude": -25.53, "longitude": 28.1}}, NOW)  # fmt: skip
            said = [one for one in effects if one["do"] == "say" and not one.get("options")]
            parts = [Part(fill(here.text(one["text"], (language, "en")), one["values"])) for one in said]
            (body,) = render(parts, "sms")
            assert len(parts) >= 2
            assert sms(body.text).parts <= 3


def vars_of(id: str) -> dict[str, Any]:
    found = next(one for one in talk().services.services["ZA"] if one.id == id)
    return {name: getattr(found, name) for name in found.__dataclass_fields__}


junk = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.lists(st.integers(), max_size=2)
)
typed = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(["Soshanguve", "sosh", "Tembisa", "Tshwane", "City of", "1", "Another place", "👍", "\u202e", "\x00", "\ud800", "block", "l"]), max_size=8).map(" ".join),
    st.sampled_from(["", "a" * 10_000, "Soshanguve " * 900]),
)  # fmt: skip
locations = (
    st.none() | junk | st.dictionaries(st.sampled_from(["latitude", "longitude", "name"]), junk, max_size=3)
)


@given(st.lists(st.tuples(typed, locations), min_size=1, max_size=4), st.sampled_from(["covert", "overt"]), st.sampled_from(["sms", "whatsapp"]), st.booleans())  # fmt: skip
@settings(max_examples=200)
def test_whatever_she_answers_she_is_told_asked_or_a_person_comes(
    answers: list[tuple[str, Any]], tier: str, channel: str, live: bool
) -> None:
    state = asked(kind="mother", tier=tier, channel=channel) | {
        "live": live,
        "tier": tier,
        "channel": channel,
    }
    for text, location in answers:
        state, effects = step(talk(), state, {"kind": "message", "text": text, "location": location}, NOW)
        json.dumps([state, effects])
        assert {one["do"] for one in effects} & {"say", "handover"}, (text, location, state)
        if tier == "covert":
            assert not any(one.get("overt") for one in effects)
        state = {**state, "live": live, "tier": tier}
