"""What the compiler makes of a form, and what it refuses: always with sheet, line, column and the nearest right name."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from pyxform.xls2json_backends import md_table_to_workbook, md_to_dict

from differential import forms
from tsela.programme.forms import compile_form, compile_forms, dictionary
from tsela.programme.forms.media import media_of, too_much
from tsela.programme.forms.sheets import read_sheets
from tsela.programme.forms.translations import sheet_words

GOOD = """
| survey | type              | name     | label    | relevant          | constraint            | calculation | appearance |
|--------|-------------------|----------|----------|-------------------|-----------------------|-------------|------------|
|        | select_one yes_no | cough    | Cough?   |                   |                       |             |            |
|        | integer           | days     | Days     | ${cough} = 'yes'  | . >= 1 and . <= 90    |             |            |
|        | calculate         | long     |          |                   |                       | ${days} > 7 |            |

| choices | list_name | name | label |
|---------|-----------|------|-------|
|         | yes_no    | yes  | Yes   |
|         | yes_no    | no   | No    |

| settings | form_id | form_title |
|----------|---------|------------|
|          | screen  | Screen     |
"""

# what to change, into what, and how the refusal begins and what it names
REFUSED = [
    ("relevant ", "relevent ", "E302", "survey, column relevent", "Did you mean relevant?"),
    ("select_one yes_no", "select_one yesno", "E307", "survey, column type", "Did you mean yes_no?"),
    ("| integer  ", "| intager  ", "E303", "survey, column type", "Did you mean integer?"),
    ("| integer  ", "| geoshape ", "E303", "survey, column type", "lines and areas"),
    ("${cough} = 'yes'", "${couhg} = 'yes'", "E306", "survey, column relevant", "Did you mean cough?"),
    ("${cough} = 'yes'", "cough = 'yes'", "E306", "survey, column relevant", "Did you mean ${cough}?"),
    ("${cough} = 'yes'", "${cough} = 'yes", "E304", "survey, column relevant", "means nothing here"),
    ("${cough} = 'yes'", "selectd(${cough}, 'yes')", "E305", "survey, column relevant", "Did you mean selected?"),
    ("${cough} = 'yes'", "if(${cough}, 1)", "E304", "survey, column relevant", "if() takes 3 arguments, not 2"),
    ("${cough} = 'yes'", "/data/cough = 'yes'", "E304", "survey, column relevant", "means nothing here"),
    ("${cough} = 'yes'", "${long} = 'true'", "E308", "survey, column calculation", "days → long → days"),
    ("${cough} = 'yes'", ". = 'yes'", "E316", "survey, column relevant", "in a constraint"),
    (". >= 1 and . <= 90", ". >= 1 and", "E304", "survey, column constraint", "it ends too early"),
    (". >= 1 and . <= 90", "regex(., '\\d+')", "E304", "survey, column constraint", "quoted pattern"),
    (". >= 1 and . <= 90", ". > pulldata('clinic', 'x')", "E304", "survey, column constraint", "pulldata"),
    (". >= 1 and . <= 90", ". > pulldata('client', 'birthdate')", "E317", "survey, column constraint", "birth_date?"),
    (" days     | Days ", " cough    | Days ", "E309", "survey, column name", "cough is used twice"),
    (" days     | Days ", " Days     | Days ", "E310", "survey, column name", "'Days'"),
    ("| Days     |", "|          |", "E313", "survey, column label", "lacks its label"),
    ("| Days     |", "| ${dayz}? |", "E306", "survey, column label", "Did you mean days?"),
    ("|             |            |\n|        | calculate", "|             | likert     |\n|        | calculate",
     "E312", "survey, column appearance", "likert"),
    ("| integer  ", "| video    ", "E303", "survey, column type", "films"),
    ("| integer  ", "| dateTime ", "E303", "survey, column type", "no clock"),
    ("| integer  ", "| barcod   ", "E303", "survey, column type", "Did you mean barcode?"),
    ("| integer  ", "| select_one_from_file clinics.csv ", "E319", "survey, column type", "no such file"),
    ("select_one yes_no |", "select_one yes_no or_othr |", "E307", "survey, column type", "Did you mean yes_no?"),
    ("${cough} = 'yes'", "${cough} = now()", "E304", "survey, column relevant", "today()"),
    ("${cough} = 'yes'", "instance('yesno')/root/item[name = 1]/label", "E307", "survey, column relevant", "Did you mean yes_no?"),
    ("${cough} = 'yes'", "instance('yes_no')/root/item[nme = 1]/label", "E306", "survey, column relevant", "Did you mean name?"),
    ("${cough} = 'yes'", "instance('yes_no')/root/item/label", "E304", "survey, column relevant", "expected '['"),
    ("${cough} = 'yes'", "pulldata('drugs', 'full', 'short', 1)", "E307", "survey, column relevant", "drugs"),
    (". >= 1 and . <= 90", "jr:choice-name(., '${days}') = 'Yes'", "E306", "survey, column constraint", "called days"),
    (". >= 1 and . <= 90", "jr:choice-name(., ${cough}) = 'Yes'", "E304", "survey, column constraint", "in quotes"),
    (". >= 1 and . <= 90", "indexed-repeat(${cough}, 1, 2)", "E304", "survey, column constraint", "indexed-repeat(${question}"),
    ("| yes_no    | no ", "| yes_no    | n o", "E310", "choices, column name", "no spaces"),
    ("| yes_no    | no ", "| yes_no    | yes", "E309", "choices, column name", "yes is used twice"),
    ("name | label |\n|---------|", "name | lable |\n|---------|", "E302", "choices, column lable", "Did you mean label?"),
    ("| form_id |", "| from_id |", "E302", "settings, column from_id", "Did you mean form_id?"),
]  # fmt: skip


def compiled(folder: Path, text: str) -> tuple[dict[str, Any], list[Any]]:
    path = folder / "screen.md"
    path.write_text(text, encoding="utf-8")
    return compile_form(path, {"birth_date", "sex"})


def test_a_good_form_has_no_problems(tmp_path: Path) -> None:
    assert compiled(tmp_path, GOOD)[1] == []


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "words"), REFUSED, ids=[f"{r[2]} {r[1].strip()}" for r in REFUSED]
)
def test_a_mistake_is_refused_where_it_stands(
    tmp_path: Path, old: str, new: str, code: str, place: str, words: str
) -> None:
    assert old in GOOD
    problems = compiled(tmp_path, GOOD.replace(old, new, 1))[1]
    found = [one for one in problems if one.code == code]
    assert found, problems
    line = GOOD[: GOOD.index(old)].count("\n") + 1
    assert place in found[0].where
    assert words in f"{found[0].what} {found[0].remedy}"
    assert code in ("E308", "E302") or f"screen.md:{line} " in found[0].where


def test_a_registration_is_dated_by_its_own_day(tmp_path: Path) -> None:
    text = GOOD.replace("| form_id | form_title |", "| form_id | form_title | date_question |")
    text = text.replace("|---------|------------|\n", "|---------|------------|---|\n")
    text = text.replace("| integer  ", "| date     ", 1)
    path = tmp_path / "registration.md"
    path.write_text(
        text.replace("|          | screen  | Screen     |", "|          | registration | Screen | days |")
    )
    assert "E321" in {one.code for one in compile_form(path, {"birth_date"})[1]}


ROWS = """
| survey | type         | name  | label | calculation |
|--------|--------------|-------|-------|-------------|
|        | begin_repeat | r     | Row   |             |
|        | integer      | n     | N     |             |
|        | calculate    | total |       | {total}     |
|        | calculate    | share |       | {share}     |
|        | end_repeat   |       |       |             |
|        | calculate    | all   |       | {all}       |

