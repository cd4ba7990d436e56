"""Words that tell (MESSAGES M12): leaks/TAG.yaml → `Leaks`, which finds them in a text, however they are disguised.

A term is a word or several. CAPITALS are an acronym: found in any case, also behind a prefix and before an s (amaARVs).
`=EID` is found only as written. `*` at an end stands for any letters. What stands between letters (H.I.V, A R V) is looked
through; spaces only between single letters, in long words, and where the term itself has one. What begins with a sign (+ve, a
picture of a pill) is found as it stands.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from tsela.programme.languages import SOURCE, base
from tsela.programme.source import plain
from tsela.programme.talk.folding import BLURRED, SEEN, invisible, letter_of

ALL = "all"
LONG = 8  # letters of a word that is recognised across spaces
BACKWARDS = "\u202e"  # what follows is shown from right to left
WIDEST_GAP = 3  # signs between two letters of a word
LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:org|com|net|info|app|link|me|ly|africa|co|[a-z]{2})\b(?:/\S*)?", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leak:
    """A term found in a text, at this offset."""

    term: str
    kind: str
    language: str
    at: int


@dataclass(frozen=True)
class Term:
    """A term to look for; `spaces` are the places in `letters` before which it has a space."""

    text: str
    kind: str
    language: str
    letters: str
    blurred: str
    spaces: frozenset[int]
    open_start: bool
    open_end: bool
    acronym: bool
    exact: bool


@dataclass(frozen=True, eq=False)
class Leaks:
    """The term lists of a programme, by language; `ALL` holds everywhere."""

    terms: Mapping[str, tuple[Term, ...]] = field(default_factory=dict, repr=False)
    in_names: tuple[str, ...] = ()
    innocent: Mapping[str, tuple[Term, ...]] = field(default_factory=dict, repr=False)
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    signs: Mapping[str, str] = field(
        default_factory=dict, repr=False
    )  # what is no word → its kind; in every language
    _matchers: dict[tuple[str, ...], "_Matcher"] = field(default_factory=dict, repr=False)

    def find(self, text: str, languages: str | Iterable[str] = ()) -> list[Leak]:
        """What tells in a text that is read by people of these languages; English words and those of `ALL` always count."""
        given = (languages,) if isinstance(languages, str) else languages
        known = tuple(sorted({*map(base, given)}))
        matcher = self._matchers.get(known)
        if matcher is None:
            matcher = self._matchers.setdefault(known, self._matcher(known))
        found = list(matcher.find(text))
        if BACKWARDS in text:
            found += [replace(leak, at=len(text) - 1 - leak.at) for leak in matcher.find(text[::-1])]
        found += [Leak(sign, kind, ALL, at) for sign, kind in self.signs.items() if sign in text
                  for at in _places(sign, text)]  # fmt: skip
        if "." in text:
            found += [Leak(leak.term, leak.kind, leak.language, leak.at + link.start()) for link in LINK.finditer(text)
                      for leak in self._inside(link[0])]  # fmt: skip
        return sorted(dict.fromkeys(found), key=lambda leak: leak.at)

    def find_in_name(self, name: str) -> list[Leak]:
        """What tells in the name of a template, a sender or a link: terms of every language, and `in_names` anywhere."""
        return sorted(
            dict.fromkeys([*self.find(name, self.terms), *self._inside(name)]), key=lambda leak: leak.at
        )

    def _inside(self, name: str) -> Iterator[Leak]:
        blurred = name.translate(BLURRED)
        return (Leak(term, "name", ALL, 0) for term in self.in_names if term.translate(BLURRED) in blurred)

    def _matcher(self, languages: tuple[str, ...]) -> "_Matcher":
        tags = dict.fromkeys(
            (ALL, SOURCE, *(tag for one in languages for tag in (one, *self.also.get(one, ()))))
        )
        known = {tag: self.terms.get(tag, ()) for tag in tags}
        return _Matcher(
            [term for terms in known.values() for term in terms],
            [term for tag in known for term in self.innocent.get(tag, ())],
        )


def leaks_of(given: Mapping[str, Mapping[str, Any]]) -> Leaks:
    """The lists of leaks/*.yaml, by language."""
    lists = {tag: plain(row) for tag, row in given.items()}
    written = {
        str(tag): [(text, kind) for kind, texts in row.get("terms", {}).items() for text in texts]
        for tag, row in lists.items()
    }
    terms = {
        tag: tuple(term_of(text, kind, tag) for text, kind in given if not _is_sign(text))
        for tag, given in written.items()
    }
    signs = {text: kind for given in written.values() for text, kind in given if _is_sign(text)}
    innocent = {
        str(tag): tuple(term_of(text, "", str(tag)) for text in row.get("innocent", ()))
        for tag, row in lists.items()
    }
    also = {str(tag): tuple(row.get("also", ())) for tag, row in lists.items()}
    in_names = tuple(text for row in lists.values() for text in row.get("in_names", ()))
    return Leaks(terms, in_names, innocent, also, signs)


def _is_sign(text: str) -> bool:
    return not (text[0].isalnum() or text[0] in "=*")


def _places(sign: str, text: str) -> Iterator[int]:
    """Where a sign stands by itself: +ve, and no 5+vegetables."""
    ends = (r"(?<!\w)", r"(?!\w)") if sign[-1].isalpha() else ("", "")
    return (found.start() for found in re.finditer(f"{ends[0]}{re.escape(sign)}{ends[1]}", text))


def term_of(text: str, kind: str, language: str) -> Term:
    """A term as it is written in a list."""
    body = text.removeprefix("=").strip("*")
    letters, spaces = "", set()
    for word in body.split():
        spaces.add(len(letters))
        letters += word.translate(SEEN)
    return Term(
        text, kind, language, letters, letters.translate(BLURRED), frozenset(spaces), text.startswith("*"), text.endswith("*"),
        body.isupper(), text.startswith("="),
    )  # fmt: skip


class _Matcher:
    """All terms of some languages at once: one expression finds where a term may begin, then each is looked at closely."""

    def __init__(self, terms: Iterable[Term], innocent: Iterable[Term]) -> None:
        self.by_start: dict[str, list[Term]] = {}
        for term in terms:
            self.by_start.setdefault(term.blurred[:2], []).append(term)
        self.innocent: dict[str, list[Term]] = {}
        for term in innocent:
            self.innocent.setdefault(term.blurred[:2], []).append(term)

    @cached_property
    def begins(self) -> re.Pattern[str]:
        words = {term.blurred for terms in self.by_start.values() for term in terms}
        return re.compile(f"(?={_trie(words)})" if words else r"(?!)")

    def find(self, text: str) -> Iterator[Leak]:
        blurred = text.translate(BLURRED)
        places = [found.start() for found in self.begins.finditer(blurred)]
        if not places:
            return
        look = _Look(text)
        found = [(term, span) for place in places for term in self.by_start.get(blurred[place : place + 2], ())
                 if (span := look.at(term, blurred, place))]  # fmt: skip
        harmless = list(self._harmless(look, blurred)) if found and self.innocent else []
        for term, (start, end) in found:
            if not any(first <= start and end <= last for first, last in harmless):
                yield Leak(term.text, term.kind, term.language, start)

    def _harmless(self, look: "_Look", blurred: str) -> Iterator[tuple[int, int]]:
        """Where words stand that tell nothing, although a part of them would."""
        for place in range(len(blurred)):
            for term in self.innocent.get(blurred[place : place + 2], ()):
                if span := look.at(term, blurred, place):
                    yield span


class _Look:
    """A text, letter by letter: which are seen, and at which offset each stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.letters: list[str] = []
        self.offsets: list[int] = []
        for offset, char in enumerate(text):
            for one in SEEN[ord(char)] or BLURRED[ord(char)]:
                self.letters.append(one)
                self.offsets.append(offset)

    def at(self, term: Term, blurred: str, place: int) -> tuple[int, int] | None:
        """First and last offset of a term whose letters begin at this place; None where it only seems to be one."""
        if not blurred.startswith(term.blurred, place):
            return None
        offsets = self.offsets[place : place + len(term.letters)]
        whole = self._begins(term, offsets[0]) and self._ends(term, offsets[-1])
        if whole and self._same(term, place, offsets) and self._together(term, offsets):
            return offsets[0], offsets[-1]
        return None

    def _begins(self, term: Term, offset: int) -> bool:
        before = next((char for char in reversed(self.text[:offset]) if not invisible(char)), " ")
        if term.open_start or not before.isalpha():
            return True
        return term.acronym and before.islower() and self.text[offset].isupper()

    def _ends(self, term: Term, offset: int) -> bool:
        after = next((char for char in self.text[offset + 1 :] if not invisible(char)), " ")
        if term.open_end or not after.isalpha():
            return True
        if not term.acronym:
            return False
        return (after.islower() and not self.text[offset].islower()) or self._plural(offset)

    def _plural(self, offset: int) -> bool:
        """Whether an s and nothing else follows: arvs, ARVS."""
        rest = [char for char in self.text[offset + 1 : offset + 8] if not invisible(char)]
        return rest[0] in "sS" and not "".join(rest[1:2]).isalpha()

    def _same(self, term: Term, place: int, offsets: list[int]) -> bool:
        """Letter by letter; a digit may stand for a letter among letters, l and I for each other where the case is odd."""
        shown = [self.text[offset] for offset in offsets]
        if term.exact:
            return "".join(shown) == term.text.removeprefix("=").strip("*").replace(" ", "")
        pairs = list(zip(term.letters, self.letters[place:], strict=False))
        if all(letter.isdigit() for _, letter in pairs):
            return False
        return all(
            wanted == letter or (letter.isdigit() and wanted == letter_of(letter)) or self._odd(offset)
            for (wanted, letter), offset in zip(pairs, offsets, strict=True)
        )

    def _odd(self, offset: int) -> bool:
        """Whether this l stands between capitals, or this I within small letters."""
        char, before, after = (
            self.text[offset],
            self.text[offset - 1 : offset],
            self.text[offset + 1 : offset + 2],
        )
        if char == "l":
            return before.isupper() or after.isupper()
        return char in "I1|!" and (before.islower() or after.islower())

    def _together(self, term: Term, offsets: list[int]) -> bool:
        """Whether what stands between the letters is nothing, a sign, or a space where that may be."""
        pieces, spaced = [1], False
        for number, (before, offset) in enumerate(pairwise(offsets), 1):
            gap = [char for char in self.text[before + 1 : offset] if not invisible(char)]
            if len(gap) > WIDEST_GAP:
                return False
            if gap and number not in term.spaces:
                pieces.append(0)
                spaced = spaced or (any(map(str.isspace, gap)) and gap != ["-", "\n"])
            pieces[-1] += 1
        if not spaced or max(pieces) == 1 or len(offsets) >= LONG:
            return True
        return term.acronym and all(self.text[offset].isupper() for offset in offsets)


def _trie(words: Iterable[str]) -> str:
    """An expression for any of these words that tries no letter twice."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _branches(tree)


def _branches(node: Mapping[str, Any]) -> str:
    if "" in node:  # a shorter word is enough: which of them it is, is looked at closely
        return ""
    parts = [re.escape(char) + _branches(node[char]) for char in sorted(node)]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
