"""A small programme's people and their events, for tests of the server."""

from typing import Any

from tsela.access.actions import create_site, create_staff
from tsela.access.devices import digest
from tsela.access.models import Device, Role, Staff
from tsela.kernel.ids import derived_id, uuid7

TEMBISA, MULANJE = "ZA-GP-TEMBISA", "MW-MJ-MULANJE"


def someone(role: str = Role.MENTOR_MOTHER, *sites: str, name: str = "") -> Staff:
    """A new staff member at these sites (at Tembisa, if none are named)."""
    for site in sites or (TEMBISA,):
        create_site(site, name=site.rsplit("-", 1)[-1].title())
    return create_staff(name=name or f"{role} {uuid7()[-4:]}", role=role, sites=sites or (TEMBISA,))


def phone(staff: Staff, token: str = "") -> Device:
    """A claimed phone; its token is the device's id unless given."""
    id = uuid7()
    return Device.objects.create(id=id, staff=staff, token_hash=digest(token or id))


def event(
    device: Device, form: str, client: str, answers: dict[str, Any] | None = None, **fields: Any
) -> dict[str, Any]:
    """An event as this phone would write it today; `client` may be a first name."""
    client = client if len(client) == 36 else derived_id(client)
    return {
        "id": uuid7(), "form": form, "form_version": "sha256:0", "client": client, "session": None, "mode": "home",
        "site": min(device.staff.site_codes), "author": device.staff_id, "device": device.id,
        "occurred_on": "2026-11-02", "recorded_at": "2026-11-02T09:12:00+02:00", "replaces": None,
        "answers": answers or {},
    } | fields  # fmt: skip


def registration(
    device: Device, client: str, caseload: Staff | None = None, mother: str = "", **fields: Any
) -> dict[str, Any]:
    """Her registration into this caseload (by default, the writer's own)."""
    answers = {"given_name": client[:20], "client_group": "child" if mother else "woman"}
    answers["caseload"] = (caseload or device.staff).id
    if mother:
        answers["mother"] = derived_id(mother)
    return event(device, "registration", client, answers, **fields)
