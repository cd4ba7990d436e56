"""The words that people read: collected, kept over changes, drafts known as drafts."""

import re
import shutil
from pathlib import Path

import polib
import pytest

from tsela.programme import load
from tsela.programme.locales import ENGINE_TEXTS, MONTHS, catalogue, collect, update

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "phone/src"
PROGRAMME = load(ROOT / "programmes/mentor_mother")


@pytest.fixture(scope="module")
def texts() -> set[str]:
    return {text.msgid for text in collect(PROGRAMME, APP)}


def test_forms_rules_names_and_the_app_are_collected(texts: set[str]) -> None:
    assert {
        "Baby is due on",
        "Very bad headache",
        "Weeks go from 1 to 44.",
    } <= texts  # label, choice, message
    assert {"First HIV test for baby", "Danger sign in pregnancy"} <= texts  # item, flag
    assert {"Mentor Mother", "Call her", "Please answer this.", "Sync now"} <= texts
    assert not [text for text in texts if not any(map(str.isalpha, text))]


def test_every_alternative_of_a_call_is_collected(tmp_path: Path) -> None:
    source = 't(late ? "Late" : "Due", {n: count("x")}); t("Say \\"yes\\""); at("no"); t(`no`)'
    (tmp_path / "page.tsx").write_text(source, encoding="utf-8")
    assert [text.msgid for text in collect(PROGRAMME, tmp_path) if text.where.startswith("app/")] == [
        "Late",
        "Due",
        'Say "yes"',
    ]


def test_what_the_engine_says_is_what_we_translate() -> None:
    for path in ("src/tsela/care/engine/why.py", "phone/src/core/engine/why.ts"):
        source = (ROOT / path).read_text(encoding="utf-8")
        assert all(text in source for text in ENGINE_TEXTS), path
    assert " ".join(MONTHS) in (APP / "app/words.ts").read_text(encoding="utf-8")


def test_the_files_are_up_to_date(texts: set[str]) -> None:
    """If this fails: tsela programme words programmes/mentor_mother --app phone/src"""
    for language in PROGRAMME.languages:
        po = polib.pofile(str(PROGRAMME.folder / f"locales/{language}.po"))
        assert texts - {entry.msgid for entry in po if not entry.obsolete} == set()


def test_isizulu_is_a_draft_of_the_field_app() -> None:
    words = catalogue(PROGRAMME.folder, "zu")
    po = polib.pofile(str(PROGRAMME.folder / "locales/en.po"))
    app = {entry.msgid for entry in po if any(place.startswith("app/") for place, _ in entry.occurrences)}
    assert len(words.keys() & app) / len(app) > 0.9
    translated = {english for english, text in words.items() if text != english}
    assert translated <= words.drafts  # until a native speaker has read them
    assert {"code": "zu", "name": "isiZulu", "draft": True} in PROGRAMME.bundle()["languages"]


@pytest.mark.parametrize("language", PROGRAMME.languages[1:])
def test_a_translation_fills_the_same_gaps(language: str) -> None:
    for english, text in catalogue(PROGRAMME.folder, language).items():
        assert set(re.findall(r"\$?\{\w+\}", english)) == set(re.findall(r"\$?\{\w+\}", text)), english


def test_a_regional_variant_falls_back_and_an_unknown_language_is_empty() -> None:
    assert catalogue(PROGRAMME.folder, "zu-ZA")["Yes"] == "Yebo"
    assert catalogue(PROGRAMME.folder, "fr") == {}


def test_an_update_keeps_translations_and_what_is_no_longer_read(tmp_path: Path) -> None:
    from dataclasses import replace

    (tmp_path / "locales").mkdir()
    old = polib.POFile()
    old.append(polib.POEntry(msgid="Yes", msgstr="Yebo", flags=["fuzzy"]))
    old.append(polib.POEntry(msgid="An old text", msgstr="Umbhalo omdala"))
    old.save(str(tmp_path / "locales/zu.po"))
    lacking = update(replace(PROGRAMME, folder=tmp_path))
    po = polib.pofile(str(tmp_path / "locales/zu.po"))
    assert (po.find("Yes").msgstr, po.find("Yes").flags) == ("Yebo", ["fuzzy"])
    assert po.find("An old text", include_obsolete_entries=True).obsolete
    assert lacking["en"] == 0
    assert lacking["zu"] == len([entry for entry in po if not entry.obsolete]) - 1


def test_translations_in_the_columns_of_a_form_are_drafts_and_po_files_have_the_last_say(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "small"
    shutil.copytree(Path(__file__).parent / "sound", folder)
    form = folder / "forms/exit.md"
    text = form.read_text()
    for english, zulu in (
        ("label      ", "label::zu"),
        ("Since when?", "Kusukela nini?"),
        ("Why?       ", "Yini?"),
    ):
        text = text.replace(f"| {english} |", f"| {english} | {zulu} |", 1)
    form.write_text(text)
    programme = folder / "programme.yaml"
    programme.write_text(programme.read_text().replace("languages: [en]", "languages: [en, zu]"))
    (folder / "locales").mkdir()
    (folder / "locales/zu.po").write_text(
        'msgid ""\nmsgstr "Language: zu\\n"\n\nmsgid "Why?"\nmsgstr "Ngani?"\n'
    )
    words = load(folder).catalogue("zu")
    assert (words["Since when?"], words["Why?"]) == ("Kusukela nini?", "Ngani?")
    assert (words.reviewed("Since when?"), words.reviewed("Why?")) == (None, "Ngani?")
