"""Dialogues: conversations as they must go (M26). Comes in: dialogues/*.yaml and what a programme can talk about.
Goes out: where a conversation goes otherwise, in words. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, ClassVar

from tsela.kernel.errors import Problem, nearest, problem
from tsela.messaging.flow import Effect, Talk
from tsela.messaging.flow.builtin import MESSAGE
from tsela.messaging.rehearsing import Phone
from tsela.programme import source
from tsela.programme.shape import fit, schema
from tsela.programme.source import Text, where
from tsela.programme.talk.flows import duration

BEGINS = datetime(2026, 11, 20, 10, tzinfo=timezone(timedelta(hours=2)))
ANYTHING = "…"
SENT = {"voice": {"media": {"type": "audio", "id": "1"}}, "picture": {"media": {"type": "image", "id": "2"}},
        "location": {"location": {"latitude": "-26.0", "longitude": "28.2"}}}  # fmt: skip
# Lines of what happens, and of effects that must follow: the effect's word, and what of it the line gives.
HAPPENS = ("client", "taps", "sends", "message", "later", "returned", "tier")
EFFECTS = {"hands over": ("handover", "queue"), "hands over urgently": ("handover", "queue"), "task": ("task", "queue"), "writes": ("event", "form"),
           "schedules": ("schedule", "message"), "language": ("language", "tag"), "confirms": ("confirm", "date"), "another day": ("another_day", "date"),
           "stops": ("stop", ""), "wrong number": ("wrong_number", ""), "ends": ("end", "word")}  # fmt: skip
SAID = ("says", "offers", "never says", "says nothing")
KNOWN = (*HAPPENS, *SAID, *EFFECTS)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a dialogue: its word, its text, and its place."""

    word: str
    text: str
    where: str


@dataclass(frozen=True)
class Dialogue:
    """An example of a conversation. Without a language it is her first one."""

    title: str
    where: str
    lines: Sequence[Line]
    language: str = ""
    tier: str = "covert"
    channel: str = "sms"
    country: str = ""
    start: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """A dialogue and how it went otherwise; empty where it went so."""

    dialogue: Dialogue
    differences: list[str]
    visited: frozenset[tuple[str, str]] = frozenset()  # the flows and steps that it came to
    code: ClassVar[str] = "E731"

    @property
    def title(self) -> str:
        return self.dialogue.title

    @property
    def where(self) -> str:
        return self.dialogue.where

    def as_dict(self) -> dict[str, Any]:
        """As `--json` prints it."""
        passed = not self.differences
        return {
            "dialogue": self.title,
            "where": self.where,
            "passed": passed,
            "differences": self.differences,
        }


def read_dialogues(folder: Path) -> tuple[list[Dialogue], list[Problem]]:
    """The dialogues of a programme folder and everything wrong with their writing."""
    dialogues: list[Dialogue] = []
    problems: list[Problem] = []
    for path in sorted((folder / "dialogues").glob("*.yaml")):
        name = path.relative_to(folder).as_posix()
        value, found = source.read(path, name)
        shaped, wrong = fit(value, schema("dialogues"), f"{name}:1")
        problems += [*found, *wrong]
        for row in (shaped or {}).get("dialogues", ()):
            if "dialogue" in row and "talk" in row:
                lines, unread = _lines(row["talk"])
                problems += unread
                dialogues.append(_dialogue(row, lines))
    return dialogues, problems


def _dialogue(row: Mapping[str, Any], lines: Sequence[Line]) -> Dialogue:
    plain = {key: str(row[key]) for key in ("language", "tier", "channel", "country", "start") if key in row}
    given = {str(name): str(value) for name, value in row.get("with", {}).items()}
    return Dialogue(str(row["dialogue"]), where(row["dialogue"]), lines, **plain, given=given)


def _lines(talk: str) -> tuple[list[Line], list[Problem]]:
    found, problems, offset = [], [], 0
    for line in talk.splitlines(keepends=True):
        written, at = line.strip(), offset + len(line) - len(line.lstrip())
        place = talk.place.at(talk, at) if isinstance(talk, Text) else ""
        offset += len(line)
        word, _, text = written.partition(":")
        if not written or written.startswith("#"):
            continue
        if word.strip() in KNOWN:
            found.append(Line(word.strip(), text.strip(), place))
        else:
            known, near = ", ".join(KNOWN), nearest(word, KNOWN)
            problems.append(problem("E730", where=place, line=written[:60], known=known, nearest=near))
    return found, problems


def run_dialogue(talk: Talk, dialogue: Dialogue, samples: Mapping[str, str]) -> Result:
    """How a conversation goes; `samples` fill in what only her record knows."""
    run = _Run(talk, dialogue, samples)
    return Result(dialogue, list(run.differences()), frozenset(run.phone.visited))


