"""The tree → plain English, for `why` (R37): “an HIV test with result Positive, in the last 3 months”.

Sentences are made from what people read: form titles, labels of options, the words given to a definition.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tsela.programme.rules.names import ATTRIBUTES

COMPARED = {
    "=": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least",
    "in": "is", "includes": "includes", "answered": "is known",
}  # fmt: skip
# Inside “with …” and “has …” there is no verb of its own.
TESTED = {
    **COMPARED, "=": "", "in": "", "!=": "other than", "<": "below", "<=": "at most", ">": "above", ">=": "at least",
    "includes": "including", "answered": "known",
}  # fmt: skip
COUNTED = {"<": "fewer than", "<=": "at most", ">": "more than", ">=": "at least", "=": "exactly"}
AGED = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}


@dataclass(frozen=True)
class Labels:
    """What people read for the names of rules; a name without a label is read as its own words.

    `names` are words for definitions, groups and states, `opposites` for those that do not hold; `terms` are words
    for forms and questions inside a sentence.
    """

    forms: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    opposites: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)

    def form(self, name: str) -> str:
        return self.terms.get(name) or self.forms.get(name) or spoken(name)

    def question(self, name: str) -> str:
        return self.terms.get(name) or spoken(name)

    def value(self, form: str, question: str, value: Any) -> str:
        if isinstance(value, list):
            return _listed([self.value(form, question, one) for one in value], "or")
        return self.codes.get((form, question, value)) or (
            spoken(value) if isinstance(value, str) else f"{value:,}"
        )

    def name(self, name: str) -> str:
        return self.names.get(name) or spoken(name)


def spoken(name: str) -> str:
    """`on_art` as “on art”."""
    return name.replace("_", " ")


def condition(tree: Mapping[str, Any], labels: Labels) -> str:  # noqa: C901 (one case a word of the language)
    """A parsed condition in words (states not yet expanded)."""
    match tree:
        case {"const": value}:
            return "always" if value else "never"
        case {"and": parts} | {"or": parts}:
            idle = {"const": "and" in tree}  # a parameter of the policy that decides nothing here
            return _joined(tree, [condition(part, labels) for part in parts if part != idle])
        case {"not": {"any": of}}:
            return f"no {events(of, labels)}"
        case {"not": {"ref": name}}:
            return labels.opposites.get(name) or f"it is not so that {labels.name(name)}"
        case {"not": {"or": parts}}:
            return f"neither {' nor '.join(condition(part, labels) for part in parts)}"
        case {"not": part}:
            return f"not ({condition(part, labels)})"
        case {"ref": name}:
            return labels.name(name)
        case {"state": name, "value": value}:
            return f"{labels.name(name)} is {spoken(value)}"
        case {"attr": _}:
            return comparison(tree, "registration", labels)
        case {"any": of}:
            return f"{_article(events(of, labels))}"
        case {"count": of, "op": op, "n": n}:
            return f"{COUNTED[op]} {n} × {events(of, labels)}"
        case {"pick": pick, "of": of, "has": has}:
            return f"{_picked(pick)} {events(_unsaid(of, has), labels)} has {test(has, of['form'], labels)}"
        case {"age": of, "op": op, "dur": length}:
            return f"{AGED[op]} {duration(length, labels)} since {date(of, labels)}"
        case {"hop": "mother", "of": of}:
            return f"her mother: {condition(of, labels)}"
        case {"hop": _, "of": of}:
            return f"an infant of hers: {condition(of, labels)}"
    raise ValueError(tree)


def events(of: Mapping[str, Any], labels: Labels) -> str:
    """EVENTS in words, without article."""
    where = f" with {test(of['where'], of['form'], labels)}" if "where" in of else ""
    return f"{labels.form(of['form'])}{where}{_time(of.get('time'), labels)}"


def _unsaid(of: Mapping[str, Any], has: Mapping[str, Any]) -> Mapping[str, Any]:
    """EVENTS without “with copies known”, where what follows speaks of her copies."""
    where = of.get("where") or {}
    same = where.get("op") == "answered" and where.get("q") == has.get("q")
    return {key: part for key, part in of.items() if key != "where"} if same else of


def test(tree: Mapping[str, Any], form: str, labels: Labels) -> str:
    """TEST in words."""
    match tree:
        case {"and": parts} | {"or": parts}:
            return _joined(tree, [test(part, form, labels) for part in parts])
        case {"not": {"op": "answered", "q": name}}:
            return f"{labels.question(name)} not known"
        case {"not": part}:
            return f"not ({test(part, form, labels)})"
        case {"q": name, "same": True}:
            return f"the same {labels.question(name)}"
    return comparison(tree, form, labels, TESTED)


def comparison(tree: Mapping[str, Any], form: str, labels: Labels, said: Mapping[str, str] = COMPARED) -> str:
    """A question compared with a value."""
    name = str(tree.get("q") or tree.get("attr"))
    value = labels.value(form, name, tree["value"]) if "value" in tree else ""
    return " ".join(filter(None, [labels.question(name), said[tree["op"]], value]))


def date(of: Any, labels: Labels) -> str:
    """DATE, SOURCE or POINT in words."""
    match of:
        case "anchor":
            return "the date this is counted from"
        case {"attr": name}:
            return labels.question(name)
        case {"each": form}:
            return _dated("each", form, of, labels)
        case {"pick": pick, "form": form}:
            return _dated(_picked(pick), form, of, labels)
        case {"date": moved, "plus": length}:
            return _moved(length, date(moved, labels), labels)
        case {"later": dates} | {"earlier": dates}:
            return f"the {next(iter(of))} of {_listed([date(one, labels) for one in dates], 'and')}"
    raise ValueError(of)


def named(anchor: list[Any], labels: Labels) -> dict[str, str]:
    """Where a date is moved or chosen (R23, R24), for each form that can name it, the date in few words:
    {"feeding": "3 months after the end of breastfeeding"}."""
    found: dict[str, list[str]] = {}
    told = set()
    for source in anchor:
        chosen = source.get("later") or source.get("earlier")
        for one in chosen or [source]:
            plain = one.get("date", one)
            form = plain.get("form") or plain.get("each") or ATTRIBUTES
            said = _short(plain, labels)
            found.setdefault(form, []).append(_moved(one["plus"], said, labels) if "plus" in one else said)
            told |= {form} if chosen or "plus" in one else set()
    return {form: _listed(list(dict.fromkeys(found[form])), "or") for form in found if form in told}


def _short(of: Mapping[str, Any], labels: Labels) -> str:
    question = of.get("q")
    return f"the {labels.question(question)}" if question else date(of, labels)


def _moved(length: list[Any], since: str, labels: Labels) -> str:
    side = "before" if length[0] < 0 else "after"
    return f"{duration([abs(length[0]), *length[1:]], labels)} {side} {since}"


def done(alternatives: list[Any], labels: Labels) -> str:
    """What closes a task, in words."""
    return _listed([_article(events(of, labels)) for of in alternatives], "or")


def due(anchor: list[Any], length: list[Any], labels: Labels) -> str:
    """“6 weeks after birth date”."""
    sources = _listed([date(source, labels) for source in anchor], "or else")
    if len(length) == 2 and length[0] == 0:
        return sources if "plus" in anchor[0] else f"on {sources}"
    return _moved(length, sources, labels)


def duration(length: list[Any], labels: Labels) -> str:
    """“6 weeks”, “days supplied days + 28 days”."""
    count, unit = length[:2]
    plain = f"{count} {unit[:-1] if abs(count) == 1 else unit}"
    if len(length) == 2:
        return plain
    answer = f"the {labels.question(length[2])}"
    return answer if count == 0 else f"{answer} {'+' if count > 0 else '-'} {plain.lstrip('-')}"


def _dated(picked: str, form: str, of: Mapping[str, Any], labels: Labels) -> str:
    where = f" with {test(of['where'], form, labels)}" if "where" in of else ""
    question = f"the {labels.question(of['q'])} of " if of.get("q") else ""
    return f"{question}{picked} {labels.form(form)}{where}"


def _time(time: Any, labels: Labels) -> str:
    match time:
        case None:
            return ""
        case {"window": _}:
            return ", in its window"
        case {"within": length}:
            return f", in the last {duration(length, labels)}"
    word, point = next(iter(time.items()))
    return f", {'since' if word == 'since' else word} {date(point, labels)}"


def _picked(pick: str) -> str:
    return f"the {'last' if pick == 'latest' else 'first'}"


def _article(text: str) -> str:
    return f"{'an' if text[:1].lower() in 'aeio' or text[:3] == 'HIV' else 'a'} {text}"


def _joined(tree: Mapping[str, Any], parts: list[str]) -> str:
    return f" {'and' if 'and' in tree else 'or'} ".join(
        f"({part})" if " and " in part or " or " in part else part for part in parts
    )


def _listed(parts: list[str], word: str) -> str:
    return f" {word} ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
