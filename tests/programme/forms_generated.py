"""Random small forms: for the twins and for ODK's engine, what nobody thought of writing as a case.

A form is Markdown as people write it, so that the compiler and pyxform both read it; its look-ups are in clinics.csv.
"""

import random
from pathlib import Path

CHOICES = """
| choices | list_name | name  | label     | kind | price |
|---------|-----------|-------|-----------|------|-------|
|         | yes_no    | yes   | Yes       |      |       |
|         | yes_no    | no    | No        |      |       |
|         | kind      | fruit | Fruit     |      | 1     |
|         | kind      | root  | Root      |      | 2     |
|         | food      | apple | An apple  | fruit | 3    |
|         | food      | pear  | Pear      | fruit | 12   |
|         | food      | beet  | Beetroot  | root | 7     |
|         | food      | yam   | Yam       | root | 3     |

| settings | form_id | form_title |
|----------|---------|------------|
|          | {name}  | {name}     |
"""
CLINICS = "code,title,district,beds\nC1,Tembisa,east,12\nC2,Mandela,east,8\nC3,Orange Farm,west,5\nC4,Sebokeng,west,\n"
COLUMNS = ("type", "name", "label", "relevant", "required", "constraint", "calculation", "bind::type", "choice_filter",
           "repeat_count", "parameters", "default")  # fmt: skip


def write(folder: Path, seed: int) -> Path:
    """One random form and the file that it reads."""
    path = folder / f"generated_{seed}.md"
    path.write_text(_Writer(random.Random(seed)).form(path.stem), encoding="utf-8")
    (folder / "clinics.csv").write_text(CLINICS, encoding="utf-8")
    return path


