"""A programme of one's own, made from another: its own name, title, languages and countries, and all that is in it."""

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tsela.kernel.errors import fail
from tsela.programme import source
from tsela.programme.languages import SOURCE, base
from tsela.programme.loading import Programme, load

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def fork(
    parent: Programme, folder: Path, *, name: str, title: str = "", languages: Sequence[str] = (), countries: Sequence[str] = ()
) -> Programme:  # fmt: skip
    """Make the folder. Languages and countries that are not named are left out; all stay where none is named.

    Raises E244 for a name that cannot be one, E245 where something is in the folder already, and what `load` raises.
    """
    if not NAME.fullmatch(name):
        fail("E244", where="NAME", name=name)
    if folder.exists() and any(folder.iterdir()):
        fail("E245", where=str(folder))
    try:
        _make(parent, folder, name, title, languages, countries)
        return load(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _make(
    parent: Programme, folder: Path, name: str, title: str, languages: Sequence[str], countries: Sequence[str]
) -> None:
    shutil.copytree(parent.folder, folder, ignore=shutil.ignore_patterns(".*", "~*"), dirs_exist_ok=True)
    given = {"name": name, "title": title or parent.title, "version": '"1"'}
    if languages:
        given["languages"] = f"[{', '.join(dict.fromkeys((parent.languages[0], *languages)))}]"
        _keep_languages(folder, parent, languages)
    if countries:
        _keep_countries(folder, parent, countries, languages)
    _keep_examples(folder, parent, countries, languages)
    _rewrite(folder / "programme.yaml", given, parent, countries)


def _rewrite(path: Path, given: dict[str, str], parent: Programme, countries: Sequence[str]) -> None:
    """programme.yaml with these keys; its other lines and remarks stay."""
    text = path.read_text(encoding="utf-8")
    for key, value in given.items():
        text = _set(text, key, f"{key}: {value}\n")
    if countries:
        text = _set(text, "countries", "countries: {}\n")
    head = f"# Made from {parent.name} {parent.version}.\n"
    path.write_text(head + text, encoding="utf-8")


def _set(text: str, key: str, line: str) -> str:
    """The text with a key of the top level, and everything under it, replaced by this line."""
    return re.sub(
        rf"^{key}:.*\n(?:[ \t]+\S.*\n|[ \t]*\n(?=[ \t]))*", lambda _: line, text, count=1, flags=re.M
    )


def _keep_languages(folder: Path, parent: Programme, languages: Sequence[str]) -> None:
    """The words of these languages; for one that has none yet, a file to translate."""
    wanted = {SOURCE, *languages, *map(base, languages)}
    english = folder / "locales" / f"{SOURCE}.po"
    for path in (folder / "locales").glob("*.po"):
        if path.stem not in wanted:
            path.unlink()
    for tag in languages:
        if tag in parent.languages or not english.is_file():
            continue
        text = english.read_text(encoding="utf-8").replace(f"Language: {SOURCE}", f"Language: {tag}", 1)
        (folder / "locales" / f"{tag}.po").write_text(text, encoding="utf-8")


def _keep_countries(
    folder: Path, parent: Programme, countries: Sequence[str], languages: Sequence[str]
) -> None:
    """The profiles and services of these countries; a short profile for a country that has none yet."""
    places = folder / "countries"
    places.mkdir(exist_ok=True)
    for path in (*places.glob("*.yaml"), *(folder / "services").glob("??.csv")):
        if path.stem not in countries:
            path.unlink()
    spoken = ", ".join(dict.fromkeys((*languages, parent.languages[0])))
    for code in countries:
        path = places / f"{code}.yaml"
        if not path.exists():
            policy = parent.policy_of(code)
            official = parent.languages[0]
            path.write_text(
                f"title: {code}\npolicy: {policy if policy != code else parent.policy}\nlanguages: [{spoken}]\nofficial: {official}\n"
            )


def _keep_examples(
    folder: Path, parent: Programme, countries: Sequence[str], languages: Sequence[str]
) -> None:
    """Worked examples of what is left out go with it; the others stay as they are written."""
    left_out = parent.countries.keys() - set(countries) if countries else frozenset()
    spoken = {SOURCE, *languages} if languages else None

    def gone(example: Mapping[str, Any]) -> bool:
        country = example.get("policy", example.get("country"))
        return country in left_out or (spoken is not None and example.get("language", SOURCE) not in spoken)

    for path in (*(folder / "cases").glob("*.yaml"), *(folder / "dialogues").glob("*.yaml")):
        found = source.parse(path.read_text(encoding="utf-8"), path.name)[0]
        _drop(path, found["dialogues"] if isinstance(found, Mapping) else found, gone)


def _drop(
    path: Path, examples: Sequence[Mapping[Any, Any]], gone: Callable[[Mapping[Any, Any]], bool]
) -> None:
    """Take these examples out of their file; a file without any goes too."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    starts = [next(iter(one)).place.line - 1 for one in examples] + [len(lines)]
    dropped = [n for n, one in enumerate(examples) if gone(one)]
    for n in reversed(dropped):
        del lines[starts[n] : starts[n + 1]]
    if len(dropped) == len(examples):
        path.unlink()
    elif dropped:
        path.write_text("".join(lines), encoding="utf-8")
