"""`tsela device`: the phones of the staff."""

import click

from tsela.work.commands import print_json
from tsela.work.commands.staff import find_staff

EXAMPLES = """\b
Examples:
  tsela device code thandi.4f2a10 --by naledi
  tsela device revoke 0192… --by naledi
"""


@click.group(epilog=EXAMPLES)
def command() -> None:
    """Phones: codes to claim them, and what to do when one is lost."""


@command.command(epilog=EXAMPLES)
@click.argument("username")
@click.option("--by", required=True, help="The log-in name of the coordinator or administrator who asks.")
@click.option("--json", "as_json", is_flag=True)
def code(username: str, by: str, as_json: bool) -> None:
    """Make a one-time code, good for 48 hours, with which this person's phone signs up."""
    staff = find_staff(username)
    from tsela.access.actions import make_device_code

    made = make_device_code(staff, by=find_staff(by))
    print_json({"code": made, "staff": staff.id}) if as_json else click.echo(
        f"{made[:4]} {made[4:]}  for {staff.name}"
    )


@command.command(epilog=EXAMPLES)
@click.argument("device")
@click.option("--by", required=True, help="The log-in name of the coordinator or administrator who asks.")
@click.option("--json", "as_json", is_flag=True)
def revoke(device: str, by: str, as_json: bool) -> None:
    """Lost or stolen: the phone deletes its keys, then its data, at its next contact."""
    who = find_staff(by)
    from tsela.access.actions import revoke_device
    from tsela.access.models import Device
    from tsela.kernel.errors import fail
    from tsela.kernel.ids import is_uuid

    found = Device.objects.filter(pk=device).first() if is_uuid(device) else None
    if found is None:
        fail("E509", what="device", value=device, nearest=None)
    revoke_device(found, by=who)
    print_json({"device": device, "revoked": True}) if as_json else click.echo(f"{device} is switched off.")
