"""`tsela staff`: who works here."""

from typing import Any

import click

from tsela.work.commands import print_json
from tsela.work.commands.serve import open_database

EXAMPLES = """\b
Examples:
  tsela staff add --name "Thandi M" --role mentor_mother --site ZA-GP-TEMBISA --language zu
  tsela staff add --name "Naledi K" --role site_coordinator --site ZA-GP-TEMBISA --username naledi
  tsela staff end thandi.4f2a10
"""


@click.group(epilog=EXAMPLES)
def command() -> None:
    """Staff: their roles, sites and log-ins."""


@command.command(epilog=EXAMPLES)
@click.option("--name", required=True)
@click.option("--role", required=True, help="mentor_mother, site_coordinator, me_officer, …")
@click.option("--site", "sites", multiple=True, help="Where she works; can be given again.")
@click.option("--username", default="", help="Made from the name if not given.")
@click.option("--password", is_flag=True, help="Ask for a password, for work on the console.")
@click.option("--language", default="en")
@click.option("--json", "as_json", is_flag=True)
def add(name: str, role: str, sites: tuple[str, ...], username: str, password: bool, language: str, as_json: bool) -> None:  # fmt: skip
    """Employ someone. Without a password she works on a phone only: see `tsela device code`."""
    open_database()
    from tsela.access.actions import create_staff

    secret = click.prompt("Password", hide_input=True, confirmation_prompt=True) if password else None
    staff = create_staff(
        name=name, role=role, sites=sites, username=username, password=secret, language=language
    )
    row = {"id": staff.id, "username": staff.username, "name": name, "role": role, "sites": sorted(sites)}
    print_json(row) if as_json else click.echo(f"{staff.username}  {staff.name}, {staff.get_role_display()}")


@command.command(epilog=EXAMPLES)
@click.argument("username")
@click.option("--json", "as_json", is_flag=True)
def end(username: str, as_json: bool) -> None:
    """End someone's employment: no log-in, and her phones wipe themselves at their next contact."""
    staff = find_staff(username)
    from tsela.access.actions import end_employment

    end_employment(staff)
    print_json({"username": username, "employed": False}) if as_json else click.echo(
        f"{staff.name} has left."
    )


@command.command("list", epilog=EXAMPLES)
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """List the staff."""
    open_database()
    from tsela.access.models import Staff

    rows = [
        {"username": one.username, "name": one.name, "role": one.role, "sites": sorted(one.site_codes), "employed": one.employed}
        for one in Staff.objects.prefetch_related("sites")
    ]  # fmt: skip
    if as_json:
        return print_json(rows)
    return click.echo(
        "\n".join(f"{row['username']:24} {row['role']:18} {', '.join(row['sites'])}" for row in rows)
    )


def find_staff(username: str) -> Any:
    """A staff member by log-in name; E509 with the nearest name otherwise."""
    open_database()
    from tsela.access.models import Staff
    from tsela.kernel.errors import fail, nearest

    staff = Staff.objects.filter(username=username).first()
    if staff is None:
        names = Staff.objects.values_list("username", flat=True)
        fail("E509", what="staff member", value=username, nearest=nearest(username, names))
    return staff
