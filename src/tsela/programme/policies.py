"""The rules of a programme, compiled with the parameters of each policy."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tsela.kernel.errors import Problem, TselaError
from tsela.programme.source import plain

Tables = dict[str, Any]
Compile = Callable[[str], tuple[Tables, list[Problem]]]


class Policies(Mapping[str, Tables]):
    """Tables (RULES 4) by policy, compiled when they are first asked for; once for policies of equal parameters."""

    def __init__(self, parameters: Mapping[str, Mapping[str, Any]], compiled: Compile) -> None:
        self._parameters = {name: repr(sorted(plain(given).items())) for name, given in parameters.items()}
        self._compile = compiled
        self._made: dict[str, tuple[Tables, list[Problem]]] = {}

    def problems(self, name: str) -> list[Problem]:
        """What is wrong with the rules under a policy."""
        return self._of(name)[1]

    def __getitem__(self, name: str) -> Tables:
        """Raises KeyError where there is no such policy, TselaError where the rules do not compile under it."""
        tables, problems = self._of(name)
        if errors := [found for found in problems if found.level == "error"]:
            raise TselaError(*errors)
        return tables if tables["policy"] == name else {**tables, "policy": name}

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __len__(self) -> int:
        return len(self._parameters)

    def _of(self, name: str) -> tuple[Tables, list[Problem]]:
        parameters = self._parameters[name]
        if parameters not in self._made:
            self._made[parameters] = self._compile(name)
        return self._made[parameters]
