"""Clients, providers and the network between them and us; and the truth about what was said, to compare with."""

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.test import RequestFactory

from messaging.accounts import GATEWAY
from messaging.webhook_mutations import TEXTS, mutated, mutated_bytes
from support.provider_shapes import APP_SECRET, KEY, TOKEN, VERIFY_TOKEN, envelope, signed
from tsela.messaging import views
from tsela.messaging.channels import Channel, Limits, Outgoing, Result, Retry, Sent, Unsure
from tsela.messaging.channels.africas_talking import AfricasTalking
from tsela.messaging.channels.http import Http
from tsela.messaging.channels.reading import text as storable
from tsela.messaging.channels.whatsapp import WhatsApp

PEOPLE, NEW_PERSON = 40, 100  # clients of each provider at a time; some have stopped, so new ones come
NOBODY = 9_000_099  # whose odd messages nobody counts
RANK = {"sent": 1, "delivered": 2, "read": 3}
FAILS = (0, 0, 0, 1, 2)  # tries that WhatsApp takes, and then reports as failed
LONG_AGO = 100  # things that may come again later
Thing = dict[str, Any]


@dataclass
class Fate:
    """What the provider does with one message of ours: tries that fail later, then one that goes so far."""

    fails: int
    statuses: tuple[str, ...]
    tries: list[str] = field(default_factory=list)  # its ids
    told: int = 0  # the highest status of the last try that reached us


@dataclass
class World:
    rng: random.Random
    now: datetime
    waiting: dict[str, list[Thing]] = field(
        default_factory=lambda: {"whatsapp": [], "sms": [], "gateway": []}
    )
    past: dict[str, list[Thing]] = field(default_factory=lambda: {"whatsapp": [], "sms": [], "gateway": []})
    written: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # account, id, text: each once
    kept: Counter[tuple[str, bytes]] = field(
        default_factory=Counter
    )  # account, body: as often as answered 200
    fates: dict[str, Fate] = field(default_factory=dict)  # of our messages
    ours: dict[str, str] = field(default_factory=dict)  # provider's id → ours
    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    last: int = 0

    def accounts(self) -> dict[str, Channel]:
        at, gateway = "https://nowhere.invalid", {**GATEWAY, "body": {}, "limits": Limits()}
        found = [
            OnWhatsApp("whatsapp", "1001", TOKEN, APP_SECRET, VERIFY_TOKEN, api=at, limits=Limits()),
            BySms("sms", "sandbox", TOKEN, KEY, api=at, limits=Limits(), countries=frozenset({"KE"})),
            ByGateway("gateway", at, KEY, **gateway),
        ]
        for one in found:
            type(one).world = self
        return {one.account: one for one in found}

    def number(self) -> int:
        self.last += 1
        return self.last

    def write(self) -> None:
        """A client writes something, somewhere."""
        account, text, id = (
            self.rng.choice(["whatsapp", "whatsapp", "sms", "gateway"]),
            self.rng.choice(TEXTS),
            f"w.{self.number()}",
        )
        person = self.rng.randrange(PEOPLE) + self.last // NEW_PERSON
        said = (
            text if account != "sms" else text.encode(errors="replace").decode()
        )  # no form carries half a pair
        self.waiting[account].append(message(account, id, person, said, int(self.now.timestamp())))
        self.written[account, id, storable(said)] += 1

    def take(self, account: str, outgoing: Outgoing) -> Result:
        """The provider's answer to one send of ours."""
        rng = self.rng
        if rng.random() < 0.1:
            return Retry("It is busy.")
        fails = rng.choice(FAILS) if account == "whatsapp" else 0
        fate = self.fates.setdefault(
            outgoing.id, Fate(fails, ("sent", "delivered", "read")[: rng.randint(1, 3)])
        )
        id = f"theirs.{self.number()}"
        fate.tries.append(id)
        self.ours[id] = outgoing.id
        for said in ("sent", "failed") if len(fate.tries) <= fate.fails else fate.statuses:
            self.waiting[account].append(status(account, outgoing.id, id, said, outgoing.attempt))
        lost = rng.random() < 0.2 and account != "sms"  # with Africa's Talking it stays unknown, rightly
        return Unsure("The answer was lost.") if lost else Sent(id)

    def deliver(self) -> None:
        """One webhook: some of what waits, in any order, once or twice; some of it comes again in another, soon or late."""
        rng, account = self.rng, self.rng.choice(list(self.waiting))
        waiting, past = self.waiting[account], self.past[account]
        rng.shuffle(waiting)
        if past and rng.random() < 0.2:
            things = [rng.choice(past)]
        else:
            things = waiting[: rng.choice([1, 1, 2, 3, 8]) if account != "sms" else 1]
            del waiting[: len(things)]
            waiting += [thing for thing in things if rng.random() < 0.25]
            past += things
            del past[:-LONG_AGO]
        body = self.body(account, things)
        for _ in range(rng.choice([1, 1, 1, 2])):
            self.send(account, body, things)

    def body(self, account: str, things: list[Thing]) -> bytes:
        """Among them what somebody else sent, in a shape that nobody expects."""
        rng = self.rng
        if account == "sms":
            thing = (
                things[0] if things else mutated(message("sms", f"noise.{self.number()}", NOBODY, "Hi"), rng)
            )
            return urlencode(
                thing if isinstance(thing, dict) else {"x": str(thing)}, errors="replace"
            ).encode()
        noise = [
            message(account, f"noise.{self.number()}", NOBODY, rng.choice(TEXTS))
            for _ in range(rng.choice([0, 0, 1, 2]))
        ]
        all: list[Any] = [*things, *(mutated(one, rng) for one in noise)]
        rng.shuffle(all)
        if account == "gateway":
            reports = [one for one in all if isinstance(one, dict) and "ref" in one]
            body: Any = {"results": [one for one in all if one not in reports], "reports": reports}
        else:
            body = envelope([one if isinstance(one, dict) else {"messages": [one]} for one in all])
            if rng.random() < 0.3:
                body["entry"].insert(
                    rng.randrange(2),
                    mutated(body["entry"][0] if not things else envelope([{}])["entry"][0], rng),
                )
        return json.dumps(body, ensure_ascii=rng.random() < 0.5).encode(errors="surrogatepass")

    def odd(self) -> None:
        """A whole body that is broken, and signed all the same."""
        account = self.rng.choice(list(self.waiting))
        self.send(account, mutated_bytes(self.body(account, []), self.rng), [])

    def forge(self) -> None:
        """Somebody else speaks in a client's name."""
        account = self.rng.choice(list(self.waiting))
        body = self.body(account, [message(account, f"forged.{self.number()}", 1, "stop")])
        how = self.rng.choice(
            ["", "wrong", signed(body, "another secret"), signed(body + b" "), signed(body)[:-1], KEY[:-1]]
        )
        self.counts["forged"] += 1
        if (answered := knock(account, body, how)) != 403:
            self.wrong.append(f"a forged request was answered {answered}")

    def send(self, account: str, body: bytes, things: list[Thing]) -> None:
        self.counts["webhooks"] += 1
        answered = knock(account, body, signed(body) if account == "whatsapp" else KEY)
        if answered != 200:
            self.wrong.append(f"{account} was answered {answered} to {body[:100]!r}")
            return
        self.kept[account, body or b"{}" if account == "gateway" else body] += 1
        for thing in things:
            self.tell(account, thing)

    def tell(self, account: str, thing: Thing) -> None:
        """Remember the highest status that reached us of a try that did not fail."""
        theirs, said = said_by(account, thing)
        fate = self.fates.get(self.ours.get(theirs, ""))
        if fate and said in RANK and len(fate.tries) > fate.fails and fate.tries[-1] == theirs:
            fate.told = max(fate.told, RANK[said])


