"""Any gateway that takes a message as one HTTP request and tells of others by HTTP: docs/channels.md has examples.

What goes out is a template, what comes in is read by paths, both from the account's settings.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, quote

from tsela.messaging.channels import (
    AccountProblem,
    Catch,
    Failed,
    Handshake,
    Hook,
    InboundMessage,
    Incoming,
    Kind,
    Limits,
    Notice,
    Outgoing,
    Result,
    Retry,
    Sent,
    Status,
    StatusUpdate,
    fetching,
    wire,
)
from tsela.messaging.channels.reading import decode, dicts, dig, identity, moment, phone, short, text
from tsela.messaging.channels.signatures import require_key, require_signature

LONGEST_ADDRESS = 2000  # of a file
STATUSES: dict[str, Status] = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Http:
    """One gateway. `body` is a tree of texts in which {id}, {to}, {digits}, {text}, {language} are filled in; `id` the path of its
    id in the answer. `inbound` and `status` name the paths of a callback; `each` in them the list that holds several.
    `idempotent`: it takes a second request with our id for the first, so that a lost answer may be tried again. `media_url` is
    where a file lies ({media}: as its callback calls it), `media_hosts` are the hosts beside that one from which it may come."""

    account: str
    url: str
    key: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    method: Literal["POST", "GET", "PUT"] = "POST"
    format: Literal["json", "form", "query"] = "json"
    id: str = "id"
    inbound: Mapping[str, str] = field(default_factory=lambda: {"id": "id", "from": "from", "text": "text"})
    status: Mapping[str, Any] = field(default_factory=dict)
    signature_header: str = ""
    national: str = ""
    media_url: str = "{media}"
    media_hosts: tuple[str, ...] = ()
    media_headers: Mapping[str, str] = field(default_factory=dict)
    idempotent: bool = False
    countries: frozenset[str] = frozenset()
    timeout: float = 20
    limits: Limits = field(default=Limits(per_second=10))
    kind: Kind = "sms"
    live: bool = True

    @property
    def settles(self) -> bool:
        return bool(self.status.get("ours"))

    def send(self, message: Outgoing) -> Result:
        said = {self.format: filled(self.body, message)}
        answer = wire.ask(self.method, self.url, self.timeout, headers=self.headers, **said)
        found = self.result(answer, message) if isinstance(answer, wire.Answer) else answer
        return (
            found
            if isinstance(found, Sent | Retry | Failed | AccountProblem) or not self.idempotent
            else Retry(found.problem)
        )

    def fetch(self, reference: str) -> Catch:
        whole = self.media_url == "{media}"
        url = reference if whole else self.media_url.replace("{media}", quote(reference, safe=""))
        own = () if whole else (fetching.named(url),)
        return fetching.download(url, {*self.media_hosts, *own}, self.media_headers)

    def result(self, answer: wire.Answer, message: Outgoing) -> Result:
        if answer.accepted:
            return Sent(identity(dig(decode(answer.content), self.id)) or message.id)
        problem = f"The gateway answered {answer.status}: {short(answer.text, 200)}"
        if answer.status in (401, 403):
            return AccountProblem("E713", problem)
        return wire.refused(answer, problem)

    def open(self, hook: Hook) -> bytes | Handshake:
        if self.signature_header:
            require_signature(hook, self.account, self.key, self.signature_header)
        else:
            require_key(hook, self.account, self.key)
        return hook.body if hook.body else without_key(hook.query)

    def parse(self, stored: bytes) -> list[Incoming]:
        value = decoded(stored)
        if value is None:
            return [Notice("E715", "the body is neither JSON nor a form")]
        found = [*self.messages(value), *self.statuses(value)]
        return found or [
            Notice("E715", "no message and no status where the account's settings look for them")
        ]

    def messages(self, value: Any) -> Iterator[Incoming]:
        for one in dicts(dig(value, self.inbound.get("each", ""))):
            said = {name: first(one, path) for name, path in self.inbound.items() if name != "each"}
            id, who = identity(said.get("id")), phone(said.get("from"), self.national)
            address = who or short(said.get("from"), 40)
            if id and address and any(said.get(name) is not None for name in ("text", "media")):
                to: Any = "flow" if who else "nobody"
                at, name = moment(said.get("at")), short(said.get("name"))
                yield InboundMessage(id, address, event_of(said), to=to, at=at, name=name)

    def statuses(self, value: Any) -> Iterator[Incoming]:
        if not self.status:
            return
        names: Mapping[str, Any] = {**STATUSES, **self.status.get("values", {})}
        for one in dicts(dig(value, self.status.get("each", ""))):
            id, ours = (
                identity(dig(one, self.status[name])) if self.status.get(name) else ""
                for name in ("id", "ours")
            )
            said = text(dig(one, self.status.get("status", "status")))
            if said in names and (id or ours):
                problem = f"The gateway says: {short(dig(one, self.status.get('problem', 'error'))) or said}"
                failure = Failed("unreachable", problem) if names[said] == "failed" else None
                yield StatusUpdate(id, names[said], message_id=ours, outcome=failure)


def first(value: Any, paths: str) -> Any:
    """What stands at the first of these paths where something does: image.id | audio.id"""
    found = (dig(value, path.strip()) for path in paths.split("|"))
    return next((one for one in found if one is not None), None)


def event_of(said: Mapping[str, Any]) -> dict[str, Any]:
    event: dict[str, Any] = {"kind": "message", "text": text(said.get("text"))}
    if said.get("media"):
        kind = short(said.get("media_type")).partition("/")[0]  # image, or image/jpeg
        event["media"] = {"type": kind[:20] or "document", "id": text(said["media"])[:LONGEST_ADDRESS]}
    if said.get("choice"):
        event["choice"] = text(said["choice"])
    return event


def filled(tree: Any, message: Outgoing) -> Any:
    """The template with this message in it; texts only, so that no text of a client can change the shape of the request."""
    if isinstance(tree, Mapping):
        return {key: filled(value, message) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [filled(value, message) for value in tree]
    if not isinstance(tree, str):
        return tree
    names = {
        "id": message.id,
        "to": message.address,
        "digits": message.address.lstrip("+"),
        "language": message.language,
    }
    for name, value in names.items():
        tree = tree.replace(f"{{{name}}}", value)
    return tree.replace("{text}", message.body.text)  # last: what is in it is not filled in


def decoded(stored: bytes) -> Any:
    """JSON, or a form (which a query is too); None for neither."""
    value = decode(stored)
    if isinstance(value, dict | list):
        return value
    try:
        pairs = parse_qsl(
            stored.decode("utf-8", errors="replace"), keep_blank_values=True, max_num_fields=100
        )
    except ValueError:
        return None
    return dict(pairs) or None


def without_key(query: str) -> bytes:
    """A callback that is only an address: kept without the secret in it."""
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    return json.dumps({name: value for name, value in pairs if name != "key"}).encode()
