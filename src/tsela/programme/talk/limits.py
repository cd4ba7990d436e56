"""What a channel takes (MESSAGES M22), and whether a text fits."""

from collections.abc import Iterator, Sequence

from tsela.programme.talk.sms import plainer, sms, units

WHATSAPP_BODY = 1024  # characters of an interactive message
BUTTONS, BUTTON = 3, 20
ROWS, ROW = 10, 24
SMS_PARTS = 3
SMS, WHATSAPP = "SMS", "WhatsApp"

TooMuch = tuple[str, str, str]  # what it has, the channel, what that takes


def listed(text: str, labels: Sequence[str]) -> str:
    """A question as plain text: each option on a line, with its number."""
    lines = (f"{at}. {' '.join(label.split())}" for at, label in enumerate(labels, 1))
    return "\n".join(filter(None, (text, *lines)))


def too_much(text: str, labels: Sequence[str] = (), room: int = ROW) -> Iterator[TooMuch]:
    """What of a filled-in text with these options, of `room` characters each, a channel does not take whole."""
    if units(text) > WHATSAPP_BODY:
        yield f"This has {units(text)} characters", WHATSAPP, f"{WHATSAPP_BODY}"
    whole = sms(plainer(listed(text, labels)))
    if whole.parts > SMS_PARTS:
        yield (
            f"This has {whole.parts} parts ({whole.length} characters as {whole.encoding})",
            SMS,
            f"{SMS_PARTS}",
        )
    for label in labels:
        if units(label) > room:
            yield f"“{label}” has {units(label)} characters", WHATSAPP, f"{room}"
