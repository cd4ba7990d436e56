"""Where a conversation can go: steps that nobody reaches, circles that never wait, an open part that a covert one leads into."""

from collections.abc import Iterator, Mapping
from typing import Any

from tsela.kernel.errors import Problem, problem
from tsela.programme.source import where
from tsela.programme.talk.flows import Flow, Step, nexts, step_ids
from tsela.programme.talk.given import Given, Row
from tsela.programme.talk.messages import COVERT, OVERT, PLACEHOLDER

WAITING = ("ask", "choice", "menu", "wait", "handover", "search", "nearest", "language")
OPEN_TIERS = ("overt", "overt_on_request")

Place = tuple[str, str]  # flow, step


def check(given: Given, flows: Mapping[str, Flow]) -> Iterator[Problem]:
    """All of these flows, in which nothing else is wrong."""
    places = {
        name: dict(zip(step_ids(row.get("steps", ())), row.get("steps", ()), strict=True))
        for name, row in given.flows.items()
    }
    for name, flow in flows.items():
        reached = _reached(flow, lambda step: nexts(step))
        for step in flow["steps"].keys() - reached:
            yield problem("E705", where=where(places[name][step]), step=step)
        if flow["tier"] == COVERT:
            yield from _opened(flow, flows, given, places[name])
    for flow_name, step in _circles(flows):
        yield problem("E706", where=where(places[flow_name][step]), step=step)


def _reached(flow: Flow, follow: Any) -> set[str]:
    reached, left = set[str](), [flow["first"]]
    while left:
        name = left.pop()
        if name in flow["steps"] and name not in reached:
            reached.add(name)
            left += follow(flow["steps"][name])
    return reached


def _opened(
    flow: Flow, flows: Mapping[str, Flow], given: Given, places: Mapping[str, Row]
) -> Iterator[Problem]:
    """E708 for each step that a covert conversation reaches and that says something open."""
    overt = {str(row["id"]) for row in given.articles if row.get("tier") == OVERT and "id" in row}
    for name in sorted(_reached(flow, _if_covert)):
        step = flow["steps"][name]
        called = [step.get("flow"), *(option["call"] for option in step.get("options", ()))]
        opened = [one for one in called if one in flows and flows[one]["tier"] == OVERT]
        opened += [step["article"]] if overt & _articles(step, overt) else []
        for one in opened:
            yield problem("E708", where=where(places[name]), name=one)


def _if_covert(step: Step) -> Iterator[str | None]:
    """Where a step leads somebody who is told nothing openly."""
    for case in step.get("cases", ()):
        if not _is_open(case["if"]):
            yield case["go"]
        if case["if"] == {"var": "tier", "op": "=", "value": COVERT}:
            return
    if step["do"] == "branch":
        yield step["next"]
    else:
        yield from nexts(step)


def _is_open(tree: Mapping[str, Any]) -> bool:
    """Whether a condition holds only where something may be said openly."""
    if "and" in tree:
        return any(map(_is_open, tree["and"]))
    if "or" in tree:
        return all(map(_is_open, tree["or"]))
    if "not" in tree:
        return bool(tree["not"] == {"var": "tier", "op": "=", "value": COVERT})
    if tree["var"] != "tier":
        return False
    return (tree["op"] == "=" and tree.get("value") in OPEN_TIERS) or (
        tree["op"] == "!=" and tree.get("value") == COVERT
    )


def _articles(step: Step, known: set[str]) -> set[str]:
    """The articles of these that a step can say; a variable in the name stands for anything."""
    if step["do"] != "article":
        return set()
    first, _, last = PLACEHOLDER.sub("\0", step["article"]).partition("\0")
    if first == step["article"]:
        return {first} & known
    return {name for name in known if name.startswith(first) and name.endswith(last)}


def _circles(flows: Mapping[str, Flow]) -> list[Place]:
    """One step of each circle of steps none of which waits."""
    passing = _passing(flows)
    done, found = set[Place](), []
    for start in ((name, step) for name, flow in flows.items() for step in flow["steps"]):
        path: list[Place] = []
        stack: list[tuple[Place, Iterator[Place]]] = []
        if start not in done:
            stack, path = [(start, _onward(start, flows, passing))], [start]
        while stack:
            place, onward = stack[-1]
            after = next(onward, None)
            if after is None:
                stack.pop()
                path.pop()
                done.add(place)
            elif after in path:
                found.append(after)
            elif after not in done:
                stack.append((after, _onward(after, flows, passing)))
                path.append(after)
    return list(dict.fromkeys(found))


def _onward(place: Place, flows: Mapping[str, Flow], passing: set[str]) -> Iterator[Place]:
    """The steps that follow one at once, into a flow that it calls included."""
    name, step_name = place
    step = flows[name]["steps"].get(step_name)
    if step is None or step["do"] in WAITING:
        return
    if step["do"] == "call" and step["flow"] in flows:
        first = flows[step["flow"]]["first"]
        if first:
            yield step["flow"], first
        if step["flow"] not in passing:
            return
    yield from ((name, after) for after in nexts(step) if after and after in flows[name]["steps"])


def _passing(flows: Mapping[str, Flow]) -> set[str]:
    """The flows that can end without ever waiting."""
    passing: set[str] = set()
    while True:
        more = {name for name, flow in flows.items() if name not in passing and _passes(flow, flows, passing)}
        if not more:
            return passing
        passing |= more


def _passes(flow: Flow, flows: Mapping[str, Flow], passing: set[str]) -> bool:
    seen, left = set[str](), [flow["first"]]
    while left:
        name = left.pop()
        step = flow["steps"].get(name)
        if step is None or step["do"] == "end":
            return True
        if (
            name in seen
            or step["do"] in WAITING
            or (step["do"] == "call" and step["flow"] in flows.keys() - passing)
        ):
            continue
        seen.add(name)
        left += nexts(step)
    return False
