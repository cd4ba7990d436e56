"""`tsela programme new, show, export, import`: a programme of one's own, to read, to edit in Excel, and to take elsewhere."""

from pathlib import Path

import click

from tsela.kernel.errors import fail
from tsela.programme import load
from tsela.work.commands import print_json

PROGRAMMES = Path(__file__).parents[3] / "programmes"
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
BOOK = click.argument("book", metavar="FILE.xlsx", type=click.Path(path_type=Path, dir_okay=False))


@click.command(epilog="""\b
Examples:
  tsela programme new lesotho --from mentor_mother --title "Bo-Mme ba Bophelo" --language st --country LS
  tsela programme new ours --from programmes/mentor_mother --to /srv/programmes/ours""")  # fmt: skip
@click.argument("name")
@click.option(
    "--from",
    "parent",
    required=True,
    metavar="DIR",
    help="The programme that it is made from: a folder, or mentor_mother.",
)
@click.option(
    "--to",
    "folder",
    default=None,
    type=click.Path(path_type=Path),
    help="The new folder; programmes/NAME if not given.",
)
@click.option("--title", default="", help="What people call it.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="TAG",
    help="A language it speaks beside English; can be given again. All if none is.",
)
@click.option(
    "--country",
    "countries",
    multiple=True,
    metavar="CODE",
    help="A country where it runs; can be given again. All if none is.",
)
@JSON
def new(name: str, parent: str, folder: Path | None, title: str, languages: tuple[str, ...], countries: tuple[str, ...], as_json: bool) -> None:  # fmt: skip
    """Make a programme of one's own from another. It is sound at once, and its worked examples hold."""
    from tsela.programme.fork import fork

    place = Path(parent) if Path(parent).is_dir() else PROGRAMMES / parent
    target = folder or Path("programmes") / name
    made = fork(load(place), target, name=name, title=title, languages=languages, countries=countries)
    if as_json:
        print_json({"folder": str(target), "version": made.version, "languages": made.languages, "countries": list(made.countries)})  # fmt: skip
    else:
        click.echo(
            f"{target}: {made.title}, {len(made.forms)} forms, {len(made.tables['items'])} schedule items."
        )
        click.echo(f"Next: tsela programme test {target}")


@click.command(
    epilog="Example: tsela programme show programmes/mentor_mother --out site    then open site/index.html"
)
@FOLDER
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder of the pages."
)
@JSON
def show(folder: Path, out: Path, as_json: bool) -> None:
    """Write the programme's handbook: pages to browse without a connection, and to print.

    Forms as a person sees them, schedules as time lines, flags, definitions in words, sources and what is to be reviewed,
    facts, indicators, words in each language, and the worked examples.
    """
    from tsela.console.handbook import write

    pages = write(load(folder), out)
    print_json({"pages": pages, "index": str(out / "index.html")}) if as_json else click.echo(
        f"{len(pages)} pages: {out}/index.html"
    )


@click.command("export", epilog="""\b
Examples:
  tsela programme export programmes/ours ours.xlsx
  tsela programme export programmes/ours anc_contact.xlsx --form anc_contact""")  # fmt: skip
@FOLDER
@BOOK
@click.option("--form", default=None, metavar="NAME", help="One form only, as an XLSForm.")
@JSON
def export_(folder: Path, book: Path, form: str | None, as_json: bool) -> None:
    """Write the whole programme, or one form, as an Excel workbook to edit."""
    from tsela.programme.workbook import export_form, export_programme

    if not (folder / "programme.yaml").is_file():
        fail("E227", where=str(folder))
    export_form(folder, form, book) if form else export_programme(folder, book)
    print_json({"file": str(book)}) if as_json else click.echo(str(book))


@click.command("import", epilog="""\b
Examples:
  tsela programme import ours.xlsx programmes/ours
  tsela programme import anc_contact.xlsx programmes/ours""")  # fmt: skip
@BOOK
@FOLDER
@JSON
def import_(book: Path, folder: Path, as_json: bool) -> None:
    """Take what was edited in a workbook, of a whole programme or of one form, into its folder; then check it.

    What was not edited stays as it is. A YAML file that was edited loses its comments.
    """
    from tsela.programme import check
    from tsela.programme.workbook import excel, import_form, import_programme, is_form

    form = is_form(excel.read(book))
    written = (
        [import_form(book, folder).relative_to(folder).as_posix()] if form else import_programme(book, folder)
    )
    problems = check(folder)
    if as_json:
        print_json({"written": written, "problems": [str(found) for found in problems]})
        return
    click.echo("\n".join(written) if written else "Nothing was edited.")
    for found in problems:
        click.echo(f"{found.level}: {found}")
    click.echo(
        "The programme is sound." if not problems else f"See above, and tsela programme check {folder}."
    )
