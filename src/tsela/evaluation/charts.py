"""Charts as Vega-Lite specifications, and their SVG. No browser, no network; equal data give equal bytes.

Every estimate is drawn with its interval; labels stand where the eye is, so that no legend is needed. Colours are from
Okabe and Ito's palette, which stays distinct for the colour-blind and in grey.
"""

import textwrap
from collections.abc import Mapping, Sequence
from threading import Thread
from typing import Any

Spec = dict[str, Any]
Row = Mapping[str, Any]

BLUE, ORANGE, INK, GREY, FAINT = "#0072B2", "#D55E00", "#222222", "#6b6b6b", "#e3e3e3"
FONT = "tsela"  # no such font, so that the renderer measures alike on every machine; pages name their own
CONFIG = {
    "font": FONT, "background": None, "view": {"stroke": None},
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelColor": INK, "titleColor": GREY,
             "gridColor": FAINT, "domainColor": GREY, "tickColor": GREY, "labelLimit": 400},
    "text": {"fontSize": 12, "color": INK},
}  # fmt: skip


def warm_up() -> None:
    """Start the renderer beside other work: its first drawing takes a second longer than the next."""
    Thread(target=svg, args=({"mark": "point"},), daemon=True).start()


def svg(spec: Spec) -> str:
    """A specification drawn."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg({"config": CONFIG, **spec}))


def against_benchmarks(name: str, found: Row, benchmarks: Sequence[Row], unit: str) -> Spec:
    """Our estimate with its interval above the published figures, each a line with its name."""
    ours = {
        "label": name,
        "value": found["value"],
        "low": found["low"],
        "high": found["high"],
        "text": estimate(found, unit),
    }
    theirs = [
        {
            "label": textwrap.wrap(f"{one['what']} ({one['as_of']})", 44),
            "value": one["value"],
            "text": number(one["value"], unit),
        }
        for one in benchmarks
    ]
    rows = [{**row, "y": str(place)} for place, row in enumerate([ours, *theirs])]
    scale = _scale([row for row in rows if row["value"] is not None], unit)
    y = _rows(rows)
    lines = {
        "transform": [{"filter": "datum.y != '0'"}], "mark": {"type": "rule", "color": ORANGE, "strokeDash": [4, 3]},
        "encoding": {"x": _x("value", scale, unit)},
    }  # fmt: skip
    marks = {
        "transform": [{"filter": "datum.y != '0'"}], "mark": {"type": "tick", "color": ORANGE, "thickness": 3, "size": 18},
        "encoding": {"x": _x("value", scale, unit), "y": y},
    }  # fmt: skip
    return _chart(rows, [lines, marks, *_estimates("datum.y == '0'", scale, unit, y), _texts(scale, y)], 58)


def forest(groups: Mapping[str, Row], total: Row, benchmark: Row | None, unit: str) -> Spec:
    """A row a group, sorted by name; the programme's own figure is a grey line, the first benchmark a dashed one."""
    rows = []
    for place, (name, found) in enumerate(groups.items()):
        text = "too few to show" if found["hidden"] else f"{estimate(found, unit)}, {_counts(found)}"
        rows.append(
            {"y": f"{place:04}", "label": name, "text": text}
            | {key: found[key] for key in ("value", "low", "high")}
        )
    lines = [{"value": total["value"], "kind": "all"}] + (
        [{"value": benchmark["value"], "kind": "benchmark"}] if benchmark else []
    )
    scale = _scale([row for row in [*rows, total, *lines] if row["value"] is not None], unit)
    y = _rows(rows)
    rules = {
        "data": {"values": [line for line in lines if line["value"] is not None]}, "mark": {"type": "rule", "size": 1.5},
        "encoding": {
            "x": _x("value", scale, unit),
            "color": {"field": "kind", "type": "nominal", "legend": None, "scale": {"domain": ["all", "benchmark"], "range": [GREY, ORANGE]}},
            "strokeDash": {"field": "kind", "type": "nominal", "legend": None, "scale": {"domain": ["all", "benchmark"], "range": [[1, 0], [4, 3]]}},
        },
    }  # fmt: skip
    return _chart(rows, [rules, *_estimates("true", scale, unit, y), _texts(scale, y)], 24)


