"""Results → what the report says, as plain texts and drawn charts: one model that the HTML and the PDF both set.

Wording is careful: a figure always carries its interval and its counts, and a benchmark is only beaten where the whole
exact interval lies on the better side.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tsela.evaluation import charts
from tsela.evaluation.charts import number
from tsela.evaluation.results import small_note

One = Mapping[str, Any]
COUNTRIES = {
    "AO": "Angola", "BW": "Botswana", "GH": "Ghana", "KE": "Kenya", "LS": "Lesotho", "MW": "Malawi", "MZ": "Mozambique",
    "NG": "Nigeria", "SZ": "Eswatini", "TZ": "Tanzania", "UG": "Uganda", "ZA": "South Africa", "ZM": "Zambia",
}  # fmt: skip
MOST_ROWS = 60  # of a chart; longer tables are in cells.csv


def story(results: One) -> dict[str, Any]:
    """Everything that the report says, in order."""
    sections = [_section(family, results) for family in _families(results["indicators"])]
    period = results["period"]
    return {
        "title": "Annual Evaluation", "programme": results["programme"]["title"],
        "subtitle": f"{_day(period['from'])} to {_day(period['to'])}, as known on {_day(results['as_of'])}",
        "scale": f"{results['data']['clients']:,} clients, {results['data']['events']:,} events",
        "warnings": results["warnings"], "cards": [section["card"] for section in sections], "sections": sections,
        "quality": [_quality(one) for one in results["indicators"]], "small": small_note(),
        "provenance": _provenance(results),
    }  # fmt: skip


def _families(indicators: Sequence[One]) -> list[list[One]]:
    """Indicators of one cohort belong together; the first leads."""
    families: dict[str, list[One]] = {}
    for one in indicators:
        families.setdefault(one["cohort_title"], []).append(one)
    return list(families.values())


def _section(family: Sequence[One], results: One) -> dict[str, Any]:
    lead, *others = family
    figures = [
        {
            "id": one["id"],
            "title": one["short"],
            "estimate": estimate(one),
            "fraction": fraction(one),
            "unknown": unknown(one),
        }
        for one in others
    ]
    return {
        "id": lead["id"], "title": lead["short"], "cohort": f"{lead['cohort_title']}: {lead['cohort']:,}",
        "left_out": [f"{n:,} {reason}" for reason, n in lead["excluded"].items() if n],
        "card": _card(lead), "figures": figures, "verdicts": [v for one in family for v in _verdicts(one)],
        "charts": list(_charts(lead, others, results)), "definitions": [_definition(one) for one in family],
    }  # fmt: skip


def _card(one: One) -> dict[str, str]:
    beside = one.get("beside")
    return {
        "id": one["id"], "title": one["short"], "value": number(one["value"], one["unit"]), "interval": interval(one),
        "fraction": fraction(one), "beside": f"{beside['title']}: {estimate({**beside, 'unit': 'share'})}" if beside else "",
        "verdict": _short(one),
    }  # fmt: skip


def _short(one: One) -> str:
    """How the first published figure compares, in a few words."""
    first = one["benchmark"]
    if not first or first["says"] not in ("better", "worse"):
        return (
            ""
            if not first
            else f"The interval includes {number(first['value'], one['unit'])}: {first['what']} ({first['as_of']})"
        )
    side = "Below" if (first["says"] == "better") == (first["direction"] == "at_most") else "Above"
    return f"{side} {number(first['value'], one['unit'])}: {first['what']} ({first['as_of']})"


def interval(one: One) -> str:
    """'95% interval 0.9% to 1.9%'."""
    if one["low"] is None:
        return "no interval: nobody to count"
    return f"95% interval {_between(one, one)}"


def _between(limits: One, one: One) -> str:
    like = one.get("value") if one.get("value") is not None else limits["high"]
    return " to ".join(number(limits[end], one["unit"], like) for end in ("low", "high"))


def estimate(one: One) -> str:
    """The figure with its interval; for bounds, both."""
    if one.get("kind") == "bounds" and one["lower"] is not None:
        return f"{number(one['lower'], one['unit'])} to {number(one['upper'], one['unit'])} ({interval(one)})"
    return (
        "nobody to count" if one["low"] is None else f"{number(one['value'], one['unit'])} ({interval(one)})"
    )


def fraction(one: One) -> str:
    """'26 of 2,000: children confirmed infected, of exposed children with a final result'."""
    words, n = one["words"], one["denominator"]
    numerator, denominator = words.get("numerator", "numerator"), words.get("denominator", "denominator")
    if one["kind"] == "rate":
        return f"{one['numerator']:,} in {n or 0:,.0f} {denominator}: {numerator}"
    return f"{one['numerator']:,} of {n:,}: {numerator}, of {denominator}"


def unknown(one: One) -> str:
    return f"{one['unknown']:,} {one['words'].get('unknown', 'unknown')}" if one["unknown"] else ""


SAYS = {
    "better": "better: the whole interval lies on the better side",
    "worse": "worse: the whole interval lies on the worse side",
    "unclear": "cannot be told apart: it lies inside our interval",
    "no figure": "nobody to compare",
}


def _verdicts(one: One) -> Iterator[dict[str, str]]:
    """Each published figure, our exact interval, and what may be said."""
    for benchmark in one["benchmarks"]:
        exact = "" if benchmark["low"] is None else _between(benchmark, one)
        yield {
            "id": one["id"], "figure": number(benchmark["value"], one["unit"]), "what": _upper(benchmark["what"]),
            "source": f"{benchmark['source']} ({benchmark['as_of']})", "note": benchmark.get("note", ""), "exact": exact,
            "says": benchmark["says"], "meaning": SAYS[benchmark["says"]],
        }  # fmt: skip


def _charts(lead: One, others: Sequence[One], results: One) -> Iterator[dict[str, str]]:
    unit, first = lead["unit"], lead["benchmark"]
    if lead["value"] is None:
        return
    label = f"This programme, {results['period']['label']}"
    if lead["benchmarks"]:
        yield _chart(
            "Against published figures", charts.against_benchmarks(label, lead, lead["benchmarks"], unit)
        )
    for one in others:
        if one["kind"] == "bounds":
            yield _chart("What the missing results could change", charts.bounds(one, lead, first, unit))
        if one["kind"] == "survival" and one["curve"]:
            yield _chart("Time on treatment", charts.survival(one["curve"], lead, unit))
    for table, rows in lead["by"].items():
        if table == "quarter" and any(not row["hidden"] for row in rows.values()):
            yield _chart("By quarter of the index date", charts.trend(rows, first, unit))
        elif table != "quarter" and len(rows) <= MOST_ROWS:
            named = {
                " ".join(COUNTRIES.get(part, part) for part in group.split("|")): row
                for group, row in rows.items()
            }
            yield _chart(f"By {table.replace('*', ' and ')}", charts.forest(named, lead, first, unit))


def _chart(title: str, spec: charts.Spec) -> dict[str, str]:
    return {"title": title, "svg": charts.svg(spec)}


def _definition(one: One) -> dict[str, Any]:
    keys = ("id", "title", "definition", "choices", "source", "method")
    return {**{key: one[key] for key in keys}, "version": one["definition_version"]}


def _quality(one: One) -> dict[str, str]:
    people = one.get("persons", one["denominator"])
    return {
        "id": one["id"], "title": one["short"], "cohort": f"{one['cohort']:,}",
        "excluded": f"{sum(one['excluded'].values()):,}", "denominator": f"{people:,}", "unknown": f"{one['unknown']:,}",
        "meaning": one["words"].get("unknown", "") if one["unknown"] else "",
    }  # fmt: skip


def _provenance(results: One) -> list[tuple[str, str]]:
    data, programme = results["data"], results["programme"]
    rows = [
        ("Events", f"{data['events']:,}, of {data['clients']:,} clients"), ("Hash of the log", data["source"]),
        ("Programme", f"{programme['name']}, version {programme['version']}, policy {programme['policy']}"),
        ("Period", f"{results['period']['from']} to {results['period']['to']}"), ("Known on", results["as_of"]),
    ]  # fmt: skip
    return rows + [(name, version) for name, version in results["versions"].items()]


def _upper(text: str) -> str:
    return text if text.startswith("m2m") else text[:1].upper() + text[1:]


def _day(text: str) -> str:
    months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    year, month, day = text.split("-")
    return f"{int(day)} {months[int(month) - 1]} {year}"
