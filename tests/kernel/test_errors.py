"""The catalogue and the code that uses it stay one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from tsela.kernel import errors
from tsela.kernel.errors import TselaError, catalogue, fail, nearest, problem

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"E[1-9]\d\d")


def test_an_error_names_the_place_the_reason_and_the_remedy():
    with pytest.raises(TselaError) as caught:
        fail("E901", where="settings", state="the key is empty", length=50)
    error = caught.value
    assert (error.code, error.where) == ("E901", "settings")
    assert error.what == "This server has no secret key of its own: the key is empty."
    assert str(error).startswith(
        "E901 settings: This server has no secret key of its own: the key is empty.\n"
    )
    assert error.remedy in str(error)
    assert error.why in str(error)


def test_errors_found_together_are_told_together():
    first, second = problem("E902", where="a"), problem("E903", where="b", reason="it is empty")
    error = TselaError(first, second)
    assert (error.problem, error.code) == (first, "E902")
    assert str(error) == f"{first}\n{second}"
    assert [one["where"] for one in error.as_dicts()] == ["a", "b"]


def test_a_misspelt_name_gets_the_nearest_right_one():
    near = nearest("infant_tset", ["hiv_test", "infant_test", "infant_outcome"])
    assert near == "infant_test"
    assert nearest("zzz", ["hiv_test"]) is None
    assert problem("E904", name="A", value="b", choices="c", nearest=near).what.endswith(
        "Did you mean infant_test?"
    )
    assert (
        problem("E904", name="A", value="b", choices="c", nearest=None).what
        == "A is set to 'b', which is none of c."
    )


def test_a_forgotten_field_never_hides_the_error():
    assert problem("E903").what.endswith("that Tsela can use: ?.")


def test_the_catalogue_is_in_order_and_every_text_is_a_sentence():
    numbers = re.findall(r"^\[(.+)\]$", catalogue_text(), flags=re.M)
    assert numbers == sorted(numbers), "run `make fix`"
    for entry in catalogue().values():
        assert CODE.fullmatch(entry.code), entry.code
        assert entry.code[:2] in errors.ROOMS, entry.code
        assert entry.title, entry.code
        assert entry.level in ("error", "warning"), entry.code
        for text in filter(None, (entry.sentence, entry.why, entry.remedy)):
            assert text.endswith((".", "?", "}", "”", "…")), (entry.code, text)


def test_the_code_uses_every_number_and_no_other():
    used = {code for path in sources() for code in literals(path)}
    assert used == set(catalogue())


def test_every_use_gives_every_field():
    for path, call in calls():
        entry = catalogue()[call.args[0].value]
        given = {keyword.arg for keyword in call.keywords}
        if None in given:  # fields passed on as **fields: nothing to see here
            continue
        given |= {"did_you_mean"} if "nearest" in given else set()
        missing = fields_of(entry) - given
        assert not missing, f"{path.name}:{call.lineno} {entry.code} lacks {sorted(missing)}"


def test_the_list_for_people_is_current():
    assert (ROOT / "docs/errors.md").read_text() == errors.as_markdown(), "run `make fix`"


def catalogue_text() -> str:
    return (ROOT / "src/tsela/kernel/catalogue.toml").read_text()


def sources() -> list[Path]:
    return sorted((ROOT / "src").rglob("*.py"))


def literals(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and name_of(node.func) in ("problem", "fail")
                and is_code(node.args)
            ):
                yield path, node


def is_code(arguments: list[ast.expr]) -> bool:
    return (
        bool(arguments)
        and isinstance(arguments[0], ast.Constant)
        and bool(CODE.fullmatch(str(arguments[0].value)))
    )


def name_of(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def fields_of(entry: errors.Entry) -> set[str]:
    texts = (entry.sentence, entry.why, entry.remedy)
    return {
        re.split(r"[.\[]", field)[0] for text in texts for _, field, _, _ in Formatter().parse(text) if field
    }
