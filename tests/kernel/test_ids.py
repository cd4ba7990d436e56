import uuid
from concurrent.futures import ThreadPoolExecutor

from tsela.kernel import ids


def test_new_ids_are_version_7_and_rise_within_a_process():
    made = [ids.uuid7() for _ in range(5000)]
    assert made == sorted(set(made))
    assert {(uuid.UUID(one).version, uuid.UUID(one).variant) for one in made} == {(7, uuid.RFC_4122)}


def test_many_ids_at_once_are_as_many_one_by_one():
    made = [ids.uuid7(), *ids.uuid7s(3000), ids.uuid7(), *ids.uuid7s(0), *ids.uuid7s(2)]
    assert len(made) == 3004
    assert made == sorted(set(made))
    assert {(uuid.UUID(one).version, uuid.UUID(one).variant) for one in made} == {(7, uuid.RFC_4122)}


def test_a_new_id_carries_the_time_in_milliseconds(monkeypatch):
    monkeypatch.setattr(ids.time, "time_ns", lambda: 4_102_444_800_000 * 1_000_000)
    monkeypatch.setattr(ids, "_last_millisecond", 0)
    assert uuid.UUID(ids.uuid7()).int >> 80 == 4_102_444_800_000


def test_ids_rise_although_the_clock_is_set_back(monkeypatch):
    monkeypatch.setattr(ids, "_last_millisecond", 0)
    clock = iter([2000, 1000, 1000, 3000])
    monkeypatch.setattr(ids.time, "time_ns", lambda: next(clock) * 1_000_000)
    made = [ids.uuid7() for _ in range(4)]
    assert made == sorted(set(made))


def test_a_full_counter_borrows_the_next_millisecond(monkeypatch):
    monkeypatch.setattr(ids, "_last_millisecond", 5000)
    monkeypatch.setattr(ids, "_last_counter", (1 << 42) - 1)
    assert ids._tick(5000, 1)[0] == 5001


def test_many_that_a_counter_has_no_room_for_borrow_it_too(monkeypatch):
    monkeypatch.setattr(ids, "_last_millisecond", 1 << 47)
    monkeypatch.setattr(ids, "_last_counter", (1 << 42) - 3)
    made = [ids.uuid7(), *ids.uuid7s(2), ids.uuid7()]
    assert made == sorted(set(made))
    assert [uuid.UUID(one).int >> 80 for one in made] == [1 << 47, *[(1 << 47) + 1] * 3]


def test_threads_never_make_the_same_id():
    with ThreadPoolExecutor(8) as pool:
        made = [
            one for batch in pool.map(lambda _: [ids.uuid7() for _ in range(500)], range(8)) for one in batch
        ]
    assert len(set(made)) == 4000


def test_derived_ids_depend_on_every_part_and_on_nothing_else():
    assert (
        ids.derived_id("client", 7) == ids.derived_id("client", 7) == "18d76cc0-fceb-5968-8bb2-0fbf60236d1a"
    )
    assert ids.derived_id("client", 7) != ids.derived_id("client7")
    assert ids.is_uuid(ids.derived_id())


def test_only_canonical_lower_case_uuids_are_ids():
    good = ids.uuid7()
    assert ids.is_uuid(good)
    for bad in (
        good.upper(),
        good.replace("-", ""),
        "{" + good + "}",
        good + "\n",
        "",
        None,
        7,
        uuid.UUID(good),
    ):
        assert not ids.is_uuid(bad)
