"""Bugs put into the phone's engine on purpose: the cases and the fuzzer must each notice."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from differential.cases import Case, all_cases, answered
from differential.compare import batch, differences
from differential.executors import ROOT, Python, Stopped, TypeScript

CORE = ROOT / "phone/src/core"
MOST_BATCHES = 40
CASES = list(all_cases())
BUGS = {
    "month clamp removed": ("dates.ts", "Math.min(dayOfMonth, monthLength(newYear, newMonth))", "dayOfMonth"),
    "every fourth year a leap year": ("dates.ts", "(year % 100 !== 0 || year % 400 === 0)", "true"),
    "no end of the calendar": ("dates.ts", "return isDay(result) ? result : null;", "return result;"),
    "window open at its end": ("engine/conditions.ts", "e.date <= high", "e.date < high"),
    "since forgets its own day": ("engine/words.ts", "since: (day) => [day,", "since: (day) => [day + 1,"),
    "within ends a day early": ("engine/words.ts", "view.today > end ||", "view.today >= end ||"),
    "latest takes the first": ("engine/conditions.ts", 'one(view, occasion, tree.pick === "latest")', "one(view, occasion, false)"),
    "not equal counts missing": ("engine/conditions.ts", "return value !== undefined && passes(value);\n    };\n  }\n\n  private same", "return passes(value as Value);\n    };\n  }\n\n  private same"),
    "same compares sets by identity": ("engine/words.ts", 'if (typeof a !== "object" || typeof b !== "object") return', "return"),
    "same ignores missing": ("engine/conditions.ts", "if (value === undefined || !occasion) return false;", "if (!occasion) return false;"),
    "order by id dropped": ("engine/records.ts", "a.date - b.date || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)", "a.date - b.date"),
    "void only hides itself": ("engine/records.ts", "const root = replaced.has(id) ? null", "const root = byId.get(id)!.answers === null ? null"),
    "forks both live": ("engine/records.ts", 'id > (standing.get(root) ?? "")) standing.set(root, id)', "true) standing.set(id, id)"),
    "future events are seen": ("engine/view.ts", "all.filter((event) => event.date <= today)", "[...all]"),
    "true is a number": ("engine/cleaning.ts", "return number(Number.isSafeInteger, question);", "return number((a) => Number.isSafeInteger(Number(a)), question);"),
    "range open at its end": ("engine/cleaning.ts", "(answer as number) <= high", "(answer as number) < high"),
    "overdue on the last day": ("engine/plan.ts", 'today > late ? "overdue"', 'today >= late ? "overdue"'),
    "missed a day late": ("engine/plan.ts", "if (today > expires)", "if (today > expires + 1)"),
    "recheck a day late": ("engine/plan.ts", "look.at(expires + 1);", "look.at(expires + 2);"),
    "all anchors used": ("engine/plan.ts", "if (occurrences.length > 0) break;", ""),
    "the later is the last named": ("engine/conditions.ts", "better(one[0], best[0]) ? one : best", "one"),
    "of equal dates the last named": ("engine/conditions.ts", "(one, best) => one > best", "(one, best) => one >= best"),
    "an unknown date is left out": ("engine/conditions.ts", "if (found.length < sources.length) return [];", "if (found.length === 0) return [];"),
    "the key is that of the date that counts": ("engine/conditions.ts", "return [[date, found[0]![1], form]];", "return [[date, found.find((one) => one[0] === date)![1], form]];"),
    "when before done": ("engine/plan.ts", 'if (done_by) status = "done";\n  else if (!item.when(view, occasion)) return null;', 'if (!item.when(view, occasion)) return null;\n  else if (done_by) status = "done";'),
    "the greatest step wins": ("engine/plan.ts", "if (day <= view.today) last = one;", "if (day <= view.today && (last?.step ?? one.step) <= one.step) last = one;"),
    "unregistered mothers answer": ("engine/records.ts", "return record?.registration ? record : null;", "return record ?? null;"),
    "keys without root": ("engine/records.ts", "root, form: raw.form", "root: raw.id, form: raw.form"),
}  # fmt: skip


@pytest.fixture(params=BUGS.values(), ids=list(BUGS))
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TypeScript]:
    """The phone's engine with one bug."""
    name, right, wrong = request.param
    core = tmp_path / "core"
    shutil.copytree(CORE / "engine", core / "engine")
    shutil.copy(CORE / "dates.ts", core)
    text = (core / name).read_text()
    assert text.count(right) == 1, f"{name} no longer says {right!r}: write this bug anew"
    (core / name).write_text(text.replace(right, wrong))
    executor = TypeScript(core / "engine")
    yield executor
    executor.close()


def test_the_cases_notice(broken: TypeScript) -> None:
    assert notices(broken, lambda: any(_fails(case, broken) for case in CASES))


def test_the_fuzzer_notices(broken: TypeScript) -> None:
    batches = (batch(Random(f"bugs/{number}"), how_many=25) for number in range(MOST_BATCHES))
    assert notices(broken, lambda: any(any(differences(made, [Python(), broken])) for made in batches))


def notices(broken: TypeScript, look: Callable[[], bool]) -> bool:
    """A wrong answer is noticed, and so is a breakdown."""
    try:
        return look()
    except Stopped:
        return True


def _fails(case: Case, executor: TypeScript) -> bool:
    plans = executor.plans(case.tables, case.events, case.asks)
    pairs = zip(plans, case.expected, strict=True)
    return any(answered(plan, expected) != expected for plan, expected in pairs)
