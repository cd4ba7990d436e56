"""What was said, line by line: messages with how far they came, and notes between them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from tsela.console.messages.files import Shown, label_of
from tsela.console.messages.files import shown as shown_file
from tsela.console.messages.people import staff_names
from tsela.console.messages.states import State, state_of
from tsela.messaging import queries
from tsela.messaging.deciding import shown
from tsela.messaging.files import files_of
from tsela.messaging.models import Conversation, Message, Note
from tsela.messaging.queue import UNSENT
from tsela.messaging.readers import listener_of, values_of
from tsela.messaging.speech import DRAFT, Speech, lines_from, speak, speak_message
from tsela.record.programme import current

MOST = 200
SOON = timedelta(hours=1)  # what leaves within it stands with what was said
BULLET = "• "
NONE = State("")


@dataclass(frozen=True)
class Line:
    """One line of a thread. `kind`: ours, theirs, note."""

    kind: str
    text: str
    at: datetime
    by: str = ""
    language: str = ""
    options: tuple[str, ...] = ()
    media: str = ""
    file: Shown | None = None
    state: State = NONE
    draft: bool = False
    mend: str = ""
    new_day: bool = False


@dataclass(frozen=True)
class Planned:
    """What she will be told, if nothing changes until then."""

    at: datetime
    text: str


def lines_of(conversation: Conversation) -> list[Line]:
    """The last lines of a conversation, the oldest first. What is planned for later stands apart (`planned`)."""
    said = queries.messages_of(conversation).exclude(later())
    messages = list(said.reverse()[:MOST])
    notes = list(conversation.notes.order_by("-at")[:MOST])
    names = staff_names([one.by for one in messages] + [note.by for note in notes])
    kept = {id: shown_file(file, conversation.pk) for id, file in files_of(messages).items()}
    found = [_line(one, names, kept.get(one.pk)) for one in messages] + [_note(note, names) for note in notes]
    found.sort(key=lambda line: line.at)
    return _with_days(found[-MOST:])


def planned(conversation: Conversation) -> list[Planned]:
    """In the order in which it leaves."""
    messages = queries.messages_of(conversation).filter(later()).order_by("due_at", "id")
    return [Planned(one.due_at, text_of(one)) for one in messages[:MOST]]


def later() -> Q:
    """What the programme says to her some other time. What a person wrote stands in the talk, with why it waits."""
    ours = Q(by=None) | Q(campaign__isnull=False)
    return ours & ~Q(purpose="") & Q(outgoing=True, status__in=UNSENT, due_at__gt=timezone.now() + SOON)


def text_of(message: Message) -> str:
    """What she wrote; what we said as it left; of what has not left yet, what is meant to be said."""
    if not message.outgoing:
        return message.text or media_of(message)
    return (message.text or "\n\n".join(shown(body) for body in _meant(message).bodies)).replace(DRAFT, "")


def media_of(message: Message) -> str:
    """A voice note, picture or file, in words."""
    kinds = [part["media"].get("type", "") for part in message.parts if part.get("media")]
    return ", ".join(map(label_of, kinds))


def _meant(message: Message) -> Speech:
    """What would be said to her now, covertly; which words go is decided when it goes."""
    programme, contact = current(message.contact.site), message.contact
    to, values = listener_of(contact, None), values_of(contact, message.values)
    known = programme.messages.get(message.message)
    if known:
        return speak_message(programme, known, "covert", values, to)
    return speak(programme, lines_from(message.parts, values), to)


def parted(text: str) -> tuple[str, tuple[str, ...]]:
    """A text and the labels that stand below it, as they are stored (`deciding.shown`)."""
    lines = text.split("\n")
    labels = [line.removeprefix(BULLET) for line in lines if line.startswith(BULLET)]
    return "\n".join(line for line in lines if not line.startswith(BULLET)), tuple(labels)


def _line(message: Message, names: dict[str, str], file: Shown | None) -> Line:
    text, labels = parted(text_of(message)) if message.outgoing else (message.text, ())
    return Line(
        kind="ours" if message.outgoing else "theirs",
        text=text,
        at=message.created_at,
        by=_author(message, names),
        language=message.language,
        options=labels,
        media="" if file else media_of(message),
        file=file,
        state=state_of(message),
        draft=message.outgoing and DRAFT in message.text,
        mend=message.pk if message.outgoing and message.status in queries.DEAD else "",
    )


def _author(message: Message, names: dict[str, str]) -> str:
    """Who says it: a colleague by her name. Who planned a campaign wrote to nobody by herself."""
    if not message.outgoing:
        return ""
    return "the programme" if message.campaign else names.get(message.by or "", "the programme")


def _note(note: Note, names: dict[str, str]) -> Line:
    return Line("note", note.text, note.at, by=names.get(note.by, ""), state=State("note, never sent"))


def _with_days(found: list[Line]) -> list[Line]:
    """Mark the first line of each day."""
    days = [timezone.localtime(line.at).date() for line in found]
    first = [day != before for day, before in zip(days, [None, *days], strict=False)]
    return [Line(**{**line.__dict__, "new_day": new}) for line, new in zip(found, first, strict=True)]
