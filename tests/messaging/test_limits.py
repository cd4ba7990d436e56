"""No faster than the provider allows: 80 messages a second for a number, one in six seconds to one person."""

from hypothesis import given
from hypothesis import strategies as st

from tsela.messaging.channels import Limits
from tsela.messaging.channels.limits import Limiter

WHATSAPP = Limits(per_second=80, per_person=6, burst=5)


def times(limiter: Limiter, people: list[str], start: float = 0.0) -> list[float]:
    """When each message goes, by one sender who waits as he is told."""
    now, sent = start, []
    for one in people:
        while wait := limiter.take(one, now):
            now += wait
        sent.append(now)
    return sent


def most_in(seconds: float, sent: list[float]) -> int:
    return max(sum(start <= one < start + seconds for one in sent) for start in sent)


def test_a_thousand_people_take_as_long_as_the_number_allows() -> None:
    sent = times(Limiter(WHATSAPP), [str(i) for i in range(1_000)])
    assert 12 <= sent[-1] - sent[0] <= 12.6
    assert most_in(1.0 - 1e-6, sent) <= 80


def test_who_takes_some_ahead_still_sends_them_one_by_one() -> None:
    limiter, sent = Limiter(WHATSAPP), []
    for turn in range(100):
        now = 5 + turn * 0.15
        while limiter.room(now, 0.2) >= 1:
            wait = limiter.take(str(len(sent)), now, 0.2)
            assert wait <= 0.2
            sent.append(now + wait)
        assert limiter.take("one more", now, 0.2) > 0.2, "and none is taken"
    assert sent == sorted(sent)
    assert most_in(1.0 - 1e-6, sent) <= 80
    assert len(sent) >= 80 * 15


def test_one_person_gets_a_few_at_once_and_then_one_in_six_seconds() -> None:
    sent = times(Limiter(WHATSAPP), ["nomsa"] * 8)
    assert [round(one) for one in sent] == [0, 0, 0, 0, 0, 6, 12, 18]


def test_one_who_must_wait_keeps_nobody_else_waiting() -> None:
    limiter = Limiter(WHATSAPP)
    assert times(limiter, ["nomsa"] * 5)[-1] < 0.1
    assert limiter.take("nomsa", 0.1) > 5
    assert limiter.take("thandi", 0.1) == 0


def test_no_limits_are_no_limits() -> None:
    limiter = Limiter(Limits())
    assert {limiter.take("nomsa", 0.0) for _ in range(1_000)} == {0.0}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 3)), max_size=60))
def test_never_more_than_the_bucket_holds(asked: list[tuple[str, float]]) -> None:
    limiter, now, sent = Limiter(Limits(per_second=2, per_person=1, burst=2)), 0.0, []
    for person, later in asked:
        now += later
        if limiter.take(person, now) == 0:
            sent.append((person, now))
    for i, (_, start) in enumerate(sent):
        within = [person for person, at in sent[i:] if at <= start + 10]
        assert len(within) <= 1 + 2 * 10 + 1
        assert all(within.count(person) <= 2 + 10 + 1 for person in set(within))
