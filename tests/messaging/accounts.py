"""Channel accounts for tests: WhatsApp, Africa's Talking and a gateway, on the fake provider."""

from typing import Any

from support.provider_shapes import APP_SECRET, KEY, TOKEN, VERIFY_TOKEN
from tsela.messaging.channels import Channel
from tsela.messaging.channels.africas_talking import AfricasTalking
from tsela.messaging.channels.http import Http
from tsela.messaging.channels.simulator import Simulator
from tsela.messaging.channels.whatsapp import WhatsApp

NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens
GATEWAY: dict[str, Any] = {
    "inbound": {"each": "results", "id": "messageId", "from": "msisdn", "text": "message.body", "at": "sent"},
    "status": {
        "each": "reports",
        "ours": "ref",
        "status": "state",
        "problem": "why",
        "values": {"DELIVRD": "delivered", "UNDELIV": "failed"},
    },
    "national": "+27",
}


def accounts(provider: str = NOWHERE, **gateway: Any) -> dict[str, Channel]:
    """Of a server in tests, by name."""
    body = {"to": "{to}", "text": "{text}", "id": "{id}"}
    settings = {"body": body, "headers": {"Authorization": f"Token {TOKEN}"}, **GATEWAY, **gateway}
    found: list[Channel] = [
        WhatsApp("whatsapp", "1001", TOKEN, APP_SECRET, VERIFY_TOKEN, api=provider, timeout=2),
        AfricasTalking("sms", "sandbox", TOKEN, KEY, api=provider, timeout=2),
        Http("gateway", f"{provider}/send", KEY, timeout=2, **settings),
        Simulator("simulator"),
    ]
    return {one.account: one for one in found}
