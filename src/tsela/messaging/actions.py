"""Every write of the room, by name."""

from tsela.messaging.desk import (
    assign,
    begin_again,
    call_back,
    close,
    finish_call,
    hand_back,
    let_go,
    link,
    note,
    remind,
    reopen,
    reply,
    send_again,
    take,
)
from tsela.messaging.queue import call, cancel, enqueue
from tsela.messaging.stopping import resume, stop, suspend

__all__ = [
    "assign", "begin_again", "call", "call_back", "cancel", "close", "enqueue", "finish_call", "hand_back", "let_go", "link", "note", "remind", "reopen", "reply",
    "resume", "send_again", "stop", "suspend", "take",
]  # fmt: skip
