"""A programme goes out as a workbook and comes back without loss; what is edited there, and only that, is written."""

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tsela.kernel.errors import TselaError
from tsela.programme import Programme, check, load
from tsela.programme.source import parse, plain
from tsela.programme.workbook import export_form, export_programme, import_form, import_programme
from tsela.programme.workbook import yaml as rules
from tsela.programme.workbook.forms import to_markdown, to_rows

ROOT = Path(__file__).parents[2]
FORMS = sorted((ROOT / "programmes/mentor_mother/forms").glob("*.md"))
SCHEDULE = """\
# Babies.
items:
  - {id: a, title: A, because: A., source: A, anchor: birth_date, due: $first, done: hiv_test, window: {late: 14 days}}  # ours
define:
  tested: any hiv_test
"""
WORDS = (
    'msgid ""\nmsgstr "Language: zu\\n"\n\n#. a remark\n#: forms/exit\n#, fuzzy\nmsgid "Yes"\nmsgstr "Yebo"\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small programme with a schedule, words and a case."""
    made = tmp_path / "small"
    shutil.copytree(Path(__file__).parent / "sound", made)
    write(made, "schedules/babies.yaml", SCHEDULE)
    write(made, "policies/base.yaml", "title: Base\nsource: A\nparameters: {first: 6 weeks}\n")
    write(made, "locales/zu.po", WORDS)
    write(
        made,
        "cases/one.yaml",
        "- case: One\n  people: |\n    name\n    Thandi\n  today: 2026-11-20\n  no_tasks: {Thandi: a}\n",
    )
    return made


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text)


def edit(book_path: Path, sheet: str, /, **cells: str) -> None:
    """In the first row whose cells begin with these of `where_`, write the others; or a new row at the end."""
    book = openpyxl.load_workbook(book_path)
    page = book[sheet]
    heads = [cell.value for cell in page[1]]
    found = {key.removeprefix("where_"): value for key, value in cells.items() if key.startswith("where_")}
    new = {key: value for key, value in cells.items() if not key.startswith("where_")}
    rows = [
        row
        for row in page.iter_rows(min_row=2)
        if all(row[heads.index(k)].value == v for k, v in found.items())
    ]
    target = rows[0][0].row if found else page.max_row + 1
    for key, value in new.items():
        page.cell(target, heads.index(key) + 1, value)
    book.save(book_path)


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def meaning(programme: Programme) -> list[Any]:
    """Everything that a programme does or says, but its version."""
    tables = {name: {**one, "version": ""} for name, one in programme.policies.items()}
    words = {
        language: (programme.catalogue(language), programme.catalogue(language).drafts)
        for language in programme.languages
    }
    return [
        tables, programme.forms, programme.indicators, programme.facts, programme.guides, programme.countries,
        programme.labels, programme.registered, words, programme.messages, programme.talk, programme.leaks.terms,
    ]  # fmt: skip


def test_the_whole_programme_comes_back_byte_for_byte_and_from_its_sheets_alone_too(tmp_path: Path) -> None:
    source, book = tmp_path / "mentor_mother", tmp_path / "programme.xlsx"
    shutil.copytree(ROOT / "programmes/mentor_mother", source)
    export_programme(source, book)
    import_programme(book, tmp_path / "same")
    assert content(tmp_path / "same") == content(source)
    assert load(tmp_path / "same").version == load(source).version
    bare = openpyxl.load_workbook(book)
    del bare["_files"]
    bare.save(book)
    import_programme(book, tmp_path / "told")
    assert meaning(load(tmp_path / "told")) == meaning(load(source))


def test_what_is_edited_is_written_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "programme.xlsx"
    export_programme(folder, book)
    before = content(folder)
    assert import_programme(book, folder) == []
    edit(book, "policies", **{"where_(name)": "first", "(text)": "8 weeks"})
    edit(book, "items", where_id="a", title="First test")
    edit(book, "words", where_English="Yes", zu="Ewe", **{"zu state": "reviewed"})
    edit(book, "survey", file="forms/exit.md", type="text", name="remark", label="Anything else?")
    assert import_programme(book, folder) == [
        "forms/exit.md", "locales/zu.po", "policies/base.yaml", "schedules/babies.yaml",
    ]  # fmt: skip
    programme = load(folder)
    assert programme.tables["items"][0]["title"] == "First test"
    assert programme.tables["items"][0]["series"] == [["", [8, "weeks"]]]
    assert programme.forms["exit"]["body"][-1]["name"] == "remark"
    assert "#. a remark" in (folder / "locales/zu.po").read_text()
    assert "fuzzy" not in (folder / "locales/zu.po").read_text()
    same = set(before) - {"forms/exit.md", "locales/zu.po", "policies/base.yaml", "schedules/babies.yaml"}
    assert {name: before[name] for name in same} == {name: content(folder)[name] for name in same}


