"""A phone's sync, one step at a time (SPEC S20-S35, S50-S51). The whole of it runs in test_faults."""

import json
from typing import Any

import pytest

from tsela.simulation.network import carry
from tsela.simulation.phones import FIELDS, Answer, Event, Request, Store, Unreachable, batch, sync

A_PAGE: dict[str, Any] = {"cursor": "7", "more": False, "leave": [], "enter": [], "programme": "v1"}


def event(n: int, client: str = "c1") -> Event:
    return dict.fromkeys(FIELDS) | {"id": f"{n:04}", "client": client, "answers": {"n": n}}


def page(*events: Event, **more: Any) -> dict[str, Any]:
    rows = [[one[name] for name in FIELDS] for one in events]
    return A_PAGE | {"events": {"columns": list(FIELDS), "rows": rows}} | more


def ok(value: Any) -> Answer:
    return Answer(200, json.dumps(value).encode())


def phone(*events: Event) -> Store:
    store = Store(token="t", programme="v1")
    store.save(events)
    return store


def script(*answers: Answer | type[Exception]) -> Any:
    """A server that says these things, in order; what it was asked is kept in `asked`."""
    left, asked = list(answers), []

    def send(request: Request) -> Answer:
        asked.append(request)
        answer = left.pop(0)
        if isinstance(answer, Answer):
            return answer
        raise answer

    send.asked = asked  # type: ignore[attr-defined]
    return send


def accepted(*events: Event) -> Answer:
    return ok({"results": [{"id": one["id"], "status": "accepted"} for one in events]})


def states(store: Store) -> dict[str, str]:
    return {id: entry.state for id, entry in store.entries.items()}


def test_it_pushes_what_waits_then_pulls_until_there_is_no_more() -> None:
    store, mine, theirs = phone(event(1)), event(1), event(2)
    outcome = carry(
        sync(store), script(accepted(mine), ok(page(mine, more=True)), ok(page(theirs, cursor="9")))
    )
    assert (outcome.failure, outcome.sent, outcome.received, store.cursor) == (None, 1, 2, "9")
    assert states(store) == {"0001": "sent", "0002": "sent"}


def test_a_lost_answer_changes_nothing_and_the_same_events_go_again() -> None:
    store = phone(event(1))
    assert carry(sync(store), script(Unreachable)).failure == "unreachable"
    assert states(store) == {"0001": "unsent"}
    again = script(ok({"results": [{"id": "0001", "status": "known"}]}), Unreachable)
    assert carry(sync(store), again).sent == 1
    assert states(store) == {"0001": "sent"}
    assert carry(sync(store), script(Answer(204))).failure is None
    assert states(store) == {}  # S33: a whole pull did not give it back, so it is outside her scope


def test_a_refused_event_stays_as_a_problem_and_can_be_sent_again() -> None:
    store = phone(event(1), event(2))
    error = {"code": "E407", "what": "…", "remedy": "…"}
    results = [{"id": "0001", "status": "refused", "error": error}, {"id": "0002", "status": "accepted"}]
    carry(sync(store), script(ok({"results": results}), Unreachable))
    assert states(store) == {"0001": "problem", "0002": "sent"}
    store.save([entry.event for entry in store.problems()])
    assert states(store)["0001"] == "unsent"


def test_a_batch_that_the_server_cannot_read_is_halved_until_the_bad_event_is_alone() -> None:
    store, bad = phone(*(event(n) for n in range(1, 6))), "0003"

    def choking(request: Request) -> Answer:
        if request.body is None:
            return Answer(204)
        ids = [one["id"] for one in json.loads(request.body)["events"]]
        return (
            Answer(400, b'{"error": {"code": "E400"}}')
            if bad in ids
            else accepted(*(event(int(id)) for id in ids))
        )

    assert carry(sync(store), choking).failure is None
    assert [id for id, state in states(store).items() if state == "problem"] == [bad]


def test_leaving_removes_what_was_sent_and_keeps_what_was_not() -> None:
    store = phone(event(1, "c2"))
    gone, late = event(2, "c2"), event(3, "c2")
    carry(sync(store), script(accepted(event(1, "c2")), ok(page(gone))))
    store.save([late])
    store.store_page([], ["c2"], "8")
    assert states(store) == {"0003": "unsent"}


@pytest.mark.parametrize(
    ("status", "failure"),
    [(401, "unknown_device"), (403, "revoked"), (503, "busy"), (500, "busy"), (400, "bad_request")],
)
def test_what_an_answer_means(status: int, failure: str) -> None:
    store = Store(token="t")
    assert carry(sync(store), script(Answer(status, b"{}"))).failure == failure


def test_a_revoked_phone_deletes_its_keys_and_its_data() -> None:
    store = phone(event(1))
    carry(sync(store), script(Answer(403, b'{"error": {"code": "E502"}, "wipe": true}')))
    assert (store.token, store.cursor, store.entries) == (None, None, {})


def test_an_answer_that_was_cut_is_no_answer() -> None:
    assert (
        carry(sync(phone(event(1))), script(Answer(200, b'{"results": [{"id": "00'))).failure == "unreachable"
    )


def test_a_batch_has_at_most_200_events_and_a_megabyte_and_always_one() -> None:
    assert len(batch([event(n) for n in range(450)])) == 200
    heavy = [event(n) | {"answers": {"notes": "x" * 300_000}} for n in range(9)]
    assert len(batch(heavy)) == 3
    assert len(batch([event(1) | {"answers": {"notes": "x" * 2_000_000}}])) == 1
