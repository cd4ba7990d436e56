"""How far a message came, in words: what happened to it, and what a person can do."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from tsela.messaging.models import Message

Status = Message.Status


@dataclass(frozen=True)
class State:
    """`tone` is bad where a person has to do something; `detail`: what the provider said of it."""

    word: str
    todo: str = ""
    tone: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Reason:
    """Why a message waits or was not sent (MESSAGES M33), and what to do."""

    why: str
    todo: str = ""
    first: str = "call"  # what most likely helps, where it failed: again, other (another way), call


REASONS = {
    "stopped": Reason("she wrote STOP", "Only she can begin again."),
    "suspended": Reason("her number is on hold", "Ask her in person which number is safe, and record it."),
    "no_consent": Reason(
        "she has not agreed to messages of this kind", "Ask her when you meet, and record what she agrees to."
    ),
    "minor": Reason(
        "a minor needs her own phone and her own agreement", "Ask her in person, and record her answer."
    ),
    "not_alone": Reason("others may read this phone", "Say it in words that anyone may read, or call her."),
    "not_reviewed": Reason(
        "nobody has reviewed its words", "Ask for a review: see Words. Until then, call her."
    ),
    "no_text": Reason("there are no words for it in her language", "Write to her yourself, or call her."),
    "outside_window": Reason(
        "WhatsApp allows a free text only in the 24 hours after she wrote",
        "Send it by SMS, or call her.",
        "other",
    ),
    "hours": Reason("these are not the hours that she chose"),
    "limit": Reason("she had enough messages today"),
    "cancelled": Reason("it is no longer needed"),
    "paused": Reason("the account cannot send now", "See Delivery: the account."),
    "replanning": Reason("her plan is being made anew"),
    "let_go": Reason("a colleague let it go"),
    "tells": Reason("its words would tell", "Have them mended, and call her meanwhile."),
    "unsure": Reason("the provider gave no answer"),
    "no_answer": Reason("the provider gave no answer", first="again"),
    "unreachable": Reason("nobody is reached there", "Send it another way, or call her.", "other"),
    "template": Reason(
        "WhatsApp refuses its template", "The administrator must mend the template. Until then, call her."
    ),
    "rejected": Reason(
        "the provider refuses it", "The administrator must look at the account. Until then, call her."
    ),
    "no_account": Reason(
        "no account of this server reaches her", "The administrator can add one. Until then, call her."
    ),
    "expired": Reason("its time had passed", "Write to her again if it still matters."),
}
WORDS = {
    "queued": "in the queue",
    "sending": "being sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
}


def state_of(message: Message) -> State:
    """Of an outgoing message; an incoming one has none."""
    if not message.outgoing:
        return State("")
    reason = REASONS.get(message.reason, Reason(message.reason.replace("_", " ")))
    match message.status:
        case Status.WAITING:
            why = f": {reason.why}" if reason.why else ""
            return State(f"waits until {moment(message.due_at)}{why}", reason.todo)
        case Status.CANCELLED:
            return State(f"not sent: {reason.why or 'taken back'}", reason.todo, "bad" if reason.todo else "")
        case Status.FAILED:
            why = reason.why or message.problem
            detail = message.problem if message.problem != why else ""
            return State(f"not sent{': ' + why if why else ''}", reason.todo, "bad", detail)
        case Status.UNKNOWN:
            return State(
                "not known whether it arrived", "Ask her before it is said twice.", "bad", message.problem
            )
    reached = {
        Status.SENT: message.sent_at,
        Status.DELIVERED: message.delivered_at,
        Status.READ: message.read_at,
    }
    at = reached.get(Status(message.status))
    return State(WORDS.get(message.status, message.status) + (f" {moment(at)}" if at else ""))


def moment(at: datetime) -> str:
    """08:00 of today; of another day with its date."""
    local = timezone.localtime(at)
    clock = date_format(local, "H:i")
    return clock if local.date() == timezone.localdate() else f"{clock} on {date_format(local, 'j F')}"
