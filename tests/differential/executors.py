"""The executors of the rules language, behind one shape: tables, events and asked days in, plans out.

A plan is RULES 5 as a dict (dates as text) with its `hash`; an executor says which fields it answers for.
"""

import atexit
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from tsela.care.engine import Records, Rules, plan, plan_hash
from tsela.kernel.dates import parse_date

ROOT = Path(__file__).resolve().parents[2]
Plan = dict[str, Any]
Ask = tuple[str, str]  # client, today
ALL = frozenset({"recheck", "hash", "tasks", "flags"})


class Executor(Protocol):
    name: str
    fields: frozenset[str]

    def plans(
        self, tables: Mapping[str, Any], events: Sequence[Mapping[str, Any]], asks: Sequence[Ask]
    ) -> list[Plan]:
        """The plan of each client asked for, on the day asked for."""


class Stopped(Exception):
    """An executor broke down; its own message stands above."""


class Python:
    """tsela.care.engine."""

    name, fields = "Python", ALL

    def plans(
        self, tables: Mapping[str, Any], events: Sequence[Mapping[str, Any]], asks: Sequence[Ask]
    ) -> list[Plan]:
        rules = Rules(tables)
        records = Records(rules, events)
        made = (plan(rules, records, client, parse_date(today)) for client, today in asks)
        return [{**one.as_dict(), "hash": plan_hash(one)} for one in made]


class TypeScript:
    """phone/src/core/engine, bundled and run by one node that lives as long as this object."""

    name, fields = "TypeScript", ALL

    def __init__(self, engine: Path | None = None) -> None:
        self._node = subprocess.Popen(
            ["node", bundle(engine)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def ask(self, question: Mapping[str, Any]) -> Any:
        self._node.stdin.write(json.dumps(question) + "\n")
        self._node.stdin.flush()
        answer = self._node.stdout.readline()
        if not answer:
            raise Stopped
        return json.loads(answer)

    def plans(
        self, tables: Mapping[str, Any], events: Sequence[Mapping[str, Any]], asks: Sequence[Ask]
    ) -> list[Plan]:
        return self.ask({"tables": tables, "events": list(events), "asks": list(asks)})

    def close(self) -> None:
        self._node.stdin.close()
        self._node.wait(10)


@cache
def bundle(engine: Path | None = None) -> Path:
    """twin.ts and the engine in one file that node runs. `engine`: another engine folder than the phone's."""
    phone = ROOT / "phone"
    engine = engine or phone / "src/core/engine"
    folder = tempfile.mkdtemp(prefix="tsela-twin-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    entry, out = Path(folder, "twin.ts"), Path(folder, "twin.mjs")
    entry.write_text((Path(__file__).with_name("twin.ts")).read_text().replace("@engine", str(engine)))
    subprocess.run(
        [phone / "node_modules/.bin/rolldown", entry, "--platform", "node", "--format", "esm", "-o", out],
        check=True, capture_output=True, cwd=phone,
    )  # fmt: skip
    return out


def executors() -> list[Executor]:
    """All of them; the first is what the others are compared with."""
    from .sql import Sql

    return [Python(), TypeScript(), Sql()]
