"""The end of talking: she said stop (M41), or nobody knows who reads what we send (M33)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tsela.access.models import Staff
from tsela.messaging import queries, readers, writing
from tsela.messaging.models import CallTask, Consent, ContactPoint, Conversation
from tsela.messaging.queue import cancel, enqueue

FAREWELL = "farewell"  # purpose of the one thing that is still said to who has said stop, or that she is somebody else
STOPPABLE_CALLS = ("reminders", "adherence", "enrolment", "support")  # not those about a danger


def stop(contact: ContactPoint, *, now: datetime, tell: bool = True) -> bool:
    """End it all, at once: every consent of whoever is at this address and of all their addresses, all that waits, all calls.

    Her record gets the ended consents. She is told once, covertly (unless the provider stopped it, and nothing can be sent);
    a second STOP says nothing more. Whether it was the first.
    """
    with transaction.atomic():
        everywhere = _hers(contact)
        first = ContactPoint.objects.filter(pk=contact.pk, stopped_at=None).exists()
        clients = sorted({client for client in everywhere.values_list("client", flat=True) if client})
        if first:
            for client in clients:
                everywhere.filter(client=client).update(stopped_by=writing.refuse_everything(client, now))
        _still(everywhere, now)
        if first and tell:
            enqueue(
                contact, key=f"stop:{contact.id}:{now:%Y%m%d%H%M%S%f}", message="stop_confirmed", due_at=now
            )
    contact.refresh_from_db()
    return first


def suspend(contact: ContactPoint, *, because: str, now: datetime) -> None:
    """Send nothing here until somebody has looked: number_changed, not_delivered, unknown_reader. Her Mentor Mother sees it. Who
    else has the number reads what comes there by any channel; what does not arrive by one may arrive by another."""
    same = Q(pk=contact.pk)
    if contact.client and because != "not_delivered":
        same |= Q(client=contact.client, address=contact.address)
    with transaction.atomic():
        ids = list(ContactPoint.objects.filter(same).values_list("pk", flat=True))
        ContactPoint.objects.filter(pk__in=ids, suspended_at=None).update(
            suspended_at=now, suspended_because=because
        )
        cancel(Q(contact__in=ids), because="suspended")
        Conversation.objects.update_or_create(
            contact=contact,
            defaults={
                "held_by": "person",
                "queue": "contacts",
                "because": because,
                "waiting_since": now,
            },
        )
    contact.refresh_from_db()


def resume(contact: ContactPoint, *, by: Staff) -> None:
    """Somebody has made sure that it is she who reads it."""
    queries.require_contact(by, contact)
    ContactPoint.objects.filter(pk=contact.pk).update(suspended_at=None, suspended_because="")
    contact.refresh_from_db()


def _hers(contact: ContactPoint) -> QuerySet[ContactPoint]:
    """Whoever is at this address, on any channel, and all their contact points. What one of two who share a phone says ends
    it for both: better one message too few."""
    here = readers.at_address(contact.address)
    clients = {one.client for one in here if one.client} | ({contact.client} if contact.client else set())
    same = Q(pk=contact.pk) | Q(pk__in=[one.pk for one in here]) | Q(client__in=clients)
    return ContactPoint.objects.filter(same)


def _still(everywhere: QuerySet[ContactPoint], now: datetime) -> None:
    ids = list(everywhere.values_list("pk", flat=True))
    ContactPoint.objects.filter(pk__in=ids, stopped_at=None).update(stopped_at=now)
    Consent.objects.filter(contact__in=ids).update(granted=False, given_on=timezone.localdate(now))
    cancel(Q(contact__in=ids), because="stopped")
    Conversation.objects.filter(contact__in=ids).update(state={}, timer_at=None)
    CallTask.objects.filter(contact__in=ids, queue__in=STOPPABLE_CALLS, done_at=None).update(
        done_at=now, outcome="stopped"
    )
