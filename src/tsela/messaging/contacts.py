"""Keeps contact points and consents as the record says them; can be made again at any time (MESSAGES M30)."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.utils import timezone

from tsela.access import policy
from tsela.access.models import Staff
from tsela.kernel.errors import fail
from tsela.messaging import writing
from tsela.messaging.models import Consent, ContactPoint
from tsela.messaging.points import FORMS, Point, points, tidy_number
from tsela.messaging.queue import cancel
from tsela.record.models import Client, Event
from tsela.record.programme import current
from tsela.record.queries import clients_in, decode

TOGETHER = 200  # clients read and stored together


class Projected:
    """New contact points of some clients, to be stored. `sites`: whose numbers must not have moved until they are."""

    def __init__(self, clients: Iterable[str]) -> None:
        self.clients = {client.pk: client for client in Client.objects.filter(pk__in=list(clients))}
        self.sites = {client.home for client in self.clients.values()}
        self.points = points_of(self.clients)

    def store(self) -> None:
        """Bring the rows of these clients up to date. To be called within a transaction."""
        rows = list(ContactPoint.objects.filter(client__in=list(self.clients)).order_by("client"))
        known = {(row.client, row.channel, row.address): row for row in rows}
        for id, client in self.clients.items():
            kept = {_keep(client, point, known) for point in self.points.get(id, ())}
            _leave([row for row in rows if row.client == id and row.pk not in kept])


def follow(events: list[dict[str, Any]], today: date) -> Projected:
    """Whoever is named in these events."""
    return Projected({event["client"] for event in events})


def rebuild() -> int:
    """Make all contact points and consents again from the log; how many clients have one."""
    ids = sorted(set(Event.objects.filter(form__in=FORMS).values_list("client", flat=True)))
    found = 0
    for start in range(0, len(ids), TOGETHER):
        projected = Projected(ids[start : start + TOGETHER])
        projected.store()
        found += sum(bool(some) for some in projected.points.values())
    return found


def points_of(clients: Mapping[str, Client]) -> dict[str, list[Point]]:
    """Each client's contact points, read from the log."""
    rows = Event.objects.filter(client__in=list(clients), form__in=FORMS).order_by("client", "seq")
    bodies = rows.values_list("client", "body")
    return {
        client: points((decode(body) for _, body in group), calling_code(clients[client].home[:2]))
        for client, group in groupby(bodies, key=lambda row: row[0])
    }


def calling_code(country: str) -> str:
    """What stands before a country's telephone numbers; blank where the programme does not say."""
    known = current().countries.get(country)
    return known.calling_code if known else ""


def country_of(address: str) -> str:
    """The country of a telephone number, as the programme knows calling codes; blank where it does not."""
    found = [
        (len(one.calling_code), one.code)
        for one in current().countries.values()
        if one.calling_code and address.startswith(f"+{one.calling_code}")
    ]
    return max(found)[1] if found else ""


def link(contact: ContactPoint, client: str, *, by: Staff) -> ContactPoint:
    """Who writes from this address is this client: her record says so, and the contact point is hers. E503, E743."""
    if not clients_in(policy.scope(by)).filter(pk=client).exists():
        fail("E503", name=by.name, role=by.get_role_display(), action=str(policy.Action.INBOX))
    if contact.client and contact.client != client:
        fail("E743")
    answers = {"channel": contact.channel, "address": contact.address, "owner": "unknown", "in_use": "yes"}
    writing.write(client, "contact_point", answers, mode="system")
    Projected([client]).store()
    return ContactPoint.objects.get(client=client, channel=contact.channel, address=contact.address)


def _keep(client: Client, point: Point, known: dict[tuple[Any, str, str], ContactPoint]) -> str:
    row = known.get((client.pk, point.channel, point.address)) or _adopted(client, point) or ContactPoint()
    row.client, row.site, row.caseload, row.country = client.pk, client.home, client.caseload, client.home[:2]
    row.channel, row.address, row.owner, row.readers_know = (
        point.channel,
        point.address,
        point.owner,
        point.readers_know,
    )
    row.name, row.language, row.tier, row.code_word = point.name, point.language, point.tier, point.code_word
    row.hours_from, row.hours_to = point.hours
    row.born_on, row.assent = point.born_on, point.assent
    _stop_or_go(row, point)
    row.save()
    _consents(row, point)
    return row.pk


def _adopted(client: Client, point: Point) -> ContactPoint | None:
    """She wrote to us before anybody knew who she was: her conversation stays with her."""
    return ContactPoint.objects.filter(channel=point.channel, address=point.address, client=None).first()


def _stop_or_go(row: ContactPoint, point: Point) -> None:
    """STOP holds until her record has a later consent; a suspension, until somebody vouches for the address anew.

    What was read may be older than a STOP of this very moment: its event is not among `point.stops` then, and it stays.
    """
    messages = point.consents.get("messages")
    if point.stopped_by:
        row.stopped_by, row.stopped_at = point.stopped_by, row.stopped_at or timezone.now()
    elif row.stopped_at and messages and messages.granted:
        later = (
            row.stopped_by in point.stops if row.stopped_by else messages.given_on >= row.stopped_at.date()
        )
        row.stopped_at, row.stopped_by = (None, None) if later else (row.stopped_at, row.stopped_by)
    if not point.in_use and not row.suspended_at:
        row.suspended_at, row.suspended_because = timezone.now(), "number_changed"
    elif point.in_use and row.vouched_by and row.vouched_by != point.vouched_by:
        row.suspended_at, row.suspended_because = None, ""
    row.vouched_by = point.vouched_by


def _consents(row: ContactPoint, point: Point) -> None:
    Consent.objects.filter(contact=row).exclude(purpose__in=list(point.consents)).delete()
    for purpose, answer in point.consents.items():
        Consent.objects.update_or_create(
            contact=row,
            purpose=purpose,
            defaults={
                "granted": answer.granted, "text_version": answer.text_version, "given_on": answer.given_on,
                "event": answer.event,
            },
        )  # fmt: skip


def _leave(rows: list[ContactPoint]) -> None:
    """What her record no longer names: what was said there stays, and nothing more is said."""
    ids = [row.pk for row in rows]
    Consent.objects.filter(contact__in=ids).delete()
    ContactPoint.objects.filter(pk__in=ids, suspended_at=None).update(
        suspended_at=timezone.now(), suspended_because="number_changed"
    )
    cancel(Q(contact__in=ids), because="suspended")


def known_number(address: str, country: str) -> str:
    """An address as contact points write it: a telephone number in its international form, anything else as it is."""
    return tidy_number(address, calling_code(country)) or address[:80]
