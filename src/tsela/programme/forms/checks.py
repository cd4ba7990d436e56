"""What can only be checked once every question of a form is known: names, references, cycles."""

import re
from collections.abc import Collection, Iterator

from tsela.kernel.errors import Problem, nearest
from tsela.programme.forms.columns import TEXTS
from tsela.programme.forms.cycles import check_cycles
from tsela.programme.forms.expressions import OVER_REPEATS, Expr, questions_of, walk
from tsela.programme.forms.uses import Use, choice_columns

WITHOUT_VALUE = ("group", "note")

_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")


def check_uses(uses: list[Use], attributes: Collection[str] | None) -> list[Problem]:
    """Every problem of names, references and cycles, in the order of the rows."""
    known = {use.name: use for use in uses}
    found = list(_duplicates(uses))
    for use in uses:
        found += _texts(use, known)
        for column, expr in use.expressions():
            found += _references(use, column, expr, known)
            found += _places(use, column, expr, known)
            found += _attributes(use, column, expr, attributes)
    return found + list(check_cycles(uses))


def _duplicates(uses: list[Use]) -> Iterator[Problem]:
    seen: set[str] = set()
    for use in uses:
        if use.name and use.name in seen:
            yield use.problem("E309", "name", name=use.name)
        seen.add(use.name)


def _texts(use: Use, known: dict[str, Use]) -> Iterator[Problem]:
    for column in TEXTS:
        for name in _REFERENCE.findall(use.node.get(column, "")):
            if name not in known or known[name].node["type"] in (*WITHOUT_VALUE, "repeat"):
                yield use.problem("E306", column, name=name, nearest=nearest(name, known))


def _references(use: Use, column: str, expr: Expr, known: dict[str, Use]) -> Iterator[Problem]:
    """${names} that exist and have a value; those of a repeat, from outside it, only as a whole."""
    over = {
        arg[1]
        for call in walk(expr)
        if call[0] == "call" and call[1] in OVER_REPEATS
        for arg in call[2:]
        if arg[0] == "q"
    }
    for name in sorted(questions_of(expr)):
        target = known.get(name)
        if target is None or target.node["type"] in WITHOUT_VALUE:
            yield use.problem("E306", column, name=name, nearest=nearest(name, set(known) - {name}))
        elif _is_many(use, target) and name not in over:
            yield use.problem("E315", column, name=name, repeat=target.repeat or name)


def _is_many(use: Use, target: Use) -> bool:
    inside = (use.repeat, use.name if use.node["type"] == "repeat" else None)
    return target.node["type"] == "repeat" or (target.repeat is not None and target.repeat not in inside)


def _places(use: Use, column: str, expr: Expr, known: dict[str, Use]) -> Iterator[Problem]:
    """Words that mean something in some columns only."""
    words = {part[0]: part for part in walk(expr)}
    if "self" in words and column != "constraint":
        yield use.problem("E316", column, word=".", meaning="the answer itself, in a constraint")
    for name in sorted(choice_columns(expr)) if column != "choice_filter" else ():
        yield use.problem(
            "E306", column, name=name, nearest=f"${{{name}}}" if name in known else nearest(name, known)
        )
    if any(part[:2] == ["call", "position"] for part in walk(expr)) and use.repeat is None:
        yield use.problem(
            "E316", column, word="position(..)", meaning="the number of a repeat's row, inside the repeat"
        )
    if column == "choice_filter" and not str(use.node["type"]).startswith("select"):
        yield use.problem("E316", column, word="choice_filter", meaning="which choices a select offers")
    if column == "repeat_count" and use.node["type"] != "repeat":
        yield use.problem("E316", column, word="repeat_count", meaning="how many rows a repeat has")
    yield from _arguments(use, column, expr, known)


def _arguments(use: Use, column: str, expr: Expr, known: dict[str, Use]) -> Iterator[Problem]:
    """Functions that want a select, or a repeat and a question in it."""
    selects = [name for name, other in known.items() if "list" in other.node]
    for part in walk(expr):
        match part:
            case ["call", "jr:choice-name", _, ["q", name]] if name in known and name not in selects:
                yield use.problem("E306", column, name=name, nearest=nearest(name, selects))
            case ["call", "indexed-repeat", ["q", name], ["q", repeat], _] if name in known:
                if known[name].repeat != repeat:
                    yield use.problem("E306", column, name=repeat, nearest=known[name].repeat)


def _attributes(use: Use, column: str, expr: Expr, attributes: Collection[str] | None) -> Iterator[Problem]:
    for part in walk(expr):
        if part[0] == "record" and attributes is not None and part[1] not in attributes:
            yield use.problem("E317", column, name=part[1], nearest=nearest(part[1], attributes))
