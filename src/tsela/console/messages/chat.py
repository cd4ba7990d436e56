"""A page to try it: a newcomer talks with the programme as a client, on an invented phone, with the clock in her hand."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tsela.console.messages import opens, prices, show_section
from tsela.console.messages.people import TIERS
from tsela.console.messages.phone import simulators
from tsela.console.messages.rehearsal import Rehearsal, Step
from tsela.console.pages import page, staff_of
from tsela.messaging.channels import Body
from tsela.messaging.conversing import talk_of
from tsela.messaging.flow import step
from tsela.messaging.speech import DRAFT, Listener, lines_from, speak
from tsela.messaging.writing import local_now, zone_of
from tsela.programme import Programme
from tsela.programme.talk.messages import SAMPLES
from tsela.programme.talk.services import Point
from tsela.programme.talk.sms import sms
from tsela.record.programme import current

KEY = "chat"  # in the session
CHANNELS = {"whatsapp": "WhatsApp", "sms": "SMS"}
MEDIA = {"audio": "(a voice note)", "image": "(a picture)", "location": "where she is"}
FAR = "Far from everything"  # in the Atlantic
MOVES = {"next": ("To what comes next", None), "hour": ("An hour", timedelta(hours=1)), "day": ("A day", timedelta(days=1)), "week": ("A week", timedelta(weeks=1))}  # fmt: skip
VISIT = timedelta(days=7)  # the day of the visit that messages name
LONGEST = 12_000  # characters that she may write


@dataclass(frozen=True)
class Bubble:
    """One message as her phone shows it; on SMS with what it takes."""

    hers: bool
    text: str
    at: datetime
    language: str = ""
    options: tuple[Any, ...] = ()
    menu: str = ""
    locate: bool = False
    draft: bool = False
    overt: bool = False
    size: str = ""
    by: str = ""
    new_day: bool = False


@page(None)
def chat(request: HttpRequest) -> HttpResponse:
    """The invented phone; every step comes by POST, so that a page can be loaded again without saying it twice."""
    site = min(staff_of(request).site_codes, default="")
    programme = current(site)
    talk = _kept(request, programme, site)
    if request.method == "POST":
        talk = _do(request, talk, programme)
        request.session[KEY] = talk.as_dict()
        return redirect("chat")
    price = prices.price(request)
    bubbles = list(shown(talk, programme))
    zone = ZoneInfo(zone_of(talk.country))
    return show_section(
        request, "chat", "chat", talk=talk, lines=bubbles, now=talk.at.astimezone(zone), sender=CHANNELS[talk.channel],
        settings=_settings(talk, programme), moves=[(code, label) for code, (label, _) in MOVES.items()], price=price,
        waiting=[{"at": at, "told": told} for at, told in talk.waiting()], effects=[{**one, "at": datetime.fromisoformat(one["at"])} for one in reversed(talk.behind)],
        messages_offered=[(one.id, one.title) for one in programme.messages.values()], costs=_costs(talk, programme, price),
        places=_places(talk, programme), whole_way=opens(staff_of(request), "inbox") and bool(simulators()), state=json.dumps(talk.state, indent=1, ensure_ascii=False),
    )  # fmt: skip


def shown(talk: Rehearsal, programme: Programme) -> Iterator[Bubble]:
    """Every line as her phone shows it; the first of each day is marked."""
    zone, day = ZoneInfo(zone_of(talk.country)), None
    for line in talk.lines:
        at = datetime.fromisoformat(line["at"]).astimezone(zone)
        for bubble in _bubbles(line, at, talk, programme):
            yield Bubble(**{**bubble.__dict__, "new_day": at.date() != day})
            day = at.date()


def _bubbles(line: dict[str, Any], at: datetime, talk: Rehearsal, programme: Programme) -> Iterator[Bubble]:
    if "parts" not in line:
        yield Bubble(hers=bool(line.get("hers")), text=line["text"], at=at, by=line.get("by", ""))
        return
    overt = any(part.get("overt") for part in line["parts"])
    spoken = bodies(line, talk, programme)
    for body in spoken:
        draft = DRAFT in body.text or bool(line.get("review"))
        yield Bubble(
            hers=False, text=body.text.replace(DRAFT, ""), at=at, language=line.get("language", ""), options=body.options,
            menu=body.menu.replace(DRAFT, ""), locate=body.locate, draft=draft, overt=overt, size=_size(body) if talk.channel == "sms" else "",
        )  # fmt: skip


def bodies(line: dict[str, Any], talk: Rehearsal, programme: Programme, channel: str = "") -> Sequence[Body]:
    """What is said in one go, rendered for a channel, in the words of the simulator (drafts too, M13)."""
    listener = Listener(line.get("language", ""), talk.country, channel or talk.channel, live=False)
    day = (talk.at + VISIT).date().isoformat()
    return speak(
        programme, lines_from(line["parts"], {**SAMPLES, "date": day, "time": "09:00"}), listener
    ).bodies


def _size(body: Body) -> str:
    found = sms(body.text.replace(DRAFT, ""))
    return f"{found.parts} SMS · {found.length} {prices.ENCODINGS[found.encoding]}"


def _costs(talk: Rehearsal, programme: Programme, price: Decimal | None) -> str:
    """How many SMS the whole talk takes, and what that costs at the price that was typed."""
    ours = [line for line in talk.lines if "parts" in line]
    parts = sum(
        sms(body.text.replace(DRAFT, "")).parts
        for line in ours
        for body in bodies(line, talk, programme, "sms")
    )
    return f"From us {prices.cost(parts, price)}." if parts else ""


def _do(request: HttpRequest, talk: Rehearsal, programme: Programme) -> Rehearsal:
    posted, run = request.POST, runner(programme)
    verb = posted.get("do", "")
    if verb == "restart":
        return _fresh(talk.country, talk.channel, talk.tier)
    if verb == "set":
        return _set(request, talk)
    if verb == "returned":
        talk.returned(run)
    elif verb == "message" and posted.get("message") in programme.messages:
        talk.send(run, programme.messages[posted["message"]])
    elif "forward" in posted:
        talk.forward(run, programme.messages, MOVES.get(posted["forward"], MOVES["next"])[1])
    elif posted.get("reply", "").strip():
        talk.reply(posted["reply"].strip())
    elif "choice" in posted:
        _tap(posted["choice"], talk, programme)
    elif posted.get("media") in MEDIA:
        _send_media(posted["media"], posted.get("place", ""), talk, programme)
    elif posted.get("text", "").strip():
        text = posted["text"].strip()[:LONGEST]
        talk.write(run, {"text": text}, text)
    return talk


def _tap(choice: str, talk: Rehearsal, programme: Programme) -> None:
    """A button or a row of a list that she sees."""
    titles = {option.id: option.title for bubble in shown(talk, programme) for option in bubble.options}
    told = titles.get(choice, choice)
    talk.write(runner(programme), {"text": told, "choice": choice}, told)


def _send_media(kind: str, place: str, talk: Rehearsal, programme: Programme) -> None:
    run = runner(programme)
    if kind == "location":
        latitude, longitude = _places(talk, programme).get(place, (0.0, 0.0))
        location = {"latitude": latitude, "longitude": longitude}
        talk.write(run, {"text": "[location]", "location": location}, f"({MEDIA[kind]}: {place or FAR})")
    else:
        talk.write(run, {"text": "", "media": {"type": kind, "id": "tried"}}, MEDIA[kind])


def _places(talk: Rehearsal, programme: Programme) -> dict[str, Point]:
    """Where she may be: near the services of her country, or far from all of them."""
    area = talk_of(programme).services.area(talk.country, TIERS, reviewed=False)
    return {**{spot.label: spot.point for spot in area.spots if spot.known}, FAR: (0.0, 0.0)}


def _set(request: HttpRequest, talk: Rehearsal) -> Rehearsal:
    posted = request.POST
    prices.keep(request, posted.get("price", ""))
    if posted.get("country", talk.country) != talk.country:
        return _fresh(posted["country"], posted.get("channel", "whatsapp"), posted.get("tier", "covert"))
    talk.channel = posted.get("channel") if posted.get("channel") in CHANNELS else talk.channel
    talk.tier = posted.get("tier") if posted.get("tier") in TIERS else talk.tier
    talk.language = posted.get("language", talk.language)
    return talk


def _settings(talk: Rehearsal, programme: Programme) -> list[dict[str, Any]]:
    languages = [(tag, programme.language(tag).name) for tag in programme.languages_in(talk.country)]
    countries = sorted((code, one.title) for code, one in programme.countries.items())
    return [
        {"name": "country", "label": "Country", "value": talk.country, "options": countries},
        {"name": "channel", "label": "Phone shows", "value": talk.channel, "options": list(CHANNELS.items())},
        {"name": "tier", "label": "How open", "value": talk.tier, "options": list(TIERS.items())},
        {"name": "language", "label": "Language", "value": talk.language, "options": [("", "she is asked"), *languages]},
    ]  # fmt: skip


def _kept(request: HttpRequest, programme: Programme, site: str) -> Rehearsal:
    kept = request.session.get(KEY)
    if kept and kept.get("country") in programme.countries:
        return Rehearsal.of(kept)
    return _fresh(site[:2] or next(iter(programme.countries), ""), "whatsapp", "covert")


def _fresh(country: str, channel: str, tier: str) -> Rehearsal:
    return Rehearsal(now=local_now(country).isoformat(), country=country, channel=channel, tier=tier)


def runner(programme: Programme) -> Step:
    """The flow runner with the flows and words of a programme."""
    talk = talk_of(programme)
    return lambda state, event, now: step(talk, state, event, now)
