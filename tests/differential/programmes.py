"""Made-up rules documents, as text of the rules language: every word of it, in every place where it may stand."""

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tsela.programme.rules import compile_tables

from .cases import FOLDER, load

FORMS: dict[str, Any] = load(FOLDER / "_forms.yaml")
ATTRIBUTES: dict[str, Any] = {
    name: question for name, question in FORMS["registration"]["questions"].items() if name != "mother"
}
EVENT_FORMS = [form for form in FORMS if form != "registration"]
DAYS = (
    "0 days",
    "1 day",
    "7 days",
    "2 weeks",
    "6 weeks",
    "28 days",
    "1 month",
    "6 months",
    "1 year",
    "18 months",
)
LITERALS = {
    "integer": ("0", "1", "3", "30", "1000"),
    "decimal": ("1", "50", "61.5"),
    "date": ("1970-01-01", "2024-02-29", "2025-12-31"),
    "text": ("anna", '"Ma B"', '"o\'clock"'),
}


@dataclass
class Writer:
    """Writes conditions. `anchors`: the forms of the item's anchor; None outside items."""

    random: Random
    names: list[str] = field(default_factory=list)
    anchors: list[str] | None = None
    may_hop: bool = True

    def some(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def often(self, chance: float) -> bool:
        return self.random.random() < chance

    def condition(self, depth: int = 2) -> str:
        if depth and self.often(0.45):
            return self.joined(depth)
        if self.may_hop and self.often(0.2):
            return self.hop(depth)
        if self.names and self.often(0.25):
            return str(self.some(*self.names))
        return str(
            self.some(self.any, self.any, self.count, self.pick, self.age, self.attribute, self.constant)()
        )

    def joined(self, depth: int) -> str:
        parts = [self.condition(depth - 1) for _ in range(self.some(1, 2, 2, 3))]
        if len(parts) == 1:
            return f"not ({parts[0]})"
        return f"({self.some(' and ', ' or ').join(parts)})"

    def hop(self, depth: int) -> str:
        inside = Writer(
            self.random, [name for name in self.names if name.startswith("plain")], self.anchors, False
        )
        return f"{self.some('mother', 'any infant')}.({inside.condition(max(0, depth - 1))})"

    def constant(self) -> str:
        return str(self.some("always", "never"))

    def any(self) -> str:
        return f"({self.some('any', 'any', 'no')} {self.events()})"

    def count(self) -> str:
        return f"(count {self.events()} {self.some('<', '<=', '>', '>=', '=')} {self.some(0, 1, 2, 3)})"

    def pick(self) -> str:
        form = self.some(*EVENT_FORMS)
        return f"({self.some('latest', 'first')} {self.events(form)} has {self.test(form)})"

    def age(self) -> str:
        return f"(age {self.date()} {self.some('<', '<=', '>', '>=')} {self.some(*DAYS)})"

    def attribute(self) -> str:
        name = self.some(*ATTRIBUTES)
        return f"({name} {self.compare(ATTRIBUTES[name])})"

    def events(self, form: str | None = None) -> str:
        form = form or self.some(*EVENT_FORMS)
        where = f" where {self.test(form)}" if self.often(0.6) else ""
        return f"{form}{where}{self.time(form) if self.often(0.5) else ''}"

    def time(self, form: str) -> str:
        words = ["within", "within", "since", "after", "before", *(["in window"] * 3 if self.anchors else [])]
        word = self.some(*words)
        if word == "in window":
            return " in window"
        if word == "within":
            return f" within {self.duration(form)}"
        return f" {word} {'anchor' if self.anchors and self.often(0.6) else self.date()}"

    def duration(self, *forms: str, signed: bool = False) -> str:
        if "art_dispense" in forms and self.often(0.5):
            return "answer days_supplied days" + self.some("", " + 28 days", " - 3 days", " + 1 month")
        return ("-" if signed and self.often(0.4) else "") + str(self.some(*DAYS))

    def date(self) -> str:
        if self.often(0.6):
            return self.moved()
        dates = ", ".join(self.moved() for _ in range(self.some(2, 2, 3)))
        return f"{self.some('later', 'earlier')} of ({dates})"

    def moved(self) -> str:
        plus = f" {self.some('+', '-')} {self.some(*DAYS)}" if self.often(0.25) else ""
        if self.often(0.3):
            return f"{self.some('birth_date', 'edd_date')}{plus}"
        return f"{self.some('latest', 'first')} {self.dated()}{plus}"

    def dated(self) -> str:
        form = self.some(*EVENT_FORMS)
        dates = [name for name, question in FORMS[form]["questions"].items() if question["type"] == "date"]
        question = f".{self.some(*dates)}" if dates and self.often(0.5) else ""
        where = f" where ({self.test(form, same=False)})" if self.often(0.4) else ""
        return f"{form}{question}{where}"

    def test(self, form: str, depth: int = 1, same: bool = True) -> str:
        if depth and self.often(0.3):
            parts = [self.test(form, depth - 1, same) for _ in range(self.some(1, 2, 2, 3))]
            return f"not ({parts[0]})" if len(parts) == 1 else f"({self.some(' and ', ' or ').join(parts)})"
        questions = FORMS[form]["questions"]
        shared = [
            name
            for name in questions
            if any(name in FORMS[anchor]["questions"] for anchor in self.anchors or ())
        ]
        if same and shared and self.often(0.4):
            return f"same {self.some(*shared)}"
        name = self.some(*questions)
        return f"{name} {self.compare(questions[name])}"

    def compare(self, question: dict[str, Any]) -> str:
        kind = question["type"]
        literals = LITERALS.get(kind) or tuple(question["codes"])
        if self.often(0.15):
            return "answered"
        if kind == "codes":
            return f"includes {self.some(*literals)}"
        if self.often(0.3):
            return f"in [{self.some(*literals)}, {self.some(*literals)}]"
        ops = ("=", "!=") if kind in ("code", "text") else ("=", "!=", "<", "<=", ">", ">=")
        return f"{self.some(*ops)} {self.some(*literals)}"


def document(random: Random, items: int = 4, flags: int = 3) -> dict[str, Any]:
    """A rules document with definitions, a group, states, items and flags."""
    plain = Writer(random, may_hop=False)
    define = {f"plain{n}": plain.condition() for n in range(2)}
    define["linked"] = Writer(random, list(define)).condition()
    writer = Writer(random, [*define, "group", "state = one", "state in [two, rest]"])
    return {
        "groups": {"group": Writer(random, list(define)).condition(1)},
        "define": define,
        "states": {"state": [
            {"is": "one", "when": plain.condition(1)}, {"is": "two", "when": plain.condition(1)}, {"is": "rest", "when": "always"},
        ]},
        "steps": {"visit": {"unless": writer.condition(1), "instead": "call"}} if writer.often(0.6) else {},
        "items": [_item(random, f"item{n}", writer.names) for n in range(items)],
        "flags": [{"id": f"flag{n}", "level": "info", "when": writer.condition(3)} for n in range(flags)],
    }  # fmt: skip


def compiled(rules: dict[str, Any]) -> dict[str, Any]:
    """The tables of such a document; it must compile without an error."""
    tables, problems = compile_tables(rules, FORMS)
    errors = [problem for problem in problems if problem.level == "error"]
    assert not errors, (rules, errors)
    return tables


def _item(random: Random, name: str, names: list[str]) -> dict[str, Any]:
    writer = Writer(random, names)
    sources = [_source(writer) for _ in range(writer.some(1, 1, 2, 3))]
    forms = [_anchored(source) for source in sources]
    inside = Writer(random, names, forms)
    due = {"due": writer.duration(*forms, signed=True)}
    if writer.often(0.3):
        due = {"series": {key: writer.duration(*forms, signed=True) for key in ("b", "a", "c")}}
    window = {"opens": f"-{writer.some(*DAYS[:6])}"}
    window |= (
        {"late": writer.duration(*forms), "expires": "18 months"}
        if writer.often(0.5)
        else {"expires": "1 month"}
    )
    steps = [{"after": writer.duration(signed=True), "do": step} for step in ("call", "visit", "trace")]
    return {
        "id": name,
        "for": writer.condition(1) if writer.often(0.3) else "always",
        "anchor": " | ".join(sources),
        "when": inside.condition(1) if writer.often(0.4) else "always",
        "unless": inside.condition(1) if writer.often(0.3) else "never",
        **due,
        "window": {key: value for key, value in window.items() if writer.often(0.6)},
        "done": " | ".join(inside.events() for _ in range(writer.some(1, 1, 2))),
        "escalate": steps[: writer.some(0, 2, 3)],
    }  # fmt: skip


def _anchored(source: str) -> str:
    """The form of a source's anchor event: that of the first date."""
    word = source.removeprefix("later of (").removeprefix("earlier of (")
    picks = word.startswith(("latest ", "first ", "each "))
    return re.split(r"[ .,)]", word)[1] if picks else "registration"


def _source(writer: Writer) -> str:
    return f"each {writer.dated()}" if writer.often(0.5) else writer.date()
