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
from tsela.programme.forms.checks import Use, check_uses
from tsela.programme.forms.expressions import FUNCTIONS, Broken, Expr, parse
from tsela.programme.forms.sheets import Row, Sheet, read_sheets

Form = dict[str, Any]
Node = dict[str, Any]

EXPRESSIONS = ("relevant", "constraint", "calculation", "choice_filter")
TEXTS = ("label", "hint", "constraint_message", "required_message")
COLUMNS = {
    "survey": ("type", "name", *TEXTS, *EXPRESSIONS, "required", "readonly", "default", "appearance", "bind::type",
               "source", "comment"),
    "choices": ("list_name", "name", "label", "source", "comment"),
    "settings": ("form_id", "form_title", "date_question", "for", "version", "source", "comment"),
}  # fmt: skip
ALIASES = {"int": "integer", "string": "text", "select_many": "select_multiple"}
APPEARANCES: dict[str, tuple[str, ...]] = {
    "group": ("field-list",),
    "repeat": (),
    "text": ("multiline", "numbers"),
    "integer": (),
    "decimal": (),
    "date": (),
    "time": (),
    "select_one": ("minimal",),
    "select_multiple": ("minimal",),
    "note": (),
    "calculate": (),
    "hidden": (),
}
TYPES = tuple(APPEARANCES)
SHOWN = tuple(kind for kind in TYPES if kind not in ("calculate", "hidden"))
CALCULATED = {
    "": "text",
    "string": "text",
    "int": "integer",
    "integer": "integer",
    "decimal": "decimal",
    "date": "date",
}

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CODE = re.compile(r"[^\s,]+")
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
    return _Compiler(sheets, attributes).compile()


@dataclass
class _Compiler:
    sheets: dict[str, Sheet]
    attributes: Collection[str] | None
    problems: list[Problem] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    lists: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    used_lists: set[str] = field(default_factory=set)
    filtered_by: set[str] = field(default_factory=set)
    open: list[tuple[Row, Node]] = field(default_factory=list)

    def compile(self) -> tuple[Form, list[Problem]]:
        self.read_choices()
        body = self.read_survey()
        form: Form = self.read_settings(body)
        self.check_columns()
        self.problems += check_uses(self.uses, self.attributes)
        form["version"] = _version(form)
        return form, self.problems

    def add(self, code: str, row: Row, column: str = "", /, **fields: object) -> None:
        self.problems.append(problem(code, where=row.where(column), **fields))

    # -- choices

    def read_choices(self) -> None:
        for row in self.rows("choices"):
            name, code = row.get("list_name") or row.get("list name"), row.get("name")
            if not name or not code or not row.get("label"):
                self.add("E313", row, missing="a list_name, a name and a label")
            elif not _CODE.fullmatch(code):
                self.add("E310", row, "name", name=code, rule="no spaces and no commas")
            else:
                self.add_choice(name, code, row)

    def add_choice(self, name: str, code: str, row: Row) -> None:
        choices = self.lists.setdefault(name, [])
        if any(choice["name"] == code for choice in choices):
            self.add("E309", row, "name", name=code)
        extra = {c: v for c, v in row.cells.items() if c not in (*COLUMNS["choices"], "list name")}
        choices.append({"name": code, "label": row.get("label"), **extra})

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
        node["body"] = []
        self.open.append((row, node))

    def end(self, row: Row, kind: str) -> None:
        if len(self.open) == 1 or self.open[-1][1]["type"] != kind:
            self.add("E311", row, "type", what=f"end_{kind} closes nothing that is open")
        else:
            self.open.pop()

    def question(self, row: Row, kind: str, rest: list[str]) -> None:
        if kind not in TYPES or kind in ("group", "repeat"):
            near = nearest(kind, [*TYPES[2:], "begin_group", "begin_repeat"])
            self.add("E303", row, "type", feature=f"the type {row.get('type') or 'of nothing'}", nearest=near)
            return
        node = self.node(row, kind)
        if kind.startswith("select"):
            self.add_list(row, node, " ".join(rest))
        if kind == "calculate":
            self.add_calculate(row, node)

    def add_list(self, row: Row, node: Node, name: str) -> None:
        if name not in self.lists:
            self.add("E307", row, "type", name=name, nearest=nearest(name, self.lists))
        node["list"] = name
        self.used_lists.add(name)

    def add_calculate(self, row: Row, node: Node) -> None:
        value = row.get("bind::type")
        if value not in CALCULATED:
            self.add(
                "E303",
                row,
                "bind::type",
                feature=f"a calculate of type {value}",
                nearest=nearest(value, CALCULATED),
            )
        node["value"] = CALCULATED.get(value, "text")
        if not row.get("calculation"):
            self.add("E313", row, "calculation", missing="its calculation")

    def node(self, row: Row, kind: str) -> Node:
        """The fields that every node may have, in the order in which FORMS.md lists them."""
        name = row.get("name")
        if not _NAME.fullmatch(name):
            self.add(
                "E310",
                row,
                "name",
                name=name or "(nothing)",
                rule="lower-case letters, digits and _, a letter first",
            )
        if kind in SHOWN and kind not in ("group", "repeat") and not row.get("label"):
            self.add("E313", row, "label", missing="its label")
        node: Node = {"name": name, "type": kind}
        node |= {text: row.get(text) for text in TEXTS if row.get(text)}
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
        numeric = kind in ("integer", "decimal") and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text)
        return ["lit", (float(text) if "." in text else int(text)) if numeric else text]

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
            self.add(
                broken.code,
                row,
                column,
                text=row.get(column),
                reason=broken.reason,
                name=broken.name,
                nearest=near,
            )
            return None

    # -- settings and columns

    def read_settings(self, body: list[Node]) -> Form:
        rows = self.rows("settings")
        row = rows[0] if rows else self.sheets["survey"].header
        dates = [node["name"] for node in _top_level(body) if node["type"] == "date"]
        date = row.get("date_question") or None
        if date and date not in dates:
            self.add("E314", row, "date_question", name=date, nearest=nearest(date, dates))
        if not row.get("form_id") or not row.get("form_title"):
            self.add("E313", row, missing="its settings: a form_id and a form_title")
        lists = {name: self.kept(self.lists.get(name, [])) for name in sorted(self.used_lists)}
        return {"id": row.get("form_id"), "version": "", "title": row.get("form_title"), "date_question": date,
                "for": row.get("for") or None, "body": body, "choices": lists}  # fmt: skip

    def kept(self, choices: list[dict[str, str]]) -> list[dict[str, str]]:
        """Choices with only the columns that a choice_filter reads."""
        keep = {"name", "label"} | {name for use in self.uses for name in use.choice_columns()}
        return [{column: value for column, value in choice.items() if column in keep} for choice in choices]

    def check_columns(self) -> None:
        read = {name for use in self.uses for name in use.choice_columns()}
        for name, sheet in self.sheets.items():
            known = {*COLUMNS[name], *((*read, "list name") if name == "choices" else ())}
            for column in sheet.columns:
                if column not in known:
                    self.add("E302", sheet.header, column, name=column, nearest=nearest(column, known))
        if "choices" in self.sheets:
            columns = self.sheets["choices"].columns
            for use in self.uses:
                for missing in sorted(use.choice_columns() - set(columns)):
                    self.add(
                        "E306", use.row, "choice_filter", name=missing, nearest=nearest(missing, columns)
                    )

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
