"""Countries: countries/CODE.yaml says what differs in one. What nobody has told us is `unknown`; its policy's value holds.

A country that sets parameters otherwise than its policy follows a policy of its own, named by its code.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from tsela.kernel.errors import Problem, nearest, problem
from tsela.programme.languages import check_tags
from tsela.programme.source import plain, where

UNKNOWN = "unknown"
CODE = re.compile(r"[A-Z]{2}")
FACTS = ("consent_age", "data_protection", "emergency_number", "helpline")
ADULT = 18  # the age of consent where nobody has told us

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a country: a value, where it comes from, and who must still confirm it."""

    value: Any = None
    source: str = ""
    review: str = ""

    @property
    def known(self) -> bool:
        return self.value is not None


@dataclass(frozen=True)
class Country:
    """A country by its ISO 3166-1 code. `official` is the language that stands in for others' missing words."""

    code: str
    policy: str
    title: str = ""
    languages: tuple[str, ...] = ()
    official: str = ""
    time_zone: str = ""  # IANA, as Africa/Maputo
    calling_code: str = ""  # before a telephone number: 258
    districts: tuple[str, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    parameters: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def consent_age(self) -> int:
        """Years from which a person may agree to an HIV test alone; 18 where that is not known."""
        value = self.facts.get("consent_age", Fact()).value
        return int(value) if value else ADULT

    @property
    def unknown(self) -> tuple[str, ...]:
        """What nobody has told us, by name; for parameters the policy's value holds."""
        told = {**{name: self.facts.get(name, Fact()) for name in FACTS}, **self.parameters}
        return tuple(name for name, fact in told.items() if not fact.known)

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """What somebody must still confirm before it is used with clients."""
        return tuple(name for name, fact in {**self.facts, **self.parameters}.items() if fact.review)

    def as_dict(self) -> dict[str, Any]:
        facts = {name: _told(fact) for name, fact in self.facts.items()}
        parameters = {name: _told(fact) for name, fact in self.parameters.items()}
        return {
            "code": self.code, "title": self.title, "policy": self.policy, "languages": list(self.languages),
            "official": self.official, "time_zone": self.time_zone, "calling_code": self.calling_code,
            "districts": list(self.districts), **facts, "parameters": parameters,
            "unknown": list(self.unknown), "unconfirmed": list(self.unconfirmed),
        }  # fmt: skip


def countries_of(profiles: Mapping[str, Given], named: Given, default: str) -> dict[str, Country]:
    """Profiles, and countries that programme.yaml merely names with a policy; its word on a policy is the last."""
    found = {code: _country(code, plain(profile), default) for code, profile in profiles.items()}
    for code, policy in plain(named).items():
        before = found.get(code, Country(code, policy))
        found[code] = Country(**{**vars(before), "policy": policy})
    return dict(sorted(found.items()))


def own_parameters(profile: Given, inherited: Given) -> dict[str, Any]:
    """The parameters that a country sets otherwise than the policy it follows."""
    given = profile.get("parameters", {}).items()
    known = {name: told["value"] for name, told in given if isinstance(told, dict) and "value" in told}
    return {name: value for name, value in known.items() if value != inherited.get(name)}


def check(code: str, profile: Given, inherited: Given, tags: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with a profile whose shape is right: names that mean nothing."""
    at = where(profile)
    if not CODE.fullmatch(code):
        yield problem(
            "E226", where=at, expected="in a file named by an ISO 3166-1 code, such as KE.yaml", found=code
        )
    for name in profile.get("parameters", {}):
        if name not in inherited:
            yield problem("E219", where=where(name), name=name, nearest=nearest(name, inherited))
    spoken = profile.get("languages", [])
    yield from check_tags(spoken, tags)
    yield from check_tags([profile["official"]] if "official" in profile else [], spoken)
    for told in (*(profile.get(name) for name in FACTS), *profile.get("parameters", {}).values()):
        if isinstance(told, str) and told != UNKNOWN:
            yield problem(
                "E226", where=where(told), expected="unknown, or a value with its source", found="a text"
            )
    yield from _check_age(profile.get("consent_age"))
    if (zone := profile.get("time_zone")) is not None and str(zone) not in _zones():
        near = nearest(str(zone), _zones())
        yield problem(
            "E220", where=where(zone), key="The time zone", name=zone, known="those of IANA", nearest=near
        )


def _check_age(told: Any) -> Iterator[Problem]:
    value = told.get("value", "0") if isinstance(told, dict) else "0"
    if not (isinstance(value, str) and value.isdigit()):
        yield problem("E226", where=where(value), expected="a whole number of years", found="something else")


def _country(code: str, profile: Given, default: str) -> Country:
    facts = {name: _fact(profile[name]) for name in FACTS if name in profile}
    parameters = {name: _fact(told) for name, told in profile.get("parameters", {}).items()}
    return Country(
        code=code, policy=profile.get("policy", default), title=profile.get("title", code),
        languages=tuple(profile.get("languages", ())), official=profile.get("official", ""),
        time_zone=profile.get("time_zone", ""), calling_code=profile.get("calling_code", ""),
        districts=tuple(profile.get("districts", ())), facts=facts, parameters=parameters,
    )  # fmt: skip


def _fact(told: Any) -> Fact:
    return Fact(**told) if isinstance(told, dict) else Fact()


def _told(fact: Fact) -> Any:
    return {"value": fact.value, "source": fact.source, "review": fact.review} if fact.known else UNKNOWN


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads a folder of hundreds of files
