"""What a campaign's page says of its figures: shares beside counts, differences with their interval, reasons in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from tsela.console.messages.people import TIERS
from tsela.console.messages.prices import cost
from tsela.console.messages.states import REASONS, Reason
from tsela.evaluation.statistics import wilson
from tsela.messaging.campaign_preview import Preview, Text
from tsela.messaging.campaign_results import ANSWERED_WITHIN, CAME_WITHIN, Arm, Results
from tsela.messaging.comparing import Comparison
from tsela.messaging.models import Channel
from tsela.messaging.speech import DRAFT
from tsela.programme import Programme
from tsela.programme.talk.sms import sms
from tsela.record.programme import current

MORE = {
    "no_contact": Reason("no number of hers is known", "Ask her when you meet, and record it."),
}
COUNTED = {
    "planned": "Planned", "sent": "Sent", "delivered": "Delivered", "read": "Read", "answered": "Answered",
    "came": "Came for a visit", "stopped": "Wrote STOP", "not_sent": "Not sent",
}  # fmt: skip
REPORTED, OF_SENT = ("delivered", "read"), ("delivered", "read", "answered", "came", "stopped")
HOW = ("own", "draft", "other")
SHOWN = 60
OPENNESS = {"covert": TIERS["covert"], "overt": "open"}
FEW = 30  # people of a wording, below which a comparison says nothing


@dataclass(frozen=True)
class Row:
    """A wording and its counts, each with its share of those to whom it was sent."""

    title: str
    cells: list[tuple[str, str, str]]  # of what, count, share


@dataclass(frozen=True)
class Told:
    """A comparison in words."""

    what: str
    told: str
    differs: bool


def by_wording(arms: Sequence[Arm]) -> list[Row]:
    return [
        Row(_title(arm.wording), [(label, *_cell(arm, step)) for step, label in COUNTED.items()])
        for arm in arms
    ]


def _cell(arm: Arm, step: str) -> tuple[str, str]:
    """A count and its share. Where nothing is reported, that is not nobody: an SMS never says that it was read."""
    number = getattr(arm, step)
    if step in REPORTED and not number:
        return "", "not reported"
    shared = step in OF_SENT and arm.sent
    return f"{number:,}", f"{100 * number / arm.sent:.0f}% of sent" if shared else ""


def compared(found: Results, over: bool, now: datetime) -> list[Told]:
    """Who answered, and who came: each pair of wordings, once everybody has had the same time. A test that is looked at before,
    again and again, finds differences that are not there. `over`: nothing is left to send."""
    if len(found.arms) < 2:
        return []
    return [
        *_measured("Answered", ANSWERED_WITHIN, "answered", found.by_answers, found, over, now),
        *_measured("Came for a visit", CAME_WITHIN, "came", found.by_coming, found, over, now),
    ]


def _measured(
    what: str, within: timedelta, did: str, pairs: Sequence[Comparison], found: Results, over: bool, now: datetime
) -> list[Told]:  # fmt: skip
    few = [one for one in found.arms if one.sent < FEW]
    if over and few:
        return [Told(what, f"not compared: {_got(few)}. Below {FEW} a comparison says nothing.", False)]
    ready = found.last + within if over and found.last else None
    if ready and now >= ready:
        return [_compared(what, one, len(pairs)) for one in pairs]
    when = f"on {date_format(timezone.localtime(ready), 'j F')}" if ready else "once all have left"
    told = f"so far {_so_far(found.arms, did)}. Compared {when}, when everybody has had {within.days} days."
    return [Told(what, told, False)]


def _got(arms: Sequence[Arm]) -> str:
    return ", ".join(f"{arm.sent:,} got “{_title(arm.wording)}”" for arm in arms)


def _so_far(arms: Sequence[Arm], did: str) -> str:
    return ", ".join(f"{getattr(arm, did):,} of {arm.sent:,} with “{_title(arm.wording)}”" for arm in arms)


def _compared(what: str, one: Comparison, pairs: int) -> Told:
    more, less, low, high = (
        (one.second, one.first, one.low, one.high)
        if one.difference >= 0
        else (one.first, one.second, -one.high, -one.low)
    )
    points = f"{100 * abs(one.difference):.1f} percentage points more with “{_title(more)}” than with “{_title(less)}”"
    if one.difference == 0:
        points = f"no difference between “{_title(more)}” and “{_title(less)}”"
    verdict = "chance hardly explains it" if one.differs else "chance may explain it"
    p = "p < 0.001" if one.p < 0.001 else f"p = {one.p:.3f}"
    corrected = f", corrected for {pairs} comparisons (Holm)" if pairs > 1 else ""
    told = f"{points} (95% interval {_point(low)} to {_point(high)}; Fisher's exact test, {p}{corrected}): {verdict}."
    return Told(what, told, one.differs)


def _point(share: float) -> str:
    return f"{100 * share:.1f}".replace("-", "−")


def previewed(found: Preview, programme: Programme, price: Decimal | None) -> dict[str, Any]:
    """A preview as the page shows it."""
    missed, some = found.looked_at - found.reached, found.looked_at < found.matching
    return {
        "matching": f"{found.matching:,}", "some": f"{found.looked_at:,}" if some else "", "about": _about(found) if some else "", "reached": f"{found.reached:,}", "missed": f"{missed:,}" if missed else 0,
        "reasons": [_reason(reason, count) for reason, count in found.reasons.most_common()],
        "texts": [_text(text, count, programme) for text, count in found.texts.most_common(SHOWN)],
        "languages": _languages(found, programme), "drafts": any(DRAFT in text.text for text in found.texts),
        "cost": _cost(found, price), "others": max(0, len(found.texts) - SHOWN),
    }  # fmt: skip


def _about(found: Preview) -> str:
    """How many of all would get it, by those who were looked at: Wilson's interval, 95%."""
    share = wilson(found.reached, found.looked_at)
    if not share:
        return ""
    least, most = (_rounded(end * found.matching) for end in share)
    return f"{least:,} to {most:,}"


