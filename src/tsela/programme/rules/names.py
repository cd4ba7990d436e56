"""The names that a rule may use: forms with their questions, groups, definitions, states, parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Cond = dict[str, Any]
"""A compiled condition (RULES 4). TEST, EVENTS, DATE and SOURCE are plain dicts too."""
Duration = list[Any]
"""[n, unit] or [n, unit, question]."""
Dictionary = Mapping[str, Mapping[str, Any]]
"""Form → {"date": question or None, "questions": {name: {"type", "codes"?, "min"?, "max"?}}}."""

ATTRIBUTES = "registration"


@dataclass(frozen=True)
class Names:
    """What a rule is checked against. States give their values in order, with compiled conditions once these are known."""

    forms: Dictionary
    groups: Mapping[str, Cond] = field(default_factory=dict)
    define: Mapping[str, Cond] = field(default_factory=dict)
    states: Mapping[str, Sequence[tuple[str, Cond]]] = field(default_factory=dict)
    parameters: Mapping[str, str | list[str]] = field(default_factory=dict)

    @property
    def attributes(self) -> Mapping[str, Mapping[str, Any]]:
        """The questions of the registration form (R8)."""
        return self.questions(ATTRIBUTES)

    @property
    def references(self) -> list[str]:
        """Everything that can be named without a comparison."""
        return [*self.define, *self.groups]

    def questions(self, form: str) -> Mapping[str, Mapping[str, Any]]:
        """The questions of a form, empty where there is no such form."""
        return self.forms.get(form, {}).get("questions", {})

    @classmethod
    def of(
        cls, tables: Mapping[str, Any], parameters: Mapping[str, str | list[str]] | None = None
    ) -> "Names":
        """The names of compiled tables, to parse further conditions against them (indicators, messages)."""
        states = {name: [(value, cond) for value, cond in rows] for name, rows in tables["states"].items()}
        return cls(tables["forms"], tables["groups"], tables["define"], states, parameters or {})
