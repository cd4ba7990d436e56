"""What staff do: answer, take and give conversations, hand them back, close them; calls and dead letters."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tsela.access import audit
from tsela.access.models import Staff
from tsela.care.queries import plan_of
from tsela.kernel.errors import fail
from tsela.kernel.ids import uuid7
from tsela.messaging import answering, contacts, conversing, queries, readers, speech
from tsela.messaging.consent import Saying, may_send
from tsela.messaging.models import CallTask, ContactPoint, Conversation, Message, Note, Pause
from tsela.messaging.queue import call, enqueue
from tsela.messaging.readers import best, reader_of
from tsela.messaging.reminders import STILL_TO_COME
from tsela.messaging.stopping import suspend
from tsela.record.programme import current

With = Conversation.With
REMINDERS = "reminders"  # the purpose of messages that remind
ENDED = {"stopped": "She has ended it.", "suspended": "Nobody knows who reads this number now."}
AGAIN = "written again 2026-11"  # the version of the words by which a member of staff tells of her consent
OUTCOMES = ("reached", "no_answer", "wrong_number", "call_again", "not_safe")
NOT_HERS = {
    "wrong_number": "number_changed",
    "not_safe": "unknown_reader",
}  # outcome → why the number is suspended


def reply(
    conversation: Conversation,
    text: str,
    *,
    by: Staff,
    message: str = "",
    values: Mapping[str, Any] | None = None,
    key: str = "",
) -> Message:
    """Answer her: in one's own words, or with a canned `message` of the programme. The conversation is then hers who answers.

    E741 where she cannot be written to now, E742 where the words would tell (M2). `key` makes pressing twice one answer.
    """
    queries.require_contact(by, conversation.contact)
    contact = conversation.contact
    reader = reader_of(contact)
    why = may_send(reader, Saying(personal=not message), timezone.now())
    if why in ENDED:
        fail("E741", reason=ENDED[why])
    if contact.channel == "whatsapp" and not reader.answering(timezone.now()) and not _other_way(contact):
        fail("E741", reason="She has not written for 24 hours, and WhatsApp lets nobody write then.")
    read = readers.read_by(contact) | {by.language}
    overt = not message and speech.require_safe(current(contact.site), reader, text, read)
    parts = [] if message else [{"text": text, "as_is": True, "overt": overt}]
    given = {"worker": by.name.split()[0], **(values or {})}
    with transaction.atomic():
        found = enqueue(
            conversation.contact,
            key=f"reply:{key or uuid7()}",
            message=message or None,
            parts=parts,
            values=given,
            by=by.id,
        )
        _hold(
            conversation,
            assigned_to=conversation.assigned_to or by.id,
            waiting_since=None,
            held_by=With.PERSON,
        )
        audit.note(by, "message.reply", conversation.contact.client or conversation.contact_id)
    return found


def begin_again(conversation: Conversation, *, by: Staff) -> None:
    """She said stop, has written since, and asks for messages again: her consent, told by who read it. E741 for others."""
    contact, now = conversation.contact, timezone.now()
    queries.require_contact(by, contact)
    if not reader_of(contact).back(now):
        fail("E741", reason="She has not asked for messages again.")
    given = {"purpose": "messages", "granted": "yes", "channel": contact.channel, "tier": "covert"}
    with transaction.atomic():
        answering.record(contact, "consent", {**given, "text_version": AGAIN}, now, by=by)
        audit.note(by, "contact.begin_again", contact.client or contact.pk)


def remind(conversation: Conversation, task: str, message: str, *, by: Staff) -> Message:
    """Remind her now of an open task of her plan, with a message of the programme; once a day of each. E744 for others."""
    contact = conversation.contact
    queries.require_contact(by, contact)
    plan = plan_of(contact.client or "") or {"tasks": []}
    found: Mapping[str, Any] = next((one for one in plan["tasks"] if one["key"] == task), {})
    words = current(contact.site).messages.get(message)
    if words is None or words.purpose != REMINDERS or found.get("status") not in STILL_TO_COME:
        fail("E744")
    with transaction.atomic():
        audit.note(by, "message.remind", contact.client)
        return enqueue(
            contact, key=f"now:{contact.pk}:{task}:{timezone.localdate()}", message=words.id, values={"date": found["due"]},
            purpose=words.purpose, task=task, about=contact.client, by=by.id,
        )  # fmt: skip


def take(conversation: Conversation, *, by: Staff) -> None:
    """From now on she answers, and the flow keeps still."""
    assign(conversation, by, by=by)


def assign(conversation: Conversation, to: Staff, *, by: Staff) -> None:
    """Give a conversation to somebody who may see it."""
    queries.require_contact(by, conversation.contact)
    queries.require_contact(to, conversation.contact)
    with transaction.atomic():
        _hold(conversation, assigned_to=to.id, held_by=With.PERSON)
        audit.note(by, "conversation.assign", conversation.id, to=to.id)


def hand_back(conversation: Conversation, *, by: Staff) -> None:
    """The programme goes on with her: it says that the talk has ended, and offers its menu."""
    queries.require_contact(by, conversation.contact)
    with transaction.atomic():
        _hold(
            conversation,
            held_by=With.FLOW,
            assigned_to=None,
            waiting_since=None,
            urgent=False,
            queue="",
            because="",
        )
        conversing.converse(conversation, {"kind": "returned"}, key=f"returned:{conversation.id}:{uuid7()}")
        audit.note(by, "conversation.hand_back", conversation.id)


def close(conversation: Conversation, *, by: Staff, ask: bool = True) -> None:
    """Nothing is left to answer. Unless not wanted, she is asked whether it helped."""
    queries.require_contact(by, conversation.contact)
    with transaction.atomic():
        if ask:
            enqueue(
                conversation.contact,
                key=f"satisfaction:{conversation.id}:{uuid7()}",
                message="satisfaction",
                by=by.id,
            )
        _hold(
            conversation,
            held_by=With.CLOSED,
            assigned_to=None,
            waiting_since=None,
            urgent=False,
            queue="",
            because="",
        )
        audit.note(by, "conversation.close", conversation.id)


def note(conversation: Conversation, text: str, *, by: Staff) -> Note:
    """Write something for colleagues. Never sent."""
    queries.require_contact(by, conversation.contact)
    return Note.objects.create(conversation=conversation, by=by.id, text=text.strip()[:4000])


def link(conversation: Conversation, client: str, *, by: Staff) -> ContactPoint:
    """Say who writes from an unknown address: a client whom one sees. Her record gets the contact point (M30)."""
    queries.require_contact(by, conversation.contact)
    return contacts.link(conversation.contact, client, by=by)


def call_back(
    conversation: Conversation, *, by: Staff, because: str, due_at: datetime | None = None, queue: str = "support"
) -> CallTask:  # fmt: skip
    """Put a call to her on the desk."""
    queries.require_contact(by, conversation.contact)
    key = f"callback:{conversation.id}:{uuid7()}"
    return call(conversation.contact, queue=queue, because=because, key=key, due_at=due_at)


def finish_call(
    task: CallTask, outcome: str, *, by: Staff, note: str = "", next_try: datetime | None = None
) -> None:
    """What came of a call (OUTCOMES). With `next_try` it stays on the desk until then; `wrong_number` and
    `not_safe` suspend the number."""
    if outcome not in OUTCOMES:
        fail("E740", outcome=outcome, known=", ".join(OUTCOMES))
    if not queries.calls_for(by).filter(pk=task.pk).exists():
        fail("E503", name=by.name, role=by.get_role_display(), action="inbox")
    done = {} if next_try else {"done_at": timezone.now(), "done_by": by.id}
    with transaction.atomic():
        CallTask.objects.filter(pk=task.pk, done_at=None).update(
            tries=F("tries") + 1,
            outcome=outcome,
            note=note.strip()[:4000],
            due_at=next_try or task.due_at,
            **done,
        )
        if outcome in NOT_HERS and task.contact:
            suspend(task.contact, because=NOT_HERS[outcome], now=timezone.now())
        audit.note(by, "call.finish", task.id, outcome=outcome)
    task.refresh_from_db()


def send_again(message: Message, *, by: Staff) -> None:
    """A dead letter, once more: only a person decides that for one of which nobody knows whether it went."""
    queries.require_contact(by, message.contact)
    again = Message.objects.filter(pk=message.pk, status__in=queries.DEAD)
    with transaction.atomic():
        again.update(
            status=Message.Status.QUEUED,
            reason="",
            problem="",
            due_at=timezone.now(),
            provider_id="",
        )
        audit.note(by, "message.again", message.id)


def reopen(account: str, *, by: Staff) -> None:
    """The account of a channel is mended: what waits for it goes now."""
    queries.require_accounts(by)
    with transaction.atomic():
        Pause.objects.filter(pk=account).delete()
        audit.note(by, "account.reopen", account)


def let_go(message: Message, *, by: Staff) -> None:
    """A dead letter that nobody needs any more."""
    queries.require_contact(by, message.contact)
    with transaction.atomic():
        Message.objects.filter(pk=message.pk, status__in=queries.DEAD).update(
            status=Message.Status.CANCELLED, reason="let_go"
        )
        audit.note(by, "message.let_go", message.id)


def _other_way(contact: ContactPoint) -> ContactPoint | None:
    """The number for SMS at which she may be told what cannot go by WhatsApp."""
    others = ContactPoint.objects.filter(client=contact.client, channel="sms") if contact.client else ()
    return best(others, "support", timezone.now())


def _hold(conversation: Conversation, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(conversation, name, value)
    if "held_by" in changes:  # the flow keeps still while a person has her
        conversation.state = {**conversation.state, "person": conversation.held_by == With.PERSON}
    conversation.save(update_fields=[*changes, "state", "updated_at"])
