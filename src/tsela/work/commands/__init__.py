"""The command line, `tsela`: one file a command, imported only when it is called.

Each module of this folder defines `command`, a click command or group; its file's name is the command's name.
"""

import importlib
import json
import pkgutil
import sys
from typing import Any

import click

from tsela.kernel.errors import TselaError


class Commands(click.Group):
    """Finds commands as the modules of this folder, so that starting `tsela plan` does not import DuckDB."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(module.name for module in pkgutil.iter_modules(__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        return importlib.import_module(f"{__name__}.{cmd_name}").command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tsela")
def tsela() -> None:
    """Tsela: the system that a peer-led community health programme runs on."""


def main(args: list[str] | None = None) -> None:
    """Run the command line; a catalogue error becomes its sentence on stderr (JSON with --json) and exit code 1."""
    try:
        tsela.main(args=args, prog_name="tsela", standalone_mode=True)
    except TselaError as error:
        as_json = "--json" in (args if args is not None else sys.argv)
        click.echo(json.dumps({"errors": error.as_dicts()}) if as_json else str(error), err=not as_json)
        sys.exit(1)


def print_json(value: Any) -> None:
    """Print a result as JSON, keys in the order given."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))
