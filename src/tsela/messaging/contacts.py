"""Keeps contact points and consents as the record says them; can be made again at any time (MESSAGES M30)."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tsela.access import policy
from tsela.access.models import Staff
from tsela.access.system import STAFF
from tsela.kernel.errors import fail
from tsela.messaging import reminders, writing
from tsela.messaging.consent import local
from tsela.messaging.models import Consent, ContactPoint
from tsela.messaging.points import FORMS, Point, points, tidy_number
from tsela.messaging.queue import cancel
from tsela.messaging.stopping import stop
from tsela.record.follow import positions
from tsela.record.models import Client, Event
from tsela.record.programme import current
from tsela.record.queries import clients_in, decode
from tsela.record.writer import write

TOGETHER = 200  # clients read and stored together
FOLLOWER = "contacts"  # of the log, by which events come here


class Projected:
    """New contact points of some clients, to be stored. `sites`: whose numbers must not have moved until they are."""

    def __init__(self, clients: Iterable[str]) -> None:
        self.clients = {client.pk: client for client in Client.objects.filter(pk__in=list(clients))}
        self.sites = {client.home for client in self.clients.values()}
        self.points = points_of(self.clients)

    def store(self) -> None:
        """Bring the rows of these clients, and the reminders that depend on them, up to date. Within a transaction."""
        rows = list(ContactPoint.objects.filter(client__in=list(self.clients)))
        known = {(row.client, row.channel, row.address): row for row in rows}
        strangers = self._strangers()
        found = [
            (_row(client, point, known, strangers), point)
            for id, client in self.clients.items()
            for point in self.points.get(id, ())
        ]
        kept = {row.pk for row, _ in found}
        ContactPoint.objects.bulk_create([row for row, _ in found if row._state.adding], batch_size=100)
        _store_consents({row.pk: point for row, point in found}, [row.pk for row in rows])
        _leave([row.pk for row in rows if row.pk not in kept])
        children = Client.objects.filter(mother__in=list(self.clients)).values_list("pk", flat=True)
        reminders.refresh({*self.clients, *children}, timezone.now())

    def _strangers(self) -> dict[tuple[str, str], ContactPoint]:
        """Addresses from which somebody wrote before anybody knew who she was: her conversation stays with her."""
        addresses = {point.address for some in self.points.values() for point in some}
        rows = ContactPoint.objects.filter(client=None, address__in=addresses)
        return {(row.channel, row.address): row for row in rows}


def follow(events: list[dict[str, Any]], today: date) -> Projected:
    """Whoever is named in these events."""
    return Projected({event["client"] for event in events})


def behind(clients: Iterable[str | None]) -> frozenset[str]:
    """Of whom the log says something new of this that is not carried on yet. What the server itself wrote holds at once."""
    places = positions(FOLLOWER)
    said = Event.objects.filter(client__in={client for client in clients if client}, form__in=FORMS)
    rows = list(said.values_list("pk", "site", "seq"))
    new = [id for id, site, seq in rows if seq > places.get(site, seq)]
    bodies = Event.objects.filter(pk__in=new).values_list("client", "body") if new else ()
    return frozenset(client for client, body in bodies if decode(body)["author"] != STAFF)


def rebuild() -> int:
    """Make all contact points and consents again from the log; how many clients have one."""
    ids = sorted(set(Event.objects.filter(form__in=FORMS).values_list("client", flat=True)))
    found = 0
    for start in range(0, len(ids), TOGETHER):
        projected = Projected(ids[start : start + TOGETHER])
        write(partial(_store, projected))
        found += sum(bool(some) for some in projected.points.values())
    return found


def _store(projected: Projected) -> None:
    with transaction.atomic():
        projected.store()


def points_of(clients: Mapping[str, Client]) -> dict[str, list[Point]]:
    """Each client's contact points, read from the log."""
    rows = Event.objects.filter(client__in=list(clients), form__in=FORMS).order_by("client", "seq")
    bodies = rows.values_list("client", "body")
    return {
        client: points((decode(body) for _, body in group), calling_code)
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
    return belongs(contact, client, timezone.now())


def belongs(contact: ContactPoint, client: str, now: datetime) -> ContactPoint:
    """Her record gets this contact point, and what was agreed here before anybody knew who she is; a STOP, too."""
    answers = {"channel": contact.channel, "address": contact.address, "owner": "unknown", "in_use": "yes"}
    writing.write(client, "contact_point", answers, mode="system", now=now)
    for consent in contact.consents.filter(event=None):
        granted = "yes" if consent.granted else "no"
        given = {"purpose": consent.purpose, "granted": granted, "text_version": consent.text_version}
        here = {"channel": contact.channel} if consent.granted else {}
        writing.write(client, "consent", given | here, now=now)
    Projected([client]).store()
    found = ContactPoint.objects.get(client=client, channel=contact.channel, address=contact.address)
    if contact.stopped_at:
        ContactPoint.objects.filter(pk=found.pk).update(
            stopped_at=None
        )  # as if she said it now, known by name
        stop(found, now=now, tell=False)
    return found


def _row(
    client: Client,
    point: Point,
    known: Mapping[tuple[Any, str, str], ContactPoint],
    strangers: dict[tuple[str, str], ContactPoint],
) -> ContactPoint:
    """The row of a point, saved where it was there and has changed; else new, and not saved."""
    row = known.get((client.pk, point.channel, point.address)) or strangers.pop(
        (point.channel, point.address), None
    )
    row = row or ContactPoint(channel=point.channel, address=point.address)
    before = dict(vars(row))
    row.client, row.site, row.caseload, row.country = client.pk, client.home, client.caseload, client.home[:2]
    row.owner, row.readers_know, row.tier = point.owner, point.readers_know, point.tier
    row.name, row.language, row.code_word = point.name, _language(row, point), point.code_word
    row.hours_from, row.hours_to = point.hours
    row.born_on, row.assent = point.born_on, point.assent
    _stop_or_go(row, point)
    if not row._state.adding and vars(row) != before:
        row.save()
    return row


def _language(row: ContactPoint, point: Point) -> str:
    """As her record says, unless she chose for herself since it said so."""
    hers = row.language_chosen_at and (
        point.language_since is None or point.language_since <= row.language_chosen_at
    )
    return row.language if hers or not point.language else point.language


def _stop_or_go(row: Any, point: Point) -> None:
    """STOP holds until her record has a later consent; a suspension, until somebody vouches for the address anew.

    What was read may be older than a STOP of this very moment: its event is not among `point.stops` then, and it stays.
    """
    messages = point.consents.get("messages")
    if point.stopped_by:
        row.stopped_by, row.stopped_at = point.stopped_by, row.stopped_at or timezone.now()
    elif row.stopped_at and messages and messages.granted:
        stopped_on = local(row.stopped_at, writing.zone_of(row.country)).date()
        later = row.stopped_by in point.stops if row.stopped_by else messages.given_on >= stopped_on
        row.stopped_at, row.stopped_by = (None, None) if later else (row.stopped_at, row.stopped_by)
    if point.ended and not row.suspended_at:
        row.suspended_at, row.suspended_because = timezone.now(), point.ended
    elif not point.ended and row.vouched_by and row.vouched_by != point.vouched_by:
        row.suspended_at, row.suspended_because = None, ""
    row.vouched_by = point.vouched_by


def _store_consents(points: Mapping[str, Point], all_rows: list[str]) -> None:
    """The consents of these rows, by id, and of nothing else."""
    there = {
        (one.contact_id, one.purpose): one for one in Consent.objects.filter(contact__in=[*points, *all_rows])
    }
    wanted = {
        (id, purpose): answer for id, point in points.items() for purpose, answer in point.consents.items()
    }
    gone = [one.pk for key, one in there.items() if key not in wanted]
    changed = [
        key
        for key, answer in wanted.items()
        if key in there and (there[key].event, there[key].granted) != (answer.event, answer.granted)
    ]
    Consent.objects.filter(pk__in=[*gone, *(there[key].pk for key in changed)]).delete()
    Consent.objects.bulk_create(
        [
            Consent(contact_id=id, purpose=purpose, **asdict(wanted[id, purpose]))
            for id, purpose in wanted
            if (id, purpose) not in there or (id, purpose) in changed
        ],
        batch_size=100,
    )


def _leave(ids: list[str]) -> None:
    """What her record no longer names: what was said there stays, and nothing more is said."""
    if ids:
        ContactPoint.objects.filter(pk__in=ids, suspended_at=None).update(
            suspended_at=timezone.now(), suspended_because="number_changed"
        )
        cancel(Q(contact__in=ids), because="suspended")


def known_number(address: str, country: str) -> str:
    """An address as contact points write it: a telephone number in its international form, anything else as it is."""
    return tidy_number(address, calling_code(country)) or address[:80]
