"""Prints what would be sent, for developers. Nobody receives it."""

from dataclasses import dataclass, field

from tsela.kernel.errors import fail
from tsela.messaging.channels import (
    NO_FILES,
    Catch,
    Handshake,
    Hook,
    Incoming,
    Kind,
    Limits,
    Outgoing,
    Result,
    Sent,
)


@dataclass(frozen=True, slots=True)
class Console:
    account: str
    kind: Kind = "sms"
    countries: frozenset[str] = frozenset()
    limits: Limits = field(default=Limits())
    live: bool = False
    settles: bool = False

    def send(self, message: Outgoing) -> Result:
        options = "".join(f"  [{option.title}]" for option in message.body.options)
        print(f"{self.account} → {message.address}: {message.body.text}{options}", flush=True)
        return Sent(f"console.{message.id}")

    def fetch(self, reference: str) -> Catch:
        return NO_FILES

    def open(self, hook: Hook) -> bytes | Handshake:
        fail("E710", where=self.account)

    def parse(self, stored: bytes) -> list[Incoming]:
        return []
