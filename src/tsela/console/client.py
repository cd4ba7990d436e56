"""One client's record: her flags and plan with why, and everything that was written about her."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from tsela.access import audit
from tsela.access.models import Staff
from tsela.access.policy import Action, scope
from tsela.care import queries
from tsela.care.rules import rules_at
from tsela.console.pages import page, show, staff_of
from tsela.record.programme import current
from tsela.record.queries import clients_in, events_of

Json = Mapping[str, Any]
OPEN = ("overdue", "due", "upcoming")


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
    """What is open, the most pressing first, then what was done."""
    order = {status: number for number, status in enumerate((*OPEN, "done", "missed", "cancelled"))}
    tasks = sorted(plan["tasks"], key=lambda task: (order[task["status"]], task["due"]))
    return [{**task, **_text(texts.get(task["item"], {}))} for task in tasks]


def _text(text: Json) -> Json:
    return {"title": text.get("title", ""), "because": text.get("because", "")}


def timeline(events: list[dict[str, Any]], site: str) -> list[Line]:
    """Every event, the newest first; what was corrected or taken back stays, struck through."""
    replaced = {event["replaces"] for event in events if event["replaces"]}
    authors = dict(
        Staff.objects.filter(pk__in={event["author"] for event in events}).values_list("pk", "name")
    )
    newest = sorted(events, key=lambda event: (event["occurred_on"], event["id"]), reverse=True)
    forms = current(site).forms
    return [_line(event, forms, replaced, authors.get(event["author"], "")) for event in newest]


def _line(event: Json, forms: Json, replaced: set[str], author: str) -> Line:
    form = forms.get(event["form"], {})
    state = "void" if event["answers"] is None else "replaced" if event["id"] in replaced else ""
    answers = tuple(_answers(form, event["answers"] or {}))
    title = form.get("title", event["form"])
    return Line(event["id"], event["occurred_on"], title, event["mode"], author, answers, state)


def _answers(form: Json, answers: Json) -> list[tuple[str, str]]:
    """(label, answer in words) for every answered question that people are asked."""
    shown = [
        node for node in _questions(form.get("body", [])) if node["name"] in answers and node.get("label")
    ]
    return [(node["label"], _words(form, node, answers[node["name"]])) for node in shown]


def _questions(body: list[Json]) -> list[Json]:
    found: list[Json] = []
    for node in body:
        found += _questions(node["body"]) if node["type"] == "group" else [node]
    return found


def _words(form: Json, node: Json, answer: Any) -> str:
    labels = {choice["name"]: choice["label"] for choice in form.get("choices", {}).get(node.get("list"), [])}
    if node["type"] == "repeat":
        return str(len(answer))
    many = answer if isinstance(answer, list) else [answer]
    return ", ".join(labels.get(one, str(one)) for one in many)