| settings | form_id | form_title |
|----------|---------|------------|
|          | screen  | Screen     |
"""
ABOVE = "indexed-repeat(${total}, ${r}, position(..) - 1)"


@pytest.mark.parametrize(
    ("total", "share", "all", "circle"),
    [
        (f"${{n}} + {ABOVE}", "${total} + 1", "sum(${total})", ""),
        (f"${{n}} + {ABOVE}", "indexed-repeat(${total}, ${r}, count(${r}))", "1", ""),
        (ABOVE.replace("- 1", "- 2"), "${total} div ${all}", "sum(${total})", ""),
        (ABOVE.replace("total", "share"), "${total}", "1", ""),
        (ABOVE.replace("- 1", "- 0"), "1", "1", "total → total"),
        (ABOVE.replace("- 1", "+ 1"), "1", "1", "total → total"),
        ("indexed-repeat(${total}, ${r}, 1)", "1", "1", "total → total"),
        (ABOVE.replace("total", "share"), "${all}", "sum(${total})", "total → share → all → total"),
        (ABOVE.replace("total", "share"), "indexed-repeat(${total}, ${r}, count(${r}))", "1", "total → share → total"),
    ],
)  # fmt: skip
def test_a_row_may_read_the_rows_above_it_and_no_circle(
    tmp_path: Path, total: str, share: str, all: str, circle: str
) -> None:
    problems = compiled(tmp_path, ROWS.format(total=total, share=share, all=all))[1]
    assert [(one.code, circle in one.what) for one in problems] == ([("E308", True)] if circle else [])


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (["| | begin_group | g | G |"], "E311"),
        (["| | end_group | | |"], "E311"),
        (
            [
                "| | begin_repeat | r | R |",
                "| | begin_repeat | s | S |",
                "| | end_repeat | | |",
                "| | end_repeat | | |",
            ],
            "E303",
        ),
    ],
)
def test_groups_close_and_repeats_do_not_nest(tmp_path: Path, rows: list[str], code: str) -> None:
    lines = [
        "| survey | type | name | label |",
        *rows,
        "",
        "| settings | form_id | form_title |",
        "| | screen | Screen |",
    ]
    assert code in [found.code for found in compiled(tmp_path, "\n".join(lines))[1]]


def test_a_repeats_question_has_no_single_value_outside_it(tmp_path: Path) -> None:
    lines = ["| survey | type | name | label | calculation |", "| | begin_repeat | babies | B | |", "| | integer | grams | G | |",
             "| | end_repeat | | | |", "| | calculate | heavy | | ${grams} + 1 |", "| | calculate | all | | sum(${grams}) |",
             "| settings | form_id | form_title |", "| | screen | Screen |"]  # fmt: skip
    assert [found.code for found in compiled(tmp_path, "\n".join(lines))[1]] == ["E315"]


@pytest.mark.parametrize(
    ("cells", "code", "words"),
    [
        ("range | pain | P | strat=0 end=10 | |", "E320", "Did you mean start?"),
        ("range | pain | P | start=9 end=1 | |", "E320", "start=9 end=1"),
        ("range | pain | P | from nought | |", "E320", "from nought"),
        ("integer | pain | P | start=0 | |", "E320", "integer"),
        ("begin_repeat | pain | P | min=4 max=2 | |", "E320", "repeat"),
        ("integer | pain | P | | 3 |", "E316", "how many rows a repeat has"),
        ("begin_repeat | pain | P | | ${pian} |", "E306", "pain?"),
    ],
)
def test_parameters_and_counts_make_sense(tmp_path: Path, cells: str, code: str, words: str) -> None:
    lines = ["| survey | type | name | label | parameters | repeat_count |", f"| | {cells}"]
    lines += ["| | end_repeat | | | | |"] if "repeat" in cells else []
    found = compiled(
        tmp_path, "\n".join([*lines, "| settings | form_id | form_title |", "| | screen | Screen |"])
    )[1]
    assert [
        (one.code, words in f"{one.what} {one.remedy}", "screen.md:2 " in one.where) for one in found
    ] == [(code, True, True)], found


def test_films_beside_a_question_are_refused_by_name(tmp_path: Path) -> None:
    found = compiled(tmp_path, GOOD.replace("| appearance |", "| media::video |"))[1]
    assert [(one.code, "media::video" in one.what) for one in found] == [("E303", True)]


def test_only_the_columns_that_are_read_go_to_the_phone() -> None:
    form = forms.form_of("lists")
    assert form["data"]["drugs"][0] == {"short": "TLD", "full": "Tenofovir, lamivudine, dolutegravir"}
    assert form["choices"]["clinics"][2] == {
        "name": "C3",
        "label": "Orange Farm",
        "code": "C3",
        "title": "Orange Farm",
        "district": "joburg",
    }


def test_a_file_that_is_no_form(tmp_path: Path) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK no")
    (tmp_path / "prose.md").write_text("# Only words\n", encoding="utf-8")
    assert [found.code for found in compile_forms(tmp_path)[1]] == ["E301", "E301"]


def test_file_and_form_id_agree(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text(GOOD, encoding="utf-8")
    assert [found.code for found in compile_forms(tmp_path)[1]] == ["E318"]


def test_a_spreadsheet_compiles_to_the_same_form(tmp_path: Path) -> None:
    for path in sorted((forms.ROOT / "programmes/mentor_mother/forms").glob("*.md")):
        book = md_table_to_workbook(path.read_text(encoding="utf-8"))
        book.save(tmp_path / f"{path.stem}.xlsx")
    again, problems = compile_forms(tmp_path)
    assert problems == []
    assert again == forms.programme_forms()


def test_our_markdown_reading_is_pyxforms() -> None:
    for path in sorted((forms.ROOT / "programmes/mentor_mother/forms").glob("*.md")):
        theirs = md_to_dict(path.read_text(encoding="utf-8"))
        ours = {name: [row.cells for row in sheet.rows] for name, sheet in read_sheets(path).items()}
        assert ours == {name: theirs[name] for name in ours}, path.name


def test_compiled_forms_fit_their_schema() -> None:
    schema = json.loads((forms.ROOT / "contract/schemas/form.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    for form in [*forms.programme_forms().values(), *map(forms.form_of, forms.TOPICS)]:
        assert not [f"{form['id']}: {error}" for error in validator.iter_errors(form)]


def test_the_dictionary_of_a_form() -> None:
    entry = dictionary(forms.programme_forms()["anc_contact"])
    assert entry["date"] == "contact_date"
    assert entry["questions"]["systolic"] == {"type": "integer", "min": 50, "max": 260}
    assert entry["questions"]["diastolic"] == {"type": "integer", "min": 30, "max": 160}
    assert entry["questions"]["urine_protein"] == {"type": "code", "codes": ["negative", "trace", "positive"]}
    assert "infants" not in dictionary(forms.programme_forms()["pregnancy_outcome"])["questions"]


def test_the_version_is_that_of_the_content(tmp_path: Path) -> None:
    first = compiled(tmp_path, GOOD)[0]["version"]
    assert compiled(tmp_path, GOOD + "\nA remark below the tables.\n")[0]["version"] == first
    assert compiled(tmp_path, GOOD.replace("Days     |", "Nights   |"))[0]["version"] != first


TRANSLATED = """
| survey | type              | name  | label::English (en) | label::isiZulu (zu) | hint      | hint::zu      |
|--------|-------------------|-------|---------------------|---------------------|-----------|---------------|
|        | select_one yes_no | cough | Cough?              | Uyakhwehlela?       | Ask both. | Buza bobabili. |
|        | hidden            | days  |                     |                     |           |               |

