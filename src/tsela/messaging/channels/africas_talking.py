"""Africa's Talking SMS: https://developers.africastalking.com/docs/sms (read November 2026).

It takes no id of ours and signs nothing: callbacks carry a key in their address, and a send without an answer stays unknown.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tsela.kernel.errors import fail
from tsela.messaging.channels import (
    NO_FILES,
    AccountProblem,
    Catch,
    Cost,
    Failed,
    Handshake,
    Hook,
    InboundMessage,
    Incoming,
    Kind,
    Limits,
    Notice,
    OptedOut,
    Outgoing,
    Reason,
    Result,
    Retry,
    Sent,
    Status,
    StatusUpdate,
    Unsure,
    wire,
)
from tsela.messaging.channels.reading import decode, dicts, dig, identity, moment, phone, short, text
from tsela.messaging.channels.signatures import require_key

_STATUS: dict[str, Status] = {"Success": "delivered", "Sent": "sent", "Submitted": "sent", "Buffered": "sent"}
_STATUS |= dict.fromkeys(("Rejected", "Failed", "AbsentSubscriber", "Expired"), "failed")
_TAKEN = {100, 101, 102}
_ACCOUNT = {402: "E714", 405: "E714"}  # its sender name is not registered; no credit
_AGAIN = {500, 501}
_FAILED: dict[int, Reason] = {403: "unreachable", 404: "unreachable", 406: "stopped", 407: "unreachable"}
_FAILED |= {409: "unreachable"}  # she is on a national do-not-disturb list
_WHY: dict[str, Reason] = {"UserInBlackList": "stopped"}
_WHY |= dict.fromkeys(
    (
        "UserDoesNotExist",
        "UserIsInactive",
        "NotNetworkSubscriber",
        "DeliveryFailure",
        "DoNotDisturbRejection",
    ),
    "unreachable",
)


@dataclass(frozen=True, slots=True)
class AfricasTalking:
    """One application. `sender`: the short code or name under which it sends; a leak of the programme's name is checked there."""

    account: str
    username: str
    api_key: str
    key: str
    sender: str = ""
    countries: frozenset[str] = frozenset()
    api: str = "https://api.africastalking.com"
    timeout: float = 20
    limits: Limits = field(default=Limits(per_second=20, per_person=1, burst=3))
    kind: Kind = "sms"
    live: bool = True
    settles: bool = False

    def send(self, message: Outgoing) -> Result:
        form = {
            "username": self.username,
            "to": message.address,
            "message": message.body.text,
            "enqueue": "1",
        }
        form |= {"from": self.sender} if self.sender else {}
        headers = {"apiKey": self.api_key, "Accept": "application/json"}
        answer = wire.ask("POST", f"{self.api}/version1/messaging", self.timeout, form=form, headers=headers)
        return result(answer) if isinstance(answer, wire.Answer) else answer

    def fetch(self, reference: str) -> Catch:
        return NO_FILES

    def open(self, hook: Hook) -> bytes | Handshake:
        require_key(hook, self.account, self.key)
        if hook.method != "POST":
            fail("E710", where=self.account)
        return hook.body

    def parse(self, stored: bytes) -> list[Incoming]:
        return [callback(form(stored))]


def result(answer: wire.Answer) -> Result:
    body = decode(answer.content)
    for recipient in dicts(dig(body, "SMSMessageData.Recipients"))[:1]:
        return _of_recipient(recipient)
    said = short(dig(body, "SMSMessageData.Message") or dig(body, "error") or answer.text, 200)
    problem = f"Africa's Talking {answer.status}: {said}"
    if answer.status in (401, 403):
        return AccountProblem("E713", problem)
    if answer.accepted or 300 <= answer.status < 400:  # "InvalidSenderId", and nobody it went to
        return AccountProblem("E714", problem)
    return wire.refused(answer, problem)


def _of_recipient(recipient: dict[str, Any]) -> Result:
    code, problem = recipient.get("statusCode"), f"Africa's Talking: {short(recipient.get('status'), 200)}"
    provider_id = identity(recipient.get("messageId"))
    if code in _TAKEN and provider_id not in ("", "None"):
        return Sent(provider_id, cost(recipient))
    if code in _TAKEN:
        return Unsure(problem)
    if code in _AGAIN:
        return Retry(problem)
    if code in _ACCOUNT:
        return AccountProblem(_ACCOUNT[code], problem)
    return Failed(_FAILED.get(code, "rejected") if isinstance(code, int) else "rejected", problem)


def cost(recipient: dict[str, Any]) -> Cost | None:
    """'ZAR 0.2500' as they write it."""
    currency, _, amount = short(recipient.get("cost"), 40).rpartition(" ")
    parts = recipient.get("messageParts")
    if not amount or amount == "0":
        return None
    return Cost(amount, currency, parts if isinstance(parts, int) and 0 < parts < 100 else 0)


def form(stored: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            stored.decode("utf-8", errors="replace"), keep_blank_values=True, max_num_fields=100
        )
    except ValueError:
        return {}
    return {name: text(value) for name, value in pairs}


def callback(said: dict[str, str]) -> Incoming:
    """One of its three callbacks, known by the fields."""
    id, who = identity(said.get("id")), phone(said.get("from") or said.get("phoneNumber"))
    if "text" in said and id:
        return _message(id, said, who)
    if "status" in said and id:
        return _status(id, said)
    if "senderId" in said and who:
        return OptedOut(who)
    return Notice("E715", f"a request with the fields {short(', '.join(sorted(said)), 200) or 'none'}")


def _message(id: str, said: dict[str, str], who: str) -> Incoming:
    """A sender that is no phone (a bank, the network) gets no answer: two machines would talk for ever."""
    address = who or short(said.get("from"), 40)
    if not address:
        return Notice("E715", "a message without a sender")
    to: Any = "flow" if who else "nobody"
    return InboundMessage(
        id, address, {"kind": "message", "text": said["text"]}, to=to, at=moment(said.get("date"))
    )


def _status(id: str, said: dict[str, str]) -> Incoming:
    status, why = _STATUS.get(said["status"]), said.get("failureReason", "")
    if status is None:
        return Notice("E715", f"a status {short(said['status'])}")
    if status != "failed":
        return StatusUpdate(id, status)
    problem = f"Africa's Talking: {short(said['status'])} {short(why)}".strip()
    if why in ("InsufficientCredit", "UserAccountSuspended"):
        return StatusUpdate(id, status, outcome=AccountProblem("E714", problem))
    reason = _WHY.get(why) or (
        "unreachable" if said["status"] in ("AbsentSubscriber", "Expired") else "rejected"
    )
    return StatusUpdate(id, status, outcome=Failed(reason, problem))
