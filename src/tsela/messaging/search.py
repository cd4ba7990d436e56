"""Articles by what she wrote: words and their letters compared in her language and in English, weighed by how rare they are (M28).

Languages that build words from parts (ukukhwehlela, ngikhwehlela) are met half-way by groups of four letters. Pure.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

from tsela.messaging.folding import fold

LETTERS = 4  # of a group
WEIGHTS = (4.0, 3.0, 1.0)  # of words, title and text
GROUP = 0.25  # of a word's weight
LEAST = 0.06  # below this likeness an article is not about what she wrote
NEAR = 0.35  # of the best: what is less like it is not shown beside it


@dataclass(frozen=True, slots=True)
class Article:
    """Something to read; all texts are message ids."""

    id: str
    title: str
    text: str
    tier: str
    words: tuple[str, ...]
    review: str = ""  # who must still confirm it

    @classmethod
    def of(cls, id: str, row: Mapping[str, Any]) -> "Article":
        """Of a compiled article (M60)."""
        words = tuple(row.get("words") or ())
        return cls(id, row["title"], row["text"], row.get("tier", "covert"), words, row.get("review", ""))


@dataclass(frozen=True)
class Index:
    """Which articles hold which features, and how much they weigh there."""

    articles: Sequence[Article]
    holding: Mapping[str, Sequence[tuple[int, float]]]
    rarity: Mapping[str, float]

    @classmethod
    def of(cls, rows: Sequence[tuple[Article, tuple[str, str, str]]]) -> "Index":
        """Of articles, each with its words, title and text as they read in the languages looked for."""
        counts = [_features(zip(texts, WEIGHTS, strict=True)) for _, texts in rows]
        spread = Counter(feature for found in counts for feature in found)
        rarity = {feature: log(1 + len(rows) / number) for feature, number in spread.items()}
        holding: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, found in enumerate(counts):
            weights = {feature: (1 + log(1 + weight)) * rarity[feature] for feature, weight in found.items()}
            length = sqrt(sum(weight * weight for weight in weights.values())) or 1
            for feature, weight in weights.items():
                holding[feature].append((at, weight / length))
        return cls([article for article, _ in rows], holding, rarity)

    def find(
        self, text: str, tiers: Iterable[str], most: int = 3, *, confirmed: bool = False
    ) -> list[Article]:
        """The articles of these tiers that a text is about, the likeliest first; only those that nobody must confirm any more?"""
        allowed = frozenset(tiers)
        asked = {
            feature: weight * self.rarity[feature]
            for feature, weight in _features([(text[:400], 1.0)]).items()
            if feature in self.rarity
        }
        length = sqrt(sum(weight * weight for weight in asked.values())) or 1
        likeness: dict[int, float] = defaultdict(float)
        for feature, weight in asked.items():
            for at, held in self.holding[feature]:
                likeness[at] += weight / length * held
        ranked = sorted(likeness.items(), key=lambda pair: (-pair[1], pair[0]))
        fitting = [
            (article, like)
            for article, like in ((self.articles[at], like) for at, like in ranked)
            if article.tier in allowed and not (confirmed and article.review)
        ]
        least = max(LEAST, NEAR * fitting[0][1]) if fitting else 0
        return [article for article, like in fitting[:most] if like >= least]


def _features(texts: Iterable[tuple[str, float]]) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for text, weight in texts:
        for word in fold(text).split():
            if len(word) > 1:
                found[word] += weight
                for group in _groups(word):
                    found[group] += weight * GROUP
    return found


def _groups(word: str) -> Iterator[str]:
    """Groups of letters inside a word, marked so that none is mistaken for a word."""
    return (
        (f"_{word[at : at + LETTERS]}" for at in range(len(word) - LETTERS + 1))
        if len(word) > LETTERS
        else iter(())
    )
