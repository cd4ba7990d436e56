"""Worked examples as documentation: whose, what happened, and what the rules make of it on a time line."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tsela.care import engine
from tsela.console.handbook import timeline
from tsela.console.handbook.book import Book, Page, spoken
from tsela.console.handbook.markup import Html, el, link, listed, table, tag
from tsela.console.handbook.timeline import Mark
from tsela.kernel.dates import format_date, parse_date
from tsela.programme.cases import Case, Event, read_cases

FIRST = "examples.html"
REGISTRATION = "registration"


def pages(book: Book) -> dict[str, Callable[[], Page]]:
    made: dict[str, Callable[[], Page]] = {FIRST: lambda: Page(FIRST, "Examples", _contents(book))}
    for name, cases in _by_file(book).items():
        made[name] = lambda name=name, cases=cases: Page(FIRST, _title(name), _cases(book, name, cases))  # type: ignore[misc]
    return made


def _by_file(book: Book) -> Mapping[str, list[Case]]:
    ids = [{row["id"] for row in book.tables[kind]} for kind in ("items", "flags")]
    found: defaultdict[str, list[Case]] = defaultdict(list)
    for case in read_cases(book.programme.folder, book.tables["forms"], *ids)[0]:
        stem = case.where.partition(":")[0].rpartition("/")[2].removesuffix(".yaml")
        found[f"examples-{stem}.html"].append(case)
    return found


def _contents(book: Book) -> Html:
    parts = [[el("h2", link(name, _title(name)), el("small", f" {len(cases)}")), listed([link(name, case.title, _id(case)) for case in cases])]
             for name, cases in _by_file(book).items()]  # fmt: skip
    return el(
        "div",
        el("h1", "Worked examples"),
        el("p", "Each is a test of the rules, and says what they do.", cls="quiet"),
        parts,
    )


def _cases(book: Book, name: str, cases: list[Case]) -> Html:
    rules = cache(lambda policy: engine.Rules(book.programme.tables_for(policy)))
    return el(
        "div",
        el("h1", _title(name)),
        [_case(book, rules(case.policy or book.programme.policy), case) for case in cases],
    )


def _case(book: Book, rules: engine.Rules, case: Case) -> Html:
    who = {client: name for name, client in case.people.items()}
    happened = [event for event in case.events if event["form"] != REGISTRATION]
    people = [
        [el("strong", who[event["client"]]), _answers(book, event, who)]
        for event in case.events
        if event["form"] == REGISTRATION
    ]
    told = [
        [event["occurred_on"], who[event["client"]], book.form(event["form"]), _answers(book, event, who)]
        for event in happened
    ]
    return el(
        "article", el("h2", case.title, " ", tag(f"policy {case.policy}") if case.policy else None), table(["", "Who she or he is"], people),
        table(["Day", "Who", "What was written", ""], told) if told else None,
        _line(book, rules, case, happened, who), _expected(book, case), id=_id(case), cls="card",
    )  # fmt: skip


def _line(book: Book, rules: engine.Rules, case: Case, happened: list[Event], who: Mapping[str, str]) -> Html:
    """The tasks that the example speaks of, as the rules plan them on its day."""
    records = engine.Records(rules, case.events)
    plans = {
        name: engine.plan(rules, records, client, case.today).tasks for name, client in case.people.items()
    }
    wanted = {(row.get("who", ""), row.get("task", "")) for row in case.tasks}
    shown = [
        (f"{name}: {rules.texts[task.item]['title']}", task.status, task.opens, task.due, task.expires if task.expires is not None else task.late)
        for name, tasks in plans.items() for task in tasks
        if wanted & {(name, task.item), (name, task.key.rpartition(":")[0])}
    ]  # fmt: skip
    marks = [Mark(day, f"{event['occurred_on']} {who[event['client']]}: {book.programme.forms[event['form']]['title']}")
             for event in happened if (day := parse_date(event["occurred_on"])) is not None]  # fmt: skip
    said = f"{case.title}: on {format_date(case.today)} " + (
        "; ".join(f"{label} is {status}" for label, status, *_ in shown) or "nothing is planned"
    )
    return timeline.example(case.today, marks, shown, said)


def _expected(book: Book, case: Case) -> Html:
    titles = {row["id"]: row["title"] for kind in ("items", "flags") for row in book.tables[kind]}
    heads = [
        key for key in ("due", "opens", "late", "expires", "step") if any(row.get(key) for row in case.tasks)
    ]
    rows = [[row.get("who", ""), titles.get(row.get("task", "").partition(":")[0], row.get("task", "")), tag(row.get("status", ""), row.get("status", "")) if row.get("status") else "",
             *(book.names.get(row.get(key, ""), row.get(key, "")) for key in heads)] for row in case.tasks]  # fmt: skip
    absent = [
        f"{name} has no task “{titles.get(task.partition(':')[0], task)}”" for name, task in case.absent
    ]
    raised = [[tag("flag", "urgent"), f" {name}: {titles.get(flag, flag)}"] for name, flag in case.flags]
    lowered = [f"{name} has no flag “{titles.get(flag, flag)}”" for name, flag in case.no_flags]
    return el("div", el("p", f"So on {format_date(case.today)}:", cls="so"), table(["Who", "Task", "", *(head.capitalize() for head in heads)], rows) if rows else None,
              listed([*raised, *absent, *lowered]))  # fmt: skip


def _answers(book: Book, event: Event, who: Mapping[str, str]) -> Any:
    """Its answers in words; a person by her name in the example."""
    if event["answers"] is None:
        return el("em", "taken back")
    form = event["form"]
    said = [
        f"{book.labels.question(name)}: {_value(book, form, name, value, who)}"
        for name, value in event["answers"].items()
        if value != event["occurred_on"]
    ]
    return [tag("corrects an earlier one"), " "] * bool(event["replaces"]) + [" · ".join(said)]


def _value(book: Book, form: str, name: str, value: Any, who: Mapping[str, str]) -> str:
    if isinstance(value, str) and value in who:
        return who[value]
    many = value if isinstance(value, list) else [value]
    return ", ".join(
        book.labels.codes.get((form, name, one), str(one)) if isinstance(one, str) else str(one)
        for one in many
    )


def _id(case: Case) -> str:
    return f"line-{case.where.split(':')[1]}"


def _title(name: str) -> str:
    return spoken(name.removeprefix("examples-").removesuffix(".html"))