| choices | list_name | name | label | label::zu |
|---------|-----------|------|-------|-----------|
|         | yes_no    | yes  | Yes   | Yebo      |
|         | yes_no    | no   | No    | Cha       |

| settings | form_id | form_title |
|----------|---------|------------|
|          | screen  | Screen     |
"""


def test_translations_may_stand_in_columns_and_are_words_like_those_of_the_po_files(tmp_path: Path) -> None:
    form, problems = compiled(tmp_path, TRANSLATED)
    assert problems == []
    assert (form["body"][0]["label"], form["body"][0]["hint"]) == ("Cough?", "Ask both.")
    assert form["choices"]["yes_no"][0] == {"name": "yes", "label": "Yes"}
    assert sheet_words(tmp_path) == {
        "zu": {"Cough?": "Uyakhwehlela?", "Ask both.": "Buza bobabili.", "Yes": "Yebo", "No": "Cha"}
    }


def test_a_missing_translation_is_refused_where_it_is_missing(tmp_path: Path) -> None:
    (lacking,) = compiled(tmp_path, TRANSLATED.replace("| Cha  ", "|      "))[1]
    assert lacking.code == "E313"
    assert "screen.md:10 (choices, column label::zu)" in lacking.where
    assert "its label in “zu”" in lacking.what
    (untold,) = compiled(tmp_path, TRANSLATED.replace("Ask both. ", "          "))[1]
    assert "(survey, column hint)" in untold.where
    unknown = compiled(tmp_path, TRANSLATED.replace("label::zu", "lable::zu"))[1]
    assert {one.code for one in unknown} == {"E302"}


PICTURED = """
| survey | type                 | name  | label        | media::image | media::audio |
|--------|----------------------|-------|--------------|--------------|--------------|
|        | select_one breathing | chest | How is it?   | chest.jpg    | chest.mp3    |

