"""The step `nearest` (M62-M65): she says where she is and is told what is near. Where nothing is found, the flow leads to a person.

Where she is serves in the turn in which she says it: nothing of a location is kept in the state.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tsela.messaging.flow.builtin import Step
from tsela.messaging.flow.state import kept
from tsela.messaging.flow.turn import Turn
from tsela.messaging.rendering import fill
from tsela.messaging.services import Area, Near
from tsela.programme import said
from tsela.programme.talk.limits import SMS_PARTS
from tsela.programme.talk.services import point_of
from tsela.programme.talk.sms import plainer, sms

SENT = "the location that she sent"  # to the person who looks further, where no place that we know is near it
CHOICES = 9  # places at once: a list has ten rows, the last one is another place
LONG = 200

Line = tuple[str, dict[str, Any], bool]  # text, values, whether it is said openly


def ask_where(turn: Turn, step: Step) -> bool:
    """Where she is; or which of the places that she may have meant."""
    if turn.state.person:
        turn.close()
    else:
        offered = place_options(turn)
        turn.ask(said.WHICH_PLACE if offered else step["text"], offered)
    return False


def place_options(turn: Turn) -> list[dict[str, Any]]:
    """The places that she may have meant, and another one."""
    known = _area(turn).labelled
    shown = [{"id": one, "say": one} for one in turn.state.found if one in known]
    return [*shown, {"id": said.ANOTHER_PLACE, "say": said.ANOTHER_PLACE}] if shown else []


def hear_where(turn: Turn, step: Step, event: Mapping[str, Any], position: int | None) -> bool:
    """Her location, the place of this position among those that she was shown, or what she wrote."""
    offered, area, kind = place_options(turn), _area(turn), str(turn.filled(step["kind"] or ""))
    if isinstance(event.get("location"), Mapping):
        point = point_of(event["location"])
        town = area.town(point) if point else None
        found = area.near(kind, point) if point else []
        return _tell(turn, step, (said.NEAREST_HERE, {}, False), found, town.label if town else SENT)
    if position is not None:
        turn.state.found = []
        spot = area.labelled.get(offered[position]["id"])
        return spot is None or _tell_at(turn, step, area, kind, spot.label)
    text = kept(event.get("text") or "", LONG)
    if not text:
        return False
    spots, sure = area.named(text)
    if sure:
        return _tell_at(turn, step, area, kind, spots[0].label)
    turn.state.found = [spot.label for spot in spots[:CHOICES]]
    return bool(spots) or _tell(turn, step, ("", {}, False), [], text)


def _area(turn: Turn) -> Area:
    return turn.talk.services.area(turn.state.country, turn.tiers(), reviewed=turn.state.live)


def _tell_at(turn: Turn, step: Step, area: Area, kind: str, place: str) -> bool:
    found = area.at(kind, area.labelled[place])
    return _tell(turn, step, (said.NEAREST_PLACE, {"there": place}, False), found, place)


def _tell(turn: Turn, step: Step, above: Line, found: Sequence[Near], where: str) -> bool:
    """The services, and on; or, where there is none, to the step that leads to a person, who reads `where`."""
    turn.state.found = []
    if step["as"]:
        turn.state.vars.pop(step["as"], None)
    if found:
        for text, values, overt in _that_fit(
            turn, [above, *(line_of(one, openly=turn.may_be_overt()) for one in found)]
        ):
            turn.say(text, overt=overt, **values)
    elif step["as"]:
        turn.state.vars[step["as"]] = where
    turn.go(step["next"] if found else step["none"])
    return True


def line_of(near: Near, *, openly: bool) -> Line:
    """A service in words; by its own name, where that tells, only to who may be written to openly."""
    one = near.service
    tells = openly and (one.tier == "overt" or one.name != one.covert_name)
    name = one.name if tells else one.covert_name
    values = {"service": name, "town": one.place, "hours": one.hours, "telephone": one.phone}
    if near.km is None:
        return said.SERVICE, values, tells
    return said.SERVICE_AT, {**values, "km": str(near.km)}, tells


def _that_fit(turn: Turn, lines: Sequence[Line]) -> Sequence[Line]:
    """Of a text and the services below it, as many as one message of her channel takes, one at least (M22)."""
    if turn.state.channel == "whatsapp":
        return lines
    words = [fill(turn.talk.text(text, turn.tags), values) for text, values, _ in lines]
    fitting = (
        count
        for count in range(len(lines), 2, -1)
        if sms(plainer("\n".join(words[:count]))).parts <= SMS_PARTS
    )
    return lines[: next(fitting, 2)]
