"""Quoted arguments with a language of their own: patterns and date formats. And what a broken expression raises."""

import re
from typing import Any


class Broken(Exception):
    """An expression that does not parse: the reason in words, and the catalogue number it belongs to."""

    def __init__(self, reason: str, *, code: str = "E304", name: str = "") -> None:
        super().__init__(reason)
        self.reason, self.code, self.name = reason, code, name


# Python and JavaScript give the same answer to patterns made of these.
_PATTERN = re.compile(r"\^(?:\\[.+*?()\[\]{}|/-]|\[\^?(?:[^\\\[\]]|\\[\]\\^-])+\]|[^\\$^\[\]])*\$")


def check_pattern(pattern: list[Any]) -> None:
    text = pattern[1] if pattern[0] == "lit" else None
    if not isinstance(text, str) or not _PATTERN.fullmatch(text) or "(?" in text:
        raise Broken("regex() takes a quoted pattern from ^ to $ without \\d, \\w or (?…): '^[0-9]{10}$'")
    try:
        re.compile(text)
    except re.error as error:
        raise Broken(f"the pattern does not compile: {error}") from error


def check_format(pattern: list[Any]) -> None:
    text = pattern[1] if pattern[0] == "lit" else None
    if not isinstance(text, str) or re.sub(r"%[Yymnde]", "", text).count("%"):
        raise Broken("format-date() takes a quoted format with %Y %y %m %n %d %e: '%d/%m/%Y'")
