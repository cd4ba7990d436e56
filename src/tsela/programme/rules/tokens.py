"""Text of a rule → tokens, each with its place; `$name` becomes the tokens of the policy's parameter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tsela.kernel.errors import Problem, nearest, problem

Parameters = Mapping[str, str | list[str]]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<date>\d{4}-\d{2}-\d{2})
    | (?P<number>\d+(?:\.\d+)?)(?![A-Za-z_])
    | (?P<word>[0-9]*[A-Za-z_][A-Za-z0-9_]*)
    | (?P<text>"[^"]*"|'[^']*')
    | \$(?P<parameter>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<symbol>!=|<=|>=|[()\[\],.|=<>+-])
    | (?P<end>$)
    )""",
    re.VERBOSE,
)


class RuleError(Exception):
    """One thing wrong with a rule, at an offset of its text; the compiler turns it into a problem with file and line."""

    def __init__(self, at: int, wrong: Problem) -> None:
        super().__init__(wrong)
        self.at = at
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is date, number, word, text, symbol or end; `at` is its offset in the rule's text."""

    kind: str
    text: str
    at: int

    def __str__(self) -> str:
        return f"“{self.text}”" if self.text else "the end of the rule"


def tokens(text: str, parameters: Parameters) -> list[Token]:
    """All tokens of a rule, the last of kind `end`. Raises RuleError for an unreadable character or unknown parameter."""
    found: list[Token] = []
    position = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(text, position)
        if match is None:
            at = position + len(text[position:]) - len(text[position:].lstrip())
            raise RuleError(
                at,
                problem("E201", expected="a word, a number or a sign of the language", found=f"“{text[at]}”"),
            )
        kind = str(match.lastgroup)
        position = match.end()
        token = Token(kind, match[kind], match.start(kind))
        if kind == "parameter":
            found += _parameter(replace(token, at=token.at - 1), parameters)
        else:
            found.append(replace(token, text=token.text[1:-1]) if kind == "text" else token)
    return found


def _parameter(token: Token, parameters: Parameters) -> list[Token]:
    if token.text not in parameters:
        near = nearest(token.text, parameters)
        raise RuleError(token.at, problem("E219", name=token.text, nearest=near))
    value = parameters[token.text]
    text = value if isinstance(value, str) else f"[{', '.join(value)}]"
    return [replace(part, at=token.at) for part in tokens(text, {})[:-1]]
