"""`tsela flow`: conversations from elsewhere."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polib
import yaml

from tsela.kernel.errors import TselaError, fail, problem
from tsela.programme.locales import DRAFT
from tsela.work.commands import print_json

if TYPE_CHECKING:
    from tsela.messaging.floip import Imported


@click.group(no_args_is_help=True)
def command() -> None:
    """Bring conversations into a programme."""


@command.command("import", epilog="Example: tsela flow import covid.json --to programmes/mentor_mother")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--to", type=click.Path(path_type=Path), help="The programme's folder; without it, the flows are printed."
)
@click.option("--replace", is_flag=True, help="Write over flows of the same name.")
@click.option("--json", "as_json", is_flag=True, help="Print the flows, drafts and notes as JSON.")
def import_(file: Path, to: Path | None, replace: bool, as_json: bool) -> None:
    """Take over the flows of a FLOIP 1.0 or Turn export: as flows/NAME.yaml, with its translations as drafts in locales/.

    What could not be taken over as it was is told, block by block.
    """
    from tsela.messaging.floip import take_over

    imported = take_over(_read(file), file.name)
    if to is not None:
        _write(imported, to, replace)
    if as_json:
        notes = [asdict(note) for note in imported.notes]
        print_json({"flows": imported.flows, "words": imported.words, "notes": notes})
        return
    for name, flow in imported.flows.items():
        click.echo(f"{to}/flows/{name}.yaml: {len(flow['steps'])} steps" if to else written(flow))
    if to is not None and imported.words:
        click.echo(
            f"drafts: {', '.join(f'{tag} {len(texts)}' for tag, texts in sorted(imported.words.items()))}"
        )
    for note in imported.notes:
        click.echo(f"{note.level}: {note}", err=True)
    click.echo(
        f"{len(imported.flows)} flows; {len(imported.notes)} notes. Next: tsela programme check, and a dialogue for each.",
        err=True,
    )


def written(flow: dict[str, Any]) -> str:
    """A flow as YAML."""
    return yaml.safe_dump(flow, allow_unicode=True, sort_keys=False, width=110)


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"it is no JSON ({error})"
        fail("E733", where=str(file), reason=reason)


def _write(imported: "Imported", to: Path, replace: bool) -> None:
    """The flows as files, all or none; the drafts into the PO files."""
    paths = {name: to / "flows" / f"{name}.yaml" for name in imported.flows}
    taken = [problem("E734", where=str(path)) for path in paths.values() if path.exists() and not replace]
    if taken:
        raise TselaError(*taken)
    for name, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(imported.flows[name]), encoding="utf-8")
    for tag, texts in imported.words.items():
        _add_drafts(to / "locales" / f"{tag}.po", tag, texts)


def _add_drafts(path: Path, tag: str, texts: dict[str, str]) -> None:
    """Translations that came along, for texts that have none: nobody here has reviewed them."""
    path.parent.mkdir(exist_ok=True)
    po = polib.pofile(str(path)) if path.is_file() else polib.POFile()
    po.metadata = po.metadata or {"Language": tag, "Content-Type": "text/plain; charset=UTF-8"}
    po.wrapwidth = 110
    for msgid, text in texts.items():
        entry = po.find(msgid, include_obsolete_entries=True)
        if entry is None:
            po.append(polib.POEntry(msgid=msgid, msgstr=text, flags=[DRAFT]))
        elif not entry.msgstr:
            entry.msgstr, entry.flags = text, [*entry.flags, DRAFT]
    po.save(str(path))
