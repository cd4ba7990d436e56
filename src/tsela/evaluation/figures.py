"""Counts → figures: value, interval, unknowns, and what may be said against a benchmark.

A share is a number from 0 to 1; a rate is per 100 person-years. Without a denominator a figure is None, never 0.
"""

from collections.abc import Mapping
from typing import Any

from tsela.evaluation import statistics as stats
from tsela.evaluation.cells import Counts, by_day, excluded
from tsela.evaluation.definitions import Indicator, moved

Figure = dict[str, Any]
SHARE, RATE = "share", "per 100 person-years"
SCALES = {"percent": 0.01, "per_100_person_years": 1.0, "share": 1.0, "per_100000_live_births": 1e-5}


def figure(indicator: Indicator, counts: Counts) -> Figure:
    """The figure of one group of people."""
    made = {"proportion": _proportion, "bounds": _bounds, "survival": _survival, "rate": _rate}[
        indicator.kind
    ]
    left_out = dict.fromkeys(indicator.exclude, 0) | excluded(counts)
    return {**made(indicator, counts), "cohort": counts.get("cohort", 0), "excluded": left_out}


def _shape(
    counts: Counts, value: float | None, interval: stats.Interval | None, method: str, **more: Any
) -> Figure:
    low, high = interval or (None, None)
    numbers = {"value": _round(value), "low": _round(low), "high": _round(high)}
    return {
        "numerator": counts.get("numerator", 0), "denominator": counts.get("denominator", 0), **numbers,
        "method": method, "unit": SHARE, "unknown": counts.get("unknown", 0), **more,
    }  # fmt: skip


def _proportion(indicator: Indicator, counts: Counts) -> Figure:
    k, n = counts.get("numerator", 0), counts.get("denominator", 0)
    return _shape(counts, k / n if n else None, stats.wilson(k, n), "Wilson 95%")


def _bounds(indicator: Indicator, counts: Counts) -> Figure:
    """No single value: the truth lies between `lower` and `upper`, whatever happened to the unknown."""
    k, n = counts.get("numerator", 0), counts.get("denominator", 0)
    worst = k + counts.get("unknown", 0)
    lower, upper = stats.wilson(k, n), stats.wilson(worst, n)
    limits = (lower[0], upper[1]) if lower and upper else None
    bounds = {"lower": _round(k / n) if n else None, "upper": _round(worst / n) if n else None}
    return _shape(counts, None, limits, "Wilson 95% of the lower and of the upper bound", **bounds)


def _survival(indicator: Indicator, counts: Counts) -> Figure:
    """Numerator: those followed to the last day without a loss. `curve` is a row a day on which anyone is lost."""
    horizon = (moved(0, indicator.at) or 0) - 0
    lost, censored = by_day(counts)
    curve = stats.kaplan_meier(lost, censored)
    last = len(lost) - 1
    value = float(curve.survival[last]) if curve else None
    interval = (float(curve.low[last]), float(curve.high[last])) if curve else None
    stayed = int(censored[horizon]) if last >= horizon else 0
    rows = [] if curve is None else [
        {"day": int(day), "value": _round(curve.survival[day]), "low": _round(curve.low[day]),
         "high": _round(curve.high[day]), "at_risk": int(curve.at_risk[day])}
        for day in range(last + 1) if day in (0, last) or lost[day]
    ]  # fmt: skip
    counted = {**counts, "numerator": stayed}
    made = _shape(counted, value, interval, "Kaplan-Meier, Greenwood log-log 95%", lost=int(lost.sum()))
    return {**made, "curve": rows}


def _rate(indicator: Indicator, counts: Counts) -> Figure:
    """Denominator: person-years. `persons` are the people behind them."""
    events, years = counts.get("numerator", 0), counts.get("half_days", 0) / stats.HALF_DAYS_A_YEAR
    interval = stats.garwood(events, years / 100)
    value = 100 * events / years if years else None
    made = _shape(
        counts, value, interval, "exact Poisson 95% (Garwood)", persons=counts.get("denominator", 0)
    )
    return {**made, "unit": RATE, "denominator": _round(years), "half_days": counts.get("half_days", 0)}


def compared(indicator: Indicator, found: Figure, name: str, benchmark: Mapping[str, Any]) -> Figure:
    """A figure against a benchmark, by the exact interval where there is one.

    `says`: better or worse where the whole interval lies on that side, unclear where the benchmark is inside it.
    """
    value = float(benchmark["value"]) * SCALES[benchmark["unit"]]
    low, high, method = _exact(indicator, found)
    says = "no figure"
    if low is not None and high is not None:
        side = "above" if low > value else "below" if high < value else ""
        better = "below" if benchmark["direction"] == "at_most" else "above"
        says = "unclear" if not side else "better" if side == better else "worse"
    told = {key: benchmark[key] for key in ("what", "as_of", "source", "direction")}
    note = {"note": benchmark["note"]} if benchmark.get("note") else {}
    limits = {"low": _round(low), "high": _round(high), "method": method}
    return {"id": name, "value": _round(value), **told, **note, "says": says, **limits}


def _exact(indicator: Indicator, found: Figure) -> tuple[float | None, float | None, str]:
    """The interval for a claim: Clopper-Pearson where Wilson is shown."""
    n = found["denominator"]
    if indicator.kind == "proportion" and n:
        low, high = stats.clopper_pearson(found["numerator"], n) or (None, None)
        return low, high, "Clopper-Pearson 95%"
    if indicator.kind == "bounds" and n:
        lower = stats.clopper_pearson(found["numerator"], n)
        upper = stats.clopper_pearson(found["numerator"] + found["unknown"], n)
        return (lower or (None,))[0], (upper or (None, None))[1], "Clopper-Pearson 95% of both bounds"
    return found["low"], found["high"], found["method"]


def _round(number: float | None) -> float | None:
    """Eight decimals: beyond any use, and the same on every machine."""
    return None if number is None else round(float(number), 8)