class _Writer:
    """Writes questions one after the other; an expression reads only what stands before it, so nothing waits in circles."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.rows: list[dict[str, str]] = []
        self.known: dict[str, list[str]] = {
            "integer": [],
            "decimal": [],
            "text": [],
            "date": [],
            "one": [],
            "many": [],
        }
        self.inside: dict[str, list[str]] = {}  # of a repeat that is finished, its numbers

    def form(self, name: str) -> str:
        for _ in range(self.chance.randint(4, 9)):
            self.chance.choice([self.question, self.question, self.question, self.calculation, self.calculation, self.group,
                                self.places, self.repeat])()  # fmt: skip
        self.foods()  # always, for a column of the choices that nobody reads is refused
        lines = [f"| {' | '.join(row.get(column, '') for column in COLUMNS)} |" for row in self.rows]
        return "\n".join(
            [
                f"| survey | {' | '.join(COLUMNS)} |",
                *(f"| {line}" for line in lines),
                CHOICES.format(name=name),
            ]
        )

    def add(self, kind: str, **cells: str) -> str:
        name = f"q{len(self.rows)}"
        self.rows.append({"type": kind, "name": name, "label": name, **cells})
        return name

    def question(self) -> None:
        kind = self.chance.choice(["integer", "decimal", "text", "date", "select_one yes_no", "select_multiple food",
                                   "select_one kind or_other", "range", "barcode"])  # fmt: skip
        cells = self.rules(kind)
        name = self.add(kind, **cells)
        sort = {"select_one": "one", "select_multiple": "many", "range": "integer", "barcode": "text"}.get(
            kind.split()[0], kind
        )
        self.known[sort].append(name)

    def rules(self, kind: str) -> dict[str, str]:
        cells = {}
        if self.chance.random() < 0.4:
            cells["relevant"] = self.truth(2)
        if self.chance.random() < 0.3:
            cells["required"] = "yes"
        if self.chance.random() < 0.4:
            cells["constraint"] = {"integer": f". >= {self.chance.randint(0, 5)} and . < {self.number(1)}", "decimal": f". < {self.number(1)}",
                                   "text": "string-length(.) < 6", "date": ". <= today()", "barcode": "regex(., '^[0-9]+$')",
                                   }.get(kind, self.truth(1))  # fmt: skip
        if kind == "range":
            cells["parameters"] = "start=0 end=8 step=2"
        return cells

    def calculation(self) -> None:
        sort = self.chance.choice(["integer", "decimal", "text", "date"])
        if sort == "text":
            self.known["text"].append(self.add("calculate", calculation=self.text(2)))
        elif sort == "date":
            self.known["date"].append(
                self.add(
                    "calculate",
                    calculation=f"date({self.day()} + {self.chance.randint(-40, 40)})",
                    **{"bind::type": "date"},
                )
            )
        else:
            whole = sort == "integer"
            made = self.add(
                "calculate",
                calculation=f"round({self.number(2)}, {0 if whole else 2})",
                **{"bind::type": "int" if whole else "decimal"},
            )
            self.known[sort].append(made)

    def group(self) -> None:
        self.add("begin_group", **({"relevant": self.truth(1)} if self.chance.random() < 0.6 else {}))
        for _ in range(self.chance.randint(1, 3)):
            self.chance.choice([self.question, self.calculation])()
        self.rows.append({"type": "end_group"})

    def places(self) -> None:
        """A cascade through a file, and a look-up in it."""
        districts = ["'east'", "'west'", "''", f"if({self.truth(1)}, 'east', 'west')"]
        clinic = self.add("select_one_from_file clinics.csv", parameters="value=code label=title",
                          choice_filter=f"district = {self.chance.choice(districts)} or beds > {self.chance.randint(4, 12)}")  # fmt: skip
        self.add("calculate", calculation=f"pulldata('clinics', 'district', 'code', ${{{clinic}}})")
        beds = self.add(
            "calculate",
            calculation=f"pulldata('clinics', 'beds', 'code', ${{{clinic}}})",
            **{"bind::type": "int"},
        )
        self.known["integer"].append(beds)

    def foods(self) -> None:
        """A cascade within the sheet, the label and another column of what was chosen."""
        kind = self.add("select_one kind", default=self.chance.choice(["fruit", ""]))
        food = self.add(
            self.chance.choice(["select_one food", "select_multiple food"]),
            choice_filter=f"kind = ${{{kind}}}",
        )
        self.add("calculate", calculation=f"jr:choice-name(selected-at(${{{food}}}, 0), '${{{food}}}')")
        price = self.add(
            "calculate",
            calculation=f"instance('food')/root/item[name = ${{{food}}}]/price",
            **{"bind::type": "int"},
        )
        self.known["integer"].append(price)
        self.known["one"].append(kind)

    def repeat(self) -> None:
        """Rows that a person adds, or that are counted; then what can be said of all of them."""
        counted = self.add("integer", constraint=". < 4") if self.chance.random() < 0.5 else ""
        repeat = self.add("begin_repeat", repeat_count=f"${{{counted}}}" if counted else "")
        before = {sort: list(names) for sort, names in self.known.items()}
        number = self.add("integer")
        self.known["integer"].append(number)
        for _ in range(self.chance.randint(1, 3)):
            self.chance.choice([self.question, self.calculation])()
        word = self.add("calculate", calculation=f"concat(position(..), '-', {self.text(1)})")
        above = f"indexed-repeat(${{q{len(self.rows)}}}, ${{{repeat}}}, position(..) - 1)"
        running = self.add(
            "calculate",
            calculation=f"coalesce(${{{number}}}, 0) + coalesce({above}, {self.chance.randint(0, 3)})",
            **{"bind::type": "int"},
        )
        self.rows.append({"type": "end_repeat"})
        self.known = before
        total = self.chance.choice(
            [
                f"count(${{{repeat}}})",
                f"indexed-repeat(${{{self.chance.choice([number, running])}}}, ${{{repeat}}}, {self.chance.randint(1, 3)})",
            ]
        )
        self.known["integer"].append(self.add("calculate", calculation=total, **{"bind::type": "int"}))
        self.known["text"].append(self.add("calculate", calculation=f"join('; ', ${{{word}}})"))

    # -- expressions

    def some(self, *sorts: str, otherwise: str) -> str:
        names = [name for sort in sorts for name in self.known[sort]]
        return f"${{{self.chance.choice(names)}}}" if names else otherwise

    def number(self, depth: int) -> str:
        leaf = [
            lambda: str(self.chance.randint(0, 12)),
            lambda: self.some("integer", "decimal", otherwise="3"),
        ]
        if depth == 0:
            return self.chance.choice(leaf)()
        return self.chance.choice([
            *leaf, lambda: f"({self.number(depth - 1)} {self.chance.choice('+-*')} {self.number(depth - 1)})",
            lambda: f"({self.number(depth - 1)} {self.chance.choice(['div', 'mod'])} {self.chance.randint(1, 7)})",
            lambda: f"string-length({self.text(depth - 1)})", lambda: f"count-selected({self.some('many', otherwise=self.some('text', otherwise='1'))})",
            lambda: f"int({self.number(depth - 1)})", lambda: f"coalesce({self.number(0)}, {self.number(0)})",
            lambda: f"if({self.truth(depth - 1)}, {self.number(depth - 1)}, {self.number(depth - 1)})", lambda: f"decimal-date-time({self.day()})",
        ])()  # fmt: skip

    def text(self, depth: int) -> str:
        leaf = [lambda: "'yes'", lambda: "'a b'", lambda: self.some("text", "one", otherwise="'x'")]
        if depth == 0:
            return self.chance.choice(leaf)()
        return self.chance.choice([
            *leaf, lambda: f"concat({self.text(depth - 1)}, '/', {self.number(0)})", lambda: f"join('-', {self.text(0)}, {self.text(0)})",
            lambda: f"substr({self.text(depth - 1)}, {self.chance.randint(-3, 3)}, {self.chance.randint(-2, 5)})",
            lambda: f"substr({self.text(depth - 1)}, {self.chance.randint(-3, 3)})", lambda: f"format-date({self.day()}, '%d/%m/%Y')",
            lambda: f"selected-at({self.some('many', otherwise=self.text(0))}, {self.chance.randint(0, 2)})",
            lambda: f"coalesce({self.text(0)}, {self.text(0)})", lambda: f"if({self.truth(depth - 1)}, {self.text(0)}, {self.text(0)})",
        ])()  # fmt: skip

    def day(self) -> str:
        return self.some("date", otherwise="today()")

    def truth(self, depth: int) -> str:
        leaf = [
            lambda: f"{self.number(0)} {self.chance.choice(['<', '<=', '>', '>=', '=', '!='])} {self.number(0)}",
            lambda: f"{self.some('text', 'one', otherwise=self.number(0))} {self.chance.choice(['=', '!='])} {self.chance.choice(QUOTED)}",
            lambda: f"selected({self.some('many', 'one', otherwise=self.number(0))}, {self.chance.choice(CODES)})",
            lambda: f"{self.day()} {self.chance.choice(['<', '>='])} today()",
        ]  # fmt: skip
        if depth == 0:
            return self.chance.choice(leaf)()
        return self.chance.choice([*leaf, lambda: f"not({self.truth(depth - 1)})",
                                   lambda: f"({self.truth(depth - 1)} {self.chance.choice(['and', 'or'])} {self.truth(depth - 1)})"])()  # fmt: skip


CODES = ("'yes'", "'no'", "'fruit'", "'apple'", "'12'")
QUOTED = (*CODES, "''")
