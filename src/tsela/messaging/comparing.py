"""Two wordings compared: the difference of their shares with its interval, and whether chance explains it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """`difference`: share of the second less that of the first, with its 95% interval; `p`: Fisher's exact, two-sided,
    times the number of pairs compared (Holm 1979)."""

    first: str
    second: str
    difference: float
    low: float
    high: float
    p: float

    @property
    def differs(self) -> bool:
        return self.p < ALPHA


def compare(arms: Mapping[str, tuple[int, int]]) -> list[Comparison]:
    """Every pair of wordings, each given as (who did, of how many); the least p first. Wordings that nobody got are left out."""
    from scipy.stats import fisher_exact

    seen = {name: counts for name, counts in arms.items() if counts[1]}
    found = []
    for first, second in combinations(seen, 2):
        (k, n), (j, m) = seen[first], seen[second]
        low, high = newcombe(k, n, j, m)
        p = float(fisher_exact([[k, n - k], [j, m - j]]).pvalue)
        found.append(Comparison(first, second, j / m - k / n, low, high, p))
    return _holm(sorted(found, key=lambda one: one.p))


def newcombe(k: int, n: int, j: int, m: int) -> tuple[float, float]:
    """The 95% interval of j/m - k/n from the score intervals of both (Newcombe 1998, method 10)."""
    p, q = k / n, j / m
    (p_low, p_high), (q_low, q_high) = _wilson(k, n), _wilson(j, m)
    difference = q - p
    return difference - sqrt((q - q_low) ** 2 + (p_high - p) ** 2), difference + sqrt(
        (q_high - q) ** 2 + (p - p_low) ** 2
    )


def _wilson(k: int, n: int) -> tuple[float, float]:
    """The score interval of k out of n (Wilson 1927)."""
    z = 1.959963984540054
    p, zz = k / n, z * z
    centre, half = p + zz / (2 * n), z * sqrt(p * (1 - p) / n + zz / (4 * n * n))
    return (centre - half) / (1 + zz / n), (centre + half) / (1 + zz / n)


def _holm(found: list[Comparison]) -> list[Comparison]:
    """The least p times the number of pairs, the next times one less, and never below one before it."""
    adjusted, floor = [], 0.0
    for place, one in enumerate(found):
        floor = max(floor, min(1.0, one.p * (len(found) - place)))
        adjusted.append(Comparison(one.first, one.second, one.difference, one.low, one.high, floor))
    return adjusted
