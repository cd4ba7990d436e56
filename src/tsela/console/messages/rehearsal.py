"""A talk that is only tried: the flow runner with its clock in our hand. Pure; comes in and goes out as JSON.

Nothing is sent and nothing written: effects that would change a record are only told.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tsela.programme.talk.messages import Message

Json = dict[str, Any]
Step = Callable[[Mapping[str, Any], Mapping[str, Any], datetime], tuple[Json, list[Json]]]
MOST = 80  # lines and effects that are kept
ASKED = timedelta(hours=24)  # MESSAGES M2: an open text only so long after her own message


@dataclass
class Rehearsal:
    """Her phone, as far as it matters: what was said, what happened behind it, what waits."""

    now: str
    country: str
    channel: str = "whatsapp"
    tier: str = "covert"
    language: str = ""
    state: Json = field(default_factory=dict)
    lines: list[Json] = field(default_factory=list)
    behind: list[Json] = field(default_factory=list)
    timer: str = ""
    scheduled: list[Json] = field(default_factory=list)
    stopped: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Rehearsal":
        known = cls.__dataclass_fields__
        return cls(**{name: value for name, value in given.items() if name in known})

    def as_dict(self) -> Json:
        self.lines, self.behind = self.lines[-MOST:], self.behind[-MOST:]
        return asdict(self)

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.now)

    @property
    def person(self) -> bool:
        """Whether a person has her."""
        return bool(self.state.get("person"))

    def write(self, step: Step, event: Json, told: str) -> None:
        """She writes, taps or sends something."""
        self.lines.append({"hers": True, "text": told, "at": self.now})
        self.stopped = False
        self._turn(step, {"kind": "message", **event})

    def reply(self, text: str) -> None:
        """A Mentor Mother answers her."""
        self.lines.append({"text": text, "at": self.now, "by": "the Mentor Mother"})

    def returned(self, step: Step) -> None:
        """The person hands her back to the programme."""
        self._note("handed back", "The person hands her back to the programme.")
        self._turn(step, {"kind": "returned"})

    def send(self, step: Step, message: Message) -> None:
        """A message of the programme comes by itself; what she answers is a reply to it (M61)."""
        if self.stopped:
            self._note("not sent", f"“{message.title}”: she wrote STOP.", "urgent")
            return
        overt = self.tier == "overt" and message.overt is not None
        options = [{"id": reply.id, "say": reply.say} for reply in message.replies]
        part: Json = {
            "text": message.overt if overt else message.covert,
            "values": {},
            "options": options,
            "overt": overt,
        }
        self._say([part], message.review)
        if message.replies:
            self._turn(step, {"kind": "start", "flow": f"message/{message.id}"})

    def forward(self, step: Step, messages: Mapping[str, Message], by: timedelta | None) -> None:
        """Let time pass, or (without `by`) go to what happens next; what falls due on the way happens in its order."""
        target = self.at + by if by else min(self._due(), default=self.at)
        while (due := min(self._due(), default=None)) and due <= target:
            self.now = max(due, self.at).isoformat()
            self._happen(step, messages)
        self.now = max(target, self.at).isoformat()

    def waiting(self) -> list[tuple[datetime, str]]:
        """What happens by itself, and when."""
        found = [(datetime.fromisoformat(one["at"]), f"Message “{one['message']}”") for one in self.scheduled]
        if self.timer:
            found.append(
                (datetime.fromisoformat(self.timer), "The programme goes on, or asks whether she is there")
            )
        return sorted(found)

    def _due(self) -> list[datetime]:
        return [at for at, _ in self.waiting()]

    def _happen(self, step: Step, messages: Mapping[str, Message]) -> None:
        """The first thing that is due."""
        if self.timer and datetime.fromisoformat(self.timer) <= self.at:
            self.timer = ""
            self._turn(step, {"kind": "timer"})
            return
        first = min(self.scheduled, key=lambda one: datetime.fromisoformat(one["at"]))
        self.scheduled.remove(first)
        if first["message"] in messages:
            self.send(step, messages[first["message"]])

    def _turn(self, step: Step, event: Json) -> None:
        given = {**self.state, "tier": self.tier, "channel": self.channel, "country": self.country}
        if self.language:
            given["language"] = self.language
        self.state, effects = step(given, event, self.at)
        for effect in effects:
            if effect["do"] != "say":
                self._follow(effect)
        self.timer = self._next(effects)
        said = [effect for effect in effects if effect["do"] == "say"]
        if said:  # one turn is one message, as on a real channel
            self._say(said)

    def _next(self, effects: list[Json]) -> str:
        """When the flow goes on by itself: the first of what it waits for (as `messaging.conversing`)."""
        waits = self.state.get("waits") or {}
        told = (one["at"] for one in effects if one["do"] == "timer")
        times = [*told, *waits.values(), self.state.get("remind")]
        ahead = [at for at in times if at and datetime.fromisoformat(at) > self.at]
        return min(ahead, key=datetime.fromisoformat, default="")

    def _say(self, parts: list[Json], review: str = "") -> None:
        self.lines.append({"parts": parts, "at": self.now, "language": self.language, "review": review})

    def _follow(self, effect: Json) -> None:
        match effect:
            case {"do": "timer"}:
                pass  # see _next
            case {"do": "schedule", "message": message, "at": at}:
                self.scheduled.append({"message": message, "at": at})
                self._note("message later", f"“{message}”")
            case {"do": "language", "tag": tag}:
                self.language = tag
                self._note("language", tag)
            case {"do": "handover"}:
                urgent = bool(effect.get("urgent"))
                self._note(
                    "to a person", f"{effect['because']} ({effect['queue']})", "urgent" if urgent else "due"
                )
            case {"do": "task"}:
                self._note("call to make", f"{effect['because']} ({effect['queue']})", "due")
            case {"do": "event"}:
                answers = ", ".join(f"{name} = {value}" for name, value in effect.get("answers", {}).items())
                self._note("her record", f"{effect['form']}: {answers}", "done")
            case {"do": "confirm"}:
                self._note("her record", "reply: she will come; her task moves", "done")
            case {"do": "another_day"}:
                self._note(
                    "her record", f"a new appointment on {effect.get('date', 'a day to agree')}", "done"
                )
            case {"do": "stop"}:
                self.stopped, self.scheduled = True, []
                self._note("stop", "Every consent ends, and all that waits is taken back.", "urgent")
            case {"do": "end"}:
                self._note("ended", str(effect.get("word", "")))
            case _:
                self._note(
                    str(effect.get("do", "")),
                    str({name: one for name, one in effect.items() if name != "do"}),
                )

    def _note(self, kind: str, told: str, tone: str = "") -> None:
        self.behind.append({"kind": kind, "told": told, "at": self.now, "tone": tone})
