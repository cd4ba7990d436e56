"""The channel of the chat page: nobody outside receives it, and it answers as a provider would, at once.

What she "writes" comes through the same door as any provider's webhook (`written` makes the body), so that the chat
page, the demo and the tests go the whole way. Drafts are said here, marked (M13).
"""

import io
import json
import math
import wave
from dataclasses import dataclass, field

from tsela.kernel.errors import fail
from tsela.messaging.channels import (
    Catch,
    Fetched,
    Handshake,
    Hook,
    InboundMessage,
    Incoming,
    Kind,
    Limits,
    Lost,
    Notice,
    Outgoing,
    Result,
    Sent,
)
from tsela.messaging.channels.reading import decode, dicts, identity, moment, phone, short, text

SOUND = "simulated"  # the voice note that a simulated phone sends
FIELDS = ("text", "choice", "media", "location")


@dataclass(frozen=True, slots=True)
class Simulator:
    account: str
    kind: Kind = "whatsapp"
    countries: frozenset[str] = frozenset()
    limits: Limits = field(default=Limits())
    live: bool = False
    settles: bool = False

    def send(self, message: Outgoing) -> Result:
        return Sent(f"sim.{message.id}")

    def fetch(self, reference: str) -> Catch:
        return Fetched(tone(), "audio/wav") if reference == SOUND else Lost("gone", "Nothing was recorded.")

    def open(self, hook: Hook) -> bytes | Handshake:
        fail("E710", where=self.account)  # only our own pages write here

    def parse(self, stored: bytes) -> list[Incoming]:
        return [self.message(one) for one in dicts(decode(stored))] or [
            Notice("E715", "no simulated message")
        ]

    def message(self, one: dict[str, object]) -> Incoming:
        id, address = identity(one.get("id")), phone(one.get("from"))
        if not (id and address):
            return Notice("E715", "a simulated message without an id or a sender")
        event = {"kind": "message"} | {name: one[name] for name in FIELDS if one.get(name) is not None}
        event["text"] = text(one.get("text"))
        return InboundMessage(id, address, event, at=moment(one.get("at")), name=short(one.get("name")))


def written(id: str, address: str, text: str, **more: object) -> bytes:
    """The body of what a simulated client writes; `more`: choice, media, location, name, at."""
    return json.dumps({"id": id, "from": address, "text": text, **more}).encode()


def tone(hertz: float = 440, seconds: float = 1, rate: int = 8000) -> bytes:
    """A sound file in place of a voice."""
    wanted = io.BytesIO()
    with wave.open(wanted, "wb") as file:
        file.setparams((1, 1, rate, 0, "NONE", ""))
        turns = (2 * math.pi * hertz * at / rate for at in range(int(rate * seconds)))
        file.writeframes(bytes(128 + round(60 * math.sin(turn)) for turn in turns))
    return wanted.getvalue()
