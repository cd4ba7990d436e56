"""What a channel can show of what is said: WhatsApp's buttons and lists, numbered text by SMS; and what an SMS costs (M22).

Pure. Texts come in translated and filled in; `Body`s come out, each of them one message of the channel.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from unicodedata import combining

from tsela.messaging.channels import Body, Option
from tsela.messaging.folding import fold
from tsela.programme.languages import GSM7
from tsela.programme.said import CHOOSE
from tsela.programme.talk.limits import BUTTON, BUTTONS, ROW, ROWS, SMS_PARTS, WHATSAPP_BODY, listed
from tsela.programme.talk.sms import EXTENSION, PART, plainer, sms, units

CUT = "…"
LEAST = 6  # characters of a label, however many there are
FILLED_IN = re.compile(r"\{(\w+)\}")
GREETING = re.compile(r"^(\w+(?: \w+)?),? \{name\}([.!])$")  # a word or two, and her name
SENTENCE = re.compile(r"(?<=[.!?])(\s+)")
PLACES = ("\n\n", "\n", ". ", "! ", "? ", "; ", ", ", " ")  # where a long text is best divided


Options = tuple[tuple[str, str], ...]  # (id, label)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing said, in words: a text, and the options to answer it with. `locate`: it asks where she is."""

    text: str
    options: Options = ()
    locate: bool = False


def fill(text: str, values: Mapping[str, object]) -> str:
    """A text with its placeholders filled in. A sentence whose placeholder has no value is left out, a greeting only the name (M10)."""
    if "{" not in text:
        return text.strip()
    *before, last = SENTENCE.split(text)
    said = (
        [*before[::2], last]
        if values.get("name")
        else [GREETING.sub(r"\1\2", one) for one in (*before[::2], last)]
    )
    sentences = zip(said, [*before[1::2], ""], strict=True)
    kept = ((sentence, space) for sentence, space in sentences if _has_values(sentence, values))
    return "".join(
        FILLED_IN.sub(lambda found: str(values[found[1]]), said) + space for said, space in kept
    ).strip()


def _has_values(sentence: str, values: Mapping[str, object]) -> bool:
    return all(values.get(name) not in (None, "") for name in FILLED_IN.findall(sentence))


def render(parts: Sequence[Part], channel: str, choose: str = CHOOSE) -> list[Body]:
    """The fewest messages that say all parts in order. `choose`: the label that opens a list, in her language."""
    style = _WHATSAPP if channel == "whatsapp" else _TEXT
    bodies: list[Body] = []
    waiting = ""  # said, but not yet in a message
    for part in parts:
        text = part.text.strip()
        joined = style.between.join(filter(None, (waiting, text)))
        if waiting and not style.fits(style.whole(joined, part.options)):
            bodies += style.bodies(waiting, (), choose)
            joined = text
        waiting = joined
        if part.options or part.locate:
            bodies += style.bodies(waiting, part.options, choose)
            waiting = ""
        if part.locate and channel == "whatsapp":
            bodies[-1:] = [replace(last, locate=True) for last in bodies[-1:]]
    return bodies + style.bodies(waiting, (), choose)


def numbered(channel: str) -> bool:
    """Whether a channel shows the numbers of options."""
    return channel != "whatsapp"


def titles(labels: Sequence[str]) -> list[str]:
    """Labels as WhatsApp's buttons or rows show them."""
    return cut(labels, BUTTON if _buttons(labels) else ROW)


def cut(labels: Sequence[str], limit: int, mark: str = CUT) -> list[str]:
    """Labels of at most `limit` units, all distinct when typed (folded), in order. Where cutting makes two alike, each of
    them keeps its end too; where that does not help, all get their numbers."""
    whole = [" ".join(label.split()) for label in labels]
    shown = [_shortened(label, limit, mark) for label in whole]
    alike = _alike(shown)
    shown = [_ends(whole[at], limit, mark) if at in alike else label for at, label in enumerate(shown)]
    if _alike(shown):
        shown = [_shortened(f"{at} {label}".strip(), limit, mark) for at, label in enumerate(whole, 1)]
    return shown


def _buttons(labels: Sequence[str]) -> bool:
    """A list shows more of each label than buttons do, so buttons are for labels that fit them."""
    return len(labels) <= BUTTONS and all(units(" ".join(label.split())) <= BUTTON for label in labels)


