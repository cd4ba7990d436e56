"""Who stands behind events that the server itself writes: a client's answer by SMS, a consent that she ended.

It has no log-in, no role and no sites: it may nothing of `policy`, and writes at one site at a time, named by its caller.
"""

from tsela.access.models import Device, Staff
from tsela.kernel.ids import derived_id

STAFF, DEVICE = derived_id("access", "system", "staff"), derived_id("access", "system", "device")
ROLE = "system"  # no Role: nobody is employed as it


def system_device(site: str) -> Device:
    """The server as an author at this site, for `record.actions.ingest`."""
    staff, _ = Staff.objects.get_or_create(
        pk=STAFF,
        defaults={"username": "system", "name": "Tsela", "role": ROLE, "employed": False, "password": "!"},
    )
    device, _ = Device.objects.get_or_create(pk=DEVICE, defaults={"staff": staff, "token_hash": ROLE})
    device.staff = staff
    device.staff.known_site_codes = frozenset({site})
    return device


def desk_device(staff: Staff) -> Device:
    """The server as the device of somebody who writes on its pages: the event is hers."""
    return Device(pk=DEVICE, staff=staff)
