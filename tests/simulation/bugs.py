"""Bugs that we seed to test the fault simulator: each is a patch of the real code, and the invariants it may break.

python tests/simulation/bugs.py     runs the simulator with each; prints the seed and the invariant that caught it
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

SEEDS = 150  # by then each must be caught


class Bug(NamedTuple):
    breaks: frozenset[str]
    seed_it: Callable[[], AbstractContextManager[Any]]


BUGS: dict[str, Bug] = {}


def bug(*breaks: str) -> Callable[[Callable[[], AbstractContextManager[Any]]], Any]:
    """A function that gives a patch, or is one as a generator, and the invariants that may notice it first."""

    def keep(seed_it: Callable[[], AbstractContextManager[Any]]) -> Any:
        BUGS[seed_it.__name__] = Bug(frozenset(breaks), seed_it)
        return seed_it

    return keep


# on the server


@bug("acknowledged")
def answers_before_the_commit() -> Any:
    """…which then fails now and then."""
    from django.db import transaction

    from tsela.record import actions

    rng = Random(1)

    def write(run: Callable[[], Any]) -> Any:
        with transaction.atomic():
            value = run()
            transaction.set_rollback(rng.random() < 0.05)
        return value

    return patch.object(actions, "write", write)


@bug("numbers", "once", "projection", "scope", "settles", "unsent")
def writes_without_a_transaction() -> Any:
    from tsela.record import actions

    return patch.object(actions, "write", lambda run: run())


@bug("unsent")
def forgets_what_it_has_stored() -> Any:
    """The same event again is stored again, or tried."""
    return patched_read(lambda known: known.events.clear())


@bug("kept", "unchanged", "refused")
def calls_any_event_with_that_id_known() -> Any:
    class Same(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            return True

    def equal_to_all(known: Any) -> None:
        known.events = {id: stored._replace(body=Same(stored.body)) for id, stored in known.events.items()}

    return patched_read(equal_to_all)


def patched_read(spoil: Callable[[Any], None]) -> Any:
    from tsela.record import store

    read = store.read

    def spoilt(*arguments: Any) -> Any:
        known = read(*arguments)
        spoil(known)
        return known

    return patch.object(store, "read", spoilt)


@bug("refused")
def refuses_the_batch_for_one_bad_event() -> Any:
    from tsela.sync import views

    ingest = views.ingest

    def all_or_nothing(events: Any, *, by: Any) -> Any:
        results = ingest(events, by=by)
        bad = next((result.problem for result in results if result.problem), None)
        return [result._replace(status="refused", problem=bad) if bad else result for result in results]

    return patch.object(views, "ingest", all_or_nothing)


@bug("projection", "scope", "refused")
def takes_the_registration_that_came_last() -> Any:
    """Order by arrival, not by date and id."""
    from tsela.record import decide

    person = decide.person
    return patch.object(
        decide, "person", lambda before, events: person(before, [{**events[-1], "replaces": None}])
    )


@bug("projection", "scope", "refused")
def leaves_a_corrected_client_as_she_was() -> Any:
    from tsela.record import decide

    person = decide.person
    return patch.object(
        decide, "person", lambda before, events: before if events[-1]["replaces"] else person(before, events)
    )


@bug("scope")
def does_not_number_the_scope_of_the_family() -> Any:
    from tsela.record import decide

    return patch.object(decide, "_linked", lambda *_: [])


@bug("scope")
def reads_the_head_after_the_rows() -> Any:
    from tsela.record import pull

    next_page = pull.next_page

    def late(*arguments: Any) -> Any:
        page = next_page(*arguments)
        heads = pull.heads()
        if not page.more:
            page.cursor = pull.Cursor(
                page.cursor.scope, {site: heads.get(site, 0) for site in page.cursor.seen}
            )
        return page

    return patch.object(pull, "next_page", late)


@bug("scope")
def lets_a_client_enter_without_her_history() -> Any:
    from tsela.record import pull

    add = pull.add

    def bare(seq: int, row: Any, client: str | None, inside: set[str], page: Any, sent: set[str]) -> bool:
        if row is None and client in inside:
            page.enter.append(client)
            return True
        return add(seq, row, client, inside, page, sent)

    return patch.object(pull, "add", bare)


@bug("plans")
def moves_the_follower_before_its_work_is_stored() -> Any:
    from tsela.record import follow
    from tsela.record.writer import write
    from tsela.work import subscriptions

    def finish(follower: str, work: Any, seen: Any, to: Any) -> bool:
        write(lambda: follow.advance(follower, subscriptions.relevant(seen, work.sites | to.keys()), to))
        write(work.store)
        return True

    return patch.object(subscriptions, "finish", finish)


@bug("plans")
def plans_only_whom_the_event_names() -> Any:
    from tsela.care import families

    return patch.object(families, "neighbours", lambda clients: set())


# on the phone


def patched_store(method: str) -> Callable[[Callable[..., None]], Any]:
    from tsela.simulation.phones import Store

    return lambda spoilt: patch.object(Store, method, spoilt)


@bug("scope")
def stores_the_cursor_before_the_rows() -> Any:
    def store_page(self: Any, events: Any, leave: Any, cursor: str) -> None:
        self.cursor = cursor
        self.written()
        store(self, events, leave, cursor)

    from tsela.simulation.phones import Store

    store = Store.store_page
    return patched_store("store_page")(store_page)


@bug("scope")
def keeps_the_clients_who_left() -> Any:
    return patched_store("_remove")(lambda self, clients: None)


@bug("kept")
def drops_what_was_refused() -> Any:
    from tsela.simulation.phones import Store

    settle = Store.settle

    def forgetful(self: Any, results: Any) -> None:
        settle(self, results)
        self.entries = {id: entry for id, entry in self.entries.items() if entry.state != "problem"}

    return patched_store("settle")(forgetful)


@bug("wiped")
def does_not_wipe_itself() -> Any:
    return patched_store("wipe")(lambda self: None)


@bug("kept")
def calls_an_event_sent_before_the_answer() -> Any:
    from tsela.simulation import phones

    push = phones._push

    def hopeful(store: Any, events: Any) -> Any:
        store.settle([{"id": event["id"], "status": "accepted"} for event in events])
        return (yield from push(store, events))

    return patch.object(phones, "_push", hopeful)


def main() -> None:
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    from tsela.simulation.faults_server import start_django

    start_django()
    from tsela.simulation.faults import play, ready
    from tsela.work.commands.faults import follow

    with ready() as folder:
        for name in sys.argv[1:] or BUGS:
            report = play(folder, range(SEEDS), follow, BUGS[name].seed_it, until_broken=True)
            seed, (invariant, what) = next(iter(report["broken"].items()), (None, (None, None)))
            print(json.dumps({"bug": name, "seed": seed, "invariant": invariant, "what": what}), flush=True)


if __name__ == "__main__":
    main()
