"""Time lines as SVG: when a task opens, is due, late and over; and a worked example's events and tasks on its days."""

from collections.abc import Iterable, Mapping, Sequence
from math import copysign, log1p
from typing import Any, NamedTuple

from tsela.console.handbook.markup import Html, el
from tsela.kernel.dates import format_date

DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.44, "years": 365.25}
WIDTH, LEFT, RIGHT = 760, 20, 740
SOFT = 5.0  # days: nearer than that to the due date the scale is even, beyond it is compressed


class Mark(NamedTuple):
    """A day counted from due, and what is said of it."""

    day: float
    text: str
    kind: str = ""


def days(duration: Sequence[Any] | None) -> float | None:
    """A duration as days, nearly; an answer counts as nothing."""
    return None if not duration else duration[0] * DAYS[duration[1]]


def window(opens: float, late: float, expires: float | None, marks: Iterable[Mark], texts: Mapping[str, str], said: str) -> Html:  # fmt: skip
    """One task: waiting, open, late, over, as `texts` say it; marks above and below the line."""
    steps = list(marks)
    ends = [opens, 0, late, expires or 0, *(mark.day for mark in steps)]
    first, last = min(ends), max(ends)
    pad = max((_soft(last) - _soft(first)) * 0.08, 0.3)
    low, high = _soft(first) - pad, _soft(last) + pad

    def x(day: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (_soft(day) - low) / (high - low), 1)

    over = RIGHT if expires is None else x(expires)
    bands = [("wait", LEFT, x(opens)), ("open", x(opens), x(late)), ("late", x(late), over)]
    shown = [
        el("rect", cls=kind, x=start, y=26, width=round(max(end - start, 0), 1), height=12)
        for kind, start, end in bands
    ]
    ticks = [Mark(opens, texts["opens"]), Mark(0, "due", "due"), Mark(late, texts["late"])]
    ticks += [] if expires is None else [Mark(expires, texts["expires"])]
    return _svg(74, said, shown, _labels(_together(ticks), x, 20, 24, 40), _dots(steps, x))


def example(
    today: int, events: Sequence[Mark], tasks: Sequence[tuple[str, str, int, int, int | None]], said: str
) -> Html:
    """Events as dots, tasks as bars (label, status, opens, due, expires or late), and the day of the example as a line."""
    near = [
        today,
        *(int(mark.day) for mark in events),
        *(day for _, _, opens, due, _ in tasks for day in (opens, due)),
    ]
    first, last = min(near), max(near)
    last = max([last, *(min(end, last + (last - first) // 3 + 7) for *_, end in tasks if end is not None)])
    span = max(last - first, 14)

    def x(day: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * min(max((day - first) / span, 0), 1), 1)

    height = 58 + 24 * len(tasks)
    bars = [
        (
            el("rect", cls=f"bar {status}", x=x(opens), y=46 + 24 * n, rx=5, height=16,
               width=round(max((x(end) if end is not None else RIGHT) - x(opens), 4), 1)),
            el("line", cls="due", x1=x(due), x2=x(due), y1=44 + 24 * n, y2=64 + 24 * n),
            _label(f"{label} · {status}", x(opens), 58 + 24 * n),
        )
        for n, (label, status, opens, due, end) in enumerate(tasks)
    ]  # fmt: skip
    dots = [
        el("g", el("title", mark.text), el("circle", cx=x(mark.day), cy=28, r=5, cls="event"))
        for mark in events
    ]
    axis = el("line", cls="axis", x1=LEFT, x2=RIGHT, y1=28, y2=28)
    now = el("line", cls="today", x1=x(today), x2=x(today), y1=14, y2=height - 4)
    anchor = "end" if x(today) > WIDTH / 2 else "start"
    word = el(
        "text",
        f"today, {format_date(today)}",
        x=x(today) + (-6 if anchor == "end" else 6),
        y=14,
        text_anchor=anchor,
        cls="small",
    )
    return _svg(height, said, axis, bars, now, dots, word)


def _label(text: str, x: float, y: int) -> Html:
    """Beside the beginning of a bar, on the side where there is room."""
    inside = x + 6.2 * len(text) < RIGHT
    return el("text", text, x=x + 6 if inside else x - 6, y=y, text_anchor=None if inside else "end")


def _soft(day: float) -> float:
    return copysign(log1p(abs(day) / SOFT), day)


def _together(ticks: Sequence[Mark]) -> list[Mark]:
    """Marks of one day as one."""
    by_day: dict[float, list[Mark]] = {}
    for tick in ticks:
        by_day.setdefault(tick.day, []).append(tick)
    return [
        Mark(day, ", ".join(one.text for one in here), "".join(one.kind for one in here))
        for day, here in by_day.items()
    ]


def _labels(ticks: Sequence[Mark], x: Any, text_y: int, y1: int, y2: int) -> list[Html]:
    """Labels that would touch another stand one line higher."""
    shown: list[Html] = []
    edge, row = -1e9, 0
    for tick in sorted(ticks):
        wide = 6.2 * len(tick.text)
        row = 1 - row if x(tick.day) - wide / 2 < edge and row == 0 else 0
        edge = x(tick.day) + wide / 2
        middle = min(max(x(tick.day), LEFT + wide / 2 - 16), RIGHT - wide / 2 + 16)
        shown.append(
            el("line", cls=f"tick {tick.kind}".strip(), x1=x(tick.day), x2=x(tick.day), y1=y1 - 2, y2=y2)
        )
        shown.append(
            el(
                "text",
                tick.text,
                x=round(middle, 1),
                y=text_y - 11 * row,
                text_anchor="middle",
                cls=f"small {tick.kind}".strip(),
            )
        )
    return shown


def _dots(marks: Sequence[Mark], x: Any) -> list[Html]:
    """Numbered steps under the line."""
    return [
        el("g", el("circle", cx=x(mark.day), cy=54, r=9),
           el("text", str(number), x=x(mark.day), y=58, text_anchor="middle", cls="number-in"), cls="step")
        for number, mark in enumerate(marks, 1)
    ]  # fmt: skip


def _svg(height: int, said: str, *children: Any) -> Html:
    return el("svg", *children, viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=said, cls="line")
