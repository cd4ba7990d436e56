"""One conversation, with her record beside it, and everything that can be done with it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tsela.access import audit
from tsela.access.models import Staff
from tsela.access.policy import Action
from tsela.console.messages import answers, nearby, show_section
from tsela.console.messages.lines import lines_of, planned
from tsela.console.messages.people import beside, staff_names, who
from tsela.console.pages import page, staff_of
from tsela.kernel.errors import Problem, TselaError
from tsela.messaging import actions, files, queries
from tsela.messaging.models import Conversation, File

With = Conversation.With
HELPED = {1: "She said that we helped.", 0: "She said that we did not help her enough."}


@page(Action.INBOX)
def thread(request: HttpRequest, conversation: str) -> HttpResponse:
    """Her conversation, for whoever has her in scope; reading is written into the audit."""
    staff = staff_of(request)
    found = queries.conversations_for(staff).filter(pk=str(conversation)).first()
    if found is None:
        raise Http404("no such conversation among those that you see")
    if request.method == "POST":
        return _do(request, found, staff)
    if (
        request.headers.get("X-Requested-With") == "refresh"
    ):  # the page looks again by itself: not a new reading
        return render(request, "console/messages/talk.html", {"lines": lines_of(found)})
    audit.note(staff, "conversation.read", found.contact.client or found.contact_id)
    return _show(request, found, staff)


def _do(request: HttpRequest, found: Conversation, staff: Staff) -> HttpResponse:
    verb, text = request.POST.get("do", ""), request.POST.get("text", "").strip()
    if verb == "check":
        return render(request, "console/messages/checked.html", answers.checked(found.contact, text, staff))
    try:
        said = VERBS[verb](request, found, staff)
    except KeyError:
        raise Http404("no such step") from None
    except TselaError as error:
        return _show(request, found, staff, text=text, error=error.problem)
    if isinstance(said, HttpResponse):
        return said
    if said:
        messages.success(request, said)
    return redirect("inbox" if verb == "close" else request.path)


def _reply(request: HttpRequest, found: Conversation, staff: Staff) -> str:
    text = request.POST.get("text", "").strip()
    if text:
        actions.reply(found, text, by=staff, key=request.POST.get("once", ""))
    return ""


def _remind(request: HttpRequest, found: Conversation, staff: Staff) -> str:
    actions.remind(found, request.POST.get("task", ""), request.POST.get("message", ""), by=staff)
    if found.held_by == With.PERSON:
        return "She is reminded. Her answer comes to you, until you hand her back to the programme."
    return "She is reminded, in the programme's words."


def _begin_again(request: HttpRequest, found: Conversation, staff: Staff) -> str:
    actions.begin_again(found, by=staff)
    return "She gets messages again. What she agreed to is in her record."


def _note(request: HttpRequest, found: Conversation, staff: Staff) -> str:
    text = request.POST.get("text", "").strip()
    if text:
        actions.note(found, text, by=staff)
    return ""


def _take(request: HttpRequest, found: Conversation, staff: Staff) -> str:
    actions.take(found, by=staff)
    return "You answer her now. The programme keeps still until you hand her back."


def _assign(request: HttpRequest, found: Conversation, staff: Staff) -> str:
    to = queries.may_answer(found.contact).filter(pk=request.POST.get("staff", "")).first()
    if to is None:
        raise Http404("no such colleague")
    actions.assign(found, to, by=staff)
    return f"{to.name} answers her now."


def _call(request: HttpRequest, found: Conversation, staff: Staff) -> str:
    because = request.POST.get("because", "").strip()[:200] or "She would rather talk"
    actions.call_back(found, by=staff, because=because, due_at=moment(request.POST.get("when", "")))
    return "She is on the list of calls."


def _call_now(request: HttpRequest, found: Conversation, staff: Staff) -> HttpResponse:
    """To the page of the call, with its opening and the agreed word: the one that waits already, or a new one."""
    hers = Q(contact=found.contact) | Q(client=found.contact.client, client__isnull=False)
    queue = "urgent" if found.urgent else "support"
    waiting = queries.calls_for(staff).filter(hers, due_at__lte=timezone.now(), queue=queue).first()
    task = waiting or actions.call_back(
        found, by=staff, because=found.because or "She would rather talk", queue=queue
    )
    return redirect("call", call=task.pk)


def _hand_back(request: HttpRequest, found: Conversation, staff: Staff) -> str:
    actions.hand_back(found, by=staff)
    return "The programme goes on with her."


def _close(request: HttpRequest, found: Conversation, staff: Staff) -> str:
    actions.close(found, by=staff)
    return "Closed. She is asked whether it helped."


def _link(request: HttpRequest, found: Conversation, staff: Staff) -> str:
    actions.link(found, request.POST.get("client", ""), by=staff)
    return "This is her. Her record stands beside the conversation now."


def _fetch(request: HttpRequest, found: Conversation, staff: Staff) -> str:
    file = File.objects.filter(pk=request.POST.get("file", ""), message__contact=found.contact_id).first()
    if file is None:
        raise Http404("no such file")
    files.try_again(file, by=staff)
    return "It is being fetched."


def _near(request: HttpRequest, found: Conversation, staff: Staff) -> HttpResponse:
    """What is near her, or near a place; what she was writing stays."""
    asked = [request.POST.get(name, "").strip()[:200] for name in ("kind", "near")]
    near = nearby.nearby(found.contact, *asked)
    return _show(request, found, staff, text=request.POST.get("text", ""), near=near)


VERBS: dict[str, Callable[[HttpRequest, Conversation, Staff], str | HttpResponse]] = {
    "reply": _reply,
    "remind": _remind,
    "begin_again": _begin_again,
    "note": _note,
    "take": _take,
    "assign": _assign,
    "call": _call,
    "call_now": _call_now,
    "hand_back": _hand_back,
    "close": _close,
    "link": _link,
    "fetch": _fetch,
    "near": _near,
}


def moment(typed: str) -> datetime | None:
    """What was typed as local day and hour; None where that says nothing."""
    try:
        found = parse_datetime(typed)
    except ValueError:
        return None
    return timezone.make_aware(found) if found and timezone.is_naive(found) else found


def _show(
    request: HttpRequest,
    found: Conversation,
    staff: Staff,
    text: str = "",
    error: Problem | None = None,
    near: nearby.Nearby | None = None,
) -> HttpResponse:
    contact = found.contact
    colleagues = [(one.pk, one.name) for one in queries.may_answer(contact).exclude(pk=staff.pk)]
    return show_section(
        request, "thread", "inbox", status=400 if error else 200, conversation=found, lines=lines_of(found), planned=planned(found),
        who=who(contact, found.guess), record=beside(contact.client), consents=contact.consents.order_by("purpose"),
        canned=answers.canned(contact), kinds=nearby.kinds(contact), near=near, mine=found.held_by == With.PERSON and found.assigned_to == staff.pk, held=_held(found, staff),
        reminders=answers.reminders(contact), colleagues=colleagues, text=text, error=error, soon=tomorrow_morning(), once=answers.once(),
        way=answers.way(contact, timezone.now()), helped=HELPED.get(found.satisfaction), **answers.finding(request, staff, contact),
    )  # fmt: skip


def _held(found: Conversation, staff: Staff) -> str:
    """Who talks with her now."""
    if found.held_by == With.FLOW:
        return "The programme talks with her."
    if found.held_by == With.CLOSED:
        return "Closed. If she writes, the programme answers."
    if found.assigned_to == staff.pk:
        return "You answer her."
    name = staff_names([found.assigned_to]).get(found.assigned_to or "")
    return f"{name} answers her." if name else "She waits for a person; nobody answers yet."


def tomorrow_morning() -> str:
    """Nine o'clock tomorrow, as a page's field wants it."""
    at = timezone.localtime() + timedelta(days=1)
    return at.replace(hour=9, minute=0).strftime("%Y-%m-%dT%H:%M")