| choices | list_name | name | label   | image    |
|---------|-----------|------|---------|----------|
|         | breathing | fast | Fast    | fast.png |
|         | breathing | slow | Quiet   |          |

| settings | form_id | form_title |
|----------|---------|------------|
|          | screen  | Screen     |
"""


def pictures(folder: Path, **sizes: int) -> None:
    (folder / "media").mkdir(exist_ok=True)
    for name, size in {"chest_jpg": 9, "chest_mp3": 9, "fast_png": 9, **sizes}.items():
        (folder / "media" / name.replace("_", ".")).write_bytes(b"x" * size)


def test_a_picture_and_a_sound_beside_a_question_and_a_picture_beside_a_choice(tmp_path: Path) -> None:
    pictures(tmp_path)
    form, problems = compiled(tmp_path, PICTURED)
    assert problems == []
    assert form["body"][0]["media"] == {"image": "chest.jpg", "audio": "chest.mp3"}
    assert form["choices"]["breathing"][0]["image"] == "fast.png"
    assert media_of({"screen": form}, tmp_path) == {
        "chest.jpg": "data:image/jpeg;base64,eHh4eHh4eHh4",
        "chest.mp3": "data:audio/mpeg;base64,eHh4eHh4eHh4",
        "fast.png": "data:image/png;base64,eHh4eHh4eHh4",
    }


@pytest.mark.parametrize(
    ("old", "new", "sizes", "place", "words"),
    [
        ("chest.jpg", "chset.jpg", {}, "survey, column media::image", "Did you mean chest.jpg?"),
        ("chest.jpg", "chest.bmp", {}, "survey, column media::image", ".jpg, .png"),
        ("chest.mp3", "chest.jpg", {}, "survey, column media::audio", ".mp3"),
        ("fast.png", "../fast.png", {}, "choices, column image", ".jpg, .png"),
        ("chest.jpg", "chest.jpg", {"chest_jpg": 100_001}, "survey, column media::image", "100 kB"),
    ],
)
def test_a_picture_that_no_phone_could_show_is_refused(
    tmp_path: Path, old: str, new: str, sizes: dict[str, int], place: str, words: str
) -> None:
    pictures(tmp_path, **sizes)
    (found,) = compiled(tmp_path, PICTURED.replace(old, new, 1))[1]
    assert (found.code, place in found.where, words in found.what) == ("E319", True, True), found


def test_pictures_are_not_too_much_for_a_phone(tmp_path: Path) -> None:
    pictures(tmp_path, chest_jpg=99_000)
    form, _ = compiled(tmp_path, PICTURED)
    assert too_much({"screen": form}, tmp_path) == []
    for name in ("a", "b", "c", "d", "e"):
        (tmp_path / "media" / f"{name}.jpg").write_bytes(b"x" * 99_000)
        form["body"].append({"name": name, "type": "note", "media": {"image": f"{name}.jpg"}})
    assert "500 kB" in too_much({"screen": form}, tmp_path)[0].what
