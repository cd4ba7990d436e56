"""Which language a text looks like: groups of two to four letters, counted in our own words (naive Bayes). A suggestion only (M25).

Measured on short texts, this does as well as the large libraries, and knows our languages. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

from tsela.messaging.folding import fold

SIZES = (2, 3, 4)
SAMPLE = 20_000  # letters of each language that are counted
UNSEEN = log(1e-6)  # the same in every language: one with few words must not seem likelier for it
LONGEST = 200  # letters of a text that are looked at
FEWEST = 8  # letters below which nobody could tell
SURE = 3.0  # how much likelier (natural logarithm) the best must be than the next


@dataclass(frozen=True)
class Guesser:
    """How likely a group of letters is in each language (logarithms)."""

    likely: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, samples: Mapping[str, Iterable[str]]) -> "Guesser":
        """Of texts by language."""
        return cls({tag: _likely(Counter(_groups(_sample(texts)))) for tag, texts in samples.items()})

    def guess(self, text: str, among: Sequence[str]) -> str | None:
        """The language of a text, of those given; None where it could well be another."""
        letters = fold(text[:LONGEST])
        known = [tag for tag in among if tag in self.likely]
        if len(letters) < FEWEST or not known:
            return None
        groups = list(_groups(f" {letters} "))
        scores = sorted((-self._score(tag, groups), tag) for tag in known)
        sure = len(scores) == 1 or scores[1][0] - scores[0][0] >= SURE
        return scores[0][1] if sure else None

    def _score(self, tag: str, groups: Iterable[str]) -> float:
        likely = self.likely[tag]
        return sum(likely.get(group, UNSEEN) for group in groups)


def _likely(counts: Counter[str]) -> dict[str, float]:
    total = sum(counts.values())
    return {group: log(n / total) for group, n in counts.items()}


def _sample(texts: Iterable[str]) -> str:
    """Texts folded and put one behind another, as far as they are needed."""
    found, length = [], 0
    for text in texts:
        found.append(fold(text))
        length += len(found[-1]) + 1
        if length >= SAMPLE:
            break
    return f" {' '.join(found)} "[:SAMPLE]


def _groups(text: str) -> Iterator[str]:
    return (text[at : at + size] for size in SIZES for at in range(len(text) - size + 1))
