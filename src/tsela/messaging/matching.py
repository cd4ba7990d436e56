"""What a client means by what she typed: one of the options that she was shown (M21), or a word that counts everywhere (M23).

Pure. Texts come in as she sent them; everything is compared folded (`folding.fold`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeVar

from tsela.messaging.folding import fold, unstretched

Value = TypeVar("Value")
ANY = "*"  # at an end of a word: any letters, for languages that build words from parts
SHORT = 3  # words: a text that is hardly more than the word itself ("stop please")
STEM = 3  # letters by which stems are found
PREFIX = 6  # letters from which the beginning of a label is the label: a channel may have cut it

# Option by folded name: the positions, from 0, of all that are called so.
Names = Mapping[str, frozenset[int]]


def names(options: Sequence[Iterable[str]]) -> Names:
    """What each option answers to, folded."""
    found: dict[str, set[int]] = {}
    for position, called in enumerate(options):
        for name in called:
            if folded := fold(name):
                found.setdefault(folded, set()).add(position)
    return {name: frozenset(positions) for name, positions in found.items()}


def chosen(text: str, options: Names, count: int, *, numbered: bool) -> int | None:
    """The position of the one option that a text fits, else None. Where the channel shows numbers (`numbered`), a number
    is that number before it is a label; elsewhere it is a label first."""
    folded = fold(text)
    number, named = _number(folded, options, count), _named(folded, options)
    if named is not None and not (numbered and number is not None):
        return named
    return number if numbered or not _speak_of(folded, options, number) else None


def _speak_of(number: str, options: Names, position: int | None) -> bool:
    """Whether another label has that number in it: "3 months" where numbers are not shown."""
    return any(number in name.split() for name, positions in options.items() if position not in positions)


def _named(folded: str, options: Names) -> int | None:
    fitting = options.get(folded) or options.get(unstretched(folded))
    if fitting is None and len(folded) >= PREFIX:
        starting = [positions for name, positions in options.items() if name.startswith(folded)]
        fitting = frozenset().union(*starting)
    return next(iter(fitting)) if fitting and len(fitting) == 1 else None


def _number(folded: str, options: Names, count: int) -> int | None:
    """A number alone, or with the label that it stands before: "2", "2 No"."""
    first, _, rest = folded.partition(" ")
    if not (first.isascii() and first.isdigit() and len(first) <= 3 and 1 <= int(first) <= count):
        return None
    position = int(first) - 1
    return position if not rest or _named(rest, options) == position else None


@dataclass(frozen=True)
class Found(Generic[Value]):
    """A phrase that a text holds, and what it stands for."""

    phrase: str
    value: Value


@dataclass(frozen=True)
class Phrases(Generic[Value]):
    """Words and groups of words, looked for in texts; `*` at an end of a word stands for any letters."""

    whole: Mapping[str, Found[Value]]
    first: Mapping[str, list[tuple[tuple[str, ...], Found[Value]]]]  # by the key of the first word (`_key`)

    @classmethod
    def of(cls, given: Iterable[tuple[str, Value]]) -> "Phrases[Value]":
        """Of (phrase, value) pairs; the first of two equal phrases counts."""
        whole: dict[str, Found[Value]] = {}
        first: dict[str, list[tuple[tuple[str, ...], Found[Value]]]] = {}
        for phrase, value in given:
            words = " ".join(map(_pattern, phrase.split())).split()
            if words and " ".join(words) not in whole:
                found = whole[" ".join(words)] = Found(phrase.strip(), value)
                first.setdefault(_key(words[0]), []).append((tuple(words), found))
        return cls(whole, first)

    def exactly(self, folded: str) -> Found[Value] | None:
        """The phrase that a folded text is."""
        found = self.whole.get(folded) or self.whole.get(unstretched(folded))
        return found or next((found for found in self._at(folded.split(), 0, to_end=True)), None)

    def inside(self, folded: str) -> Found[Value] | None:
        """The longest phrase that a folded text holds as whole words; the earlier of two."""
        words = folded.split()
        found = [found for at in range(len(words)) for found in self._at(words, at)]
        return max(found, key=lambda one: len(one.phrase), default=None)

    def nearly(self, folded: str) -> Found[Value] | None:
        """The phrase that a text of at most three words begins or ends with: "stop please", "please stop"."""
        words = folded.split()
        if not 1 < len(words) <= SHORT:
            return None
        ends = (found for at in range(len(words)) for found in self._at(words, at, to_end=at > 0))
        return next(ends, None)

    def begins(self, folded: str) -> Found[Value] | None:
        """The phrase with which a text begins."""
        return next(self._at(folded.split(), 0), None)

    def _at(self, words: Sequence[str], at: int, *, to_end: bool = False) -> Iterator[Found[Value]]:
        word = words[at] if at < len(words) else ""
        rows = (
            [row for key in (word, word[:STEM] + ANY, ANY) for row in self.first.get(key, ())] if word else ()
        )
        for phrase, found in rows:
            end = at + len(phrase)
            fits = end == len(words) if to_end else end <= len(words)
            if fits and all(map(_fits, phrase, words[at:end])):
                yield found


def _pattern(word: str) -> str:
    """A word of a phrase, folded, its stars kept."""
    folded = fold(word.strip(ANY))
    if not folded:
        return ""
    return (ANY if word.startswith(ANY) else "") + folded + (ANY if word.endswith(ANY) else "")


def _key(pattern: str) -> str:
    """Under what a phrase is kept: its first word, the first letters of a stem, or `*` where it may begin with any."""
    stem = pattern.rstrip(ANY)
    if stem == pattern:
        return pattern if ANY not in pattern else ANY
    return ANY if ANY in stem or len(stem) < STEM else stem[:STEM] + ANY


def _fits(pattern: str, word: str) -> bool:
    stem = pattern.strip(ANY)
    if pattern[:1] == ANY:
        return stem in word if pattern[-1] == ANY else word.endswith(stem)
    return word.startswith(stem) if pattern[-1] == ANY else word == stem


KINDS = ("stop", "danger", "wrong", "language", "menu", "person")  # in the order in which they are heard
NAMES = "names"  # what people call a language
ASKS = "asks"  # what else one stops
ALONE = "="  # before a word that counts only where it is all of the text


@dataclass(frozen=True)
class Words:
    """The words that count in every state, of all languages at once (M23). The value of a phrase is the languages that have it."""

    kinds: Mapping[str, Phrases[frozenset[str]]]
    near: Phrases[frozenset[str]]  # stop words that count beside another word too
    before: Phrases[frozenset[str]]  # and those that count before whatever follows
    asks: Phrases[None]  # what else one stops: beside these a stop word is none
    languages: Phrases[str]  # names of languages

    @classmethod
    def of(
        cls, words: Mapping[str, Mapping[str, Iterable[str]]], named: Mapping[str, Iterable[str]]
    ) -> "Words":
        """Of {TAG: {KIND: [WORD…]}} and the names of each language."""
        tags: dict[tuple[str, str], set[str]] = {}
        for tag, given in words.items():
            for kind in KINDS:
                for word in given.get(kind) or ():
                    tags.setdefault((kind, word), set()).add(tag)
        rows = [(kind, word, frozenset(spoken)) for (kind, word), spoken in tags.items()]
        stops = [(word, spoken) for kind, word, spoken in rows if kind == "stop"]
        called = [(name, tag) for tag, known in named.items() for name in known]
        called += [(name, tag) for tag, given in words.items() for name in given.get(NAMES, ())]
        return cls(
            {of: Phrases.of((word, spoken) for kind, word, spoken in rows if kind == of) for of in KINDS},
            Phrases.of((word, spoken) for word, spoken in stops if not word.startswith(ALONE)),
            Phrases.of((word, spoken) for word, spoken in stops if word.endswith(f" {ANY}")),
            Phrases.of((word, None) for given in words.values() for word in given.get(ASKS, ())),
            Phrases.of(called),
        )

    def heard(self, text: str, tags: Sequence[str], *, free: bool = False) -> tuple[str, Found[Any]] | None:
        """The first kind, in order, of which a text has a word; `named` is a language by its name.

        Danger counts anywhere in a text. Of the others the text is the word; or, in a language she knows (`tags`) and
        where no free answer is awaited (`free`), hardly more than it. A stop word counts so everywhere, but beside what else
        one stops ("stop breastfeeding").
        """
        folded = fold(text)
        if not folded:
            return None
        stop, danger = self.kinds["stop"], self.kinds["danger"]
        if found := stop.exactly(folded) or stop.exactly(said_once(folded)):
            return "stop", found
        if found := danger.inside(folded):
            return "danger", found
        if (
            (found := self.near.nearly(folded))
            and found.value.intersection(tags)
            and not self.asks.inside(folded)
        ):
            return "stop", found
        if found := self.before.begins(folded):
            return "stop", found
        if named := self._language(folded, free=free):
            return "named", named
        for kind in KINDS[2:]:
            phrases = self.kinds[kind]
            found = phrases.exactly(folded) or (None if free else phrases.nearly(folded))
            if found and (found.value.intersection(tags) or phrases.exactly(folded)):
                return kind, found
        return None

    def _language(self, folded: str, *, free: bool) -> Found[str] | None:
        """A language by its name, alone or beside a word that asks for a language ("language: English")."""
        if found := self.languages.exactly(folded):
            return found
        asked = not free and len(folded.split()) <= SHORT and self.kinds["language"].inside(folded)
        return self.languages.inside(folded) if asked else None


def said_once(folded: str) -> str:
    """A word that was spelled out, or said again and again: "s t o p" → "stop", "stop stop stop" → "stop"."""
    words = folded.split()
    return "".join(words) if max(map(len, words)) == 1 else " ".join(word for word, _ in groupby(words))
