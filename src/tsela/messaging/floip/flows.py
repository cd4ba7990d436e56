"""A FLOIP flow as ours: its blocks in the order in which they are come to, each as the steps that do the same."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tsela.messaging.floip.container import Imported, Texts, rows
from tsela.messaging.floip.expressions import condition, equals, slug, value

Block = Mapping[str, Any]
Step = dict[str, Any]
END = "end"
MOST_OPTIONS = 10
MODES = ("TEXT", "SMS", "USSD", "RICH_MESSAGING")


def flow_of(
    flow: Mapping[str, Any], name: str, names: Mapping[str, str], texts: Texts, source: str
) -> dict[str, Any]:
    """The YAML of a flow. `names` are those of all flows, by id."""
    reader = _Reader(flow, name, names, texts)
    return {
        "flow": name, "title": str(flow.get("label") or flow.get("name") or name), "tier": "covert",
        "source": " ".join(filter(None, (f"FLOIP {flow.get('uuid', '')}".strip(), source and f"from {source}"))), "review": "clinician",
        "steps": reader.steps(),
    }  # fmt: skip


@dataclass
class _Reader:
    flow: Mapping[str, Any]
    name: str
    names: Mapping[str, str]
    texts: Texts
    ids: dict[str, str] = field(default_factory=dict)  # block → our step

    @property
    def imported(self) -> Imported:
        return self.texts.imported

    def steps(self) -> list[Step]:
        blocks = rows(self.flow.get("blocks"))
        by_id = {str(block.get("uuid")): block for block in blocks}
        first = str(self.flow.get("first_block_id") or next(iter(by_id), ""))
        for id, block in by_id.items():
            name = slug(block.get("name") or "step")
            self.ids[id] = f"{name}_{len(self.ids)}" if name in (*self.ids.values(), END) else name
        reached = list(_reached(first, by_id))
        for id in by_id.keys() - set(reached):
            self.note(by_id[id], "nothing leads to this block; it is left out")
        given = self.flow.get("supported_modes")
        modes = {str(mode).upper() for mode in given} if isinstance(given, list) and given else set(MODES)
        if not modes & set(MODES):
            self.imported.note(
                f"flow {self.name}",
                f"it is made for {', '.join(sorted(modes))}; its texts may not suit messages",
            )
        return _joined([step for id in reached for step in self._block(by_id[id])])

    def note(self, block: Block, what: str) -> None:
        self.imported.note(f"flow {self.name}, block {block.get('name') or block.get('uuid')}", what)

    def text(self, block: Block, prompt: object) -> str:
        return self.texts.of(prompt, f"flow {self.name}, block {block.get('name') or block.get('uuid')}")

    def _block(self, block: Block) -> Iterator[Step]:
        """The steps of a block; the first has its id, the last leads on."""
        kind = str(block.get("type", ""))
        config = block.get("config") if isinstance(block.get("config"), Mapping) else {}
        steps = list(BLOCKS.get(kind, _Reader._unknown)(self, block, config or {}))
        if len(steps) > 1 and list(steps[-1]) == ["go"]:
            steps[-2:] = [{**steps[-2], **steps[-1]}]
        for at, step in enumerate(steps):
            yield {"id": self.ids[str(block.get("uuid"))], **step} if at == 0 else step

    # Where it leads.

    def target(self, exit: Mapping[str, Any]) -> str:
        return self.ids.get(str(exit.get("destination_block") or ""), END)

    def exits(self, block: Block) -> list[Mapping[str, Any]]:
        return rows(block.get("exits"))

    def default(self, block: Block) -> str:
        """Where it goes on when no test says otherwise."""
        exits = self.exits(block)
        plain = [exit for exit in exits if exit.get("default")] or [
            exit for exit in exits if not exit.get("test")
        ]
        return self.target((plain or exits or [{}])[0])

    def named(self, name: str) -> str:
        """Our variable for a block's or contact's value."""
        return slug(name, "answer")

    def branch(self, block: Block, answer: str) -> Iterator[Step]:
        """The tests of a block's exits, in order, as a branch; or only where it goes on."""
        cases = []
        for exit in self.exits(block):
            test = exit.get("test")
            if not test or str(test).strip().lower() in ("true", "default"):
                continue
            found = condition(test, answer, self.named)
            if found:
                cases.append({"if": found, "go": self.target(exit)})
            elif not exit.get("default"):
                self.note(
                    block,
                    f"the test {test} cannot be taken over; its way, to {self.target(exit)}, is never taken",
                )
        default = self.default(block)
        yield {"branch": [*cases, {"else": default}]} if cases else {"go": default}

    # Blocks.

    def _message(self, block: Block, config: Block) -> Iterator[Step]:
        yield {"say": self.text(block, config.get("prompt") or config.get("message"))}
        yield from self.branch(block, self._answer(block))

    def _answer(self, block: Block) -> str:
        return slug(block.get("name") or "answer", "answer")

    def _select_one(self, block: Block, config: Block) -> Iterator[Step]:
        choices = _choices(config)
        if len(choices) > MOST_OPTIONS:
            self.note(
                block, f"it has {len(choices)} options, of which {MOST_OPTIONS} fit; divide it with a menu"
            )
        ways, rest = self._ways(block, choices)
        options = [self._option(block, id, choice, ways.get(id)) for id, choice in choices]
        yield {"choice": self._question(block, config), "as": self._answer(block), "options": options}
        if all(id in ways for id, _ in choices):
            rest = [exit for exit in rest if exit.get("default") or not exit.get("test")]
        yield from self.branch({**block, "exits": rest}, self._answer(block))

    def _ways(self, block: Block, choices: Sequence[tuple[str, Block]]) -> tuple[dict[str, str], list[Any]]:
        """Where each option leads, and the exits that are not of one option."""
        ways, rest = {}, []
        known = {id for id, _ in choices} | {str(choice.get("name")) for _, choice in choices}
        for exit in self.exits(block):
            answer = equals(exit.get("test"))
            if answer in known:
                ways[slug(answer, "option")] = self.target(exit)
            else:
                rest.append(exit)
        return ways, rest

    def _option(self, block: Block, id: str, choice: Block, way: str | None) -> Step:
        words = [str(test.get("test_expression")) for test in rows(choice.get("text_tests"))]
        option: Step = {"id": id, "say": self.text(block, choice.get("prompt") or choice.get("name"))}
        plain = [word for word in (equals(word) or word for word in words) if word.replace(" ", "").isalnum()]
        if len(plain) < len(words):
            self.note(
                block,
                f"some tests of the typed answer for {id} are not taken over: {', '.join(set(words) - set(plain))}",
            )
        return option | ({"words": plain} if plain else {}) | ({"go": way} if way else {})

    def _question(self, block: Block, config: Block) -> str:
        return self.text(block, config.get("question_prompt") or config.get("prompt"))

    def _select_many(self, block: Block, config: Block) -> Iterator[Step]:
        self.note(
            block, "we have no question with several answers: each option is asked by itself, yes or no"
        )
        yield {"say": self._question(block, config)}
        for id, choice in _choices(config):
            options = [{"id": "yes", "say": "Yes"}, {"id": "no", "say": "No"}]
            yield {
                "choice": self.text(block, choice.get("prompt") or choice.get("name")),
                "as": f"{self._answer(block)}_{id}",
                "options": options,
            }
        yield from self.branch(block, self._answer(block))

    def _numeric(self, block: Block, config: Block) -> Iterator[Step]:
        bounds = {"low": config.get("validation_minimum"), "high": config.get("validation_maximum")}
        given = {key: str(bound) for key, bound in bounds.items() if isinstance(bound, int | float)}
        whole = all(float(bound).is_integer() for bound in given.values())
        text = self.text(block, config.get("prompt"))
        yield {"ask": text, "as": self._answer(block), "type": "integer" if whole else "decimal", **given}
        yield from self.branch(block, self._answer(block))

    def _open(self, block: Block, config: Block) -> Iterator[Step]:
        yield {"ask": self.text(block, config.get("prompt")), "as": self._answer(block)}
        yield from self.branch(block, self._answer(block))

    def _case(self, block: Block, config: Block) -> Iterator[Step]:
        yield from self.branch(block, self._answer(block))

    def _set_contact(self, block: Block, config: Block) -> Iterator[Step]:
        given = config.get("set_contact_property") or config
        found = [
            row for row in rows(given if isinstance(given, list) else [given]) if row.get("property_key")
        ]
        values = {
            self.named(str(row["property_key"])): value(row.get("property_value", ""), self.named)
            for row in found
        }
        if values:
            self.note(
                block,
                f"{', '.join(values)}: kept within the conversation only; an `event` writes it into her record",
            )
            yield {"set": values}
        yield from self.branch(block, self._answer(block))

    def _output(self, block: Block, config: Block) -> Iterator[Step]:
        yield {"set": {self._answer(block): value(config.get("value", ""), self.named)}}
        yield from self.branch(block, self._answer(block))

    def _run_flow(self, block: Block, config: Block) -> Iterator[Step]:
        id = str(config.get("flow_id") or config.get("flow") or "")
        if id not in self.names:
            self.note(block, f"the flow {id} that it runs is not in this file")
        yield {"call": self.names.get(id) or slug(id, "flow")}
        yield from self.branch(block, self._answer(block))

    def _log(self, block: Block, config: Block) -> Iterator[Step]:
        self.note(
            block,
            f"it only writes a log ({config.get('message', '')}), which we keep of ourselves; it is left out",
        )
        yield from self.branch(block, self._answer(block))

    def _unknown(self, block: Block, config: Block) -> Iterator[Step]:
        self.note(block, f"a block {block.get('type')} is nothing that we have: a person takes over there")
        yield {
            "handover": {
                "queue": "support",
                "because": f"Imported flow: {block.get('name')} ({block.get('type')})",
            }
        }
        yield {"go": END}


