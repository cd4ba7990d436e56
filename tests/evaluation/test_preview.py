"""A preview, by SQL as for many clients and by the engine as for few, says what planning everyone twice says, on made-up programmes."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from differential.compare import Batch, batch
from differential.programmes import compiled, document
from tsela.care import engine
from tsela.evaluation import preview as preview_module
from tsela.evaluation.clean import in_memory
from tsela.evaluation.preview import ALARMING, preview
from tsela.kernel.dates import format_date, parse_date
from tsela.programme import Programme, load

SMALL = load(Path(__file__).parents[1] / "programme/sound")
OPEN = ("upcoming", "due", "overdue")
SITES = ("ZA-GP-TEST", "ZA-WC-TEST", "LS-MS-TEST")
Tables = dict[str, Any]


@pytest.fixture(params=["many", "few"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_module, "A_RULE", {"many": 0, "few": 60}[request.param])


@dataclass
class Log:
    """Made-up families at three sites of two countries, and a day."""

    made: Batch
    today: int

    @classmethod
    def of(cls, seed: int, how_many: int = 60) -> "Log":
        made = batch(Random(f"preview/{seed}"), how_many, days=1)
        for number, family in enumerate(made.families):
            for event in family:
                event["site"] = SITES[number % len(SITES)]
        return cls(made, parse_date(made.days[0]) or 0)

    def layer(self, tables: Any) -> Any:
        return in_memory(tables, self.made.events)

    def homes(self, site: str = "") -> dict[str, str]:
        return {
            e["client"]: e["site"]
            for e in self.made.events
            if e["form"] == "registration" and site in e["site"]
        }


def programme(version: str, **tables: Tables) -> Programme:
    """Made-up rules, by policy; each country has the policy of its name, others have ZA's."""
    return replace(
        SMALL, version=version, policies=tables, policy="ZA", countries={name: name for name in tables}
    )


def another(rules: dict[str, Any], seed: int) -> dict[str, Any]:
    """The same document with some rules from another one: moved, removed, added, or a definition that means something else."""
    other, new, dice = document(Random(f"another/{seed}")), deepcopy(rules), Random(seed)
    new["items"][0]["due" if "due" in new["items"][0] else "series"] = (
        "40 days" if "due" in new["items"][0] else {"a": "40 days"}
    )
    new["items"][1] = other["items"][1]
    new["items"][2]["id"] = "renamed"
    new["flags"][0]["when"] = other["flags"][0]["when"]
    new["define"]["plain0"] = dice.choice(["always", "never", other["define"]["plain0"]])
    return new


def kind(old: engine.Task | None, new: engine.Task | None) -> str | None:
    """What happened to a task: the words of evaluation/preview.py, said once more in Python."""
    was, now = (one.status if one else None for one in (old, new))
    if now in OPEN and was not in OPEN:
        return "opens" if was is None else "re-opens"
    if was not in OPEN:
        return None
    closed = {"cancelled": "is cancelled", None: "goes", "done": "counts as done", "missed": "is missed"}
    if now in closed:
        return closed[now]
    assert old is not None
    assert new is not None
    if old.due != new.due:
        return "moves"
    return "changes" if (old.status, old.step) != (new.status, new.step) else None


def by_hand(old: Programme, new: Programme, log: Log) -> tuple[Counter[Any], Counter[Any]]:
    """(item, kind) → tasks, and (flag, kind) → clients, by planning everyone twice."""
    tasks: Counter[Any] = Counter()
    flags: Counter[Any] = Counter()
    for country in ("ZA", "LS"):
        both = [engine.Rules(one.tables_for(one.policy_of(country))) for one in (old, new)]
        records = [engine.Records(rules, log.made.events) for rules in both]
        for client in log.homes(country):
            before, after = (
                engine.plan(*pair, client, log.today) for pair in zip(both, records, strict=True)
            )
            was, now = ({task.key: task for task in plan.tasks} for plan in (before, after))
            tasks.update(
                (key.split(":")[0], kind(was.get(key), now.get(key))) for key in was.keys() | now.keys()
            )
            raised, still = ({flag.id for flag in plan.flags} for plan in (before, after))
            flags.update(
                [*((one, "lowered") for one in raised - still), *((one, "raised") for one in still - raised)]
            )
    return Counter({key: n for key, n in tasks.items() if key[1]}), flags


