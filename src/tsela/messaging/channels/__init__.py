"""What every channel understands: one file a channel, all behind this protocol (MESSAGES M50-M53).

Comes in: an `Outgoing`, already allowed, translated and rendered; a `Hook`, a provider's request to our door.
Goes out: a `Result` of one send; a list of `Incoming`, each of them one thing that happened, in the order of the body.
Nothing here knows the database: a channel is its settings and, where it is live, an HTTP client.
`accounts.channel(name)` gives the channel of an account, `accounts.route(kind, country)` the account that serves a country.

One `Outgoing` is one request to a provider and so one effect: what renders into two bodies is two messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Kind = Literal["whatsapp", "sms"]


@dataclass(frozen=True, slots=True)
class Option:
    """What she may tap. `title` is already cut to the channel's limit."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Body:
    """One message as she will see it. `options`: up to three buttons; more, or with `menu`, a list. SMS has none: its
    text carries the numbers. `locate`: WhatsApp's own button to send where she is."""

    text: str
    options: tuple[Option, ...] = ()
    menu: str = ""  # the label that opens the list
    locate: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A WhatsApp template. The language is part of `name` (checkin_day_zu): WhatsApp knows few of ours. `choices` are the ids
    that its quick replies bring back, in the order of its buttons."""

    name: str
    params: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`id` is our message id; with `attempt` (1, 2 …; 0: not counted) it travels wherever the provider lets it. `window_open`: she wrote within
    24 hours, so the body may go; else the template goes in its place."""

    id: str
    address: str
    body: Body
    language: str = "en"
    template: Template | None = None
    window_open: bool = True
    attempt: int = 0


# How one send ended.


@dataclass(frozen=True, slots=True)
class Cost:
    """What the provider said that it charges, in its currency; `parts` of an SMS."""

    amount: str = ""
    currency: str = ""
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has it, under its id."""

    provider_id: str
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """The provider surely has not taken it; try again (M52), not before `after` seconds where it said so.
    `account`: the whole account must slow down, not only this message."""

    problem: str
    after: float | None = None
    account: bool = False


Reason = Literal["unreachable", "outside_window", "stopped", "template", "rejected"]


@dataclass(frozen=True, slots=True)
class Failed:
    """It will never go this way. `unreachable`: she is not there: the next channel (M52). `outside_window`: again, with the
    template. `stopped`: she stopped it at the provider: as STOP (M41). `template`, `rejected`: staff must mend something."""

    reason: Reason
    problem: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """Nobody knows whether the provider took it: the answer never came. Never sent again by itself (M51)."""

    problem: str


@dataclass(frozen=True, slots=True)
class AccountProblem:
    """The account itself is refused: it pauses, staff are told, messages wait. `code` is a catalogue number."""

    code: str
    problem: str


Result = Sent | Retry | Failed | Unsure | AccountProblem


# How the fetching of a file ended (M55).


@dataclass(frozen=True, slots=True)
class Fetched:
    """The whole file, and what the provider says that it is. What it really is, its bytes tell."""

    body: bytes
    mime: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """It cannot be had, however often we ask."""

    state: Literal["gone", "too_large", "refused"]
    problem: str


Catch = Fetched | Retry | Lost | AccountProblem
NO_FILES = Lost("refused", "No files come this way.")


# What a provider tells us.


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """She wrote. `event` is what flows read (M27): {"kind": "message", "text", "choice"?, "media"?, "location"?}; what is no
    plain text (a reaction, contacts, what the channel cannot show) is said in `event["text"]` in square brackets.
    `address` is her phone number (+27…) or, without one, what the channel calls her."""

    provider_id: str
    address: str
    event: dict[str, Any]
    type: str = "text"
    to: Literal["flow", "person", "nobody"] = "flow"  # who is to act on it; nobody: it is kept in the thread
    at: datetime | None = None
    user_id: str = ""  # WhatsApp's name of her for our business only; stays when her number changes
    name: str = ""
    reply_to: str = ""  # provider id of our message that she answered


Status = Literal["sent", "delivered", "read", "failed"]


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What became of a message of ours. `message_id` is ours where it came back, else '', and `attempt` which try of it, else 0: a
    late report of an earlier try must not end a later one. `outcome` says what to do about a failed one."""

    provider_id: str
    status: Status
    message_id: str = ""
    at: datetime | None = None
    outcome: Failed | Retry | AccountProblem | None = None
    cost: Cost | None = None
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class NumberChanged:
    """Her number has another owner now, or she has another number: nothing more is sent to `old` (M33 suspended)."""

    old: str
    new: str = ""
    provider_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OptedOut:
    """She stopped us at the provider: as STOP (M41)."""

    address: str
    provider_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that staff should see: a part of a request that we do not understand (the rest of it counts), or a warning
    of the provider. `code` is a catalogue number, `about` what of the account it is about; `over`: it no longer holds."""

    code: str
    problem: str
    about: str = ""
    over: bool = False
    at: datetime | None = None


Incoming = InboundMessage | StatusUpdate | NumberChanged | OptedOut | AccountProblem | Notice


@dataclass(frozen=True, slots=True)
class Hook:
    """A provider's request to our door. Header names are lower case."""

    method: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Handshake:
    """The provider only tries our door: answer this text, store nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What the provider lets through: messages a second for the account, seconds between two to the same person once
    `burst` of them have gone at once. 0: no limit."""

    per_second: float = 0
    per_person: float = 0
    burst: int = 1


class Channel(Protocol):
    """One account of a provider."""

    @property
    def account(self) -> str: ...
    @property
    def kind(self) -> Kind: ...  # what it is for consent and rendering
    @property
    def live(self) -> bool: ...  # people receive it: only reviewed texts (M13)
    @property
    def settles(
        self,
    ) -> bool: ...  # our id comes back with statuses, so that an `Unsure` is settled by itself (M51)
    @property
    def limits(self) -> Limits: ...
    @property
    def countries(self) -> frozenset[str]: ...  # two letters each; none: all

    def send(self, message: Outgoing) -> Result:
        """One request; waits for the provider at most as long as its time limit. Never raises for what a provider does."""
        ...

    def fetch(self, reference: str) -> Catch:
        """A file that a client sent, by what an `InboundMessage` calls it. Waits as `send` does, and never raises."""
        ...

    def open(self, hook: Hook) -> bytes | Handshake:
        """What to store of a request that is truly the provider's; E710 where it is not."""
        ...

    def parse(self, stored: bytes) -> list[Incoming]:
        """What a stored request says. Pure; the same every time; never raises for what it says."""
        ...
