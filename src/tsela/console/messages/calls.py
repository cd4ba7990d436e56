"""The desk for telephone calls: what is due, and one call with its script, its outcome and its next try."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from tsela.access import audit, policy
from tsela.access.models import Staff
from tsela.access.policy import Action
from tsela.console.forms import Filled, can, fill
from tsela.console.messages import drives, show_section
from tsela.console.messages.people import Who, beside, clock, name_of, site_name, staff_names, who
from tsela.console.messages.scripts import (
    in_drafts,
    opening_of,
    parts_of,
    script_of,
    scripts_of,
    words_for,
)
from tsela.console.messages.states import moment as said_moment
from tsela.console.messages.thread import moment
from tsela.console.pages import page, staff_of
from tsela.kernel.errors import TselaError
from tsela.messaging import actions, queries, writing
from tsela.messaging.consent import within
from tsela.messaging.models import CallTask, ContactPoint
from tsela.record.models import Client
from tsela.record.problems import registrations_of
from tsela.record.programme import current

SHOWN = 200
HOURS = (8 * 60, 18 * 60)  # content.md 4: calls, local time
LOOKING, TALK = "tracing", "encounter"
OUTCOMES = {
    "reached": "I spoke with her",
    "no_answer": "Nobody answered",
    "call_again": "She asked me to call again",
    "wrong_number": "It is not her number any more",
    "not_safe": "Somebody else answered, or it is not safe",
}
AGAIN = ("no_answer", "call_again")  # there is a next try
FOUND = {
    "no_answer": "not_found",
    "wrong_number": "wrong_contact",
}  # outcome → what is written of looking for her


@dataclass(frozen=True)
class Row:
    """One call of the list."""

    id: str
    name: str
    because: str
    queue: str
    due: bool
    when: str
    tries: int
    outcome: str
    assigned: str
    site: str
    closed: str


@page(Action.INBOX)
def calls(request: HttpRequest) -> HttpResponse:
    """The calls of her clients: those that are due, and those of later."""
    staff = staff_of(request)
    queue, site = request.GET.get("queue", ""), request.GET.get("site", "")
    seen = queries.calls_for(staff)
    sites = policy.visible_sites(staff)
    queues = sorted(set(seen.order_by().values_list("queue", flat=True)))
    chosen = seen.filter(**{name: value for name, value in {"queue": queue, "site": site}.items() if value})
    rows = rows_of(chosen[:SHOWN], several=len(sites) > 1, me=staff.pk)
    audit.note(staff, "calls.read", site or "all", rows=len(rows))
    urgent_first = sorted(rows, key=lambda row: row.queue != "urgent")
    parts = [
        ("Now", [row for row in urgent_first if row.due]),
        ("Later", [row for row in rows if not row.due]),
    ]
    return show_section(
        request, "calls", "calls", parts=parts, queues=queues, queue=queue, site=site,
        sites=sites, drives=drives.running(staff),
    )  # fmt: skip


@page(Action.INBOX)
def call(request: HttpRequest, call: str) -> HttpResponse:
    """One call: who, the neutral opening, the script once it is she, and what came of it."""
    staff = staff_of(request)
    found = queries.calls_for(staff).filter(pk=str(call)).first()
    if found is None:
        raise Http404("no such call among those that you see")
    # What it is about may be chosen here; the call itself keeps what it came with.
    found.script = request.POST.get("script") or request.GET.get("script") or found.script
    if request.method == "POST" and request.POST.get("do") == "save":
        return _save(request, found, staff)
    if request.method == "GET":
        audit.note(staff, "call.read", found.client or found.pk)
    return _show(request, found, form=_form(request, found))


def _save(request: HttpRequest, found: CallTask, staff: Staff) -> HttpResponse:
    """Her record and the desk, together or not at all: what was typed is shown again where either refuses it."""
    outcome, form = request.POST.get("outcome", ""), _form(request, found)
    if outcome == "reached" and form and (form.wrong or request.POST.get("form") != form.id):
        return _show(request, found, form=form, status=400)
    try:
        again = moment(request.POST.get("again", "")) if outcome in AGAIN else None
        if outcome in AGAIN and again is None:
            again = timezone.now() + timedelta(days=1)
        note = request.POST.get("note", "")
        with transaction.atomic():
            _write(found, outcome, form, staff)
            actions.finish_call(found, outcome, by=staff, note=note, next_try=again)
    except TselaError as error:
        return _show(request, found, form=form, error=error.problem, status=400)
    until = f" Next try: {said_moment(again)}." if again else ""
    messages.success(request, f"{OUTCOMES[outcome]}: written down.{until}")
    return redirect("calls")


def _write(found: CallTask, outcome: str, form: Filled | None, staff: Staff) -> None:
    """What her record learns of a call: the form of its script; or, of one that looked for her in vain, the attempt."""
    if not found.client:
        return
    if outcome == "reached" and form:
        writing.write(found.client, form.id, form.answers, mode="phone", by=staff)
    elif outcome in FOUND and _looks(found):
        answers = {"attempt_date": _today(found), "channel": "phone", "outcome": FOUND[outcome]}
        writing.write(found.client, LOOKING, answers, mode="phone", by=staff)


def _looks(found: CallTask) -> bool:
    """Whether the call was made because she was missed."""
    script = script_of(found)
    return bool(script and script.get("form") == LOOKING)


def _form(request: HttpRequest, found: CallTask) -> Filled | None:
    """The form that is filled in once she was reached: that of the script, else of any talk."""
    if not found.client:
        return None
    script = script_of(found) or {}
    forms = current(found.site).forms
    form = forms.get(script.get("form", ""))
    if form is None or not can(form):
        form = forms.get(TALK)
    if form is None:
        return None
    posted = request.POST if request.method == "POST" and request.POST.get("form") == form["id"] else None
    record = registrations_of({found.client}).get(found.client, {})
    return fill(form, _today(found), posted, record, channel="phone", topics=list(script.get("topics", ())))


def _show(
    request: HttpRequest, found: CallTask, form: Filled | None, status: int = 200, **context: Any
) -> HttpResponse:
    posted = request.POST
    about = who(found.contact) if found.contact else _nobody(found)
    script, opening = script_of(found), opening_of(found)
    parts = parts_of(script or {}, words_for(found))
    again = posted.get("again") or (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT09:00")
    return show_section(
        request, "call", "calls", status=status, call=found, who=about, closed=closed(found), script=script, parts=parts,
        opening=opening, draft=in_drafts([*opening, *parts]), scripts=scripts_of(found.site), outcomes=OUTCOMES.items(), outcome=posted.get("outcome", ""), form=form,
        again=again, note=posted.get("note", found.note), record=beside(found.client), **context,
    )  # fmt: skip


def rows_of(found: Iterable[CallTask], *, several: bool, me: str) -> list[Row]:
    """The rows of a page, in a few queries; whose call it is, where it is not `me`."""
    found = list(found)
    clients = {one.client for one in found if one.client}
    names = dict(Client.objects.filter(pk__in=clients).values_list("pk", "name"))
    staff = staff_names(one.assigned_to or one.caseload for one in found) | {me: ""}
    now = timezone.now()
    return [
        Row(
            id=one.pk,
            name=name_of(one.contact, names.get(one.client or "", "")),
            because=one.because,
            queue=one.queue,
            due=one.due_at <= now,
            when=said_moment(one.due_at),
            tries=one.tries,
            outcome=OUTCOMES.get(one.outcome, "").lower(),
            assigned=staff.get(one.assigned_to or one.caseload or "", ""),
            site=site_name(one.site) if several else "",
            closed="{} to {}".format(*map(clock, hours(one.contact))) if closed(one) else "",
        )
        for one in found
    ]


def closed(found: CallTask) -> str:
    """Why she is not called at this hour; blank where she may be. Urgent calls wait for no hour."""
    opens, closes = hours(found.contact)
    now = writing.local_now(found.site[:2])
    if found.queue == "urgent" or within((opens, closes), now):
        return ""
    return f"It is {now:%H:%M} where she lives; she is called between {clock(opens)} and {clock(closes)}."


def hours(contact: ContactPoint | None) -> tuple[int, int]:
    """Her hours, within those of all calls."""
    if contact is None:
        return HOURS
    opens, closes = max(contact.hours_from, HOURS[0]), min(contact.hours_to, HOURS[1])
    return (
        (opens, closes) if opens < closes else (contact.hours_from, contact.hours_to)
    )  # she chose the evening


def _today(found: CallTask) -> str:
    return writing.today(found.site[:2]).isoformat()


def _nobody(found: CallTask) -> Who:
    name = (
        Client.objects.filter(pk=found.client).values_list("name", flat=True).first() if found.client else ""
    )
    mother = staff_names([found.caseload]).get(found.caseload or "", "")
    return Who(
        name=name or "Not registered yet", channel="", address="", language="", language_name="", guess="", tier="covert",
        owner="", hours="", code_word="", mother=mother, site=site_name(found.site), stopped=False, again=False, suspended="",
    )  # fmt: skip
