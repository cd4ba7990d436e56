"""The way out: what is due is marked as being sent, sent, and settled (M51, M52). A crash at any point sends nothing twice.

Marking commits before the provider is asked, settling after it answered; between the two only the provider knows, and its
statuses tell (settling). Providers are asked from threads of their own: nobody waits for them but those.
"""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import BooleanField, Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from tsela.messaging import settling
from tsela.messaging.channels import Channel, Outgoing, Result, Sent, Unsure
from tsela.messaging.channels.limits import Limiter
from tsela.messaging.deciding import Around, Verdict, around, decide
from tsela.messaging.models import Campaign, Message
from tsela.messaging.queue import UNSENT
from tsela.record.writer import write

log = logging.getLogger(__name__)
S = Message.Status
AT_ONCE = 48  # requests to providers under way, or about to leave
AHEAD = 0.2  # seconds: what may leave within them is marked now, and leaves one by one
TOGETHER = 16  # marked together: after a crash, a person must decide about those that were marked and not yet asked for
# Written out, not as parameters: only so does every database see that an index of its own answers it.
DUE: Any = RawSQL("messaging_message.status IN ('queued', 'waiting')", (), output_field=BooleanField())
MORE = 2  # rows that are read beyond: several may be to one person
LOOK = 5.0  # seconds between two looks for what a crash left behind


class Going(NamedTuple):
    """What is being sent. `at`: when it may leave, by the clock that only rises."""

    message: Message
    channel: Channel
    outgoing: Outgoing
    at: float


