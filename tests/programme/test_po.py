"""The quick reader of PO files reads as polib does, or leaves it to polib."""

from pathlib import Path

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsela.programme import po

FILES = sorted((Path(__file__).parents[2] / "programmes/mentor_mother/locales").glob("*.po"))
HEAD = 'msgid ""\nmsgstr "Language: zu\\n"\n\n'


def by_polib(path: Path) -> list[po.Entry]:
    return [
        po.Entry(one.msgid, one.msgstr, "fuzzy" in one.flags, one.linenum)
        for one in polib.pofile(str(path))
        if one.msgstr and not one.obsolete
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_files_of_the_programme(path: Path) -> None:
    found = list(po._quickly(path.read_text(encoding="utf-8")))
    assert None not in found  # polib is not needed
    assert po.entries(path) == by_polib(path)


TEXTS = st.text(st.sampled_from('ab "\\\n\t#{}é~,'), min_size=1, max_size=20)


@given(st.lists(st.tuples(TEXTS, st.one_of(st.just(""), TEXTS), st.booleans(), st.booleans()), max_size=5))
def test_what_polib_writes(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, bool, bool]]
) -> None:
    written = polib.POFile(wrapwidth=20)
    written.metadata = {"Language": "zu"}
    for msgid, msgstr, fuzzy, obsolete in rows:
        written.append(
            polib.POEntry(
                msgid=msgid,
                msgstr=msgstr,
                flags=["fuzzy"] * fuzzy,
                obsolete=obsolete,
                comment="a remark",
                occurrences=[("flows/a", "")],
            )
        )
    path = tmp_path_factory.getbasetemp() / "some.po"
    written.save(str(path))
    assert po.entries(path) == by_polib(path)


@pytest.mark.parametrize(
    "text",
    [
        'msgctxt "a"\nmsgid "x"\nmsgstr "y"\n',
        'msgid "x"\nmsgid_plural "xs"\nmsgstr[0] "y"\nmsgstr[1] "ys"\n\nmsgid "a"\nmsgstr "b"\n',
        'msgid "x"\nmsgstr "y"',
        '#~ msgid "old"\n#~ msgstr "gone"\n\nmsgid "x"\nmsgstr "y"\n',
        'msgid "x"\nmsgstr ""\n"y"\n"z"\n',
    ],
)
def test_what_else_gettext_allows(tmp_path: Path, text: str) -> None:
    path = tmp_path / "zu.po"
    path.write_text(HEAD + text)
    assert po.entries(path) == by_polib(path)


def test_what_is_no_po_file_is_told_by_polib(tmp_path: Path) -> None:
    path = tmp_path / "zu.po"
    path.write_text(HEAD + "nonsense\n")
    with pytest.raises(OSError, match="line 4"):
        po.entries(path)
