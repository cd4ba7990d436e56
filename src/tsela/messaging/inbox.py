"""The way in: raw requests are kept first (M50), then become messages, answers and statuses, each exactly once."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone

from tsela.kernel.ids import is_uuid
from tsela.messaging import contacts, conversing, door, files, notices, settling
from tsela.messaging.channels import (
    AccountProblem,
    Channel,
    Failed,
    InboundMessage,
    Incoming,
    Notice,
    NumberChanged,
    OptedOut,
    Retry,
    StatusUpdate,
)
from tsela.messaging.channels.accounts import channel
from tsela.messaging.consent import in_hours, next_time
from tsela.messaging.locking import locked
from tsela.messaging.models import ContactPoint, Conversation, Inbound, Message
from tsela.messaging.readers import at_address, reader_of
from tsela.messaging.stopping import stop, suspend
from tsela.record.models import Client
from tsela.record.writer import write

log = logging.getLogger(__name__)
TRIES = 6  # then it stays kept, marked with its problem, and staff see it
OF_A_STATUS = ("status", "tries", "provider_id", "rest")  # most need no more of a message
AT_ONCE = 10  # requests read together
TOGETHER = 0.004  # seconds of work a commit: it waits for the disk, and on SQLite the door waits for both
AGAIN = (2, 10, 60, 600, 3600)  # seconds after the first, second … failure
STRANGER = "Nobody knows yet who this is"


class NotYet(Exception):
    """A status of a message whose own answer has not been stored yet."""


def process_due(limit: int = 50, now: datetime | None = None) -> int:
    """Process what was kept and not yet processed, and conversations whose time has come; how many of them."""
    door.take_over()
    now = now or timezone.now()
    conversing.make_ready()
    done = 0
    for some in (_process_some, _tick_one):
        while done < limit and (several := write(partial(some, now, limit - done))):
            done += several
    return done


def _process_some(now: datetime, most: int) -> int:
    """The oldest requests, as many as a short while allows, in one commit; each part of them holds or fails alone, and is
    known by its key when it comes again."""
    due = Inbound.objects.filter(Q(again_at=None) | Q(again_at__lte=now), processed_at=None).order_by("id")
    held: list[int] = []
    done, began = 0, perf_counter()
    with transaction.atomic():
        for row in locked(due)[: min(most, AT_ONCE)]:
            problems, done = _parts(row, now), done + 1
            if problems:
                _failed(row, problems, now)
            else:
                held.append(row.pk)
            if perf_counter() - began > TOGETHER:
                break
        if held:
            Inbound.objects.filter(pk__in=held).update(processed_at=now, tries=F("tries") + 1, problem="")
    return done


def _failed(row: Inbound, problems: list[str], now: datetime) -> None:
    """It comes again, later each time; after the last try staff see it."""
    row.tries += 1
    row.problem = "; ".join(problems)[:300]
    if row.tries < TRIES:
        row.again_at = now + timedelta(seconds=AGAIN[row.tries - 1])
    else:
        row.processed_at = now
    row.save()


def _parts(row: Inbound, now: datetime) -> list[str]:
    account = channel(row.account)
    if account is None:
        return [f"E712 {row.account}"]
    problems = []
    for part in account.parse(bytes(row.body)):
        try:
            with transaction.atomic():
                take(part, account, now)
        except NotYet as why:
            problems.append(f"not yet: {why}")
        except (OperationalError, InterfaceError):  # the database itself: the whole request comes again
            raise
        except Exception as error:
            log.exception("Part of request %s could not be processed", row.pk)
            problems.append(f"{type(error).__name__}: {error}")
    return problems


def take(part: Incoming, account: Channel, now: datetime) -> None:
    """One thing that happened, in the caller's transaction."""
    match part:
        case InboundMessage():
            hear(part, account, now)
        case StatusUpdate():
            _status(part, account, now)
        case NumberChanged(old):
            for contact in {*_at(account, old, old), *at_address(old)}:
                suspend(contact, because="number_changed", now=now)
        case OptedOut(address):
            for contact in _at(account, address):
                stop(contact, now=now, tell=False)
        case AccountProblem(code, problem):
            settling.pause(account.account, now + settling.CLOSED, problem, now, code)
        case Notice(code, problem):
            log.warning("%s %s: %s", account.account, code, problem)
            notices.keep(account.account, part, now)


def hear(part: InboundMessage, account: Channel, now: datetime) -> None:
    """What she wrote: kept, then answered by the flow or put before a person. The second time it comes, nothing happens."""
    key = f"in:{account.account}:{part.provider_id}"[:240]
    if Message.objects.filter(key=key).exists():
        return
    contact = contact_at(account, part, now)
    conversation = conversing.of(contact)
    conversing.catch_up(conversation)
    at = min(part.at or now, now)
    media = [{name: part.event[name] for name in ("media", "location", "choice") if part.event.get(name)}]
    message = Message.objects.create(
        key=key, contact=contact, outgoing=False, account=account.account, provider_id=part.provider_id[:200], due_at=at,
        text=str(part.event.get("text") or "").replace("\0", ""), parts=[one for one in media if one],
        status=Message.Status.RECEIVED,
    )  # fmt: skip
    if isinstance(part.event.get("media"), dict):
        files.expect(message, part.event["media"], now)
    contact.last_inbound_at = max(filter(None, (contact.last_inbound_at, at)))
    ContactPoint.objects.filter(pk=contact.pk).update(last_inbound_at=contact.last_inbound_at)
    _answer(conversation, part, key, now)