class Outbox:
    """Sends from this process. `turn` again and again; `land` before leaving."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.at_once = at_once
        self.pool = ThreadPoolExecutor(at_once, thread_name_prefix="sending")
        self.flying: dict[Future[Result], Going] = {}
        self.limiters: dict[str, Limiter] = {}
        self.ended: list[tuple[Going, Result]] = []  # answered, and not yet settled
        self.look_at = 0.0

    def turn(self, now: datetime, *, limit: int = TOGETHER, only: Q | None = None) -> int:
        """Settle what was answered, take in hand what is due; how many messages moved."""
        self._gather()
        free = min(limit, self.at_once - len(self.flying), self._room())
        going = write(partial(self._round, now, free, only or Q())) if self.ended or free > 0 else []
        settled = len(self.ended)
        self.ended = []  # only now: where the database failed, they are settled next time
        for one in going:
            self.flying[self.pool.submit(_send, one)] = one
        return settled + len(going)

    def _round(self, now: datetime, free: int, only: Q) -> list[Going]:
        """Settling and marking in one commit."""
        with transaction.atomic():
            _settle(self.ended, now)
            return self.mark(now, free, only) if free > 0 else []

    def mark(self, now: datetime, limit: int, only: Q) -> list[Going]:
        """In a transaction: decide about what is due, and mark what goes as being sent."""
        if time.monotonic() >= self.look_at:
            self.look_at = time.monotonic() + LOOK
            settling.expired(now)
        due = _due(now, limit, only & ~Q(contact__channel__in=self._saturated()))
        if not due:
            return []
        known = around(due, now)
        verdicts = {message: _decided(message, known, now) for message in due}
        going = [one for message, verdict in verdicts.items() if (one := self._taken(message, verdict, now))]
        settling.mark([(one.message, verdicts[one.message]) for one in going], now)
        return going

    def _gather(self) -> None:
        """The requests that have ended, and how."""
        over = [future for future in self.flying if future.done()]
        self.ended += [(self.flying.pop(future), _result(future)) for future in over]

    def land(self, now: datetime) -> None:
        """Wait for every request under way, and settle it."""
        while self.flying:
            wait(self.flying, return_when=FIRST_COMPLETED)
            self._gather()
            write(partial(self._round, now, 0, Q()))
            self.ended = []

    def _saturated(self) -> list[str]:
        """The kinds of channels of which no account may send at this moment."""
        now = time.monotonic()
        waits: dict[str, float] = {}
        for one in settings.CHANNELS.values():
            waits[one.kind] = min(waits.get(one.kind, 1e9), self._limiter(one).account_wait(now))
        return [kind for kind, seconds in waits.items() if seconds > AHEAD]

    def _limiter(self, channel: Channel) -> Limiter:
        return self.limiters.setdefault(channel.account, Limiter(channel.limits))

    def _room(self) -> int:
        """How many messages the accounts may send, from now to AHEAD."""
        now = time.monotonic()
        rooms = [self._limiter(one).room(now, AHEAD) for one in settings.CHANNELS.values()]
        return int(min(max(rooms, default=AT_ONCE), AT_ONCE))

    def _taken(self, message: Message, verdict: Verdict, now: datetime) -> Going | None:
        """What goes, and when; what does not go is put off."""
        if verdict.channel is None or verdict.outgoing is None:
            self._put_off(message, verdict, now)
            return None
        limiter, moment = self._limiter(verdict.channel), time.monotonic()
        wait = limiter.take(message.contact.address, moment, AHEAD)
        if wait <= AHEAD:
            return Going(message, verdict.channel, verdict.outgoing, moment + wait)
        if limiter.account_wait(moment) <= AHEAD:  # only she has had enough for the moment
            Message.objects.filter(pk=message.pk).update(due_at=now + timedelta(seconds=wait))
        return None

    def _put_off(self, message: Message, verdict: Verdict, now: datetime) -> None:
        if verdict.reason == "outside_window":
            settling.fall_back(
                message, verdict.reason, "She has not written for 24 hours, and there is no template.", now
            )
            return
        fields = {"status": verdict.status, "reason": verdict.reason, "problem": verdict.problem}
        Message.objects.filter(pk=message.pk).update(**fields, due_at=verdict.due_at or message.due_at)


def send_due(now: datetime, *, limit: int = AT_ONCE, only: Q | None = None) -> int:
    """Send what is due, at most so many, and settle it; how many were taken in hand. `only` narrows it: one client, say."""
    outbox = Outbox(limit)
    try:
        moved = outbox.turn(now, limit=limit, only=only)
        outbox.land(now)
        return moved
    finally:
        outbox.pool.shutdown()


def _due(now: datetime, limit: int, only: Q) -> list[Message]:
    """One message a contact: hers come in order. Campaigns come last: nobody who is talking waits for them; paused ones wait."""
    waiting = Message.objects.filter(only, DUE, outgoing=True, due_at__lte=now)
    busy = Message.objects.filter(contact=OuterRef("contact"), status=S.SENDING)
    chosen: dict[str, Message] = {}
    for campaign in chain([None], _going_on()):
        rows = (
            waiting.filter(~Exists(busy), campaign=campaign)
            .select_related("contact")
            .order_by("due_at", "id")
        )
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self", "contact"))
        for message in rows[: limit - len(chosen) + MORE]:
            chosen.setdefault(message.contact_id, message)
        if len(chosen) >= limit:
            break
    return list(chosen.values())[:limit]


def _going_on() -> Iterator[int]:
    """The campaigns that have something to send and that nobody paused, asked for where there is room for them. The first so
    many leave while the rest waits."""
    theirs = Message.objects.filter(campaign=OuterRef("pk"), status__in=UNSENT)
    free = Campaign.objects.filter(Exists(theirs), paused_at=None)
    yield from free.order_by("pk").values_list("pk", flat=True)


def _decided(message: Message, known: Around, now: datetime) -> Verdict:
    """A message that cannot be decided about must not keep all others waiting."""
    try:
        return decide(message, known, now)
    except DatabaseError:
        raise
    except Exception as error:
        log.exception("Message %s cannot be sent", message.pk)
        return Verdict(S.FAILED, "fault", problem=f"{type(error).__name__}: {error}"[:300])


def _settle(done: list[tuple[Going, Result]], now: datetime) -> None:
    plain = [(one.message, end) for one, end in done if isinstance(end, Sent) and not one.message.rest]
    settling.sent(plain, now)
    for one, end in done:
        if one.message.rest or not isinstance(end, Sent):
            settling.settle(one.message, one.channel, end, now)


def _send(one: Going) -> Result:
    time.sleep(max(0.0, one.at - time.monotonic()))
    return one.channel.send(one.outgoing)


def _result(future: "Future[Result]") -> Result:
    error = future.exception()
    if error is None:
        return future.result()
    log.error("A channel failed", exc_info=error)
    return Unsure(f"{type(error).__name__}: {error}"[:300])
