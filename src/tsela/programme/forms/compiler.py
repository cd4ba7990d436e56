"""XLSForm rows to the compiled form of contract/FORMS.md, with every problem of every cell.

pyxform accepts misspelt columns, broken expressions and unknown functions in silence; a phone in a village is the
wrong place to find them. So we compile the sheets ourselves, and tests hold the result equal to ODK's own engine.
"""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tsela.kernel.errors import Problem, TselaError, nearest, problem
from tsela.programme.forms import columns, media
from tsela.programme.forms.checks import check_uses
from tsela.programme.forms.columns import (
    ALIASES,
    APPEARANCES,
    COLUMNS,
    EXPRESSIONS,
    FROM_FILE,
    SHOWN,
    TEXTS,
    TYPES,
)
from tsela.programme.forms.expressions import FUNCTIONS, Broken, Expr, parse
from tsela.programme.forms.lists import Lists
from tsela.programme.forms.sheets import Row, Sheet, read_sheets
from tsela.programme.forms.translations import without_translations
from tsela.programme.forms.uses import Use

Form = dict[str, Any]
Node = dict[str, Any]

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DYNAMIC = re.compile(r"\$\{|[a-z-]+\s*\(")
_BOOLEANS = {
    "": False,
    "no": False,
    "false": False,
    "false()": False,
    "yes": True,
    "true": True,
    "true()": True,
}


def compile_form(path: Path, attributes: Collection[str] | None = None) -> tuple[Form, list[Problem]]:
    """One form and everything wrong with it; `attributes` are the questions of the registration, for pulldata()."""
    try:
        sheets = read_sheets(path)
    except TselaError as error:
        return {}, [error.problem]
    plain, lacking = without_translations(sheets)
    return _Compiler(plain, attributes, Lists(path.parent), lacking).compile()


