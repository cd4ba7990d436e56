"""What some of the women of the first morning write: it goes the way of every message, and waits in the inbox for a newcomer."""

import time

from tsela.kernel.errors import fail
from tsela.kernel.ids import uuid7
from tsela.messaging import door
from tsela.messaging.channels.simulator import written
from tsela.messaging.models import Conversation, Inbound
from tsela.simulation.demo_today import PHONES

ACCOUNT = "simulator-sms"
TALKS = (
    ("Zanele", "I am bleeding again"),
    ("Lindiwe", "ngicela umuntu"),  # a person, please
    ("Lindiwe", "1"),  # write to me here
    ("Lindiwe", "Ingane ayincelisi kahle kusukela izolo. Ungangivakashela namuhla?"),
    ("Ayanda", "menu"),
)  # fmt: skip
SECONDS = 60


def write_to_us() -> None:
    """They write, one after the other, as somebody who looks at the inbox would see it."""
    for name, text in TALKS:
        door.keep(ACCOUNT, written(uuid7(), PHONES[name].replace(" ", ""), text))


def wait_until_heard(where: str) -> int:
    """How many wait for a person. E155 where the worker does not hear them."""
    until = time.monotonic() + SECONDS
    while Inbound.objects.exclude(processed_at=None).count() < len(TALKS):
        if time.monotonic() > until:
            fail("E155", where=where, reason="the worker does not read what clients write")
        time.sleep(0.1)
    return Conversation.objects.filter(held_by=Conversation.With.PERSON).count()
