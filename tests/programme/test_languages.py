"""34 languages: what is known of each, who stands in for whom, and that a draft is never taken for a reviewed text."""

import gettext
import json
import shutil
from dataclasses import replace
from pathlib import Path

import polib
import pytest
from click.testing import CliRunner

from tsela.programme import load
from tsela.programme.languages import CLDR, Language, chain, gsm7
from tsela.programme.locales import MONTHS, Catalogue, catalogue, spoken_words, update
from tsela.programme.translation import DRAFT, MISSING, REVIEWED, translation
from tsela.work.commands.programme import command

FOLDER = Path(__file__).resolve().parents[2] / "programmes/mentor_mother"
PROGRAMME = load(FOLDER)
KNOWN = PROGRAMME.registered
TAGS = [
    "en",
    "af",
    "zu",
    "xh",
    "st",
    "nso",
    "tn",
    "ts",
    "ss",
    "ve",
    "nr",
    "ny",
    "tum",
    "yao",
    "sw",
    "luo",
    "ki",
    "kam",
    "luy",
    "lg",
    "xog",
    "nyn",
    "ach",
    "teo",
    "bem",
    "toi",
    "loz",
    "pt",
    "vmw",
    "seh",
    "umb",
    "kmb",
    "tw",
    "ee",
]
DRAFTS = ["zu", "xh", "st", "tn", "ss", "ny", "sw", "lg", "bem", "pt", "tw"]


def test_the_34_languages_are_registered_and_can_be_chosen_for_a_client() -> None:
    assert sorted(KNOWN) == sorted(TAGS)
    choices = PROGRAMME.forms["registration"]["choices"]["language"]
    assert {choice["name"]: choice["label"] for choice in choices} == {tag: KNOWN[tag].name for tag in TAGS}


@pytest.mark.parametrize("tag", TAGS)
def test_a_language_has_names_countries_and_a_plural_rule_that_gettext_reads_the_same_way(tag: str) -> None:
    language = KNOWN[tag]
    assert "" not in (language.name, language.english)
    assert language.countries
    plural = gettext.c2py(language.plural_forms.rpartition("plural=")[2].rstrip(";"))
    assert [language.form(n) for n in range(200)] == [plural(n) for n in range(200)]
    assert (language.form(1), language.form(2)) == (0, 1)


@pytest.mark.parametrize(
    ("tag", "zero"),
    [("en", 1), ("xh", 1), ("sw", 1), ("pt", 1), ("bem", 1), ("zu", 0), ("nso", 0), ("tw", 0), ("ach", 0)],
)
def test_nobody_is_one_or_many(tag: str, zero: int) -> None:
    assert KNOWN[tag].form(0) == zero


def test_a_plural_rule_that_is_not_of_cldr_says_so_and_is_to_be_confirmed() -> None:
    ours = {tag for tag in TAGS if not KNOWN[tag].plural_source.startswith(CLDR)}
    assert {"tum", "yao", "ach", "toi", "loz", "umb", "kmb"} <= ours
    assert all(KNOWN[tag].review == "speaker" for tag in ours)


@pytest.mark.parametrize("tag", TAGS)
def test_dates_are_in_words_or_where_nobody_is_certain_in_numbers(tag: str) -> None:
    language = KNOWN[tag]
    assert (len(language.months), len(language.weekdays)) in ((12, 7), (0, 0))
    assert len(set(language.months)) == len(language.months)
    assert language.as_dict()["dates"] == ("words" if language.months else "numbers")


def test_where_no_months_are_known_there_is_a_number() -> None:
    assert (KNOWN["sw"].month(11), KNOWN["loz"].month(11)) == ("Novemba", "11")
    assert not any(KNOWN[tag].months for tag in ("tum", "yao", "ach", "toi", "loz", "umb", "kmb"))


def test_letters_outside_gsm_7_are_known() -> None:
    """content: ŵ(ny) ḓḽṅṋṱ(ve) š(nso,tn) ɛɔ(tw) ɖƒɣŋʋ(ee) ĩũ(ki,kam) ŋ(ach,luo,xog) ãõçáê(pt) êëô(af)"""
    outside = {"ny", "ve", "nso", "tn", "tw", "ee", "ki", "kam", "ach", "luo", "xog", "pt", "af"}
    assert outside <= {tag for tag in TAGS if not KNOWN[tag].gsm7}
    assert all(KNOWN[tag].gsm7 for tag in ("en", "zu", "xh", "ts", "ss", "nr", "sw", "bem", "toi"))
    assert (gsm7("Hello {you}, €5"), gsm7("Mwaŵa")) == (True, False)


@pytest.mark.parametrize(
    ("tag", "official", "order"),
    [("zu", "en", ("zu", "en")), ("ny-ZM", "en", ("ny-ZM", "ny", "en")), ("vmw", "pt", ("vmw", "pt", "en")),
     ("sw-KE", "sw", ("sw-KE", "sw", "en")), ("umb", "pt-AO", ("umb", "pt-AO", "pt", "en")), ("en", "st", ("en", "st"))],
)  # fmt: skip
def test_variant_then_language_then_official_language_then_english(
    tag: str, official: str, order: tuple[str, ...]
) -> None:
    assert chain(tag, official) == order


def po_of(folder: Path, tag: str, **words: str) -> None:
    """A PO file; a text that begins with ? is a draft."""
    po = polib.POFile()
    for english, text in words.items():
        flags = ["fuzzy"] if text.startswith("?") else []
        po.append(polib.POEntry(msgid=english, msgstr=text.lstrip("?"), flags=flags))
    (folder / "locales").mkdir(exist_ok=True)
    po.save(str(folder / f"locales/{tag}.po"))


