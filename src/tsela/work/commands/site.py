"""`tsela site`: places of care."""

import click

from tsela.work.commands import print_json
from tsela.work.commands.serve import open_database

EXAMPLES = """\b
Examples:
  tsela site add ZA-GP-TEMBISA --name "Tembisa Clinic" --district Ekurhuleni
  tsela site list --json
"""


@click.group(epilog=EXAMPLES)
def command() -> None:
    """Places of care. A code starts with its country: ZA-GP-TEMBISA."""


@command.command(epilog=EXAMPLES)
@click.argument("code")
@click.option("--name", required=True)
@click.option("--district", default="")
@click.option("--json", "as_json", is_flag=True)
def add(code: str, name: str, district: str, as_json: bool) -> None:
    """Add a site."""
    open_database()
    from tsela.access.actions import create_site

    site = create_site(code, name=name, district=district)
    print_json({"code": site.code, "name": site.name}) if as_json else click.echo(f"{site.code}  {site.name}")


@command.command("list", epilog=EXAMPLES)
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """List the sites."""
    open_database()
    from tsela.access.models import Site

    sites = list(Site.objects.values("code", "name", "country", "district"))
    if as_json:
        return print_json(sites)
    return click.echo("\n".join(f"{site['code']:24} {site['name']}" for site in sites))
