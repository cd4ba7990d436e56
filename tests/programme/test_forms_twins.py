"""Random answers to every form: the phone's interpreter and the server's agree on every value, relevance and violation."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from differential import forms
from tsela.kernel.dates import format_date, parse_date
from tsela.programme.forms.expressions import walk
from tsela.programme.forms.words import every
from tsela.programme.interpreter import OpenForm

TODAY = "2026-11-20"
RUNS, STEPS = 60, 8
FORMS = {**forms.programme_forms(), **{f"case {topic}": forms.form_of(topic) for topic in forms.TOPICS}}
PLACES = ["-25.9964 28.2268 1550 4.5", "-25.5 28 0 0", "0.5 180 12 3"]
STRANGE = [
    None,
    "",
    [],
    True,
    "x",
    "12.5",
    -1,
    2.5,
    1e21,
    2**53,
    "2026-02-30",
    ["x"],
    {"a": 1},
    " ",
    "𝔸",
    "NaN",
]


class Person:
    """Somebody who answers at random: mostly sensibly, often at the edges, sometimes nonsense."""

    def __init__(self, form: dict[str, Any], seed: int) -> None:
        self.form, self.random = form, random.Random(seed)
        self.questions = list(_questions(form["body"]))
        repeats = [node for node in every(form["body"]) if node["type"] == "repeat"]
        self.repeats = [node["name"] for node in repeats]
        self.free = [node["name"] for node in repeats if "repeat_count" not in node]

    def case(self, *, nonsense: float = 0.1) -> dict[str, Any]:
        self.nonsense = nonsense
        steps = [self.step() for _ in range(self.random.randint(1, STEPS))]
        given = {"answers": self.answers()} if self.random.random() < 0.3 else {}
        case = {"today": TODAY, "record": self.record(), "steps": steps, **given}
        return {**case, "steps": self.played(case)}

    def record(self) -> dict[str, Any]:
        record = {"client_group": self.random.choice(["child", "woman"]), "birth_date": self.day()}
        return self.random.choice([{}, record])

    def step(self) -> list[Any]:
        if self.free and self.random.random() < 0.25:
            return self.random.choice(
                [["add", self.random.choice(self.free)], ["remove", self.random.choice(self.free), 0]]
            )
        repeat, node = self.random.choice(self.questions)
        path = f"{repeat}[{self.random.randint(0, 1)}].{node['name']}" if repeat else node["name"]
        return ["set", path, self.answer(node)]

    def played(self, case: dict[str, Any]) -> list[list[Any]]:
        """Only the steps whose row is there when their turn comes."""
        opened = OpenForm(self.form, today=TODAY, record=case.get("record"), answers=case.get("answers"))
        return [step for step in case["steps"] if forms.play(opened, step)]

    def answers(self) -> dict[str, Any]:
        answers = {
            node["name"]: self.answer(node)
            for repeat, node in self.questions
            if not repeat and self.random.random() < 0.6
        }
        for name in self.repeats:
            inside = [node for repeat, node in self.questions if repeat == name]
            answers[name] = [
                {node["name"]: self.answer(node) for node in inside} for _ in range(self.random.randint(0, 2))
            ]
        return answers

    def answer(self, node: dict[str, Any]) -> Any:
        if self.random.random() < self.nonsense:
            return self.random.choice(STRANGE)
        if "range" in node and not self.nonsense:
            bounds = node["range"]  # a slider gives nothing else
            steps = int((bounds["end"] - bounds["start"]) / bounds["step"])
            return bounds["start"] + bounds["step"] * self.random.randint(0, steps)
        match node.get("value") or node["type"]:
            case "select_one":
                return self.random.choice(self.codes(node))
            case "select_multiple":
                codes = self.codes(node)
                picked = self.random.sample(codes, self.random.randint(0, min(3, len(codes))))
                return picked if self.nonsense else sorted(picked, key=codes.index)  # as boxes are ticked
            case "date":
                return self.day()
            case "integer":
                return self.random.choice([*_edges(node), self.random.randint(0, 50)])
            case "geopoint":
                return self.random.choice(PLACES)
            case "image" | "audio" as kind:
                return f"{self.random.getrandbits(256):064x}.{'jpg' if kind == 'image' else 'webm'}"
            case "decimal":
                return self.random.choice([*_edges(node), round(self.random.uniform(0, 200), 1)])
        return self.random.choice(["Thandi", "+27 82 123 4567", "12", "09:00-16:00"])

    def codes(self, node: dict[str, Any]) -> list[str]:
        return [choice["name"] for choice in self.form["choices"][node["list"]]]

    def day(self) -> str:
        near = [-300, -281, -280, -42, -30, -7, -1, 0, 0, 0, 1, 40, 300, 301]
        return format_date(parse_date(TODAY) + self.random.choice(near))


def _questions(
    body: list[dict[str, Any]], repeat: str | None = None
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    for node in body:
        if "body" in node:
            yield from _questions(node["body"], node["name"] if node["type"] == "repeat" else repeat)
        elif node["type"] != "note":
            yield repeat, node


def _edges(node: dict[str, Any]) -> list[int]:
    """Numbers that the question's own rules speak of, and their neighbours."""
    parts = [part for column in ("constraint", "calculation") for part in walk(node.get(column))]
    numbers = [
        part[1]
        for part in parts
        if part[0] == "lit" and isinstance(part[1], int) and not isinstance(part[1], bool)
    ]
    return [number + by for number in numbers for by in (-1, 0, 1)] or [0, 1, 5]


@pytest.fixture(scope="module")
def phone() -> Iterator[forms.TypeScript]:
    phone = forms.TypeScript()
    yield phone
    phone.close()


@pytest.mark.parametrize("name", FORMS)
def test_phone_and_server_agree(name: str, phone: forms.TypeScript) -> None:
    for seed in range(RUNS):
        case = Person(FORMS[name], seed).case()
        assert forms.python(FORMS[name], case) == phone(FORMS[name], case), f"seed {seed}: {case}"