def test_a_missing_word_comes_from_the_next_in_the_chain_and_stays_a_draft(tmp_path: Path) -> None:
    po_of(tmp_path, "pt", Yes="Sim", No="?Não", Save="Guardar", Next="")
    po_of(tmp_path, "vmw", Yes="?Aayo", Save="")
    words = catalogue(tmp_path, "vmw", "pt")
    assert dict(words) == {"Yes": "Aayo", "No": "Não", "Save": "Guardar"}
    assert words.drafts == {"Yes", "No"}
    assert [words.reviewed(text) for text in ("Yes", "No", "Save", "Next")] == [None, None, "Guardar", None]


def test_a_variant_speaks_for_itself_first(tmp_path: Path) -> None:
    po_of(tmp_path, "ny", Yes="Inde", No="Ayi")
    po_of(tmp_path, "ny-ZM", Yes="Eya")
    assert dict(catalogue(tmp_path, "ny-ZM", "en")) == {"Yes": "Eya", "No": "Ayi"}
    assert catalogue(tmp_path, "en", "ny") == {}


def test_months_come_with_the_words(tmp_path: Path) -> None:
    assert spoken_words(Catalogue(), KNOWN["sw"])["Nov"] == "Novemba"
    assert spoken_words(Catalogue(Nov="Nov."), KNOWN["sw"])["Nov"] == "Nov."
    assert spoken_words(Catalogue(), KNOWN["loz"]) == {}
    assert len(MONTHS) == 12


def test_a_po_file_comes_back_as_it_went(tmp_path: Path) -> None:
    """What a translation tool writes: words, drafts, notes. An update adds texts and the plural rule, and changes none."""
    path = tmp_path / "locales/tw.po"
    path.parent.mkdir()
    shutil.copy(FOLDER / "locales/tw.po", path)
    po = polib.pofile(str(path))
    po.find("Yes").msgstr, po.find("Yes").flags = "Aane!", []
    po.find("No").tcomment = "Short, as on a button."
    po.save(str(path))
    before = {entry.msgid: (entry.msgstr, entry.flags, entry.tcomment) for entry in polib.pofile(str(path))}
    update(replace(PROGRAMME, folder=tmp_path, languages=("en", "tw")))
    again = polib.pofile(str(path))
    after = {entry.msgid: (entry.msgstr, entry.flags, entry.tcomment) for entry in again}
    told = {text: words for text, words in before.items() if words[0]}
    assert told.items() <= after.items()
    assert again.metadata["Plural-Forms"] == "nplurals=2; plural=(n > 1);"
    assert "Yes" not in catalogue(tmp_path, "tw").drafts


@pytest.mark.parametrize("tag", DRAFTS)
def test_the_core_of_the_field_app_is_drafted_and_every_draft_is_marked(tag: str) -> None:
    words = PROGRAMME.catalogue(tag)
    assert len(words.keys() & set(PROGRAMME.core)) >= 75
    assert words.keys() == words.drafts  # nobody has read any of them yet
    assert all(words.reviewed(text) is None for text in words)


def test_the_core_is_texts_that_people_read() -> None:
    texts = {entry.msgid for entry in polib.pofile(str(FOLDER / "locales/en.po")) if not entry.obsolete}
    assert set(PROGRAMME.core) <= texts
    assert {"Today", "Find", "Add", "Sync", "Late", "Due now", "This week", "Save"} <= set(PROGRAMME.core)


def test_coverage_says_what_is_translated_and_what_is_reviewed_by_kind() -> None:
    found = translation(PROGRAMME)
    assert sorted(found.states) == sorted(TAGS)
    core = found.share("sw", "core")
    assert (core.translated, core.reviewed, core.draft) == (core.texts, 0, core.texts)
    assert found.share("en", "forms").reviewed == found.share("en", "forms").texts > 300
    assert found.share("loz", "app").translated == 0
    visit = dict(found.by_message())["messages/visit_soon"]
    assert (visit["zu"].texts, visit["zu"].reviewed, visit["loz"].translated) == (5, 0, 0)
    assert str(visit["en"]) == "100%"
    assert (found.states["sw"]["Today"], found.states["loz"]["Today"], found.states["en"]["Today"]) == (
        DRAFT, MISSING, REVIEWED,
    )  # fmt: skip


def test_the_command_shows_coverage_per_language_and_per_message() -> None:
    table = CliRunner().invoke(command, ["words", str(FOLDER), "--coverage"]).output
    assert next(line for line in table.splitlines() if line.startswith("sw   Kiswahili")).endswith("KE TZ UG")
    told = json.loads(CliRunner().invoke(command, ["words", str(FOLDER), "--coverage", "--json"]).output)
    assert told["languages"]["zu"]["core"]["reviewed"] == 0
    today = next(row for row in told["texts"] if row["text"] == "Today")
    assert {"app", "core"} <= set(today["kinds"])
    assert (today["states"]["xh"], today["states"]["ee"]) == ("draft", "missing")
    assert next(row for row in told["registered"] if row["tag"] == "ny")["countries"] == ["MW", "ZM"]


def test_a_language_that_nobody_registered_has_its_tag_for_a_name() -> None:
    assert PROGRAMME.language("fr") == Language("fr", "fr")
    assert PROGRAMME.language("sw-KE").name == "Kiswahili"
