"""The flows that every programme has, in the few words of `tsela.programme.said`; its own flow of the same name replaces one."""

from collections.abc import Mapping
from typing import Any

from tsela.programme import said

Step = Mapping[str, Any]
Flow = Mapping[str, Any]

QUEUE = "support"  # who is asked where no flow says it
MESSAGE = "message/"  # the flow that waits for the reply to a message


def _flow(**steps: Step) -> Flow:
    """Steps in the order in which they follow each other, covert; the next of one is the one after it, unless it says."""
    following = [*list(steps)[1:], None]
    linked = {id: {"next": after, **step} for (id, step), after in zip(steps.items(), following, strict=True)}
    return {"tier": "covert", "keywords": [], "first": next(iter(steps)), "steps": linked}


def _option(id: str, say: str, **leads: str) -> Mapping[str, Any]:
    return {"id": id, "say": say, "words": [], "go": None, "call": None, **leads}


def _offer(text: str) -> Flow:
    """A question to which yes is a person."""
    options = [_option("yes", said.YES, call="person"), _option("no", said.NO, go="end")]
    return _flow(offer={"do": "choice", "text": text, "options": options}, end={"do": "end", "word": "done"})


def _hand_over(because: str, text: str, urgent: bool = False) -> Flow:
    person = {"do": "handover", "queue": QUEUE, "because": because, "urgent": urgent}
    return _flow(person=person, told={"do": "say", "text": text})


BEGIN = "~begin"  # the first conversation: language, what she asked for, welcome
NOT_HERE = "~not_here"  # what is open must not be said to her

BUILT_IN: Mapping[str, Flow] = {
    BEGIN: _flow(
        language={"do": "language", "tag": None, "unless_known": True},
        wanted={"do": "wanted"},
        welcome={"do": "call", "flow": "welcome"},
    ),
    NOT_HERE: _offer(said.NOT_HERE),
    "welcome": _flow(menu={"do": "call", "flow": "menu"}),
    "language": _flow(language={"do": "language", "tag": None}),
    "menu": _offer(said.OFFER_PERSON),
    "unclear": _offer(said.OFFER_PERSON),
    "person": _hand_over("She asks for a person", said.PERSON_COMES),
    "media": _hand_over("Voice note, picture or file", said.KEPT),
    "danger": _hand_over("Danger word: {word}", said.DANGER, urgent=True),
    "stop": _flow(told={"do": "say", "text": said.STOPPED}),
    "confirm": _flow(reply={"do": "reply", "word": "confirm"}, thanks={"do": "say", "text": said.COMING}),
    "another_day": _flow(
        day={"do": "ask", "text": said.WHICH_DAY, "as": "date", "type": "date", "low": "today"},
        reply={"do": "reply", "word": "another_day"},
        thanks={"do": "say", "text": said.DAY_NOTED},
    ),
    **{
        word: _flow(reply={"do": "reply", "word": word}, thanks={"do": "say", "text": said.THANKS})
        for word in ("agree", "refuse", "note")
    },
    "call": _flow(
        call={"do": "task", "queue": QUEUE, "because": "She asks for a call"},
        told={"do": "say", "text": said.CALLING},
    ),
}


def replies(message: Mapping[str, Any]) -> Flow:
    """The flow that waits for the reply to a message: each reply calls the flow that it `does`."""
    options = [_option(reply["id"], reply["say"], call=reply["does"]) for reply in message.get("replies", ())]
    return _flow(replies={"do": "replies", "text": "", "options": options})