class OnWhatsApp(WhatsApp):
    world: World

    def send(self, message: Outgoing) -> Result:
        return self.world.take("whatsapp", message)


class BySms(AfricasTalking):
    world: World

    def send(self, message: Outgoing) -> Result:
        return self.world.take("sms", message)


class ByGateway(Http):
    world: World

    def send(self, message: Outgoing) -> Result:
        return self.world.take("gateway", message)


def knock(account: str, body: bytes, proof: str) -> int:
    """One request to the real view, with this signature or key; how it was answered. 500 where the view raised."""
    headers = (
        {"HTTP_X_HUB_SIGNATURE_256": proof}
        if account == "whatsapp"
        else {"HTTP_AUTHORIZATION": f"Token {proof}"}
    )
    request = RequestFactory().generic(
        "POST", f"/hooks/{account}/", body, "application/octet-stream", **headers
    )
    try:
        return views.hook(request, account).status_code
    except Exception as error:
        return 500 if not isinstance(error, AssertionError) else 599


def message(account: str, id: str, person: int, text: str, at: int = 0) -> Thing:
    """What a client writes, as her provider says it. Some hide their number on WhatsApp."""
    if account == "sms":
        return {
            "from": f"+25471{person:07}",
            "to": "12345",
            "text": text,
            "id": id,
            "date": "2026-11-20 09:12:00",
        }
    if account == "gateway":
        return {"messageId": id, "msisdn": f"2771{person:07}", "message": {"body": text}}
    number, user = f"2782{person:07}", f"ZA.{person}"
    who = {"from_user_id": user} if person % 8 == 0 else {"from": number, "from_user_id": user}
    said = {**who, "id": id, "timestamp": str(at), "type": "text", "text": {"body": text}}
    return {
        "contacts": [{"wa_id": number, "user_id": user, "profile": {"name": "Nomsa"}}],
        "messages": [said],
    }


def status(account: str, ours: str, theirs: str, said: str, attempt: int) -> Thing:
    if account == "sms":
        return {
            "id": theirs,
            "status": {"sent": "Submitted"}.get(said, "Success"),
            "phoneNumber": "+254710000000",
        }
    if account == "gateway":
        return {"ref": ours, "theirs": theirs, "state": said}
    errors = {"errors": [{"code": 131056, "title": "Pair rate limit hit"}]} if said == "failed" else {}
    one = {
        "id": theirs,
        "status": said,
        "biz_opaque_callback_data": f"{ours}:{attempt}",
        "timestamp": "1795000001",
        **errors,
    }
    return {"statuses": [one]}


def said_by(account: str, thing: Thing) -> tuple[str, str]:
    """The provider's id and the status of a status; two empty texts for a message."""
    if account == "sms":
        return thing.get("id", ""), {"Submitted": "sent", "Success": "delivered"}.get(
            thing.get("status", ""), ""
        )
    if account == "gateway":
        return thing.get("theirs", ""), thing.get("state", "")
    one = thing.get("statuses", [{}])[0]
    return one.get("id", ""), one.get("status", "")
