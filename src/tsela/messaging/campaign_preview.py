"""What would come of a campaign if it went now: who would get it, in which words, and who not, and why.

Of very many, the first so many by lot are looked at one by one, as sending looks at them; the others are only counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tsela.messaging.campaigns import Lot, wording_of
from tsela.messaging.channels.accounts import route
from tsela.messaging.consent import WAITS, Saying, may_send, text_tier
from tsela.messaging.models import Campaign, ContactPoint
from tsela.messaging.readers import best, lasting_reason, listener_of, reader_of, values_of
from tsela.messaging.speech import speak_message, template_of
from tsela.record.programme import current

REASONS = ("stopped", "suspended", "no_consent", "minor")  # the last comes nearest to being told
CHANNELS = ("whatsapp", "sms")
LOOKED_AT = 5_000  # clients: a share of them is known to within 1.4 percentage points (95%)


class Text(NamedTuple):
    """What some would read, and how many."""

    message: str
    language: str  # hers
    said_in: str  # that of the words
    tier: str
    channel: str
    text: str


@dataclass
class Preview:
    """Of clients of whom the condition holds, `looked_at` were looked at. `reasons`: why some of these would get nothing (M33,
    and `no_contact`, `no_account`)."""

    matching: int = 0
    looked_at: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    texts: Counter[Text] = field(default_factory=Counter)

    @property
    def reached(self) -> int:
        return self.texts.total()

    def as_stored(self) -> dict[str, Any]:
        texts = [[*text, count] for text, count in self.texts.items()]
        return {
            "matching": self.matching,
            "looked_at": self.looked_at,
            "reasons": dict(self.reasons),
            "texts": texts,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Preview":
        texts = Counter({Text(*text): count for *text, count in stored["texts"]})
        return cls(stored["matching"], stored["looked_at"], Counter(stored["reasons"]), texts)


def preview(campaign: Campaign, audience: Iterable[Sequence[Lot]], now: datetime) -> Preview:
    """What would happen if it went now."""
    found = Preview()
    for lots in audience:
        found.matching += len(lots)
        some = lots[: LOOKED_AT - found.looked_at]
        found.looked_at += len(some)
        contacts = _contacts(one.client for one in some)
        for one in some:
            hers = contacts.get(one.client, [])
            text, why = _told(campaign, wording_of(campaign, one.lot), hers, now)
            if text:
                found.texts[text] += 1
            else:
                found.reasons[why] += 1
    return found


def keep(campaign: Campaign, audience: Iterable[Sequence[Lot]], now: datetime) -> None:
    """Look, and keep what was seen for who asked."""
    found = preview(campaign, audience, now)
    Campaign.objects.filter(pk=campaign.pk).update(
        preview=found.as_stored(), previewed_at=now, preview_wanted=False
    )


def _told(
    campaign: Campaign, wording: str, hers: Sequence[ContactPoint], now: datetime
) -> tuple[Text | None, str]:
    """What one would read, by SMS where WhatsApp may not say it now (M52); else why she would get nothing."""
    why = ""
    for some in (hers, [one for one in hers if one.channel == "sms"]):
        contact = best(some, campaign.purpose, now)
        if contact is None:
            return None, why or _why_not(hers, campaign.purpose, now)
        text, why = _text(campaign, wording, contact, now)
        if not why:
            return text, ""
    return None, why


def _contacts(clients: Iterable[str]) -> Mapping[str, list[ContactPoint]]:
    found: dict[str, list[ContactPoint]] = {}
    rows = ContactPoint.objects.filter(client__in=list(clients), channel__in=CHANNELS)
    for contact in rows.prefetch_related("consents"):
        found.setdefault(contact.client or "", []).append(contact)
    return found


def _why_not(contacts: Sequence[ContactPoint], purpose: str, now: datetime) -> str:
    """The reason of the contact point that comes nearest to being told."""
    if not contacts:
        return "no_contact"
    reasons = [lasting_reason(contact, purpose, now) for contact in contacts]
    return next((reason for reason in reversed(REASONS) if reason in reasons), "no_account")


def _text(campaign: Campaign, wording: str, contact: ContactPoint, now: datetime) -> tuple[Text, str]:
    """In which words, and why those would be withheld for good, if they would (as `deciding`)."""
    programme, reader = current(contact.site), reader_of(contact)
    message = programme.messages[wording]
    to = listener_of(contact, route(contact.channel, contact.country))
    free = contact.channel != "whatsapp" or reader.answering(now)
    tier = text_tier(reader, now, asked=False) if free else "covert"
    names = values_of(contact, campaign.values)
    if contact.name:
        names["name"] = "(her name)"
    said = speak_message(programme, message, tier, names, to)
    text = "\n".join(body.text for body in said.bodies)
    saying = Saying(
        purpose=campaign.purpose,
        tier=said.tier,
        reviewed=said.reviewed,
        empty=said.empty,
        reachable=free or template_of(programme, message, names, to) is not None,
    )
    why = may_send(reader, saying, now)
    if why in ("", *WAITS):
        why = "tells" if said.tells else ""
    return Text(wording, contact.language, said.language, said.tier, contact.channel, text), why