def said(found: list[Any]) -> Counter[Any]:
    return Counter({(one.item, one.kind): one.tasks for one in found})


@pytest.mark.parametrize("seed", range(8))
def test_a_preview_agrees_with_planning_everyone_twice(seed: int) -> None:
    log = Log.of(seed)
    old, new = (compiled(rules) for rules in (log.made.rules, another(log.made.rules, seed)))
    before = programme("old", ZA=old, LS=old)
    for after in (programme("new", ZA=new, LS=new), programme("new", ZA=old, LS=new)):
        found = preview(before, after, log.layer, log.today)
        assert (said(found.effects), said(found.flags)) == by_hand(before, after, log)
        assert 0 < found.clients <= len(log.homes())


def test_an_answer_that_is_no_longer_allowed_counts_in_the_old_plan_only() -> None:
    """Two dictionaries need two clean layers."""
    differing = 0
    for seed in range(10, 16):
        log = Log.of(seed)
        old = compiled(log.made.rules)
        new = deepcopy(old)
        new["forms"]["hiv_test"]["questions"]["result"]["codes"].remove("negative")
        before, after = programme("old", ZA=old, LS=old), programme("new", ZA=new, LS=new)
        found = preview(before, after, log.layer, log.today)
        assert (said(found.effects), said(found.flags)) == by_hand(before, after, log)
        differing += bool(found.effects or found.flags)
    assert differing


def test_who_nobody_names_a_mother_any_more_counts_in_the_old_plan_only() -> None:
    """Rules hop by that answer, though they do not name it."""
    differing = 0
    for seed in range(29, 36):
        log = Log.of(seed)
        old = compiled(log.made.rules)
        new = deepcopy(old)
        del new["forms"]["registration"]["questions"]["mother"]
        before, after = programme("old", ZA=old, LS=old), programme("new", ZA=new, LS=new)
        found = preview(before, after, log.layer, log.today)
        assert (said(found.effects), said(found.flags)) == by_hand(before, after, log)
        differing += bool(found.effects or found.flags)
    assert differing


def stopped(tables: Tables, change: Callable[[Tables], None]) -> Tables:
    new = deepcopy(tables)
    for row in new["items"]:
        change(row)
    return new


def test_nothing_changes_where_only_words_do() -> None:
    log = Log.of(1)
    old = compiled(log.made.rules)
    new = stopped(
        old, lambda row: row.update(title="Another title", because="For another reason.", review="clinician")
    )
    found = preview(programme("old", ZA=old, LS=old), programme("new", ZA=new, LS=new), log.layer, log.today)
    assert (found.effects, found.flags, found.alarming) == ([], [], [])


def test_only_the_named_sites_are_looked_at_and_examples_can_be_followed() -> None:
    log = Log.of(2)
    old = stopped(compiled(log.made.rules), lambda row: row.update(unless={"const": False}))
    new = stopped(old, lambda row: row.update(unless={"const": True}))
    both = programme("old", ZA=old, LS=old), programme("new", ZA=new, LS=new)
    everyone, here = (preview(*both, log.layer, log.today, sites) for sites in ((), SITES[:1]))
    assert 0 < here.clients < everyone.clients
    assert {one.kind for one in here.alarming} == {"is cancelled"} <= set(ALARMING)
    for example in here.alarming[0].examples:
        assert log.homes()[example["client"]] == SITES[0]
        assert example["new_status"] == "cancelled"
    assert str(here.alarming[0]).startswith(f"{here.alarming[0].title} (")
    assert here.today == format_date(log.today)
