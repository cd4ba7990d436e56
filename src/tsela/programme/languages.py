"""Languages: their names, plural rules, date words and letters (languages.yaml), and who stands in for whom."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme.source import plain, where

SOURCE = "en"  # the language of message ids
PLURALS = {"one": "nplurals=2; plural=(n != 1);", "zero_or_one": "nplurals=2; plural=(n > 1);"}  # gettext
CLDR = "CLDR 48"
# GSM 03.38, basic table and its extension (ETSI TS 123 038, 6.2.1): what fits an SMS of 160 characters.
GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


@dataclass(frozen=True)
class Language:
    """A language by its BCP 47 tag. `months` and `weekdays` (Sunday first) are empty where nobody is certain of them."""

    tag: str
    name: str
    english: str = ""
    plural: str = "one"
    plural_source: str = CLDR
    letters: str = ""
    months: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()
    dates_source: str = CLDR
    variants: tuple[str, ...] = ()
    review: str = ""
    countries: tuple[str, ...] = ()

    @property
    def gsm7(self) -> bool:
        """Whether its letters fit GSM-7; otherwise an SMS that uses them has 70 characters."""
        return gsm7(self.letters + self.letters.upper())

    @property
    def plural_forms(self) -> str:
        """The header of a gettext file."""
        return PLURALS[self.plural]

    def form(self, n: int) -> int:
        """Which plural form a number of things takes: 0 the singular, 1 the plural."""
        return int(n > 1 if self.plural == "zero_or_one" else n != 1)

    def month(self, number: int) -> str:
        """The name of a month (1 to 12), or its number."""
        return self.months[number - 1] if self.months else str(number)

    def as_dict(self) -> dict[str, Any]:
        return {
            "tag": self.tag, "name": self.name, "english": self.english, "countries": list(self.countries),
            "plural": self.plural, "plural_forms": self.plural_forms, "plural_source": self.plural_source,
            "gsm7": self.gsm7, "letters": self.letters, "dates": "words" if self.months else "numbers",
            "months": list(self.months), "weekdays": list(self.weekdays), "variants": list(self.variants),
            "review": self.review,
        }  # fmt: skip


def gsm7(text: str) -> bool:
    """Whether a text can be sent as GSM-7."""
    return GSM7.issuperset(text)


def base(tag: str) -> str:
    """The language of a regional variant: `sw` of `sw-KE`."""
    return tag.partition("-")[0]


def chain(tag: str, official: str = "") -> tuple[str, ...]:
    """Whose words are looked for, in order: variant, language, her country's official language, English."""
    return tuple(name for name in dict.fromkeys((tag, base(tag), official, base(official), SOURCE)) if name)


def languages_of(given: Mapping[str, Any], spoken: Mapping[str, tuple[str, ...]]) -> dict[str, Language]:
    """The languages of languages.yaml; `spoken` are the languages of each country."""
    return {
        tag: _language(
            tag, plain(row), tuple(code for code, tags in spoken.items() if tag in map(base, tags))
        )
        for tag, row in given.get("languages", {}).items()
    }


def registered(known: Mapping[str, Any]) -> tuple[str, ...]:
    """Every tag that may be used: languages and their variants."""
    return tuple(name for tag, row in known.items() for name in (tag, *row.get("variants", ())))


def check(given: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with languages.yaml, its shape being right."""
    for tag, row in given.get("languages", {}).items():
        for key, count in (("months", 12), ("weekdays", 7)):
            if key in row and len(row[key]) != count:
                yield problem(
                    "E226",
                    where=where(row[key], 0, where(tag)),
                    expected=f"{count} names",
                    found=len(row[key]),
                )


def check_tags(tags: Iterable[str], known: Sequence[str]) -> Iterator[Problem]:
    """Tags that languages.yaml does not know; any will do where there is no such file."""
    for tag in tags:
        if known and tag not in known:
            near = nearest(tag, known)
            yield problem(
                "E220", where=where(tag), key="A language", name=tag, known=", ".join(known), nearest=near
            )


def _language(tag: str, row: Mapping[str, Any], countries: tuple[str, ...]) -> Language:
    lists = {key: tuple(row.get(key, ())) for key in ("months", "weekdays", "variants")}
    return Language(**{**row, **lists}, tag=str(tag), countries=countries)
