"""The shapes of requests, errors and webhooks that providers use, for the fake one and for tests."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal

Shape = Literal["whatsapp", "africas_talking", "http"]
TOKEN, APP_SECRET, VERIFY_TOKEN, KEY = (
    "token-of-the-account",
    "the-app-secret",
    "verify-me",
    "the-key-in-the-address",
)


def well_formed(payload: dict[str, Any]) -> bool:
    """The limits that Meta checks before it accepts (131009)."""
    type = payload.get("type")
    if payload.get("to") and not str(payload["to"]).isdecimal():
        return False
    if type == "template":
        return bool(payload["template"]["name"] and payload["template"]["language"]["code"])
    if type == "text":
        return 0 < len(payload["text"]["body"]) <= 4096
    if type != "interactive":
        return False
    body, action = payload["interactive"]["body"]["text"], payload["interactive"]["action"]
    if payload["interactive"]["type"] == "location_request_message":
        return 0 < len(body) <= 1024 and action == {"name": "send_location"}
    if payload["interactive"]["type"] == "button":
        options, most, longest = [each["reply"] for each in action["buttons"]], 3, 20
    else:
        options, most, longest = [row for part in action["sections"] for row in part["rows"]], 10, 24
        if not 0 < len(action["button"]) <= 20:
            return False
    titles = [option["title"] for option in options]
    unique = len({option["id"] for option in options}) == len(options) == len(set(titles))
    return (
        0 < len(body) <= 1024
        and 0 < len(options) <= most
        and unique
        and all(0 < len(title) <= longest for title in titles)
    )


def signed(body: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def envelope(values: list[dict[str, Any]], number: str = "1001") -> dict[str, Any]:
    """WhatsApp's envelope around what a batch brings."""
    common = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number}}
    changes = [{"field": "messages", "value": common | value} for value in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}


def hook_request(shape: Shape, url: str, secret: str, batch: list[Any]) -> dict[str, Any]:
    if shape == "whatsapp":
        body = json.dumps(envelope(batch)).encode()
        return {"url": url, "content": body, "headers": {"X-Hub-Signature-256": signed(body, secret)}}
    if shape == "africas_talking":
        return {"url": url, "params": {"key": secret}, "data": batch[0]}
    return {"url": url, "json": batch[0], "headers": {"Authorization": f"Token {secret}"}}


def graph_error(code: int) -> dict[str, Any]:
    return {
        "error": {"message": f"(#{code}) as told", "type": "OAuthException", "code": code, "fbtrace_id": "x"}
    }


def written(
    shape: Shape, sender: str, text: str, id: str, number: int, more: dict[str, Any]
) -> dict[str, Any]:
    """The webhook of what a client writes; `more` stands beside or in place of what is usual."""
    if shape == "whatsapp":
        usual = {
            "from": sender.lstrip("+"),
            "id": id,
            "timestamp": str(1_790_000_000 + number),
            "type": "text",
        }
        return {"messages": [usual | {"text": {"body": text}} | more]}
    if shape == "africas_talking":
        said = {"from": sender, "to": "12345", "text": text, "id": id, "date": "2026-11-20 09:12:00"}
        return said | more
    return {"from": sender, "text": text, "id": id, **more}


def status_hooks(
    shape: Shape, id: str, provider_id: str, to: str, statuses: Iterable[str], failure: int
) -> Iterator[dict[str, Any]]:
    """The webhooks that tell of one message of ours."""
    for second, status in enumerate(statuses):
        if shape == "africas_talking":
            name = {"sent": "Submitted", "delivered": "Success", "failed": "Failed"}.get(status)
            if name:
                yield {"id": provider_id, "status": name, "phoneNumber": to, "networkCode": "65501"}
        elif shape == "http":
            yield {"id": provider_id, "ours": id, "status": status}
        else:
            one: dict[str, Any] = {
                "id": provider_id, "status": status, "recipient_id": to, "biz_opaque_callback_data": id,
                "timestamp": str(1_790_000_000 + second),
            }  # fmt: skip
            if status == "failed":
                one["errors"] = [graph_error(failure)["error"]]
            yield {"statuses": [one]}
