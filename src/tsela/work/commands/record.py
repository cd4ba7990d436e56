"""`tsela record`: checks and repairs of the log's projections."""

import click

from tsela.work.commands import print_json
from tsela.work.commands.serve import open_database

EXAMPLES = """\b
Examples:
  tsela record rebuild       make the tables of clients and contact points again from the log
  tsela record audit         verify the chain of the audit
"""


@click.group(epilog=EXAMPLES)
def command() -> None:
    """The event log and what is computed from it."""


@command.command(epilog=EXAMPLES)
@click.option("--json", "as_json", is_flag=True)
def rebuild(as_json: bool) -> None:
    """Make the table of clients again from the log, and say how many rows differed (none, or it is a fault); then contact
    points and consents."""
    open_database()
    from tsela.messaging import contacts
    from tsela.record.actions import rebuild as make_again

    differed, reached = make_again(), contacts.rebuild()
    if as_json:
        print_json({"differed": differed, "reached": reached})
    else:
        click.echo(f"{differed} clients differed; {reached} can be reached")


@command.command(epilog=EXAMPLES)
@click.option("--json", "as_json", is_flag=True)
def audit(as_json: bool) -> None:
    """Verify the audit's chain of hashes; exit code 1 where an entry was changed, removed or added."""
    open_database()
    from tsela.access.audit import verify

    broken = verify()
    if as_json:
        print_json({"holds": broken is None, "broken_at": broken})
    else:
        click.echo("The chain holds." if broken is None else f"The chain is broken at entry {broken}.")
    raise SystemExit(0 if broken is None else 1)