def test_messages_conversations_and_words_that_tell_are_sheets(folder: Path, tmp_path: Path) -> None:
    write(folder, "messages/a.yaml", "messages:\n- {id: a, title: A, purpose: support, covert: Hello.}\n")
    write(
        folder,
        "flows/f.yaml",
        "flow: f\ntitle: F\nsteps:\n- {id: one, choice: 'Well?', options: [{id: x, say: X}]}\n- end: done\n",
    )
    write(folder, "leaks/all.yaml", "terms: {virus: [HIV]}\n")
    book = tmp_path / "programme.xlsx"
    export_programme(folder, book)
    edit(book, "messages", where_id="a", covert="Hello {name}.")
    edit(book, "conversations", where_id="one", options="[{id: x, say: X}, {id: y, say: Y}]")
    edit(book, "words that tell", **{"where_(name)": "virus", "(text)": "[HIV, AIDS]"})
    assert import_programme(book, folder) == ["flows/f.yaml", "leaks/all.yaml", "messages/a.yaml"]
    programme = load(folder)
    assert programme.messages["a"].covert == "Hello {name}."
    assert [one["id"] for one in programme.flows["f"]["steps"]["one"]["options"]] == ["x", "y"]
    assert [leak.term for leak in programme.leaks.find("AIDS")] == ["AIDS"]


def test_services_of_all_countries_are_one_sheet(folder: Path, tmp_path: Path) -> None:
    columns = "id,name,kinds,district,place,latitude,longitude,source"
    write(folder, "services/kinds.yaml", "kinds: {baby: {title: Baby care, within: '50'}}\n")
    write(
        folder,
        "services/LS.csv",
        f'{columns}\nblue,"Blue House, upstairs",baby,Maseru,Roma,-29.45,27.72,Invented\n',
    )
    book = tmp_path / "programme.xlsx"
    export_programme(folder, book)
    assert import_programme(book, folder) == []
    edit(book, "services", where_id="blue", aliases="Mafefooane; Ha Elia", reviewed="2026-11-20")
    new = {
        "id": "red",
        "name": "Red House",
        "kinds": "baby",
        "district": "Lubombo",
        "place": "Siteki",
        "latitude": "-26.45",
        "longitude": "31.95",
    }
    edit(book, "services", file="services/SZ.csv", source="Invented", **new)
    edit(book, "service kinds", **{"where_(name)": "baby", "within": "40"})
    assert import_programme(book, folder) == ["services/LS.csv", "services/SZ.csv", "services/kinds.yaml"]
    given = load(folder).talk["services"]
    assert given["kinds"]["baby"]["within"] == 40
    (blue,), (red,) = given["places"]["LS"], given["places"]["SZ"]
    assert (blue["name"], blue["aliases"], blue["reviewed"]) == (
        "Blue House, upstairs",
        ["Mafefooane", "Ha Elia"],
        "2026-11-20",
    )
    assert (red["name"], red["longitude"]) == ("Red House", 31.95)


def test_numbers_and_dates_that_people_type_are_read_as_they_see_them(folder: Path, tmp_path: Path) -> None:
    import datetime

    book = tmp_path / "programme.xlsx"
    export_programme(folder, book)
    edit(book, "cases", where_case="One", today=datetime.datetime(2026, 12, 1))  # type: ignore[arg-type]
    edit(book, "other", where_path="version", value=2)  # type: ignore[arg-type]
    import_programme(book, folder)
    assert "today: 2026-12-01" in (folder / "cases/one.yaml").read_text().replace("'", "")
    assert load(folder).version.startswith("2+")


