"""A programme as small named texts: what each item, flag, question, policy and translation says, in words.

`describe` gives {(kind, name): Thing}; a rule's texts are given for every country where they differ from another's.
The handbook shows them, and `differences` compares two programmes by them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tsela.programme import Programme
from tsela.programme.forms import Form, Node
from tsela.programme.forms.words import Reader, answer_kind
from tsela.programme.loading import labels_of
from tsela.programme.rules import words
from tsela.programme.rules.words import Labels
from tsela.programme.talk import Message

DEFAULT = ""  # the country of whoever has no policy of her own
Texts = dict[str, str]
Things = dict[tuple[str, str], "Thing"]


@dataclass(frozen=True)
class Thing:
    """Something with a name: its title, and its texts, by country where it is a rule."""

    title: str
    texts: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # field → country (or DEFAULT) → text


def describe(programme: Programme) -> Things:
    """Everything in a programme that a person can read or that changes what it does."""
    things: Things = {("programme", "programme"): Thing(programme.title, _plain(_about(programme)))}
    for form in programme.forms.values():
        things |= _form(form)
    things |= _rules(programme)
    for language in programme.languages[1:]:
        for text, said in programme.catalogue(language).items():
            things["translation", f"{language}: {text}"] = Thing(
                f"{language}: {text}", _plain({"text": said})
            )
    rows_of = {
        "fact": {**programme.facts.get("facts", {}), **programme.facts.get("benchmarks", {})}, "indicator": _indicators(programme),
        "country": {code: _country(one.as_dict()) for code, one in programme.countries.items()},
        "guide": {str(guide["id"]): guide for guide in programme.guides},
        "message": {name: _message(one) for name, one in programme.messages.items()}, "article": programme.articles,
        "conversation": {name: _conversation(flow) for name, flow in programme.flows.items()}, "service": _services(programme),
    }  # fmt: skip
    for kind, rows in rows_of.items():
        for name, row in rows.items():
            title = str(row.get("title") or row.get("what") or name)
            things[kind, name] = Thing(title, _plain({key: _text(value) for key, value in row.items()}))
    return things


def item(row: Mapping[str, Any], labels: Labels, names: Mapping[str, str]) -> Texts:
    """An item's texts, in the order in which people ask: who, when, why."""
    said = row["words"]
    due = {"": said["due"]} if len(row["series"]) == 1 else _series(row, labels)
    return {
        "title": row["title"], "because": row["because"], "source": row["source"], "review": row["review"] or "",
        "for": condition(row["for"], labels), "when": said["when"], "unless": said["unless"],
        "due": "; ".join(f"{key}: {text}" if key else text for key, text in due.items()),
        **{name: duration(row[name], labels) for name in ("opens", "late", "expires")},
        "done": said["done"], "escalate": "; ".join(steps(row, labels, names)),
        "remind": _remind(row, labels), "form": row["form"] or "", "by": names.get(row["by"], row["by"] or ""),
        "at contact": "yes" if row.get("at_contact") else "",
    }  # fmt: skip


def flag(row: Mapping[str, Any], labels: Labels) -> Texts:
    """A flag's texts."""
    plain = {name: row[name] or "" for name in ("title", "because", "source", "review", "level")}
    return {**plain, "for": condition(row["for"], labels), "when": row["words"]["when"]}


def question(node: Node, reader: Reader) -> Texts:
    """A question's texts; expressions in words."""
    said = {name: node.get(name, "") for name in ("label", "hint", "constraint_message", "required_message")}
    asked = {
        name: reader.words(node[name]) if node.get(name) else ""
        for name in (
            "relevant",
            "constraint",
            "required",
            "readonly",
            "calculation",
            "default",
            "choice_filter",
        )
    }
    choices = reader.choices.get(node.get("list", ""), {})
    shown = "; ".join(f"{code}: {label}" for code, label in choices.items())
    return {
        "type": answer_kind(node),
        **said,
        **asked,
        "choices": shown,
        "appearance": " ".join(node.get("appearance", ())),
    }


def condition(tree: Mapping[str, Any], labels: Labels) -> str:
    """A compiled condition in words."""
    said = words.condition(tree, labels)
    return "" if said == "always" else said


def duration(length: Any, labels: Labels) -> str:
    return words.duration(length, labels) if length else ""


def steps(row: Mapping[str, Any], labels: Labels, names: Mapping[str, str]) -> Iterator[str]:
    """“after 7 days: Call her”, by whom where that is somebody else."""
    for after, do, *other in row["escalate"]:
        by = row.get("steps", {}).get(do) or row["by"]
        role = f" ({names.get(by, by)})" if by != row["by"] else ""
        yield f"after {duration(after, labels)}: {_named(do, names)}{role}{_instead(other, labels, names)}"