@dataclass
class _Compiler:
    sheets: dict[str, Sheet]
    attributes: Collection[str] | None
    lists: Lists
    problems: list[Problem] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    open: list[tuple[Row, Node]] = field(default_factory=list)

    def compile(self) -> tuple[Form, list[Problem]]:
        self.lists.read(self.rows("choices"))
        body = self.read_survey()
        self.check_columns()
        for use in self.uses:
            self.lists.check_use(use)
        form: Form = self.read_settings(body)
        self.problems += self.lists.problems
        self.problems += check_uses(self.uses, self.attributes)
        form["version"] = _version(form)
        return form, self.problems

    def add(self, code: str, row: Row, column: str = "", /, **fields: object) -> None:
        self.problems.append(problem(code, where=row.where(column), **fields))

    # -- survey

    def read_survey(self) -> list[Node]:
        root: Node = {"name": "", "type": "group", "body": []}
        self.open = [(self.sheets["survey"].header, root)]
        for row in self.rows("survey"):
            kind, *rest = row.get("type").replace("begin ", "begin_").replace("end ", "end_").split() or [""]
            if kind in ("begin_group", "begin_repeat"):
                self.begin(row, kind.removeprefix("begin_"))
            elif kind in ("end_group", "end_repeat"):
                self.end(row, kind.removeprefix("end_"))
            else:
                self.question(row, ALIASES.get(kind, kind), rest)
        for row, node in self.open[1:]:
            self.add("E311", row, "type", what=f"begin_{node['type']} {node['name']} has no end")
        body: list[Node] = root["body"]
        return body

    def begin(self, row: Row, kind: str) -> None:
        if kind == "repeat" and any(node["type"] == "repeat" for _, node in self.open):
            self.add("E303", row, "type", feature="a repeat inside a repeat", did_you_mean="")
        node = self.node(row, kind)
        if rows := self.parameters(row, kind):
            node |= {f"{end}_rows": count for end, count in rows.items()}
        node["body"] = []
        self.open.append((row, node))

    def end(self, row: Row, kind: str) -> None:
        if len(self.open) == 1 or self.open[-1][1]["type"] != kind:
            self.add("E311", row, "type", what=f"end_{kind} closes nothing that is open")
        else:
            self.open.pop()

    def question(self, row: Row, kind: str, rest: list[str]) -> None:
        if kind in FROM_FILE:
            self.select_from_file(row, kind, " ".join(rest))
        elif kind not in TYPES or kind in ("group", "repeat"):
            near = nearest(kind, [*TYPES[2:], *FROM_FILE, "begin_group", "begin_repeat"])
            why = f" ({columns.NOT_YET[kind]})" if kind in columns.NOT_YET else ""
            self.add("E303", row, "type", feature=f"the type {row.get('type') or 'of nothing'}{why}",
                     nearest=None if why else near)  # fmt: skip
        elif kind == "range":
            self.range(row)
        else:
            node = self.node(row, kind)
            self.parameters(row, kind)
            if kind.startswith("select"):
                self.add_list(row, node, rest)
            if kind == "calculate":
                self.add_calculate(row, node)

    def range(self, row: Row) -> None:
        """A number between two others: the bounds are its constraint, so that nothing else need know of ranges."""
        bounds = self.parameters(row, "range") or {"start": 1, "end": 10, "step": 1}
        kind = "integer" if all(isinstance(one, int) for one in bounds.values()) else "decimal"
        node = self.node(row, kind)
        within = ["and", [">=", ["self"], ["lit", bounds["start"]]], ["<=", ["self"], ["lit", bounds["end"]]]]
        node["range"] = bounds
        node["constraint"] = ["and", within, node["constraint"]] if "constraint" in node else within

    def parameters(self, row: Row, kind: str) -> dict[str, Any]:
        """The parameters cell of a row, checked."""
        given, known = columns.parameters(row.get("parameters")), columns.PARAMETERS.get(kind, ())
        for name in given or ():
            if name not in known:
                self.add(
                    "E320",
                    row,
                    "parameters",
                    text=row.get("parameters"),
                    type=kind,
                    nearest=nearest(name, known),
                )
                return {}
        read = (
            {"range": columns.range_of, "repeat": columns.rows_of}.get(kind, dict)(given)
            if given is not None
            else None
        )
        if read is None:
            self.add("E320", row, "parameters", text=row.get("parameters"), type=kind, nearest=None)
        return dict(read or {})

    def add_list(self, row: Row, node: Node, rest: list[str]) -> None:
        other = len(rest) > 1 and rest[-1] == "or_other"
        name = " ".join(rest[:-1] if other else rest)
        if name not in self.lists.lists:
            self.add("E307", row, "type", name=name, nearest=nearest(name, self.lists.lists))
        node["list"] = name
        self.lists.used.add(name)
        if other:
            self.add_other(row, node, name)

    def add_other(self, row: Row, node: Node, name: str) -> None:
        """`or_other` is a choice more and a question more, as pyxform makes them."""
        if row.get("choice_filter"):
            self.add("E303", row, "choice_filter", feature="a choice_filter beside or_other", nearest=None)
        self.lists.add_other(name)
        asked = {"name": f"{node['name']}_other", "label": "Specify other."}
        specify = self.node(Row(row.file, row.sheet, row.number, asked), "text")
        specify["relevant"] = ["call", "selected", ["q", node["name"]], ["lit", "other"]]

    def select_from_file(self, row: Row, kind: str, file: str) -> None:
        node = self.node(row, FROM_FILE[kind])
        given = self.parameters(row, kind)
        name = self.lists.add_file(file, row, given.get("value", "name"), given.get("label", "label"))
        node["list"] = name
        self.lists.used.add(name)

    def add_calculate(self, row: Row, node: Node) -> None:
        value = row.get("bind::type")
        if value not in columns.CALCULATED:
            near = nearest(value, columns.CALCULATED)
            self.add("E303", row, "bind::type", feature=f"a calculate of type {value}", nearest=near)
        node["value"] = columns.CALCULATED.get(value, "text")
        if not row.get("calculation"):
            self.add("E313", row, "calculation", missing="its calculation")

    def node(self, row: Row, kind: str) -> Node:
        """The fields that every node may have, in the order in which FORMS.md lists them."""
        name = row.get("name")
        if not _NAME.fullmatch(name):
            rule = "lower-case letters, digits and _, a letter first"
            self.add("E310", row, "name", name=name or "(nothing)", rule=rule)
        if kind in SHOWN and kind not in ("group", "repeat") and not row.get("label"):
            self.add("E313", row, "label", missing="its label")
        node: Node = {"name": name, "type": kind}
        node |= {text: row.get(text) for text in TEXTS if row.get(text)}
        beside, wrong = media.beside(row)
        node |= {"media": beside} if beside else {}
        self.problems += wrong
        self.add_expressions(row, node)
        self.add_appearance(row, node)
        self.uses.append(Use(row, node, tuple(parent for _, parent in self.open[1:])))
        self.open[-1][1]["body"].append(node)
        return node

    def add_expressions(self, row: Row, node: Node) -> None:
        for column in EXPRESSIONS:
            if row.get(column) and (tree := self.parse(row, column)):
                node[column] = tree
        for column in ("required", "readonly"):
            truth = _BOOLEANS.get(row.get(column).lower())
            tree = ["lit", True] if truth else None if truth is False else self.parse(row, column)
            if tree:
                node[column] = tree
        if row.get("default"):
            node["default"] = self.default(row, node["type"])

    def default(self, row: Row, kind: str) -> Expr | None:
        text = row.get("default")
        if _DYNAMIC.search(text):
            return self.parse(row, "default")
        numeric = columns.number(text) if kind in ("integer", "decimal") else None
        return ["lit", text if numeric is None else numeric]

    def add_appearance(self, row: Row, node: Node) -> None:
        words, known = row.get("appearance").split(), APPEARANCES[node["type"]]
        for word in words:
            if word not in known:
                self.add(
                    "E312", row, "appearance", name=word, type=node["type"], nearest=nearest(word, known)
                )
        if words:
            node["appearance"] = words

    def parse(self, row: Row, column: str) -> Expr | None:
        try:
            return parse(row.get(column))
        except Broken as broken:
            near = nearest(broken.name, FUNCTIONS)
            said = {"text": row.get(column), "reason": broken.reason, "name": broken.name, "nearest": near}
            self.add(broken.code, row, column, **said)
            return None

    # -- settings and columns

    def read_settings(self, body: list[Node]) -> Form:
        rows = self.rows("settings")
        row = rows[0] if rows else self.sheets["survey"].header
        dates = [node["name"] for node in _top_level(body) if node["type"] == "date"]
        date = row.get("date_question") or None
        if date and date not in dates:
            self.add("E314", row, "date_question", name=date, nearest=nearest(date, dates))
        if (
            date and row.get("form_id") == "registration"
        ):  # home and attributes go by its own day (SPEC S5, RULES R8)
            self.add("E321", row, "date_question")
        if not row.get("form_id") or not row.get("form_title"):
            self.add("E313", row, missing="its settings: a form_id and a form_title")
        data = self.lists.data(self.uses)
        return {"id": row.get("form_id"), "version": "", "title": row.get("form_title"), "date_question": date,
                "for": row.get("for") or None, "body": body, "choices": self.lists.choices(self.uses),
                **({"data": data} if data else {})}  # fmt: skip

    def check_columns(self) -> None:
        read = {name for use in self.uses for name in use.choice_columns() | use.looked_up()}
        for name, sheet in self.sheets.items():
            known = {*COLUMNS[name], *((*read, "list name") if name == "choices" else ())}
            for column in sheet.columns:
                if column.split("::")[0] in columns.MEDIA and column not in known:
                    self.add("E303", sheet.header, column, feature=f"{column}: pictures and sounds are media::image and media::audio",
                             nearest=None)  # fmt: skip
                elif column not in known:
                    self.add("E302", sheet.header, column, name=column, nearest=nearest(column, known))

    def rows(self, sheet: str) -> tuple[Row, ...]:
        return self.sheets[sheet].rows if sheet in self.sheets else ()


def _top_level(body: list[Node]) -> list[Node]:
    """The questions outside repeats."""
    found: list[Node] = []
    for node in body:
        found += _top_level(node["body"]) if node["type"] == "group" else [node]
    return found


def _version(form: Form) -> str:
    content = json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"
