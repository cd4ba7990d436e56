"""Intervals and survival from counts: NumPy and scipy.special only. Every interval is two-sided 95%.

Never Wald: at n = 50 and p = 1.3% its "95%" interval covers the truth 48% of the time.
A zero denominator has no figure: None, never 0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv, ndtri

ALPHA = 0.05
Z = float(ndtri(1 - ALPHA / 2))
HALF_DAYS_A_YEAR = 2 * 365.25
Interval = tuple[float, float]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def wilson(k: int, n: int) -> Interval | None:
    """The score interval of k out of n (Wilson 1927): near its nominal coverage also where p is small."""
    if n == 0:
        return None
    p, zz = k / n, Z * Z
    centre = (p + zz / (2 * n)) / (1 + zz / n)
    half = Z / (1 + zz / n) * float(np.sqrt(p * (1 - p) / n + zz / (4 * n * n)))
    return (0.0 if k == 0 else centre - half), (1.0 if k == n else centre + half)


def clopper_pearson(k: int, n: int) -> Interval | None:
    """The exact interval of k out of n: it never claims more than it may, so claims about benchmarks use it."""
    if n == 0:
        return None
    low = float(betaincinv(k, n - k + 1, ALPHA / 2)) if k else 0.0
    high = float(betaincinv(k + 1, n - k, 1 - ALPHA / 2)) if k < n else 1.0
    return low, high


def garwood(events: int, exposure: float) -> Interval | None:
    """The exact Poisson interval of events / exposure (Garwood 1936)."""
    if exposure == 0:
        return None
    low = float(gammaincinv(events, ALPHA / 2)) if events else 0.0
    return low / exposure, float(gammaincinv(events + 1, 1 - ALPHA / 2)) / exposure


@dataclass(frozen=True)
class Curve:
    """Survival after each day, 0 … last, with its interval; `at_risk` counts those followed at the day's start."""

    survival: Floats
    low: Floats
    high: Floats
    at_risk: Ints


def kaplan_meier(lost: Ints, censored: Ints) -> Curve | None:
    """Kaplan-Meier with Greenwood's variance on the log-log scale.

    `lost[d]` and `censored[d]` count the people who were lost, or last seen, d days after the start; on one day losses
    come first. Before the first loss, and after the last person's, log-log has no width: there the interval is exact
    (Clopper-Pearson) for those at risk.
    """
    leaving = lost + censored
    total = int(leaving.sum())
    if total == 0:
        return None
    at_risk: Ints = total - np.concatenate(([0], np.cumsum(leaving)[:-1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        stays = np.where(at_risk > 0, 1.0 - lost / np.maximum(at_risk, 1), 1.0)
        survival = np.cumprod(stays, dtype=np.float64)
        variance = np.cumsum(np.where(lost > 0, lost / (at_risk * (at_risk - lost)), 0.0))
        width = Z * np.sqrt(variance) / np.abs(np.log(survival))
        low, high = survival ** np.exp(width), survival ** np.exp(-width)
    edge = (ALPHA / 2) ** (1 / np.maximum(at_risk, 1))  # Clopper-Pearson's limit for n of n
    low = np.where(survival == 1, edge, np.where(survival == 0, 0.0, low))
    high = np.where(survival == 1, 1.0, np.where(survival == 0, 1 - edge, high))
    return Curve(survival, low, high, at_risk)
