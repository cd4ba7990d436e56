"""WhatsApp Cloud API: https://developers.facebook.com/docs/whatsapp/cloud-api (Graph v23.0, read November 2026).

Comes back: our message id as `biz_opaque_callback_data`, with each status.
"""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, quote

from tsela.kernel.errors import fail
from tsela.messaging.channels import (
    AccountProblem,
    Body,
    Catch,
    Failed,
    Fetched,
    Handshake,
    Hook,
    Incoming,
    Kind,
    Limits,
    Lost,
    Outgoing,
    Result,
    Retry,
    Sent,
    Template,
    Unsure,
    fetching,
    wire,
)
from tsela.messaging.channels.reading import decode, dig, identity, text
from tsela.messaging.channels.signatures import require_signature, same
from tsela.messaging.channels.whatsapp_errors import outcome, problem
from tsela.messaging.channels.whatsapp_webhook import parse

MOST_BUTTONS, MOST_ROWS = 3, 10


@dataclass(frozen=True, slots=True)
class WhatsApp:
    """One number. `template_language` is the code under which all templates are approved, whatever language they are in;
    `media_hosts` are where Meta keeps files: nobody else is shown the token."""

    account: str
    phone_number_id: str
    token: str
    app_secret: str
    verify_token: str
    countries: frozenset[str] = frozenset()
    template_language: str = "en"
    media_hosts: tuple[str, ...] = ("lookaside.fbsbx.com",)
    api: str = "https://graph.facebook.com/v23.0"
    timeout: float = 20
    # Meta: 80 messages a second for a number; to one person one in 6 seconds, with a few at once on credit.
    limits: Limits = field(default=Limits(per_second=80, per_person=6, burst=5))
    kind: Kind = "whatsapp"
    live: bool = True
    settles: bool = True

    def send(self, message: Outgoing) -> Result:
        payload = self.payload(message)
        if payload is None:
            return Failed("outside_window", "She has not written within 24 hours, and there is no template.")
        url, token = f"{self.api}/{self.phone_number_id}/messages", {"Authorization": f"Bearer {self.token}"}
        answer = wire.ask("POST", url, self.timeout, json=payload, headers=token)
        return result(answer) if isinstance(answer, wire.Answer) else answer

    def fetch(self, reference: str) -> Catch:
        """Its address, which holds for five minutes; then what lies there, if it is what Meta says that it is."""
        headers = {"Authorization": f"Bearer {self.token}"}
        asked = {"phone_number_id": self.phone_number_id}
        url = f"{self.api}/{quote(reference, safe='')}"
        answer = wire.ask("GET", url, self.timeout, query=asked, headers=headers)
        if isinstance(answer, Retry | Unsure):
            return Retry(answer.problem)
        if not answer.accepted:
            return unfound(answer)
        said = decode(answer.content)
        size, sha256 = dig(said, "file_size"), text(dig(said, "sha256"))
        if isinstance(size, int) and size > fetching.MOST_BYTES:
            return fetching.TOO_LARGE
        hosts = {*self.media_hosts, fetching.named(self.api)}
        found = fetching.download(text(dig(said, "url")), hosts, headers)
        if isinstance(found, Lost) and found.state == "gone":
            return Retry(f"{found.problem} Its address may have run out.")
        if isinstance(found, Fetched) and not fetching.is_whole(found.body, sha256):
            return Retry("It was damaged on its way.")
        return replace(found, mime=text(dig(said, "mime_type"))) if isinstance(found, Fetched) else found

    def payload(self, message: Outgoing) -> dict[str, Any] | None:
        """The request's JSON; None where neither the body nor a template may go."""
        to = message.address
        who = {"to": to[1:]} if to.startswith("+") else {"recipient": to}  # a user id, who hides her number
        common = {"messaging_product": "whatsapp", "recipient_type": "individual", **who}
        common |= {"biz_opaque_callback_data": f"{message.id}:{message.attempt}"}
        if message.window_open:
            return common | content(message.body)
        if message.template is None:
            return None
        return common | {"type": "template", "template": self.template(message.template)}

    def template(self, template: Template) -> dict[str, Any]:
        components: list[dict[str, Any]] = []
        if template.params:
            said = [{"type": "text", "text": one_line(param)} for param in template.params]
            components.append({"type": "body", "parameters": said})
        for index, choice in enumerate(template.choices):
            payload = [{"type": "payload", "payload": choice}]
            button = {"type": "button", "sub_type": "quick_reply", "index": str(index), "parameters": payload}
            components.append(button)
        language = {"code": self.template_language, "policy": "deterministic"}
        return {"name": template.name, "language": language, "components": components}

    def open(self, hook: Hook) -> bytes | Handshake:
        if hook.method == "GET":
            return self.handshake(hook)
        require_signature(hook, self.account, self.app_secret, "X-Hub-Signature-256", "sha256=")
        return hook.body

    def handshake(self, hook: Hook) -> Handshake:
        """Meta tries the address once, when it is typed in: it sends the token that we chose, and a text to send back."""
        asked = {name: values[0] for name, values in parse_qs(hook.query).items()}
        if asked.get("hub.mode") != "subscribe" or not same(
            asked.get("hub.verify_token", ""), self.verify_token
        ):
            fail("E710", where=self.account)
        return Handshake(asked.get("hub.challenge", "")[:200])

    def parse(self, stored: bytes) -> list[Incoming]:
        return parse(stored, self.phone_number_id)


def content(body: Body) -> dict[str, Any]:
    """A text, up to three buttons, a list, or a text with the button that sends where she is."""
    if body.locate:
        return interactive("location_request_message", body.text, {"name": "send_location"})
    if not body.options:
        return {"type": "text", "text": {"body": body.text, "preview_url": False}}
    if len(body.options) <= MOST_BUTTONS and not body.menu:
        replies = [{"type": "reply", "reply": {"id": one.id, "title": one.title}} for one in body.options]
        return interactive("button", body.text, {"buttons": replies})
    rows = [{"id": one.id, "title": one.title} for one in body.options[:MOST_ROWS]]
    return interactive("list", body.text, {"button": body.menu or "☰", "sections": [{"rows": rows}]})


def interactive(type: str, text: str, action: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": type, "body": {"text": text}, "action": action}}


def one_line(param: str) -> str:
    """Meta refuses line breaks, tabs and rows of spaces in a template's parameter (132018)."""
    return " ".join(param.split()) or "-"


def result(answer: wire.Answer) -> Result:
    body = decode(answer.content)
    provider_id = identity(dig(body, "messages.0.id"))
    if answer.accepted and provider_id:
        return Sent(provider_id)
    code = dig(body, "error.code")
    if isinstance(code, int):
        return _waiting(outcome(code, problem(dig(body, "error"))), answer)
    said = f"WhatsApp answered {answer.status}."
    if answer.status in (401, 403):
        return AccountProblem("E713", said)
    return wire.refused(answer, said)


def unfound(answer: wire.Answer) -> Catch:
    """Why there is no file under an id. An unknown id is error 100, of which Meta says that it may lack a permission, too."""
    found = result(answer)
    if isinstance(found, AccountProblem | Retry):
        return found
    if isinstance(found, Failed):
        return Lost("gone", found.problem)
    return Retry(f"WhatsApp answered {answer.status}.")


def _waiting(found: Failed | Retry | AccountProblem, answer: wire.Answer) -> Result:
    """With the time that the provider asks us to wait, where it says one."""
    after = wire.retry_after(answer.headers)
    return Retry(found.problem, after, found.account) if isinstance(found, Retry) and after else found
