"""One turn of a conversation: an event has come, the flow goes on from step to step until it waits or ends."""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tsela.messaging.flow.builtin import BEGIN, NOT_HERE, QUEUE, Step
from tsela.messaging.flow.state import DEEPEST, Frame, State, moment
from tsela.messaging.flow.talk import Tags, Talk
from tsela.messaging.search import Article

Effect = dict[str, Any]
Options = Sequence[Mapping[str, Any]]

SLEEPS = timedelta(hours=24)  # also how long after her last message she may be answered openly (M2)
REMIND = timedelta(hours=4)
NUMBERS = ("emergency", "helpline")  # of a country
VARIABLE = re.compile(r"\{(\w+)\}")
LASTING = ("wait", "replies")  # steps that outlive a conversation that sleeps
ASKING = ("ask", "choice", "menu", "replies", "language", "search", "nearest")
TELLING = (
    "say",
    "ask",
    "choice",
    "menu",
    "search",
    "nearest",
    "article",
)  # what may not be in an open flow to a covert contact


@dataclass
class Turn:
    """The state as it changes, and the effects so far."""

    talk: Talk
    state: State
    now: datetime
    effects: list[Effect] = field(default_factory=list)
    visited: list[Frame] = field(default_factory=list)  # the steps that were come to

    @property
    def tags(self) -> Tags:
        """Her languages."""
        return self.talk.tags(self.state.language, self.state.country)

    @property
    def step(self) -> Step | None:
        """Where she is, if there is such a step."""
        return self.talk.step(self.state.flow, self.state.at)

    @property
    def resting(self) -> bool:
        """Whether nothing is being talked about."""
        step = self.step
        return self.state.flow is None or (step is not None and step["do"] in LASTING)

    @property
    def asks_where(self) -> bool:
        """Whether a location answers the open question."""
        step = self.step or {}
        return step.get("do") == "nearest" or (step.get("do"), step.get("type")) == ("ask", "location")

    # What is done.

    def do(self, do: str, **rest: Any) -> None:
        """An effect; the same again in one turn counts once."""
        effect = {"do": do, **rest}
        if do == "say" or effect not in self.effects:
            self.effects.append(effect)

    def say(self, text: str, options: Options = (), *, overt: bool = False, **values: Any) -> None:
        """Say a text, with the options to answer it with."""
        known = {**self.state.vars, **self.facts(), **values}
        used = {name: known[name] for name in VARIABLE.findall(text) if known.get(name) not in (None, "")}
        effect = {"do": "say", "text": text, "values": used, "overt": overt or self.is_overt(self.state.flow)}
        if options:
            effect["options"] = [{"id": option["id"], "say": option["say"]} for option in options]
        self.effects.append(effect)

    def ask(self, text: str, options: Options = (), *, remind: bool = True, **values: Any) -> None:
        """Say a question and wait for its answer."""
        if text:
            self.say(text, options, **values)
            if options:
                self.effects[-1]["asked"] = self.mark(options)
            elif self.asks_where:
                self.effects[-1]["locate"] = True
        self.state.asked = self.mark(options)
        self.state.remind = (self.now + REMIND).isoformat() if remind and text else None
        if self.state.remind:
            self.do("timer", at=self.state.remind)

    def mark(self, options: Options = ()) -> str:
        """What is asked, as a short mark: the answer to another question is known by it."""
        step = self.step or {}
        asked = [self.state.flow, step.get("text", ""), *(f"{o['id']}={o['say']}" for o in options)]
        return f"{zlib.crc32(repr(asked).encode('utf-8', 'replace')):08x}"

    def facts(self) -> dict[str, Any]:
        """What is known beside her variables."""
        state = self.state
        country = self.talk.countries.get(state.country, {})
        numbers = {name: number for name in NUMBERS if (number := country.get(name))}
        hers = {"tier": state.tier, "channel": state.channel, "country": state.country}
        return {**hers, "language": state.language or "", **numbers}

    def filled(self, value: Any) -> Any:
        """A value of `set`, `event` or `because`: `{NAME}` is that variable; "" where it has no value (M29)."""
        if not isinstance(value, str):
            return value
        known = {**self.state.vars, **self.facts()}
        if (whole := VARIABLE.fullmatch(value)) is not None:
            return known.get(whole[1], "")
        return VARIABLE.sub(lambda found: str(known.get(found[1], "")), value).strip()

    # What may be said (M1, M2).

    def is_overt(self, flow: str | None) -> bool:
        """Whether a flow is said openly."""
        return self.talk.flows.get(flow or "", {}).get("tier") == "overt"

    def may_be_overt(self) -> bool:
        """Whether she may be written to openly now."""
        last = moment(self.state.last, self.now)
        hers = self.state.hers and last is not None and self.now - last < SLEEPS
        return self.state.tier == "overt" or (self.state.tier == "overt_on_request" and hers)

    def tiers(self) -> tuple[str, ...]:
        """The tiers of articles that may be shown to her now."""
        return ("covert", "overt") if self.may_be_overt() else ("covert",)

    def may_show(self, article: Article) -> bool:
        """Whether she may read it now, here."""
        return article.tier in self.tiers() and not (self.state.live and article.review)

    def may_not_say(self, flow: str | None) -> bool:
        """Whether a flow speaks openly where that may not be, or is not confirmed where people receive it (M13)."""
        unconfirmed = bool(self.talk.flows.get(flow or "", {}).get("review"))
        return (self.is_overt(flow) and not self.may_be_overt()) or (self.state.live and unconfirmed)

    # Where it goes.

    def go(self, at: str | None) -> None:
        """On to a step of this flow; without one, the flow has ended."""
        self.state.asked = self.state.remind = None
        self.state.at = at
        if at is None:
            self.back()

    def back(self) -> None:
        """Where the one who called this flow goes on; else to rest."""
        state = self.state
        state.flow = state.at = state.asked = state.remind = None
        if state.stack:
            state.flow, state.at = state.stack.pop()

    def call(self, flow: str, back_to: str | None = None) -> None:
        """Into a flow; then back to a step of this one. A flow that is open already is not opened twice: it begins anew."""
        state = self.state
        frames = [*state.stack, *([(state.flow, back_to)] if state.flow and back_to else [])]
        opened = next((depth for depth, (called, _) in enumerate(frames) if called == flow), len(frames))
        state.stack = frames
        self.cut(opened)
        state.stack = [frame for frame in state.stack if frame[0] != flow]
        state.flow, state.at = flow, self.talk.flows.get(flow, {}).get("first")
        state.asked = state.remind = None
        state.opened = state.opened or self.now.isoformat()

    def cut(self, depth: int) -> None:
        """Forget the frames above a depth, except what outlives a conversation."""
        stack = self.state.stack
        self.state.stack = list(dict.fromkeys([*stack[:depth], *filter(self._lasts, stack[depth:])]))[
            -DEEPEST:
        ]

    def close(self) -> None:
        """To rest; what waits for a day or for a reply stays open."""
        state = self.state
        if state.flow and state.at and self._lasts((state.flow, state.at)):
            state.stack.append((state.flow, state.at))
        self.cut(0)
        state.misses, state.wants, state.page, state.found = 0, None, 0, []
        self.back()

    def _lasts(self, frame: Frame) -> bool:
        step = self.talk.step(*frame)
        return step is not None and step["do"] in LASTING

    def restart(self) -> None:
        """Gently, at the menu: what she was asked is not there any more."""
        self.close()
        self.call("menu", self.state.at)

    def withheld(self) -> bool:
        """Whether this step would say what may not be said here; she is offered a person instead."""
        step = self.step
        if step is None or step["do"] not in TELLING or not self.may_not_say(self.state.flow):
            return False
        self.state.stack = [frame for frame in self.state.stack if not self.may_not_say(frame[0])]
        self.call(NOT_HERE)
        return True

    def hand_over(self, because: str, *, urgent: bool = False, text: str = "") -> None:
        """To a person, unless this turn has done so already, as urgently."""
        done = [effect for effect in self.effects if effect["do"] == "handover"]
        if not any(effect["urgent"] or not urgent for effect in done):
            self.do("handover", queue=QUEUE, because=because, urgent=urgent)
            if text:
                self.say(text)
        self.state.person = True

    def begin(self, wants: str | None = None) -> None:
        """The first conversation."""
        self.close()
        self.state.wants = wants
        self.call(BEGIN)
