"""What a client sent beside words: how it stands, in the thread, and given out to who sees her (MESSAGES M56, M57)."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from tsela.access import audit
from tsela.access.policy import Action
from tsela.console.messages.states import moment
from tsela.console.pages import page, staff_of
from tsela.messaging import queries
from tsela.messaging.files import UNFETCHED
from tsela.messaging.kinds import KINDS
from tsela.messaging.models import File

Status = File.Status
LABELS = {
    "audio": "Voice note",
    "voice": "Voice note",
    "image": "Picture",
    "video": "Video",
    "document": "File",
    "sticker": "Sticker",
    "location": "Where she is",
}


@dataclass(frozen=True)
class Shown:
    """A file of a line. `shown`: what a page makes of it (image, audio, video; blank: it is saved); where it is not kept, `words` say
    why and `todo` what a person can do."""

    id: str
    label: str
    shown: str = ""
    address: str = ""
    ending: str = ""
    size: int = 0
    words: str = ""
    todo: str = ""
    again: bool = False


def label_of(type: str) -> str:
    return LABELS.get(type, "File")


def shown(file: File, conversation: str) -> Shown:
    """As a line of this conversation shows it."""
    label = label_of(file.type)
    if file.status == Status.KEPT:
        where = reverse("file", kwargs={"conversation": conversation, "file": file.pk})
        return Shown(file.pk, file.name or label, KINDS[file.kind].shown, where, file.kind.upper(), file.size)
    words, todo = _missing(file, label.lower())
    return Shown(
        file.pk, label, words=words, todo=todo, again=file.status in UNFETCHED and bool(file.reference)
    )


def _missing(file: File, it: str) -> tuple[str, str]:
    """Why it is not there, and what to do."""
    match file.status:
        case Status.GONE:
            return f"The {it} could not be fetched: the provider has it no more.", "Ask her to send it again."
        case Status.TOO_LARGE:
            return (
                f"The {it} is not kept. {file.problem}",
                "Ask her for a shorter one, or for a picture of it.",
            )
        case Status.REFUSED:
            return (
                f"The {it} is not kept. {file.problem}",
                "Ask her for a picture of it, or to tell you what it says.",
            )
        case Status.UNREACHABLE:
            return f"The {it} could not be fetched. {file.problem}", "Try again, or ask her to send it again."
    if not file.problem:
        return f"The {it} is on its way.", ""
    return f"The {it} could not be fetched yet. {file.problem} Tried again at {moment(file.due_at)}.", ""


@page(Action.INBOX)
def file(request: HttpRequest, conversation: str, file: str) -> HttpResponse:
    """The file itself, for whoever sees this conversation; each look is written into the audit."""
    staff = staff_of(request)
    seen = queries.conversations_for(staff).filter(pk=str(conversation)).first()
    kept = File.objects.filter(pk=str(file), status=Status.KEPT)
    found = kept.filter(message__contact=seen.contact_id).first() if seen else None
    if seen is None or found is None:
        raise Http404("no such file in a conversation that you see")
    audit.note(staff, "file.read", seen.contact.client or seen.contact_id, file=found.pk)
    kind = KINDS[found.kind]
    response = HttpResponse(found.body, content_type=kind.media_type)
    # The name tells nothing: it stays on the computer where it is saved.
    how = "inline" if kind.shown else "attachment"
    response["Content-Disposition"] = f'{how}; filename="file-{found.pk[-12:]}.{found.kind}"'
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
