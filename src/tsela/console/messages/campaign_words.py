"""What a campaign's page says of its figures: shares beside counts, differences with their interval, reasons in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tsela.console.messages.people import TIERS
from tsela.console.messages.states import REASONS, Reason
from tsela.messaging.campaign_results import Arm, Preview, Results, Text
from tsela.messaging.comparing import Comparison
from tsela.messaging.models import Channel
from tsela.messaging.speech import DRAFT
from tsela.programme import Programme
from tsela.programme.talk.sms import sms
from tsela.record.programme import current

MORE = {
    "no_contact": Reason("no number of hers is known", "Ask her when you meet, and record it."),
}
STEPS = ("planned", "sent", "delivered", "read", "answered", "came", "not_sent")
OPENNESS = {"covert": TIERS["covert"], "overt": "open"}
FEW = 30  # below so many people a comparison says little


@dataclass(frozen=True)
class Row:
    """A wording and its counts, each with its share of those to whom it was sent."""

    title: str
    cells: list[tuple[str, str]]


@dataclass(frozen=True)
class Told:
    """A comparison in words."""

    what: str
    told: str
    differs: bool


def by_wording(arms: Sequence[Arm]) -> list[Row]:
    return [Row(_title(arm.wording), [_cell(arm, step) for step in STEPS]) for arm in arms]


def _cell(arm: Arm, step: str) -> tuple[str, str]:
    number = getattr(arm, step)
    shared = step in ("delivered", "read", "answered", "came") and arm.sent
    return f"{number:,}", f"{100 * number / arm.sent:.0f}% of sent" if shared else ""


def compared(results: Results) -> list[Told]:
    """Who answered, and who came: each pair of wordings, with interval and test."""
    few = min((arm.sent for arm in results.arms), default=0) < FEW
    return [
        *(_compared("Answered", one, few) for one in results.by_answers),
        *(_compared("Came back to care", one, few) for one in results.by_coming),
    ]


def _compared(what: str, one: Comparison, few: bool) -> Told:
    more, less, low, high = (
        (one.second, one.first, one.low, one.high)
        if one.difference >= 0
        else (one.first, one.second, -one.high, -one.low)
    )
    points = f"{100 * abs(one.difference):.1f} percentage points more with “{_title(more)}” than with “{_title(less)}”"
    if one.difference == 0:
        points = f"no difference between “{_title(more)}” and “{_title(less)}”"
    verdict = "chance hardly explains it" if one.differs else "chance may explain it"
    told = f"{points} (95% interval {100 * low:.1f} to {100 * high:.1f}; Fisher's exact test, p = {one.p:.3f}): {verdict}."
    if few:
        told += f" Fewer than {FEW} got one of them: wait for more."
    return Told(what, told, one.differs)


def previewed(found: Preview, programme: Programme) -> dict[str, Any]:
    """A preview as the page shows it."""
    missed = found.matching - found.reached
    return {
        "matching": f"{found.matching:,}", "reached": f"{found.reached:,}", "missed": f"{missed:,}" if missed else 0,
        "reasons": [_reason(reason, count) for reason, count in found.reasons.most_common()],
        "texts": [_text(text, count, programme) for text, count in found.texts.most_common(60)],
        "languages": _languages(found, programme),
    }  # fmt: skip


def _languages(found: Preview, programme: Programme) -> list[dict[str, Any]]:
    """How many of each language read it in their own."""
    rows: dict[str, list[int]] = {}
    for text, count in found.texts.items():
        row = rows.setdefault(text.language, [0, 0])
        row[0] += count
        row[1] += count if text.language == text.said_in else 0
    return [
        {"name": programme.language(tag).name if tag else "not known", "clients": all_, "own": own}
        for tag, (all_, own) in sorted(rows.items(), key=lambda row: -row[1][0])
    ]


def _reason(reason: str, count: int) -> dict[str, Any]:
    known = {**REASONS, **MORE}.get(reason, Reason(reason.replace("_", " ")))
    return {"count": f"{count:,}", "why": known.why, "todo": known.todo}


def _text(text: Text, count: int, programme: Programme) -> dict[str, Any]:
    size = sms(text.text.replace(DRAFT, ""))
    other = text.said_in != text.language and text.language
    return {
        "language_name": programme.language(text.language).name if text.language else "not known", "tag": text.said_in,
        "instead": programme.language(text.said_in).name if other else "", "tier": text.tier, "tier_word": OPENNESS.get(text.tier, text.tier),
        "channel": Channel(text.channel).label, "count": f"{count:,}", "text": text.text.replace(DRAFT, ""), "draft": DRAFT in text.text, "title": _title(text.message),
        "size": f"{size.parts} SMS each" if text.channel == "sms" else "",
    }  # fmt: skip


def _title(wording: str) -> str:
    known = current().messages.get(wording)
    return known.title if known else wording
