"""Operators and literals checked against a question's type (RULES R6, R22)."""

from typing import Any

from tsela.kernel.dates import parse_date
from tsela.kernel.errors import nearest, problem
from tsela.programme.rules.tokens import RuleError, Token

ORDERED = ("=", "!=", "<", "<=", ">", ">=", "in", "answered")
OPERATORS = {
    "integer": ORDERED,
    "decimal": ORDERED,
    "date": ORDERED,
    "code": ("=", "!=", "in", "answered"),
    "text": ("=", "!=", "in", "answered"),
    "codes": ("includes", "answered"),
}
LARGEST = 2**53 - 1  # what every executor holds exactly
EXAMPLES = {
    "integer": "a whole number",
    "decimal": "a number",
    "date": "a date such as 2026-11-20",
    "text": "a text",
}


def check_operator(name: str, question: dict[str, Any], op: Token) -> None:
    """Raises RuleError where the question's type does not know the operator."""
    allowed = OPERATORS[question["type"]]
    if op.text not in allowed:
        known = ", ".join(allowed)
        raise RuleError(op.at, problem("E206", name=name, type=question["type"], op=op.text, allowed=known))


def literal(name: str, question: dict[str, Any], token: Token) -> Any:
    """The value that a token gives for a question: str, int or float. Raises RuleError where it is none of its values."""
    kind = question["type"]
    if kind in ("code", "codes"):
        return _code(name, question, token)
    good = {
        "integer": token.kind == "number" and "." not in token.text and abs(int(token.text)) <= LARGEST,
        "decimal": token.kind == "number",
        "date": token.kind == "date" and parse_date(token.text) is not None,
        "text": token.kind in ("word", "text", "number", "date"),
    }[kind]
    if not good:
        raise RuleError(token.at, problem("E218", name=name, expected=EXAMPLES[kind], found=str(token)))
    return {"integer": int, "decimal": float}.get(kind, str)(token.text)


def _code(name: str, question: dict[str, Any], token: Token) -> str:
    codes = question.get("codes", [])
    if token.text not in codes:
        near = nearest(token.text, codes)
        known = ", ".join(codes[:12]) + (" …" if len(codes) > 12 else "")
        raise RuleError(token.at, problem("E205", name=token.text, of=name, known=known, nearest=near))
    return token.text