def contact_at(account: Channel, part: InboundMessage, now: datetime) -> ContactPoint:
    """Whose address it is: known here; else of the one client who has this number on another channel, or had another with this
    WhatsApp; else of nobody yet."""
    known = list(_at(account, part.address, part.user_id))
    left = [one for one in known if _has_left(one, part)]
    here = [one for one in known if one not in left]
    if here:
        return _changed(max(here, key=_spoken_with) if len(here) > 1 else here[0], part, now)
    for one in left:  # whoever has that number next must read nothing of hers
        suspend(one, because="number_changed", now=now)
    country = contacts.country_of(part.address) or min(account.countries, default="")
    clients = {other.client for other in (*left, *at_address(part.address)) if other.client}
    contact = ContactPoint.objects.create(
        channel=account.kind,
        address=part.address,
        user_id=part.user_id,
        country=country,
        name=part.name[:80],
    )
    client = Client.objects.filter(pk=clients.pop()).first() if len(clients) == 1 else None
    return contacts.belongs(contact, client.pk, now) if client else contact


def _answer(conversation: Conversation, part: InboundMessage, key: str, now: datetime) -> None:
    contact, text = conversation.contact, str(part.event.get("text") or "")
    if contact.stopped_at and conversing.is_stop(conversation, text):
        ContactPoint.objects.filter(pk=contact.pk).update(stopped_at=now)  # what she wrote between is over
        return
    if contact.stopped_at or contact.suspended_at:
        why = (
            "She wrote after she had said stop"
            if contact.stopped_at
            else "Wrote from a number that is suspended"
        )
        urgent = conversing.is_danger(conversation, text)
        conversing.hand_over(conversation, queue="contacts", because=why, urgent=urgent, now=now)
        conversation.save()
        return
    if conversation.held_by == Conversation.With.CLOSED:
        conversation.held_by = Conversation.With.FLOW
    if part.to == "person":
        why = f"Sent what no flow can answer: {part.type}"
        conversing.hand_over(conversation, queue="support", because=why, now=now)
        conversation.save()
    elif part.to == "flow":
        conversing.converse(conversation, {"kind": "message", **part.event}, key=key, now=now)


def _status(part: StatusUpdate, account: Channel, now: datetime) -> None:
    message = _ours(part, account)
    if message is None:
        raise NotYet(part.provider_id)
    at = min(part.at or now, now)
    if not settling.of_this_try(message, part.status, part.attempt, part.provider_id):
        return
    if part.status != "failed":
        settling.went(message, part.status, at, part.provider_id, part.cost)
    elif message.status in settling.BEFORE["failed"]:
        match part.outcome:
            case Retry(problem, after):
                settling.again(message, problem, now, after or 0)
            case AccountProblem(code, problem):
                settling.pause(account.account, now + settling.CLOSED, problem, now, code)
                settling.again(message, problem, now, 0)
            case Failed() as why:
                settling.failed(message, why, now)
            case None:
                settling.fall_back(message, "rejected", "The provider did not say why.", now)


def _ours(part: StatusUpdate, account: Channel) -> Message | None:
    """By our own id where it came back, else by the provider's."""
    by_its_own = Q(provider_id=part.provider_id, account=account.account)
    mine = Q(pk=part.message_id) if is_uuid(part.message_id) else by_its_own
    return locked(Message.objects.filter(mine, outgoing=True).only(*OF_A_STATUS)).first()


def _at(account: Channel, address: str, user_id: str = "") -> Iterable[ContactPoint]:
    here = Q(address=address) | (Q(user_id=user_id) if user_id else Q(pk=None))
    return ContactPoint.objects.filter(here, channel=account.kind).order_by("pk")


def _spoken_with(contact: ContactPoint) -> tuple[bool, str]:
    """Of several clients who share an address, the one to whom we wrote last."""
    last = Message.objects.filter(contact=contact, outgoing=True).order_by("-created_at").first()
    return contact.suspended_at is None, last.created_at.isoformat() if last else ""


def _has_left(contact: ContactPoint, part: InboundMessage) -> bool:
    """Whether she writes from another number than this one, known by WhatsApp's own name of her."""
    return (
        contact.address != part.address and contact.address.startswith("+") and part.address.startswith("+")
    )


def _changed(contact: ContactPoint, part: InboundMessage, now: datetime) -> ContactPoint:
    """WhatsApp knows her by a name of its own, which stays: another one at her number is somebody else."""
    if part.user_id and contact.user_id and contact.user_id != part.user_id:
        suspend(contact, because="unknown_reader", now=now)
    if part.user_id and contact.user_id != part.user_id:
        contact.user_id = part.user_id
        ContactPoint.objects.filter(pk=contact.pk).update(user_id=contact.user_id)
    return contact


def _tick_one(now: datetime, most: int = 1) -> int:
    """A conversation that waited for this moment goes on."""
    with transaction.atomic():
        row = locked(Conversation.objects.filter(timer_at__lte=now).order_by("timer_at")).first()
        if row is None:
            return 0
        at, row.timer_at = row.timer_at, None
        reader = reader_of(row.contact, ())
        if reader.stopped or reader.suspended:
            row.save(update_fields=["timer_at"])
        elif not in_hours(reader, now):  # she has asked nothing just now: her phone keeps still
            row.timer_at = next_time(reader, now, "hours")
            row.save(update_fields=["timer_at"])
        else:
            _go_on(row, key=f"timer:{row.pk}:{at:%Y%m%d%H%M%S}", now=now)
    return 1


def _go_on(conversation: Conversation, key: str, now: datetime) -> None:
    """A flow that breaks here is put before a person: it must not hold up those whose time comes after."""
    try:
        with transaction.atomic():
            conversing.converse(conversation, {"kind": "timer"}, key=key, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("Conversation %s could not go on", conversation.pk)
        conversation.refresh_from_db()
        conversation.timer_at = None
        conversing.hand_over(
            conversation, queue="support", because="The conversation could not go on by itself", now=now
        )
        conversation.save()