def _instead(other: list[Any], labels: Labels, names: Mapping[str, str]) -> str:
    """“, but Call her if she asked us not to come to her home”."""
    said = [f", but {_named(one['instead'], names)} if {condition(one['unless'], labels)}" for one in other]
    return "".join(said)


def _named(step: str, names: Mapping[str, str]) -> str:
    return names.get(step, words.spoken(step))


def labels(programme: Programme) -> Labels:
    """Words for forms, codes and groups of this programme."""
    return labels_of(programme.forms, {})


def names(programme: Programme) -> dict[str, str]:
    """Names of roles and steps."""
    return {**programme.labels.get("roles", {}), **programme.labels.get("steps", {})}


def countries(programme: Programme) -> list[str]:
    return [DEFAULT, *programme.countries]


def _rules(programme: Programme) -> Things:
    said, named = labels(programme), names(programme)
    things: dict[tuple[str, str], tuple[str, dict[str, dict[str, str]]]] = {}
    for country in countries(programme):
        tables = programme.tables_for(programme.policy_of(country))
        for kind, name, title, texts in _of_tables(tables, said, named):
            fields = things.setdefault((kind, name), (title, {}))[1]
            for key, text in texts.items():
                fields.setdefault(key, {})[country] = text
    return {key: Thing(title, fields) for key, (title, fields) in things.items()}


def _of_tables(
    tables: Mapping[str, Any], said: Labels, named: Mapping[str, str]
) -> Iterator[tuple[str, str, str, Texts]]:
    for row in tables["items"]:
        yield "item", row["id"], row["title"], item(row, said, named)
    for row in tables["flags"]:
        yield "flag", row["id"], row["title"], flag(row, said)
    for kind in ("groups", "define"):
        for name, tree in tables[kind].items():
            title = words.spoken(name)
            yield (
                ("group" if kind == "groups" else "definition"),
                name,
                title,
                {"means": words.condition(tree, said)},
            )
    for name, rows in tables["states"].items():
        texts = {words.spoken(value): words.condition(tree, said) for value, tree in rows}
        yield "state", name, words.spoken(name), texts


def _form(form: Form) -> Things:
    reader = Reader.of(form)
    texts = {"title": form["title"], "date": form["date_question"] or "", "for": form["for"] or ""}
    things: Things = {("form", form["id"]): Thing(form["title"], _plain(texts))}
    for name, node in reader.questions.items():
        title = f"{form['title']}: {node.get('label') or name}"
        things["question", f"{form['id']}.{name}"] = Thing(title, _plain(question(node, reader)))
    return things


def _about(programme: Programme) -> Texts:
    named = {f"{kind} {key}": text for kind, rows in programme.labels.items() for key, text in rows.items()}
    return {
        "title": programme.title, "languages": ", ".join(programme.languages), "policy": programme.policy, **named,
    }  # fmt: skip


def _message(message: Message) -> dict[str, Any]:
    return {**asdict(message), "replies": [f"{reply.say} ({reply.does})" for reply in message.replies]}


def _conversation(flow: Mapping[str, Any]) -> dict[str, Any]:
    """Its steps by id, each as what it does and what leads on."""
    steps = {
        name: {step["do"]: {key: part for key, part in step.items() if key not in ("do", "next")}, "then": step["next"] or "the end"}
        for name, step in flow["steps"].items()
    }  # fmt: skip
    return {key: part for key, part in flow.items() if key != "steps"} | steps


def _services(programme: Programme) -> dict[str, Any]:
    """What clients look for and where they can be sent, by id; a service with its country."""
    given = programme.talk["services"]
    places = {
        row["id"]: {"title": row["name"], "country": code, **row}
        for code, rows in given["places"].items()
        for row in rows
    }
    return {**{f"kind {name}": row for name, row in given["kinds"].items()}, **places}


def _country(row: dict[str, Any]) -> dict[str, Any]:
    """A country's profile, each parameter by itself."""
    given = row.pop("parameters")
    return {key: row[key] for key in row if key not in ("unknown", "unconfirmed")} | given


def _indicators(programme: Programme) -> dict[str, Any]:
    files = [one for one in programme.indicators if isinstance(one, Mapping)]
    return {str(row["id"]): row for one in files for row in one.get("indicators", ()) if "id" in row}


def _series(row: Mapping[str, Any], labels: Labels) -> Texts:
    return {key: words.due(row["anchor"], due, labels) for key, due in row["series"]}


def _remind(row: Mapping[str, Any], labels: Labels) -> str:
    given = row.get("remind")
    if not given:
        return ""
    return f"{given.get('message', '')}: {', '.join(duration(one, labels) for one in given['before'])} before"


def _plain(texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {DEFAULT: text} for name, text in texts.items()}


def _text(value: Any) -> str:
    """A value of YAML as one line."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_text(part)}" for key, part in value.items() if part)
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return "" if value is None else str(value)
