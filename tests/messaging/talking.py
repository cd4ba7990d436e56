"""The conversations of talk/talk.yaml, compiled, for tests."""

from functools import cache
from pathlib import Path
from typing import Any

from tsela.messaging.flow import Talk
from tsela.programme import source
from tsela.programme.source import plain
from tsela.programme.talk.flows import compile_flow

FOLDER = Path(__file__).parent / "talk"


@cache
def compiled() -> dict[str, Any]:
    """talk.yaml as the programme compiles it (M60)."""
    given, problems = source.read(FOLDER / "talk.yaml", "talk.yaml")
    assert not problems
    return {**plain(given), "flows": {name: compile_flow(flow) for name, flow in given["flows"].items()}}


@cache
def talk() -> Talk:
    """The same, ready."""
    return Talk.of(compiled(), compiled()["texts"])
