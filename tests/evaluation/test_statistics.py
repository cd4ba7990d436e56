"""Our intervals and survival against independent implementations: SciPy's statistics and lifelines."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from scipy.stats import binomtest, chi2

from tsela.evaluation import statistics as ours

counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_wilson_and_clopper_pearson_are_scipys(pair):
    k, n = pair
    for method, interval in [("wilson", ours.wilson(k, n)), ("exact", ours.clopper_pearson(k, n))]:
        oracle = binomtest(k, n).proportion_ci(method=method)
        assert interval == pytest.approx((oracle.low, oracle.high), abs=1e-12)


@given(st.integers(0, 2000), st.floats(0.1, 1e6))
def test_the_rate_interval_is_garwoods_by_chi_square(events, exposure):
    low = chi2.ppf(0.025, 2 * events) / 2 / exposure if events else 0.0
    high = chi2.ppf(0.975, 2 * events + 2) / 2 / exposure
    assert ours.garwood(events, exposure) == pytest.approx((low, high), rel=1e-9)


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=80))
def test_kaplan_meier_is_lifelines(people):
    days, lost = (np.array(column) for column in zip(*people, strict=True))
    curve = ours.kaplan_meier(np.bincount(days[lost], minlength=61), np.bincount(days[~lost], minlength=61))
    oracle = KaplanMeierFitter().fit(days, lost)
    at = oracle.survival_function_.index.astype(int)
    assert curve is not None
    assert curve.survival[at] == pytest.approx(oracle.survival_function_.to_numpy()[:, 0], abs=1e-12)
    theirs = oracle.confidence_interval_.to_numpy()
    inside = (curve.survival[at] > 0) & (
        curve.survival[at] < 1
    )  # at the ends log-log has no width; ours is exact there
    assert np.column_stack([curve.low, curve.high])[at][inside] == pytest.approx(theirs[inside], abs=1e-12)
    assert np.all((curve.low <= curve.survival) & (curve.survival <= curve.high))


def test_without_a_denominator_there_is_no_figure():
    empty = np.zeros(3, np.int64)
    assert (
        ours.wilson(0, 0)
        is ours.clopper_pearson(0, 0)
        is ours.garwood(0, 0)
        is ours.kaplan_meier(empty, empty)
        is None
    )


@pytest.mark.parametrize("p", [0.0013, 0.013, 0.1, 0.94])
def test_clopper_pearson_covers_the_truth_at_least_95_times_in_100(p):
    n = 200
    chances = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    covered = sum(
        chance for k, chance in enumerate(chances) if (i := ours.clopper_pearson(k, n)) and i[0] <= p <= i[1]
    )
    assert covered >= 0.95