def _rounded(number: float) -> int:
    """To three figures: no better is it known."""
    step: int = 10 ** max(0, len(str(int(number))) - 3)
    return round(number / step) * step


def _cost(found: Preview, price: Decimal | None) -> str:
    """Of all, in proportion to those who were looked at."""
    parts = _parts(found)
    if not parts:
        return ""
    if found.looked_at == found.matching:
        return cost(parts, price)
    return f"About {cost(_rounded(parts * found.matching / found.looked_at), price)}"


def _parts(found: Preview) -> int:
    """How many SMS it takes for those who were looked at."""
    return sum(_size(text.text) * count for text, count in found.texts.items() if text.channel == "sms")


def _size(text: str) -> int:
    return sms(text.replace(DRAFT, "")).parts


def _languages(found: Preview, programme: Programme) -> list[dict[str, Any]]:
    """How many of each language read it in their own, reviewed; in a draft of it, which a live channel never says; in another."""
    rows: dict[str, Counter[str]] = {}
    for text, count in found.texts.items():
        how = "other" if text.language != text.said_in else "draft" if DRAFT in text.text else "own"
        rows.setdefault(text.language, Counter())[how] += count
    return [
        {"name": programme.language(tag).name if tag else "not known", "clients": row.total(), **{how: row[how] for how in HOW}}
        for tag, row in sorted(rows.items(), key=lambda one: -one[1].total())
    ]  # fmt: skip


def _reason(reason: str, count: int) -> dict[str, Any]:
    known = {**REASONS, **MORE}.get(reason, Reason(reason.replace("_", " ")))
    return {"count": f"{count:,}", "why": known.why, "todo": known.todo}


def _text(text: Text, count: int, programme: Programme) -> dict[str, Any]:
    known = programme.messages.get(text.message)
    other = text.said_in != text.language and text.language
    return {
        "language_name": programme.language(text.language).name if text.language else "not known", "tag": text.said_in,
        "instead": programme.language(text.said_in).name if other else "", "tier": text.tier, "tier_word": OPENNESS.get(text.tier, text.tier),
        "channel": Channel(text.channel).label, "count": f"{count:,}", "text": text.text.replace(DRAFT, ""), "draft": DRAFT in text.text, "review": known.review if known else "", "title": _title(text.message),
        "size": f"{_size(text.text)} SMS each" if text.channel == "sms" else "",
    }  # fmt: skip


def _title(wording: str) -> str:
    known = current().messages.get(wording)
    return known.title if known else wording
