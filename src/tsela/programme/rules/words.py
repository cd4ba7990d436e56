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
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
AGED = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}


@dataclass(frozen=True)
class Labels:
    """What people read for the names of rules; a name without a label is read as its own words.

    `names` are words for definitions, groups and states, `opposites` for those that do not hold; `terms` are words
    for forms and questions inside a sentence; `printed` is what stands on the form: (form, question) and its label,
    (form, "") and its title.
    """

    forms: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    opposites: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    printed: Mapping[tuple[str, str], str] = field(default_factory=dict)

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
        case {"and": _} | {"or": _}:
            return _several(tree, labels)
        case {"not": {"any": of}}:
            return _there_is(f"no {events(of, labels)}", of, " yet")
        case {"not": {"ref": name}}:
            return labels.opposites.get(name) or f"it is not so that {labels.name(name)}"
        case {"not": {"or": parts}}:
            return condition({"and": [{"not": part} for part in parts]}, labels)
        case {"not": {"age": _, "op": op} as age}:
            return condition({**age, "op": OPPOSITE[op]}, labels)
        case {"not": part}:
            return f"it is not so that {condition(part, labels)}"
        case {"ref": name}:
            return labels.name(name)
        case {"state": name, "value": value}:
            return f"{labels.name(name)} is {spoken(value)}"
        case {"attr": _}:
            return comparison(tree, "registration", labels)
        case {"any": of}:
            return _there_is(_article(events(of, labels)), of)
        case {"count": of, "op": op, "n": n}:
            return f"{COUNTED[op]} {n} × {events(of, labels)}"
        case {"pick": pick, "of": of, "has": has}:
            return f"{_picked(pick)} {events(_unsaid(of, has), labels)} has {test(has, of['form'], labels)}"
        case {"age": of, "op": op, "dur": length}:
            return f"it is {AGED[op]} {duration(length, labels)} since {date(of, labels)}"
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
            return _joined(
                "and" if "and" in tree else "or", [(part, test(part, form, labels)) for part in parts]
            )
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
    """What an item counts from, in few words, for each form that can name the date (R24): {"hiv_test": "HIV test",
    "feeding": "3 months after the end of breastfeeding"}. Plain dates are said as they stand on the form."""
    found: dict[str, list[str]] = {}
    for one in (
        part for source in anchor for part in source.get("later") or source.get("earlier") or [source]
    ):
        plain = one.get("date", one)
        form = plain.get("form") or plain.get("each") or ATTRIBUTES
        said = (
            _moved(one["plus"], _short(plain, labels), labels)
            if "plus" in one
            else _printed(plain, form, labels)
        )
        found.setdefault(form, []).append(said)
    titles = {form: labels.printed.get((form, "")) for form in found}
    return {
        form: str(titles[form]) if titles[form] in said else _listed(list(dict.fromkeys(said)), "or")
        for form, said in found.items()
    }


def _short(of: Mapping[str, Any], labels: Labels) -> str:
    question = of.get("q")
    return f"the {labels.question(question)}" if question else date(of, labels)


def _printed(of: Mapping[str, Any], form: str, labels: Labels) -> str:
    """A question's label or its word, else the form's title: none that asks, nor one that tells what to do."""
    question = of.get("attr") or of.get("q") or ""
    title = "" if form == ATTRIBUTES else labels.printed.get((form, ""), "")
    asked = [labels.printed.get((form, question), ""), labels.terms.get(question, "")] if question else []
    return next((text for text in (*asked, title) if text and not text.endswith("?")), spoken(form))


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
            return ", in its time"
        case {"within": length}:
            return f", in the last {duration(length, labels)}"
    word, point = next(iter(time.items()))
    return f", {'since' if word == 'since' else word} {date(point, labels)}"


def _picked(pick: str) -> str:
    return f"the {'last' if pick == 'latest' else 'first'}"


def _article(text: str) -> str:
    return f"{'an' if text[:1].lower() in 'aeio' or text[:3] == 'HIV' else 'a'} {text}"


def _there_is(what: str, of: Mapping[str, Any], yet: str = "") -> str:
    return f"there was {what}" if "time" in of else f"there is {what}{yet}"


def _several(tree: Mapping[str, Any], labels: Labels) -> str:
    """And, or, without what a parameter of the policy makes idle; or all of it, where that decides alone."""
    word, idle, whole = ("and", "always", "never") if "and" in tree else ("or", "never", "always")
    said = [(part, condition(part, labels)) for part in _parts(word, tree)]
    told = [(part, text) for part, text in said if text != idle]
    return whole if any(text == whole for _, text in said) else _joined(word, told) or idle


def _parts(word: str, tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The parts of an and (an or), and those of its parts that are one themselves."""
    neither = (tree.get("not") or {}).get("or", []) if word == "and" else []
    parts = tree.get(word) or [{"not": part} for part in neither]
    return [one for part in parts for one in _parts(word, part)] or [tree]


def _joined(word: str, said: list[tuple[Mapping[str, Any], str]]) -> str:
    """Parts with their texts, in brackets what is joined itself."""
    alone = len(said) == 1
    return f" {word} ".join(
        f"({text})" if not alone and _is_joined(part, text) else text for part, text in said
    )


def _is_joined(tree: Mapping[str, Any], text: str) -> bool:
    """Whether there is an and or an or in it, by its own words or by those of a definition."""
    inner = [part for part in tree.values() if isinstance(part, Mapping)]
    named = "ref" in tree or "ref" in (tree.get("not") or {})
    joined = "and" in tree or "or" in tree or any(_is_joined(part, text) for part in inner)
    return (named or joined) and (" and " in text or " or " in text)


def _listed(parts: list[str], word: str) -> str:
    return f" {word} ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