class _Run:
    def __init__(self, talk: Talk, dialogue: Dialogue, samples: Mapping[str, str]) -> None:
        known = {"language": dialogue.language, "opened": BEGINS.isoformat()} if dialogue.language else {}
        state = {**known, "tier": dialogue.tier, "channel": dialogue.channel, "country": dialogue.country}
        self.dialogue = dialogue
        self.phone = Phone(talk, state, BEGINS, samples)
        self.turn: list[Effect] = []  # of the last thing that happened, as far as no line has told it
        self.seen = 0  # what was said up to there has been told

    def differences(self) -> Iterator[str]:
        """Line by line, where it goes otherwise."""
        if self.dialogue.start:
            event = {"kind": "start", "flow": self.dialogue.start, "vars": dict(self.dialogue.given)}
            self.turn = self.phone.happens(event)
        for line in self.dialogue.lines:
            if line.word in HAPPENS:
                self.turn, self.seen = [], 0
                found = self._happen(line)
            else:
                found = self._told(line)
            yield from (f"{difference}  [{line.where}]" for difference in found)

    # What happens.

    def _happen(self, line: Line) -> Iterator[str]:
        if line.word == "client":
            self.turn = self.phone.writes(line.text)
        elif line.word == "taps":
            yield from self._tap(line.text)
        elif line.word == "sends":
            yield from self._choose(
                line.text,
                SENT | location_of(line.text),
                lambda sent: self.phone.happens({"kind": "message", "text": "", **sent}),
            )
        elif line.word == "message":
            flows = {
                name.removeprefix(MESSAGE): name for name in self.phone.talk.flows if name.startswith(MESSAGE)
            }
            yield from self._choose(
                line.text, flows, lambda flow: self.phone.happens({"kind": "start", "flow": flow})
            )
        elif line.word == "later":
            length = duration(line.text)
            if length:
                self.turn = self.phone.later(*length)
            else:
                yield f"“{line.text}” is no length of time, such as 4 hours or 3 days"
        elif line.word == "returned":
            self.turn = self.phone.happens({"kind": "returned"})
        else:
            self.phone.state["tier"] = line.text

    def _choose(
        self, name: str, known: Mapping[str, Any], then: Callable[[Any], list[Effect]]
    ) -> Iterator[str]:
        if name in known:
            self.turn = then(known[name])
        else:
            yield f"there is no {name or 'such thing'} here, but {', '.join(known) or 'nothing'}"

    def _tap(self, label: str) -> Iterator[str]:
        for option, wordings in self.phone.offered():
            if label in wordings:
                self.turn = self.phone.taps(option)
                return
        shown = " | ".join(wordings[1] for _, wordings in self.phone.offered())
        yield f"she cannot tap “{label}”; she is offered: {shown or 'nothing'}"

    # What must follow.

    def _told(self, line: Line) -> Iterator[str]:
        said = [effect for effect in self.turn if effect["do"] == "say"]
        if line.word == "says nothing":
            yield from self._instead("she should be told nothing", said)
        elif line.word == "never says":
            telling = [effect for effect in said if self._holds(effect, line.text)]
            yield from self._instead(f"she should not be told “{line.text}”", telling)
        elif line.word in EFFECTS:
            yield from self._effect(line)
        else:
            fits = self._holds if line.word == "says" else self._offers
            at = next(
                (at for at, effect in enumerate(said) if at >= self.seen and fits(effect, line.text)), None
            )
            if at is not None:
                self.seen = at + (line.word == "says" and not said[at].get("options"))
                return
            expected = "told" if line.word == "says" else "offered"
            yield from self._instead(f"she should be {expected} “{line.text}”", said[self.seen :] or [None])

    def _instead(self, expected: str, said: Sequence[Effect | None]) -> Iterator[str]:
        if said:
            told = "\n".join(
                f"      {line}"
                for effect in said
                if effect
                for line in self.phone.wordings(effect)[0].splitlines()
            )
            after = "\n   but is told:\n" if self.seen == 0 else "\n   but then is told:\n"
            yield (
                f"{expected}{after}{told}"
                if told
                else f"{expected}\n   but is told nothing{' more' if self.seen else ''}{self._else()}"
            )

    def _else(self) -> str:
        """What happened instead, in a word each."""
        happened = [effect["do"] for effect in self.turn if effect["do"] not in ("say", "timer")]
        return f" ({', '.join(happened)})" if happened else ""

    def _holds(self, effect: Effect, expected: str) -> bool:
        return any(holds(text, expected) for text in self.phone.wordings(effect))

    def _offers(self, effect: Effect, expected: str) -> bool:
        wanted = [label.strip() for label in expected.split("|")]
        offered = self.phone.labels(effect)
        return len(wanted) == len(offered) and all(
            label in shown for label, shown in zip(wanted, offered, strict=True)
        )

    def _effect(self, line: Line) -> Iterator[str]:
        do, key = EFFECTS[line.word]
        done = [effect for effect in self.turn if effect["do"] == do]
        fitting = next((effect for effect in done if self._fits(effect, key, line)), None)
        if fitting is not None:
            self.turn.remove(fitting)
        else:
            happened = "; ".join(map(told, done)) or f"nothing of that kind{self._else()}"
            yield f"expected “{line.word}: {line.text}”\n   but there is {happened}"

    def _fits(self, effect: Effect, key: str, line: Line) -> bool:
        if line.word.startswith("hands over") and effect["urgent"] != line.word.endswith("urgently"):
            return False
        name, *pairs = line.text.split() or [""]
        answers = effect.get("answers", {})
        same = not name or not key or str(effect.get(key, "")) == name
        return same and all(
            str(answers.get(pair.partition("=")[0], "")) == pair.partition("=")[2] for pair in pairs
        )


def holds(text: str, expected: str) -> bool:
    """Whether a text has the expected parts in their order, `…` between them standing for anything."""
    found, at = " ".join(text.split()), 0
    for part in (" ".join(part.split()) for part in expected.replace("...", ANYTHING).split(ANYTHING)):
        at = found.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


def location_of(text: str) -> dict[str, Any]:
    """“location -25.53 28.1”: that one."""
    match text.split():
        case ["location", latitude, longitude]:
            return {text: {"location": {"latitude": latitude, "longitude": longitude}}}
    return {}


def told(effect: Effect) -> str:
    """An effect in a line: `handover support, urgent: Danger word`."""
    rest = {key: value for key, value in effect.items() if key != "do" and value not in ("", False, None)}
    if effect["do"] == "event":
        answers = " ".join(f"{name}={value}" for name, value in effect["answers"].items())
        return f"event {effect['form']} {answers}".strip()
    return f"{effect['do']} {', '.join(key if value is True else str(value) for key, value in rest.items())}".strip()
