"""What a programme says to clients and how it talks with them (contract/MESSAGES.md).

Comes in: messages/, flows/, articles/, leaks/ and dialogues/ of its folder. Goes out: `Message`s, the JSON of
conversations (M60), and the list of words that tell.
"""

from tsela.programme.talk.compiled import Talk, talk_of
from tsela.programme.talk.given import Given, read
from tsela.programme.talk.leaks import Leak, Leaks, leaks_of
from tsela.programme.talk.messages import Message, Reply, messages_of
from tsela.programme.talk.texts import Said, texts

__all__ = [
    "Given",
    "Leak",
    "Leaks",
    "Message",
    "Reply",
    "Said",
    "Talk",
    "leaks_of",
    "messages_of",
    "read",
    "talk_of",
    "texts",
]