BLOCKS: Mapping[str, Callable[[_Reader, Block, Block], Iterator[Step]]] = {
    "MobilePrimitives.Message": _Reader._message, "MobilePrimitives.SelectOneResponse": _Reader._select_one,
    "MobilePrimitives.SelectManyResponses": _Reader._select_many, "MobilePrimitives.NumericResponse": _Reader._numeric,
    "MobilePrimitives.OpenResponse": _Reader._open, "Core.Case": _Reader._case, "Core.SetContactProperty": _Reader._set_contact,
    "Core.RunFlow": _Reader._run_flow, "Core.Log": _Reader._log, "Core.Output": _Reader._output,
    "ConsoleIO.Print": _Reader._message, "ConsoleIO.Read": _Reader._open,
}  # fmt: skip


def _joined(steps: list[Step]) -> list[Step]:
    """Steps one after the other, with an end where one of them leads there; `go` only where it is not to the next."""
    targets = {target for step in steps for target in _targets(step)}
    joined = [*steps, {"id": END, "end": "done"}] if END in targets or not steps else steps
    for step, after in pairwise(joined):
        if "go" in step and step["go"] == after.get("id") and len(step) > 1 + ("id" in step):
            del step["go"]
    return joined


def _targets(step: Step) -> Iterator[str]:
    rows = [step, *step.get("options", ()), *step.get("branch", ())]
    yield from (str(row[key]) for row in rows for key in ("go", "else") if key in row)


def _reached(first: str, blocks: Mapping[str, Block]) -> Iterator[str]:
    """The blocks in the order in which they are come to, each once."""
    seen: set[str] = set()
    left = [first]
    while left:
        id = left.pop(0)
        if id in blocks and id not in seen:
            seen.add(id)
            yield id
            left[:0] = [str(exit.get("destination_block")) for exit in rows(blocks[id].get("exits"))]


def _choices(config: Block) -> list[tuple[str, Block]]:
    """The options of a block, with our ids: a list in FLOIP 1.0, a mapping of names to prompts before it."""
    given = config.get("choices")
    if isinstance(given, Mapping):
        given = [{"name": name, "prompt": prompt} for name, prompt in given.items()]
    return [(slug(row.get("name") or at, "option"), row) for at, row in enumerate(rows(given), 1)]
