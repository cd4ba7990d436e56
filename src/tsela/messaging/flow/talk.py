"""What a programme can talk about, made ready: its flows, words that count everywhere, languages, articles (M60)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from tsela.messaging.flow.builtin import BUILT_IN, MESSAGE, Flow, Step, replies
from tsela.messaging.guess import Guesser
from tsela.messaging.matching import Names, Phrases, Words, names
from tsela.messaging.rendering import BUTTON, ROW, cut
from tsela.messaging.search import Article, Index
from tsela.messaging.services import Directory
from tsela.programme.languages import SOURCE, base, chain

Catalogues = Mapping[str, Mapping[str, str]]  # language → message id → text, drafts included
Tags = tuple[str, ...]  # her languages, the best first; English is one of them


@dataclass(frozen=True, eq=False)
class Talk:
    """Comes in: `programme.talk` and the catalogues of its languages. What is computed from them is kept."""

    flows: Mapping[str, Flow]
    words: Words
    keywords: Mapping[str, Phrases[str]]  # by language: the flow that a word starts
    articles: Mapping[str, Article]
    languages: Mapping[str, Mapping[str, Any]]
    countries: Mapping[str, Mapping[str, Any]]
    catalogues: Catalogues
    services: Directory = field(default_factory=Directory)
    _names: dict[tuple[str, str, Tags], Names] = field(default_factory=dict, repr=False)
    _indexes: dict[Tags, Index] = field(default_factory=dict, repr=False)
    _guesser: list[Guesser] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, compiled: Mapping[str, Any], catalogues: Catalogues) -> "Talk":
        """Of the compiled flows of a programme (M60) and its words."""
        waiting = {f"{MESSAGE}{id}": replies(given) for id, given in compiled.get("messages", {}).items()}
        flows = {**BUILT_IN, **waiting, **compiled.get("flows", {})}
        languages = compiled.get("languages", {})
        called = {tag: [row.get("name", tag), row.get("english", "")] for tag, row in languages.items()}
        tags = [SOURCE, *(tag for tag in catalogues if tag != SOURCE)]
        return cls(
            flows=flows,
            words=Words.of(compiled.get("words", {}), called),
            keywords={tag: Phrases.of(_keywords(flows, catalogues.get(tag, {}))) for tag in tags},
            articles={id: Article.of(id, row) for id, row in compiled.get("articles", {}).items()},
            languages=languages,
            countries=compiled.get("countries", {}),
            catalogues=catalogues,
            services=Directory.of(compiled.get("services", {})),
        )

    def step(self, flow: str | None, at: str | None) -> Step | None:
        """The step of a place, if there is one."""
        found = self.flows.get(flow or "")
        step: Step | None = found["steps"].get(at) if found else None
        return step

    def tags(self, language: str | None, country: str) -> Tags:
        """The languages in which she may be written to, in order (M13)."""
        return chain(language or "", str(self.countries.get(country, {}).get("official") or ""))

    def text(self, msgid: str, tags: Sequence[str]) -> str:
        """A text in the first of these languages that has it, drafts too. English has every text."""
        before = takewhile(lambda tag: tag != SOURCE, tags)
        return next((said for tag in before if (said := self.catalogues.get(tag, {}).get(msgid))), msgid)

    def wordings(self, msgid: str, tags: Sequence[str]) -> tuple[str, ...]:
        """Everything that a text may have read as: in each of the languages, and in English."""
        found = (self.catalogues.get(tag, {}).get(msgid) for tag in tags)
        return tuple(dict.fromkeys(filter(None, (*found, msgid))))

    def names(self, flow: str, at: str, tags: Tags) -> Names:
        """What the options of a step answer to (M21)."""
        key = (flow, at, tags)
        if key not in self._names:
            self._names[key] = self.option_names(self.flows[flow]["steps"][at]["options"], tags)
        return self._names[key]

    def option_names(self, options: Sequence[Mapping[str, Any]], tags: Tags) -> Names:
        """Ids, labels whole and cut, and words of options, in these languages."""
        called = [set(self._called(option, tags)) for option in options]
        for tag in tags:
            labels = [self.text(option["say"], (tag,)) for option in options]
            for limit in (BUTTON, ROW):
                for position, shown in enumerate(cut(labels, limit)):
                    called[position].add(shown)
        return names(called)

    def _called(self, option: Mapping[str, Any], tags: Tags) -> Iterator[str]:
        yield option["id"]
        yield from self.wordings(option["say"], tags)
        for word in option.get("words") or ():
            for wording in self.wordings(word, tags):
                yield from wording.split(",")

    def keyword(self, text: str, tags: Sequence[str]) -> str | None:
        """The flow that a folded text starts: as a whole in any language, inside a sentence in hers."""
        hers = [self.keywords[tag] for tag in tags if tag in self.keywords]
        found = next(
            filter(None, (phrases.exactly(text) for phrases in (*hers, *self.keywords.values()))), None
        )
        found = found or next(filter(None, (phrases.inside(text) for phrases in hers)), None)
        return found.value if found else None

    def offered(self, country: str) -> list[str]:
        """The languages of a country that have words (M25); all that have, where that is not known."""
        known = [*dict.fromkeys((*self.catalogues, SOURCE))]
        spoken = self.countries.get(country, {}).get("languages") or ()
        found = [tag for one in spoken for tag in dict.fromkeys((one, base(one))) if tag in known]
        return list(dict.fromkeys(found)) or known

    def own_name(self, tag: str) -> str:
        """A language by its own name."""
        return str(self.languages.get(tag, {}).get("name") or tag)

    def index(self, tags: Tags) -> Index:
        """The articles as they are looked for in these languages."""
        if tags not in self._indexes:
            rows = [(article, self._article_texts(article, tags)) for article in self.articles.values()]
            self._indexes[tags] = Index.of(rows)
        return self._indexes[tags]

    def _article_texts(self, article: Article, tags: Tags) -> tuple[str, str, str]:
        texts = (article.words, (article.title,), (article.text,))
        words, title, text = (" ".join(w for t in group for w in self.wordings(t, tags)) for group in texts)
        return words, title, text

    def guess(self, text: str, among: Sequence[str]) -> str | None:
        """The language that a text looks like: a suggestion, never more (M25)."""
        if not self._guesser:
            self._guesser.append(Guesser.of(self._samples()))
        return self._guesser[0].guess(text, among)

    def _samples(self) -> dict[str, list[str]]:
        english = list(dict.fromkeys(msgid for texts in self.catalogues.values() for msgid in texts))
        return {SOURCE: english, **{tag: list(t.values()) for tag, t in self.catalogues.items() if t}}


def _keywords(flows: Mapping[str, Flow], texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, flow in flows.items():
        for keyword in flow.get("keywords") or ():
            for word in texts.get(keyword, keyword).split(","):
                yield word, name
