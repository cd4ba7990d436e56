"""A contact point as decisions see it: who reads there, in which country, at which hour, in which language."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from tsela.messaging.channels import Channel
from tsela.messaging.channels.accounts import route
from tsela.messaging.consent import WAITS, Reader, Saying, may_send
from tsela.messaging.models import ContactPoint
from tsela.messaging.speech import Listener, read_in
from tsela.messaging.writing import zone_of
from tsela.programme.countries import ADULT
from tsela.record.programme import current


def at_address(address: str) -> QuerySet[ContactPoint]:
    """Who is at an address, on any channel, and has not left it for another."""
    return _staying().filter(address=address)


def _staying() -> QuerySet[ContactPoint]:
    return ContactPoint.objects.exclude(suspended_because="number_changed")


def shared_addresses(contacts: Iterable[ContactPoint]) -> frozenset[str]:
    """Of those addresses that are said to be somebody's own, where it matters: the ones at which two clients are."""
    own = {one.address for one in contacts if one.owner == "own" and (one.tier != "covert" or one.assent)}
    if not own:
        return frozenset()
    here = _staying().filter(address__in=own).exclude(client=None)
    several = here.values("address").annotate(clients=Count("client", distinct=True)).filter(clients__gt=1)
    return frozenset(several.values_list("address", flat=True))


def reader_of(
    contact: ContactPoint, consents: Iterable[str] | None = None, shared: Collection[str] | None = None
) -> Reader:
    """Consents are those named, or those of the row. `shared` addresses are nobody's own; they are looked up where not given."""
    if shared is None:
        shared = shared_addresses([contact])
    if consents is None:
        consents = (consent.purpose for consent in contact.consents.all() if consent.granted)
    known = current(contact.site).countries.get(contact.country)
    stopped, wrote = contact.stopped_at, contact.last_inbound_at
    return Reader(
        consents=frozenset(consents),
        agreed=contact.tier,
        owner="shared" if contact.owner == "own" and contact.address in shared else contact.owner,
        readers_know=contact.readers_know,
        born_on=contact.born_on,
        adult_age=known.consent_age if known else ADULT,
        assent=contact.assent,
        hours=(contact.hours_from, contact.hours_to),
        zone=zone_of(contact.country),
        stopped=stopped is not None,
        again=stopped is not None and wrote is not None and wrote > stopped,
        suspended=contact.suspended_at is not None,
        wrote_at=wrote,
    )


def listener_of(contact: ContactPoint, channel: Channel | None) -> Listener:
    """`channel` None: as if people received it."""
    live = channel is None or channel.live
    return Listener(contact.language, contact.country, contact.channel, live)


def read_by(contact: ContactPoint) -> set[str]:
    """The languages in which her phone may be read."""
    return set(read_in(current(contact.site), contact.language, contact.country))


def values_of(contact: ContactPoint, given: dict[str, Any]) -> dict[str, Any]:
    """The values of placeholders (M10) that every message to her can have, under those given."""
    country = current(contact.site).countries.get(contact.country)
    facts = country.facts if country else {}
    own = {"name": contact.name, "code_word": contact.code_word}
    own |= {
        name: facts[key].value
        for name, key in (("emergency", "emergency_number"), ("helpline", "helpline"))
        if key in facts
    }
    return {**own, **given}


def best(
    contacts: Iterable[ContactPoint], purpose: str, now: datetime, consents: Iterable[str] | None = None
) -> ContactPoint | None:
    """The contact point at which she may be told something of this purpose: WhatsApp before SMS. `consents` as in reader_of."""
    order = {"whatsapp": 0, "sms": 1}
    for contact in sorted(
        (one for one in contacts if one.channel in order), key=lambda one: (order[one.channel], one.pk)
    ):
        if route(contact.channel, contact.country) and not lasting_reason(contact, purpose, now, consents):
            return contact
    return None


def lasting_reason(
    contact: ContactPoint, purpose: str, now: datetime, consents: Iterable[str] | None = None
) -> str:
    """Why nothing of this purpose may be sent here, hours and limits apart; blank where it may. Who else is at the address is
    asked when it leaves."""
    reason = may_send(reader_of(contact, consents, ()), Saying(purpose=purpose), now)
    return "" if reason in WAITS else reason
