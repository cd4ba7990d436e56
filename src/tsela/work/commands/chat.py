"""`tsela chat`: talk with a programme as a client, in the terminal."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from tsela.kernel.errors import fail, nearest
from tsela.work.commands import print_json

if TYPE_CHECKING:
    from tsela.messaging.channels import Body
    from tsela.messaging.flow import Effect
    from tsela.messaging.rehearsing import Phone
    from tsela.programme import Programme

HELP = """\b
What you write is what she writes. Lines that begin with / are for you:
  /tap LABEL      tap an option instead of typing it
  /voice /picture send one
  /location -25.53 28.1    send where she is
  /later 4 hours  time passes
  /message ID     a message of the programme reaches her; what she answers is a reply
  /returned       a person hands her back
  /tier overt     what was agreed changes (covert, overt_on_request, overt)
  /channel sms    what her phone shows (sms, whatsapp)
  /state          where the conversation is
  /quit
"""
EPILOG = """\b
Examples:
  tsela chat --country ZA --channel whatsapp
  tsela chat --country ZA --language zu --tier overt
  printf 'hello\\n2\\n' | tsela chat --country ZA --json
"""


@dataclass
class Seen:
    """What a turn showed her, and what happened behind it."""

    bodies: "list[Body]"
    behind: "list[Effect]"
    draft: bool

    def as_dict(self) -> dict[str, object]:
        shown = [
            {"text": body.text, "options": [option.title for option in body.options]} for body in self.bodies
        ]
        return {"shown": shown, "draft": self.draft, "effects": self.behind}


@click.command(epilog=EPILOG)
@click.argument(
    "folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path("programmes/mentor_mother")
)
@click.option(
    "--country", default="", help="Where she is (ZA, MW …): its languages and its emergency number."
)
@click.option("--language", default="", help="Hers, as one who has talked before; without it she is asked.")
@click.option(
    "--tier", type=click.Choice(["covert", "overt_on_request", "overt"]), default="covert", show_default=True
)
@click.option("--channel", type=click.Choice(["sms", "whatsapp"]), default="whatsapp", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print each turn as a line of JSON.")
def command(folder: Path, country: str, language: str, tier: str, channel: str, as_json: bool) -> None:
    """Talk with a programme as a client would: the same flows, words and limits; nothing is sent, nothing is written.

    Texts that no speaker has reviewed are marked as drafts: they are never sent to anyone.
    """
    from tsela.programme import load

    programme = load(folder)
    for name, known, key in (
        (country, programme.countries, "The country"),
        (language, programme.registered, "The language"),
    ):
        if name and name not in known:
            fail(
                "E220",
                where="tsela chat",
                key=key,
                name=name,
                known=", ".join(known),
                nearest=nearest(name, known),
            )
    phone = _phone(programme, country, language, tier, channel)
    asking = sys.stdin.isatty() and not as_json
    if asking:
        click.echo(click.style(click.wrap_text(HELP, preserve_paragraphs=True), dim=True))
    for line in _lines(asking):
        if line == "/quit":
            break
        seen = _seen(programme, phone, _happens(phone, line)) if line != "/state" else None
        if seen is None:
            print_json(phone.state)
        elif as_json:
            click.echo(json.dumps({"line": line, **seen.as_dict()}, ensure_ascii=False))
        else:
            _print(seen, phone)


def _phone(programme: "Programme", country: str, language: str, tier: str, channel: str) -> "Phone":
    from tsela.messaging.rehearsing import Phone
    from tsela.programme.talk.messages import SAMPLES
    from tsela.work.dialogues import talk_of

    profile = programme.countries.get(country)
    now = datetime.now(ZoneInfo(profile.time_zone) if profile and profile.time_zone else UTC).replace(
        microsecond=0
    )
    talked = {"language": language, "opened": now.isoformat()} if language else {}
    state = {"tier": tier, "channel": channel, "country": country, **talked}
    return Phone(talk_of(programme), state, now, SAMPLES)


def _lines(asking: bool) -> Iterator[str]:
    """What is typed, or what comes in through a pipe."""
    while True:
        try:
            line = input("> " if asking else "")
        except (EOFError, KeyboardInterrupt):
            return
        yield line.strip()


def _happens(phone: "Phone", line: str) -> "list[Effect]":
    """The effects of a line."""
    word, _, rest = line.partition(" ")
    if not line.startswith("/"):
        return phone.writes(line)
    if word not in COMMANDS:
        click.echo(click.style(f"There is no {word}. {' '.join(COMMANDS)} /state /quit", fg="red"), err=True)
        return []
    return COMMANDS[word](phone, rest.strip())


def _tap(phone: "Phone", label: str) -> "list[Effect]":
    option = next((id for id, labels in phone.offered() if label in labels), None)
    if option is None:
        click.echo(click.style("She is shown no such option.", fg="red"), err=True)
        return []
    return phone.taps(option)


def _later(phone: "Phone", length: str) -> "list[Effect]":
    from tsela.programme.talk.flows import duration

    found = duration(length)
    if found is None:
        click.echo(click.style("Write a length of time such as 4 hours or 3 days.", fg="red"), err=True)
        return []
    return phone.later(*found)


def _sends(kind: str) -> "Callable[[Phone, str], list[Effect]]":
    def happens(phone: "Phone", rest: str) -> "list[Effect]":
        from tsela.messaging.dialogues import SENT, location_of

        sent = location_of(f"{kind} {rest}").get(f"{kind} {rest}", SENT[kind])
        return phone.happens({"kind": "message", "text": "", **sent})

    return happens


def _changes(key: str, known: Iterable[str]) -> "Callable[[Phone, str], list[Effect]]":
    def happens(phone: "Phone", value: str) -> "list[Effect]":
        if value in known:
            phone.state[key] = value
        else:
            click.echo(click.style(f"One of: {', '.join(known)}", fg="red"), err=True)
        return []

    return happens


COMMANDS: "Mapping[str, Callable[[Phone, str], list[Effect]]]" = {
    "/tap": _tap, "/voice": _sends("voice"), "/picture": _sends("picture"), "/location": _sends("location"), "/later": _later,
    "/message": lambda phone, id: phone.happens({"kind": "start", "flow": f"message/{id}"}),
    "/returned": lambda phone, rest: phone.happens({"kind": "returned"}),
    "/tier": _changes("tier", ("covert", "overt_on_request", "overt")), "/channel": _changes("channel", ("sms", "whatsapp")),
}  # fmt: skip


def _seen(programme: "Programme", phone: "Phone", effects: "list[Effect]") -> Seen:
    from tsela.messaging.rendering import render

    said = [effect for effect in effects if effect["do"] == "say"]
    drafts = programme.catalogue(phone.language).drafts
    parts = [phone.part(effect) for effect in said]
    return Seen(
        render(parts, phone.state.get("channel", "sms"), phone.choose),
        [effect for effect in effects if effect["do"] != "say"],
        any(effect["text"] in drafts for effect in said),
    )


def _print(seen: Seen, phone: "Phone") -> None:
    from tsela.messaging.dialogues import told
    from tsela.programme.talk.sms import sms

    for body in seen.bodies:
        mark = click.style("draft ", fg="yellow") if seen.draft else ""
        click.echo("\n".join(f"    {line}" for line in body.text.splitlines()))
        if body.options:
            shown = "  ".join(f"[{option.title}]" for option in body.options)
            click.echo(click.style(f"    {f'({body.menu}) ' if body.menu else ''}{shown}", fg="cyan"))
        if phone.state.get("channel") == "sms":
            size = sms(body.text)
            parts = f"{size.parts} part{'s' if size.parts > 1 else ''}, {size.length} characters as {size.encoding}"
            click.echo(f"    {mark}{click.style(parts, dim=True)}")
        elif mark:
            click.echo(f"    {mark}")
    for effect in (effect for effect in seen.behind if effect["do"] != "timer"):
        click.echo(click.style(f"    → {told(effect)}", fg="magenta"))
