"""FLOIP's expressions as our conditions: `@flow.age.value < 13 AND block.value = 'yes'` → `age < 13 and answer = yes`."""

import re
from collections.abc import Callable

NAME = r"@?\(?\s*(?:flow|contact|block|results)\.([A-Za-z_][\w ]*?)(?:\.(?:value|text|name|category))?"
COMPARED = re.compile(
    rf"{NAME}\s*(!=|<>|<=|>=|==|=|<|>)\s*('[^']*'|\"[^\"]*\"|-?[\d.]+|true|false)\s*\)?", re.I
)
OPERATORS = {"==": "=", "<>": "!="}
CALLED = re.compile(r"(and|or)\s*\(([^()]*)\)", re.I)
JOINED = re.compile(r"\s+(and|or)\s+|\s*(&&|\|\|)\s*", re.I)
WRITTEN = re.compile(r"@(?:flow|contact|results)\.([A-Za-z_]\w*)(?:\.(?:value|text))?|@\((?:flow|contact|results)\.([A-Za-z_]\w*)(?:\.(?:value|text))?\)")  # fmt: skip
OURS = {
    "first_name": "name",
    "name": "name",
    "child_name": "baby",
    "baby_name": "baby",
    "appointment_date": "date",
}


def slug(name: object, otherwise: str = "step") -> str:
    """A name as we write names: small letters, digits and _."""
    found = re.sub(r"\W+", "_", str(name).strip().lower(), flags=re.ASCII).strip("_")
    return found if found and not found[0].isdigit() else f"{otherwise}_{found}".strip("_")


def condition(expression: object, answer: str, named: Callable[[str], str]) -> str | None:
    """Our condition for an expression, `block.value` being the variable `answer`; None where we have no words for it."""
    text = " ".join(str(expression or "").split()).removeprefix("@(").removeprefix("=")
    text = CALLED.sub(lambda call: f" {call[1].lower()} ".join(call[2].split(",")), text)
    found: list[str] = []
    for number, part in enumerate(JOINED.split(text)):
        if number % 3 == 0:
            compared = COMPARED.fullmatch(part.strip())
            if compared is None:
                return None
            found.append(_comparison(compared, answer, named))
        elif part:
            found.append({"&&": "and", "||": "or"}.get(part, part.lower()))
    return " ".join(found)


def _comparison(compared: re.Match[str], answer: str, named: Callable[[str], str]) -> str:
    name, operator, value = compared.groups()
    plain = value.strip("'\"")
    shown = plain if re.fullmatch(r"[\w.-]+", plain) else f'"{plain}"'
    variable = answer if re.match(r"@?\(?\s*block\.(value|response|text)\b", compared[0]) else named(name)
    return f"{variable} {OPERATORS.get(operator, operator)} {shown}"


def equals(expression: object) -> str | None:
    """The value that an expression compares her answer with: `block.value = 'yes'` → yes."""
    compared = COMPARED.fullmatch(" ".join(str(expression or "").split()))
    if compared is None or compared[2] not in ("=", "==") or not re.match(r"@?\(?\s*block\.", compared[0]):
        return None
    return compared[3].strip("'\"")


def placeholders(text: str) -> tuple[str, list[str]]:
    """A text with our placeholders for FLOIP's, and those that stayed as they were."""
    filled = WRITTEN.sub(
        lambda found: f"{{{OURS[_name(found)]}}}" if _name(found) in OURS else found[0], text
    )
    return filled, [found[0] for found in re.finditer(r"@\(?[A-Za-z_][\w.]*\)?", filled) if "." in found[0]]


def value(expression: object, named: Callable[[str], str]) -> str:
    """A value to set: another variable as `{NAME}`, anything else as it is."""
    text = str(expression)
    found = WRITTEN.fullmatch(text.strip())
    return f"{{{named(_name(found))}}}" if found else text


def _name(found: re.Match[str]) -> str:
    return str(found[1] or found[2])