def test_a_file_whose_rows_are_all_gone_is_gone(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "programme.xlsx"
    export_programme(folder, book)
    opened = openpyxl.load_workbook(book)
    opened["cases"].delete_rows(2, 10)
    opened.save(book)
    assert import_programme(book, folder) == ["cases/one.yaml"]
    assert not (folder / "cases/one.yaml").exists()


def test_edited_here_and_there_is_refused_and_nothing_is_written(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "programme.xlsx"
    export_programme(folder, book)
    edit(book, "items", where_id="a", title="First test")
    edit(book, "policies", **{"where_(name)": "first", "(text)": "8 weeks"})
    write(folder, "schedules/babies.yaml", SCHEDULE.replace("title: A", "title: B"))
    before = content(folder)
    with pytest.raises(TselaError, match=r"E246.*schedules/babies\.yaml"):
        import_programme(book, folder)
    assert content(folder) == before


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../outside.yaml"])
def test_a_row_that_belongs_to_no_file_is_refused(name: str, folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "programme.xlsx"
    export_programme(folder, book)
    edit(book, "other", file=name, path="x", value="y")
    with pytest.raises(TselaError, match="E247"):
        import_programme(book, folder)


def test_what_is_no_workbook_says_so(folder: Path, tmp_path: Path) -> None:
    write(tmp_path, "text.xlsx", "not a zip")
    empty = openpyxl.Workbook()
    empty.save(tmp_path / "empty.xlsx")
    for name in ("text.xlsx", "empty.xlsx"):
        with pytest.raises(TselaError, match="E301"):
            import_programme(tmp_path / name, folder)


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_every_form_is_an_xlsform_and_comes_back(form: Path, tmp_path: Path) -> None:
    folder, book = tmp_path / "programme", tmp_path / "form.xlsx"
    shutil.copytree(form.parent, folder / "forms")
    before = to_rows(form)
    export_form(folder, form.stem, book)
    assert import_form(book, folder) == folder / "forms" / form.name
    assert to_rows(folder / "forms" / form.name) == before
    assert to_markdown(before, form.read_text()).count("|") >= form.read_text().count("|") - 100


def test_a_question_added_in_excel_stands_in_the_markdown_and_its_remarks_stay(
    folder: Path, tmp_path: Path
) -> None:
    book = tmp_path / "hiv_test.xlsx"
    export_form(folder, "hiv_test", book)
    edit(book, "survey", type="text", name="song", label="Which song? | la la")
    import_form(book, folder)
    text = (folder / "forms/hiv_test.md").read_text()
    assert "Anyone but an exposed baby" in text
    assert check(folder) == []
    assert load(folder).forms["hiv_test"]["body"][-1]["label"] == "Which song? | la la"


VALUES = st.recursive(
    st.text(alphabet="ab{}[]\"':#|\n -é0", max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(alphabet="abc_", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["items", "define", "states", "title", "more"]), VALUES, min_size=1, max_size=4
    )
)
def test_any_yaml_comes_back_from_its_rows(value: dict[str, Any]) -> None:
    """Whatever stands in a file of strings, lists and mappings: rows tell it whole."""
    text = (
        rules.to_text("x", {rules.REST: []})
        if not value
        else rules.yaml.dump(value, Dumper=rules._Dumper, sort_keys=False)
    )
    was = plain(parse(text, "schedules/x.yaml")[0])
    rows = rules.to_rows("schedules/x.yaml", text)
    assert plain(parse(rules.to_text("schedules/x.yaml", rows), "schedules/x.yaml")[0]) == was


CLINICS = "code,title,beds\nC1,Tembisa,12\nC2,,\n"
CASCADE = """
| survey | type                                | name   | label   | parameters             |
|--------|-------------------------------------|--------|---------|------------------------|
|        | select_one_from_file clinics.csv    | clinic | Clinic  | value=code label=title |

| settings | form_id | form_title |
|----------|---------|------------|
|          | visit   | Visit      |
"""


def test_the_choices_of_a_csv_file_are_a_sheet_that_is_edited_like_any_other(
    folder: Path, tmp_path: Path
) -> None:
    write(folder, "forms/clinics.csv", CLINICS)
    write(folder, "forms/visit.md", CASCADE)
    book = tmp_path / "whole.xlsx"
    export_programme(folder, book)
    assert import_programme(book, folder) == [], "nothing was edited"
    edit(book, "clinics.csv", where_code="C2", title="Mandela")
    edit(book, "clinics.csv", file="forms/clinics.csv", code="C3", title="Sebokeng", beds="4")
    assert import_programme(book, folder) == ["forms/clinics.csv"]
    assert (folder / "forms/clinics.csv").read_text() == CLINICS.replace(
        "C2,,", "C2,Mandela,"
    ) + "C3,Sebokeng,4\n"


def test_a_form_takes_its_csv_files_along(folder: Path, tmp_path: Path) -> None:
    write(folder, "forms/clinics.csv", CLINICS)
    write(folder, "forms/visit.md", CASCADE)
    book = tmp_path / "visit.xlsx"
    export_form(folder, "visit", book)
    edit(book, "clinics.csv", code="C3", title="Sebokeng", beds="4")
    other = tmp_path / "other"
    import_form(book, other)
    assert (other / "forms/clinics.csv").read_text() == CLINICS + "C3,Sebokeng,4\n"
    import_form(book, folder)
    assert (folder / "forms/clinics.csv").read_text() == CLINICS + "C3,Sebokeng,4\n"


def test_a_csv_file_beside_a_spreadsheet_comes_with_it(folder: Path, tmp_path: Path) -> None:
    """So KoboToolbox and ODK Central keep them."""
    (tmp_path / "visit.md").write_text(CASCADE)
    (tmp_path / "clinics.csv").write_text(CLINICS)
    import_form(tmp_path / "visit.md", folder)
    assert (folder / "forms/clinics.csv").read_text() == CLINICS
