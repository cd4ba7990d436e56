"""One client's record: her flags and plan with why, and everything that was written about her."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from tsela.access import audit
from tsela.access.models import Staff
from tsela.access.policy import Action, scope
from tsela.care import queries
from tsela.care.rules import rules_at
from tsela.console.pages import page, show, staff_of
from tsela.record.attachments import MEDIA_TYPES, NAME, arrived, bytes_of, named_in
from tsela.record.programme import current
from tsela.record.queries import clients_in, events_of

Json = Mapping[str, Any]
OPEN = ("overdue", "due", "upcoming")
MEETING = "next time you meet"


@dataclass(frozen=True)
class File:
    """A photo or recording that is an answer, and whether it has arrived."""

    label: str
    name: str
    arrived: bool

    @property
    def media(self) -> str:
        """“image” or “audio”."""
        return MEDIA_TYPES[self.name.rpartition(".")[2]].partition("/")[0]


@dataclass(frozen=True)
class Line:
    """One event of the timeline, in words."""

    id: str
    day: str
    title: str
    mode: str
    author: str
    answers: tuple[tuple[str, str], ...]
    state: str  # "", "replaced" or "void"
    files: tuple[File, ...] = ()


@page(Action.RECORD_READ)
def client(request: HttpRequest, client: str) -> HttpResponse:
    """Her page, for whoever has her in scope; reading is written into the audit."""
    seen = clients_in(scope(staff_of(request)))
    person = seen.filter(pk=str(client)).first()
    if person is None:
        raise Http404("no such client among those whom you see")
    audit.note(staff_of(request), "client.read", person.pk)
    family = seen.filter(mother=person.pk) | seen.filter(pk=person.mother or "")
    plan = queries.plan_of(person.pk) or {"tasks": [], "flags": []}
    texts = rules_at(person.home).texts
    return show(
        request, "client", person=person, family=family, lines=timeline(events_of([person.pk]), person.home),
        tasks=_tasks(plan, texts), flags=[(flag["level"], texts.get(flag["id"], {})) for flag in plan["flags"]],
        mother=Staff.objects.filter(pk=person.caseload).first(),
    )  # fmt: skip


def _tasks(plan: Json, texts: Mapping[str, Json]) -> list[Json]:
    """What is open, the most pressing first; what waits for her next contact (RULES R33a); then what was done."""
    tasks = [{**task, **_text(texts.get(task["item"], {}))} for task in plan["tasks"]]
    for task in tasks:
        if task["status"] in OPEN and task["at_contact"]:
            task["status"] = MEETING
    order = {status: number for number, status in enumerate((*OPEN, MEETING, "done", "missed", "cancelled"))}
    return sorted(tasks, key=lambda task: (order[task["status"]], task["due"]))


def _text(text: Json) -> Json:
    return {
        "title": text.get("title", ""),
        "because": text.get("because", ""),
        "at_contact": text.get("at_contact", False),
    }


def timeline(events: list[dict[str, Any]], site: str) -> list[Line]:
    """Every event, the newest first; what was corrected or taken back stays, struck through."""
    replaced = {event["replaces"] for event in events if event["replaces"]}
    authors = dict(
        Staff.objects.filter(pk__in={event["author"] for event in events}).values_list("pk", "name")
    )
    newest = sorted(events, key=lambda event: (event["occurred_on"], event["id"]), reverse=True)
    forms = current(site).forms
    here = arrived({name for event in events for name in named_in(json.dumps(event["answers"]))})
    return [_line(event, forms, replaced, authors.get(event["author"], ""), here) for event in newest]


def _line(event: Json, forms: Json, replaced: set[str], author: str, here: set[str]) -> Line:
    form = forms.get(event["form"], {})
    state = "void" if event["answers"] is None else "replaced" if event["id"] in replaced else ""
    answers = list(_answered(form, form.get("body", []), event["answers"] or {}))
    said = tuple(answer for answer in answers if not NAME.fullmatch(answer[1]))
    files = tuple(File(label, text, text in here) for label, text in answers if NAME.fullmatch(text))
    title = form.get("title", event["form"])
    return Line(event["id"], event["occurred_on"], title, event["mode"], author, said, state, files)


def _answered(form: Json, body: list[Json], answers: Json) -> Iterator[tuple[str, str]]:
    """(label, answer in words) for every answered question that people are asked; of a repeat, row by row."""
    for node in body:
        answer = answers.get(node["name"])
        if node["type"] == "group":
            yield from _answered(form, node["body"], answers)
        elif node["type"] == "repeat":
            yield from _rows(form, node, answer)
        elif answer is not None and node.get("label"):
            yield node["label"].rstrip("?: "), _words(form, node, answer)


def _rows(form: Json, node: Json, rows: Any) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(rows if isinstance(rows, list) else (), start=1):
        for label, text in _answered(form, node["body"], row if isinstance(row, dict) else {}):
            yield f"{node.get('label', node['name'])} {number}, {label}", text


def _words(form: Json, node: Json, answer: Any) -> str:
    labels = {choice["name"]: choice["label"] for choice in form.get("choices", {}).get(node.get("list"), [])}
    many = answer if isinstance(answer, list) else [answer]
    return ", ".join(labels.get(one, str(one)) for one in many)


@page(Action.RECORD_READ)
def attachment(request: HttpRequest, client: str, name: str) -> HttpResponse:
    """A photo or recording that an event of hers names; looking at it is written into the audit."""
    seen = clients_in(scope(staff_of(request))).filter(pk=str(client))
    named = {one for event in events_of([str(client)]) for one in named_in(json.dumps(event["answers"]))}
    body = bytes_of(name) if name in named and seen.exists() else None
    if body is None:
        raise Http404("no such attachment among those whom you see")
    audit.note(staff_of(request), "attachment.read", str(client), attachment=name)
    response = HttpResponse(body, content_type=MEDIA_TYPES[name.rpartition(".")[2]])
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
