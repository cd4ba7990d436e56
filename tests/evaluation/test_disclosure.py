"""Hidden numbers stay hidden: nobody can compute one from what is shown."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tsela.evaluation.cells import Place
from tsela.evaluation.disclosure import SMALL, Table, hidden

TABLES = [("country",), ("site",), ("quarter",), ("country", "quarter")]


def tables(counts):
    """Every breakdown of counts by place."""
    made = []
    for dimensions in TABLES:
        groups = {}
        for place, n in counts.items():
            group = tuple(getattr(place, name) for name in dimensions)
            groups[group] = groups.get(group, 0) + n
        made.append(Table("*".join(dimensions), dimensions, {group: [n] for group, n in groups.items()}))
    return made


def test_one_small_country_takes_another_with_it():
    counts = {
        Place("ZA", "ZA-1", "2025Q1"): 900,
        Place("MW", "MW-1", "2025Q1"): 300,
        Place("LS", "LS-1", "2025Q1"): 3,
    }
    assert hidden(tables(counts)[:1], list(counts)) == {("country", ("LS",)), ("country", ("MW",))}


def test_a_small_site_hides_another_of_its_country_and_no_other():
    counts = {
        Place(site[:2], site, "2025Q1"): n
        for site, n in [("ZA-1", 2), ("ZA-2", 50), ("ZA-3", 70), ("MW-1", 30), ("MW-2", 9)]
    }
    assert hidden(tables(counts)[:2], list(counts)) == {("site", ("ZA-1",)), ("site", ("ZA-2",))}


def test_the_only_site_of_a_small_country_is_hidden_with_it():
    counts = {
        Place(site[:2], site, "2025Q1"): n
        for site, n in [("LS-1", 3), ("MW-1", 30), ("ZA-1", 70), ("ZA-2", 80)]
    }
    rows = hidden(tables(counts)[:2], list(counts))
    assert {("site", ("LS-1",)), ("country", ("LS",)), ("country", ("MW",)), ("site", ("MW-1",))} <= rows


def test_nothing_is_hidden_where_nothing_is_small_and_nobody_is_not_small():
    counts = {Place("ZA", "ZA-1", "2025Q1"): 5, Place("MW", "MW-1", "2025Q1"): 0}
    assert hidden(tables(counts), list(counts)) == set()


@settings(max_examples=60)
@given(st.dictionaries(
    st.builds(lambda c, s, q: Place(c, f"{c}-{s}", f"2025Q{q}"), st.sampled_from("ABC"), st.integers(1, 3), st.integers(1, 3)),
    st.integers(0, 12), min_size=2, max_size=14,
))  # fmt: skip
def test_no_hidden_number_follows_from_the_shown_ones(counts):
    """Judged by rank, not by the solver that the code uses: adding a hidden row must add to what is known."""
    places, listed = list(counts), tables(counts)
    hide = hidden(listed, places)
    rows = {
        (t.name, g): [tuple(getattr(p, d) for d in t.dimensions) == g for p in places]
        for t in listed
        for g in t.counts
    }
    known = np.array([[True] * len(places), *(row for name, row in rows.items() if name not in hide)], float)
    rank = np.linalg.matrix_rank(known)
    for name in hide:
        assert np.linalg.matrix_rank(np.vstack([known, rows[name]])) == rank + 1
    small = {
        (t.name, g)
        for t in listed
        for g, (n,) in t.counts.items()
        if 0 < n < SMALL and not all(rows[t.name, g])
    }
    assert small <= hide


@pytest.mark.parametrize("n", [1, SMALL - 1])
def test_a_count_of_one_to_four_is_small(n):
    counts = {Place("ZA", "ZA-1", "2025Q1"): 50, Place("MW", "MW-1", "2025Q1"): n}
    assert ("country", ("MW",)) in hidden(tables(counts)[:1], list(counts))
