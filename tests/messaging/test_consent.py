"""Who may be told what, when (MESSAGES M1, M2, M32, M33, M40): worked cases, and what holds of every reader."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsela.messaging.consent import (
    WAITS,
    Reader,
    Saying,
    in_hours,
    local,
    may_send,
    next_time,
    safe_hours,
    start_of_day,
    text_tier,
    tier_of,
)

NOON = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # 12:00 in Johannesburg
HERS = Reader(consents=frozenset({"messages"}), owner="own", zone="Africa/Johannesburg")
REMINDER = Saying(purpose="reminders")
GIRL = replace(HERS, born_on=date(2014, 11, 21), adult_age=12)  # 12 tomorrow

CASES: dict[str, tuple[Reader, Saying, str]] = {
    "who agreed is reminded": (HERS, REMINDER, ""),
    "nobody is written to who was not asked": (replace(HERS, consents=frozenset()), REMINDER, "no_consent"),
    "information is a consent of its own": (HERS, Saying(purpose="information"), "no_consent"),
    "stop comes before all": (replace(HERS, stopped=True, suspended=True, consents=frozenset()), REMINDER, "stopped"),
    "a number that changed": (replace(HERS, suspended=True), REMINDER, "suspended"),
    "a girl without assent": (GIRL, REMINDER, "minor"),
    "a girl with assent, on her own phone": (replace(GIRL, assent=True), REMINDER, ""),
    "a girl with assent, on her mother's phone": (replace(GIRL, assent=True, owner="other"), REMINDER, "minor"),
    "from her birthday on she decides": (replace(GIRL, born_on=date(2014, 11, 20)), REMINDER, ""),
    "an open text to a covert contact": (HERS, replace(REMINDER, tier="overt"), "not_alone"),
    "an open text as agreed": (replace(HERS, agreed="overt"), replace(REMINDER, tier="overt"), ""),
    "an open text on a shared phone": (replace(HERS, agreed="overt", owner="shared"), replace(REMINDER, tier="overt"), "not_alone"),
    "a shared phone whose readers know": (replace(HERS, agreed="overt", owner="shared", readers_know=True), replace(REMINDER, tier="overt"), ""),
    "unreviewed words": (HERS, replace(REMINDER, reviewed=False), "not_reviewed"),
    "nothing to say": (HERS, replace(REMINDER, empty=True), "no_text"),
    "no template": (HERS, replace(REMINDER, reachable=False), "outside_window"),
    "her hours": (replace(HERS, hours=(780, 900)), REMINDER, "hours"),
    "enough for today": (HERS, replace(REMINDER, sent_today=3), "limit"),
    "a task that is done": (HERS, replace(REMINDER, current=False), "cancelled"),
    "an answer needs no consent": (Reader(wrote_at=NOON - timedelta(hours=23)), Saying(), ""),
    "a day later it is no answer": (Reader(wrote_at=NOON - timedelta(hours=24)), Saying(), "no_consent"),
    "she wrote next month, said a clock that was wrong": (Reader(wrote_at=NOON + timedelta(days=30)), Saying(), "no_consent"),
    "an answer at night": (Reader(wrote_at=NOON, hours=(0, 60)), Saying(), ""),
    "an answer to who said stop": (Reader(wrote_at=NOON, stopped=True), Saying(personal=True), "stopped"),
    "a person's, to who has written since": (Reader(wrote_at=NOON, stopped=True, again=True), Saying(personal=True), ""),
    "a flow's": (Reader(wrote_at=NOON, stopped=True, again=True), Saying(), "stopped"),
    "a reminder of a person": (replace(HERS, wrote_at=NOON, stopped=True, again=True), replace(REMINDER, personal=True), "stopped"),
    "openly, though she once agreed to that": (replace(HERS, agreed="overt", wrote_at=NOON, stopped=True, again=True), Saying(personal=True, tier="overt"), "not_alone"),
    "a day after she wrote again": (Reader(wrote_at=NOON - timedelta(hours=24), stopped=True, again=True), Saying(personal=True), "stopped"),
    "an answer is covert to whom nobody knows": (Reader(wrote_at=NOON), Saying(tier="overt", asked=True), "not_alone"),
    "open on request, when she asked": (replace(HERS, agreed="overt_on_request", wrote_at=NOON), Saying(tier="overt", asked=True), ""),
    "open on request, when we began": (replace(HERS, agreed="overt_on_request", wrote_at=NOON), Saying(tier="overt"), "not_alone"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_reason(case: str) -> None:
    reader, saying, reason = CASES[case]
    assert may_send(reader, saying, NOON) == reason


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
ZONES = st.sampled_from(
    ["Africa/Johannesburg", "Africa/Accra", "Africa/Nairobi", "Africa/Maputo", "UTC", "Europe/Lisbon"]
)
HOURS = st.tuples(st.integers(0, 1439), st.integers(0, 1440)).filter(lambda hours: hours[0] != hours[1])
READERS = st.builds(
    Reader,
    consents=st.frozensets(st.sampled_from(["messages", "information", "research"])),
    agreed=st.sampled_from(["covert", "overt_on_request", "overt"]),
    owner=st.sampled_from(["own", "shared", "other", "unknown"]),
    readers_know=st.booleans(),
    born_on=st.none() | st.dates(date(1950, 1, 1), date(2020, 1, 1)),
    adult_age=st.integers(12, 18),
    assent=st.booleans(),
    hours=HOURS,
    zone=ZONES,
    stopped=st.booleans(),
    again=st.booleans(),
    suspended=st.booleans(),
    wrote_at=st.none() | MOMENTS,
)
SAYINGS = st.builds(
    Saying,
    purpose=st.sampled_from(["", "reminders", "support", "information", "research"]),
    personal=st.booleans(),
    tier=st.sampled_from(["covert", "overt"]),
    asked=st.booleans(),
    reviewed=st.booleans(),
    empty=st.booleans(),
    reachable=st.booleans(),
    sent_today=st.integers(0, 5),
    current=st.booleans(),
)


@given(READERS, SAYINGS, MOMENTS)
def test_what_is_never_sent(reader: Reader, saying: Saying, now: datetime) -> None:
    if may_send(reader, saying, now):
        return
    if reader.stopped:
        assert reader.again
        assert saying.personal
        assert not saying.purpose
        assert saying.tier == "covert"
    assert not (reader.suspended)
    assert saying.reviewed
    assert not saying.empty
    assert saying.current
    if saying.tier == "overt":
        assert reader.owner == "own" or reader.readers_know
        assert reader.agreed != "covert"
    if saying.purpose:
        assert reader.consents
        assert in_hours(reader, now)
        assert not reader.minor(now) or (reader.owner == "own" and reader.assent)


@given(READERS, SAYINGS, MOMENTS, st.data())
def test_knowing_less_or_agreeing_to_less_never_allows_more(
    reader: Reader, saying: Saying, now: datetime, data: Any
) -> None:
    less = data.draw(
        st.sampled_from(
            [
                replace(reader, stopped=True),
                replace(reader, suspended=True),
                replace(reader, consents=frozenset(), wrote_at=None),
                replace(reader, agreed="covert"),
                replace(reader, owner="unknown", readers_know=False),
                replace(reader, assent=False),
            ]
        )
    )
    if may_send(reader, saying, now):
        assert may_send(less, saying, now)


@given(READERS, MOMENTS, st.booleans())
def test_the_tier_of_a_text_is_one_that_may_be_sent(reader: Reader, now: datetime, asked: bool) -> None:
    tier = text_tier(reader, now, asked=asked)
    assert may_send(reader, Saying(tier=tier, asked=asked), now) != "not_alone"
    assert tier == "covert" or tier_of(reader) != "covert"


@given(READERS, SAYINGS, MOMENTS)
def test_waiting_ends_at_a_moment_when_it_may_be_sent(reader: Reader, saying: Saying, now: datetime) -> None:
    reason = may_send(reader, saying, now)
    if reason in WAITS:
        then = next_time(reader, now, reason)
        assert now < then <= now + timedelta(days=2, hours=2)
        assert in_hours(reader, then)
        assert reason != "limit" or start_of_day(then, reader.zone) > start_of_day(now, reader.zone)


@given(HOURS)
def test_safe_hours_are_read_as_they_are_written(hours: tuple[int, int]) -> None:
    text = "-".join(f"{at // 60:02d}:{at % 60:02d}" for at in hours)
    assert safe_hours(text) == hours


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "always",
        "09:00",
        "9-9",
        "25:00-26:00",
        "09:00-24:01",
        "09:00-09:00",
        "08:60-09:00",
        "a:b-c:d",
    ],
)
def test_hours_that_say_nothing(text: object) -> None:
    assert safe_hours(text) is None


def test_the_whole_day_has_no_minute_at_which_she_is_not_written_to() -> None:
    reader = Reader(hours=safe_hours("00:00-24:00") or (0, 0))
    assert all(in_hours(reader, NOON + timedelta(minutes=minute)) for minute in range(24 * 60))


def test_hours_are_hers() -> None:
    """08:00 to 18:00 begins at six in Johannesburg's UTC, at five in Nairobi's, at eight in Accra's."""
    opened = {zone: next_time(Reader(zone=zone), datetime(2026, 11, 20, 1, tzinfo=UTC), "hours").hour
              for zone in ("Africa/Johannesburg", "Africa/Nairobi", "Africa/Accra")}  # fmt: skip
    assert opened == {"Africa/Johannesburg": 6, "Africa/Nairobi": 5, "Africa/Accra": 8}
    assert local(NOON, "Africa/Johannesburg").hour == 12