def trend(groups: Mapping[str, Row], benchmark: Row | None, unit: str) -> Spec:
    """An estimate and its interval for each quarter of the index date."""
    rows = [
        {"quarter": name, **{key: found[key] for key in ("value", "low", "high")}}
        for name, found in groups.items()
    ]
    seen = [row for row in [*rows, *([benchmark] if benchmark else [])] if row["value"] is not None]
    scale = _scale(seen, unit)
    x = {
        "field": "quarter",
        "type": "ordinal",
        "title": None,
        "axis": {"labelAngle": 0, "grid": False},
        "scale": {"domain": list(groups)},
    }
    y = {"field": "value", "type": "quantitative", "scale": scale, "axis": _axis(unit)}
    bar = {"y": {**y, "field": "low"}, "y2": {"field": "high"}}
    layers: list[Spec] = [
        {"mark": {"type": "rule", "color": BLUE, "size": 2}, "encoding": {"x": x, **bar}},
        {
            "mark": {"type": "point", "filled": True, "color": BLUE, "size": 70, "opacity": 1},
            "encoding": {"x": x, "y": y},
        },
    ]
    if benchmark:
        line = {"data": {"values": [{"value": benchmark["value"]}]}, "encoding": {"y": y}}
        layers.append({**line, "mark": {"type": "rule", "color": ORANGE, "strokeDash": [4, 3]}})
    hidden = [
        {"quarter": name, "text": "too few to show"} for name, found in groups.items() if found["hidden"]
    ]
    note = {
        "mark": {"type": "text", "color": GREY, "y": 170},
        "encoding": {"x": x, "text": {"field": "text", "type": "nominal"}},
    }
    layers.append({**note, "data": {"values": hidden}})
    return {"width": 620, "height": 180, "data": {"values": rows}, "layer": layers}


