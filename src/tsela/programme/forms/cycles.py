"""Questions that wait for one another. A question may read an earlier row of its own repeat (a running total): rows end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tsela.kernel.errors import Problem
from tsela.programme.forms.uses import Use

# What decides a question's value: a cycle among these could never come to rest.
VALUE_COLUMNS = ("relevant", "calculation", "choice_filter", "repeat_count")


@dataclass(frozen=True)
class Reads:
    """The questions that one question's value needs."""

    here: set[str] = field(default_factory=set)  # of its own row, or outside repeats
    rows: set[str] = field(default_factory=set)  # of any row of a repeat, by indexed-repeat()
    earlier: set[str] = field(
        default_factory=set
    )  # of a row above its own: indexed-repeat(q, r, position(..) - 1)

    @classmethod
    def of(cls, use: Use) -> "Reads":
        reads = cls({parent["name"] for parent in use.parents})
        for column in VALUE_COLUMNS:
            reads.collect(use.node.get(column), use.repeat)
        return reads

    def collect(self, expr: Any, repeat: str | None) -> None:
        match expr:
            case ["lit", *_]:
                return
            case ["q", name]:
                self.here.add(name)
            case ["call", "indexed-repeat", ["q", name], ["q", rows], index]:
                (self.earlier if rows == repeat and _is_above(index) else self.rows).add(name)
                self.here.add(rows)
                self.collect(index, repeat)
            case [_, *parts]:
                for part in parts:
                    self.collect(part, repeat)


def _is_above(index: Any) -> bool:
    """`position(..) - 1`, or less."""
    match index:
        case ["-", ["call", "position"], ["lit", int() as by]]:
            return by >= 1
    return False


def check_cycles(uses: list[Use]) -> Iterator[Problem]:
    """E308 for each circle, told once."""
    known = {use.name: use for use in uses}
    reads = {use.name: Reads.of(use) for use in uses}
    needs = {name: (read.here | read.rows) & set(known) for name, read in reads.items()}
    done: set[str] = set()
    paths = [_cycle_from(name, needs, done, ()) for name in known]
    if not any(paths):
        paths = [_round_the_rows(name, reads, known) for name in known]
    for path in paths:
        if path:
            yield known[path[0]].problem("E308", "calculation", path=" → ".join(path))


def _cycle_from(
    name: str, needs: dict[str, set[str]], done: set[str], path: tuple[str, ...]
) -> tuple[str, ...] | None:
    if name in path:
        return (*path[path.index(name) :], name)
    if name in done:
        return None
    for other in sorted(needs[name]):
        if cycle := _cycle_from(other, needs, done, (*path, name)):
            done.update(cycle)
            return cycle
    done.add(name)
    return None


def _round_the_rows(goal: str, reads: dict[str, Reads], known: dict[str, Use]) -> tuple[str, ...] | None:
    """A way from what `goal` reads of an earlier row back to `goal`, that leaves the row: through a sum of all of them, say."""
    waiting: list[tuple[str, bool, tuple[str, ...]]] = [
        (name, False, (goal, name)) for name in sorted(reads[goal].earlier & known.keys())
    ]
    seen: set[tuple[str, bool]] = set()
    while waiting:
        name, left, path = waiting.pop()
        if (name, left) in seen:
            continue
        seen.add((name, left))
        read = reads[name]
        for other in sorted((read.here | read.rows | read.earlier) & known.keys()):
            away = left or other in read.rows or known[other].repeat != known[name].repeat
            if other == goal and away:
                return (*path, goal)
            waiting.append((other, away, (*path, other)))
    return None