def _shortened(label: str, limit: int, mark: str) -> str:
    return label if units(label) <= limit else _start(label, limit - len(mark)) + mark


def _start(label: str, limit: int) -> str:
    """The beginning of a label; a letter is not parted from its accents."""
    end = len(label)
    while end and (units(label[:end]) > limit or combining(label[end : end + 1] or " ")):
        end -= 1
    return label[:end].rstrip()


def _ends(label: str, limit: int, mark: str) -> str:
    if units(label) <= limit:
        return label
    tail = label[-(limit // 2) :].lstrip()
    while units(tail) > limit // 2 or (tail and combining(tail[0])):
        tail = tail[1:]
    return _start(label, limit - units(tail) - len(mark)) + mark + tail


def _alike(labels: Sequence[str]) -> set[int]:
    """The positions of labels that are typed alike, or cannot be typed."""
    typed = [fold(label) for label in labels]
    count = Counter(typed)
    return {at for at, label in enumerate(typed) if not label or count[label] > 1}


@dataclass(frozen=True)
class _Style:
    """How a kind of channel shows things."""

    between: str  # two things said in one message
    fits: Callable[[str], bool]
    whole: Callable[[str, Options], str]  # the text that must fit, options included
    last: Callable[[str, Options, str], list[Body]]  # the bodies that end with the options

    def bodies(self, text: str, options: Options, choose: str) -> list[Body]:
        """One thing said, as few messages as possible, the options with the last."""
        *before, end = self.pieces(text) or [""]
        return [*map(Body, before), *self.last(end, options, choose)]

    def pieces(self, text: str) -> list[str]:
        """A long text as texts that each fit a message, divided after paragraphs, sentences or words."""
        found, rest = [], text.strip()
        while rest and not self.fits(rest):
            longest = (
                bisect_left(range(1, len(rest)), True, key=lambda end: not self.fits(rest[: end + 1])) + 1
            )
            at = _division(rest, longest)
            found.append(rest[:at].strip())
            rest = rest[at:].strip()
        return [piece for piece in (*found, rest) if piece]


def _division(text: str, longest: int) -> int:
    for mark in PLACES:
        at = text.rfind(mark, 0, longest)
        if at >= longest // 2:
            return at + len(mark.rstrip(" "))
    return longest


def _whatsapp(text: str, options: Options, choose: str) -> list[Body]:
    if not options:
        return [Body(text)] if text else []
    if len(options) > ROWS:
        return list(map(Body, _WHATSAPP.pieces(listed(text, [label for _, label in options]))))
    labels = [label for _, label in options]
    shown = tuple(Option(id, title) for (id, _), title in zip(options, titles(labels), strict=True))
    return [Body(text or choose, shown, "" if _buttons(labels) else _shortened(choose, BUTTON, CUT))]


def _sms(text: str, options: Options, choose: str) -> list[Body]:
    text = plainer(text)
    if not options:
        return [Body(text)] if text else []
    labels = [label for _, label in options]
    whole = plainer(listed(text, labels))
    if _sms_fits(whole):
        return [Body(whole)]
    shown = plainer(listed("", labels))
    if not _sms_fits(shown):
        shown = plainer(listed("", cut(labels, _room(labels), mark=".")))
    together = f"{text}\n{shown}".strip()
    return [
        Body(piece)
        for piece in ([together] if _sms_fits(together) else [text, *_TEXT.pieces(shown)])
        if piece
    ]


def _room(labels: Sequence[str]) -> int:
    """How long each label may be where together they fill one message."""
    encoding = "gsm7" if GSM7.issuperset(plainer("".join(labels))) else "ucs2"
    least = len(listed("", [""] * len(labels)))
    room = (SMS_PARTS * (PART[encoding] - 1) - least) // len(labels)
    return max(room // 2 if encoding == "gsm7" and EXTENSION & set("".join(labels)) else room, LEAST)


def _sms_fits(text: str) -> bool:
    return sms(plainer(text)).parts <= SMS_PARTS


def _whatsapp_fits(text: str) -> bool:
    return units(text) <= WHATSAPP_BODY


def _listed_options(text: str, options: Options) -> str:
    return listed(text, [label for _, label in options])


_WHATSAPP = _Style("\n\n", _whatsapp_fits, lambda text, options: text, _whatsapp)
_TEXT = _Style("\n", _sms_fits, _listed_options, _sms)