def survival(curve: Sequence[Row], fixed: Row | None, unit: str) -> Spec:
    """The Kaplan-Meier curve with its band; the figure judged on one day stands at the end."""
    end = curve[-1]
    floor = min(
        [row["low"] for row in curve] + ([fixed["low"]] if fixed and fixed["low"] is not None else [])
    )
    scale = {"domain": [max(0.0, round(floor - 0.1, 1)), 1.0], "nice": False, "zero": False}
    days = {
        "values": [0, 91, 182, 273, 365],
        "labelExpr": "['start', '3 months', '6 months', '9 months', '12 months'][indexof([0, 91, 182, 273, 365], datum.value)]",
        "grid": False,
    }
    x = {
        "field": "day",
        "type": "quantitative",
        "title": None,
        "axis": days,
        "scale": {"domain": [0, end["day"]], "nice": False},
    }
    y = {"field": "value", "type": "quantitative", "scale": scale, "axis": _axis(unit)}
    values = [dict(row) for row in curve]
    layers: list[Spec] = [
        {"mark": {"type": "area", "interpolate": "step-after", "color": BLUE, "opacity": 0.18},
         "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
        {"mark": {"type": "line", "interpolate": "step-after", "color": BLUE, "size": 2}, "encoding": {"x": x, "y": y}},
        _end_label(end, f"{estimate(end, unit)} never interrupted", BLUE, x, y, 16),
    ]  # fmt: skip
    if fixed and fixed["value"] is not None:
        point = {"day": end["day"], **{key: fixed[key] for key in ("value", "low", "high")}}
        drawn = {"data": {"values": [point]}}
        layers += [
            {**drawn, "mark": {"type": "rule", "color": INK, "size": 2}, "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
            {**drawn, "mark": {"type": "point", "filled": True, "color": INK, "size": 70, "opacity": 1}, "encoding": {"x": x, "y": y}},
            _end_label(point, f"{estimate(point, unit)} on treatment on that day", INK, x, y, -4),
        ]  # fmt: skip
    return {"width": 470, "height": 220, "data": {"values": values}, "layer": layers}


def bounds(found: Row, among_final: Row, benchmark: Row | None, unit: str) -> Spec:
    """The figure among those with a result, above the range that the others leave open."""
    rows = [
        {"y": "0", "label": "Children with a final result", "text": estimate(among_final, unit)} | {key: among_final[key] for key in ("value", "low", "high")},
        {"y": "1", "label": ["All exposed children,", "whatever happened to the others"], "low": found["low"], "high": found["high"],
         "from": found["lower"], "to": found["upper"], "text": f"{number(found['lower'], unit)} to {number(found['upper'], unit)}"},
    ]  # fmt: skip
    lines = [{"value": benchmark["value"]}] if benchmark else []
    scale = _scale(
        [row for row in [*rows, *lines] if row.get("value") is not None or row.get("low") is not None], unit
    )
    y = _rows(rows)
    band = {
        "mark": {"type": "bar", "color": BLUE, "opacity": 0.45, "size": 14},
        "encoding": {"x": _x("from", scale, unit), "x2": {"field": "to"}, "y": y},
    }  # fmt: skip
    rule = {
        "data": {"values": lines},
        "mark": {"type": "rule", "color": ORANGE, "strokeDash": [4, 3]},
        "encoding": {"x": _x("value", scale, unit)},
    }
    return _chart(rows, [rule, band, *_estimates("true", scale, unit, y), _texts(scale, y)], 46)


def number(value: float | None, unit: str, like: float | None = None) -> str:
    """'1.3%', or '0.08' for a rate per 100 person-years; as many digits as `like` has, so that an interval reads evenly."""
    if value is None:
        return "no figure"
    scale, sign = (100, "%") if unit == "share" else (1, "")
    size = scale * (value if like is None else like)
    digits = 1 if unit == "share" and (size >= 1 or size == 0) else 2
    return f"{f'{scale * value:.{digits}f}' if value else '0'}{sign}"


def estimate(found: Row, unit: str) -> str:
    """'1.3% (0.9 to 1.9)'."""
    if found["value"] is None:
        return "nobody to count"
    low, high = (number(found[end], unit, found["value"]).rstrip("%") for end in ("low", "high"))
    return f"{number(found['value'], unit)} ({low} to {high})"


def _counts(found: Row) -> str:
    """'26 of 2,000'; person-years have one decimal at most."""
    return f"{found['numerator']:,} of {found['denominator']:,.0f}"


def _chart(rows: Sequence[Row], layers: Sequence[Spec], step: int) -> Spec:
    return {
        "width": 300,
        "height": {"step": step},
        "data": {"values": [dict(row) for row in rows]},
        "layer": list(layers),
    }


def _rows(rows: Sequence[Row]) -> Spec:
    """The y axis: rows in order, labelled by name (a list of texts is so many lines)."""
    labels = {row["y"]: row["label"] for row in rows}
    lookup = "{" + ", ".join(f"'{key}': {_text(label)}" for key, label in labels.items()) + "}[datum.value]"
    axis = {"labelExpr": lookup, "ticks": False, "domain": False, "grid": False, "labelPadding": 8}
    return {"field": "y", "type": "ordinal", "title": None, "axis": axis}


def _estimates(where: str, scale: Spec, unit: str, y: Spec) -> list[Spec]:
    """The interval as a line, the estimate as a point on it."""
    seen = [{"filter": where}]
    span = {"x": _x("low", scale, unit), "x2": {"field": "high"}, "y": y}
    return [
        {"transform": seen, "mark": {"type": "rule", "color": BLUE, "size": 2}, "encoding": span},
        {"transform": seen, "mark": {"type": "point", "filled": True, "color": BLUE, "size": 80, "opacity": 1},
         "encoding": {"x": _x("value", scale, unit), "y": y}},
    ]  # fmt: skip


def _texts(scale: Spec, y: Spec) -> Spec:
    """What each row says, right of the plot."""
    return {
        "mark": {"type": "text", "align": "left", "baseline": "middle", "x": 312},
        "encoding": {"y": y, "text": {"field": "text", "type": "nominal"}},
    }


def _end_label(point: Row, text: str, colour: str, x: Spec, y: Spec, below: int) -> Spec:
    mark = {"type": "text", "align": "left", "dx": 10, "dy": below, "color": colour, "fontSize": 12}
    return {
        "data": {"values": [{**point, "text": text}]},
        "mark": mark,
        "encoding": {"x": x, "y": y, "text": {"field": "text", "type": "nominal"}},
    }


def _scale(rows: Sequence[Row], unit: str) -> Spec:
    """From zero, unless everything lies in the upper half of the shares: then from below the lowest, up to 100%."""
    numbers = [row[key] for row in rows for key in ("value", "low", "high", "to") if row.get(key) is not None]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    if unit == "share" and low > 0.5:
        return {"domain": [max(0.0, round(low - 0.05, 1)), 1.0], "nice": False, "zero": False}
    return {"domain": [0.0, min(1.0, high * 1.08) if unit == "share" else high * 1.08 or 1.0], "nice": False}


def _x(field: str, scale: Spec, unit: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": scale, "axis": _axis(unit)}


def _axis(unit: str) -> Spec:
    start = {"title": None if unit == "share" else unit, "tickCount": 5}
    return {**start, "format": "~%"} if unit == "share" else {**start, "format": "~g"}


def _text(label: str | Sequence[str]) -> str:
    """A Vega string, or list of strings."""
    if not isinstance(label, str):
        return "[" + ", ".join(map(_text, label)) + "]"
    return "'" + label.replace("\\", "\\\\").replace("'", "\\'") + "'"
