"""Who of very many may be told something, and where.

The rules are those for one (readers.best), asked once for all contact points that are alike to them: of a million there are
some thousand kinds.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any

from django.db.models import Case, F, QuerySet, When

from tsela.messaging.consent import PURPOSES
from tsela.messaging.models import ContactPoint
from tsela.messaging.readers import best
from tsela.programme.countries import ADULT
from tsela.record.programme import all_in_force

SEEN = ("channel", "country", "site", "owner", "readers_know", "tier", "assent")  # by the rules; and `young`
KINDS = 50_000  # of contact points whose answer is kept: bounds the memory, not the number of sites


class Reach:
    """Of messages of one purpose, at one moment."""

    def __init__(self, purpose: str, now: datetime) -> None:
        consent = PURPOSES.get(purpose, "messages")
        self.now = now
        self._may_be_told = lru_cache(KINDS)(partial(_may_be_told, purpose, now, frozenset({consent})))
        agreed = ContactPoint.objects.filter(
            consents__purpose=consent, consents__granted=True, stopped_at=None, suspended_at=None
        )
        self._rows = agreed.annotate(young=_young(now)).values_list("client", "pk", *SEEN, "young")

    def of(self, clients: Iterable[str]) -> dict[str, str]:
        """Client → the contact point at which she may be told, WhatsApp before SMS; who cannot be told is not there."""
        found: dict[str, str] = {}
        for client, contact, *seen in sorted(self.agreed(clients), key=_in_order):
            if client not in found and self._may_be_told(*seen):
                found[client] = contact
        return found

    def agreed(self, clients: Iterable[str]) -> QuerySet[ContactPoint, Any]:
        """Theirs that agreed, in no order: a database that is asked about channels would read all that it has for it."""
        return self._rows.filter(client__among=clients)


def _in_order(row: Sequence[Any]) -> tuple[bool, str]:
    """WhatsApp first, as in readers.best."""
    _, contact, channel, *_ = row
    return channel != "whatsapp", contact


def _may_be_told(purpose: str, now: datetime, consents: Collection[str], *seen: Any) -> bool:
    *others, born_on = seen
    contact = ContactPoint(**dict(zip(SEEN, others, strict=True)), born_on=born_on)
    return best([contact], purpose, now, consents) is not None


def _young(now: datetime) -> Case:
    """Her day of birth, if she could be a minor in some country; else nothing, so that all women are alike."""
    ages = [country.consent_age for programme in all_in_force() for country in programme.countries.values()]
    grown_up = date(now.year - max([ADULT, *ages]) - 2, 1, 1)  # with years to spare: the rules say who is
    return Case(When(born_on__gte=grown_up, then=F("born_on")))
