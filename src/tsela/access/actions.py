"""Who joins, and who leaves."""

import re
from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from tsela.access import audit, policy
from tsela.access.devices import claim_device, make_device_code, revoke_device
from tsela.access.models import Device, DeviceCode, Role, Site, Staff
from tsela.kernel.errors import fail, nearest
from tsela.kernel.ids import uuid7

__all__ = [
    "claim_device", "create_site", "create_staff", "end_employment", "find_sites", "make_device_code", "revoke_device", "set_sites",
]  # fmt: skip

SITE_CODE = re.compile(r"[A-Z]{2}-[A-Z0-9-]{1,40}")
CONSOLE = "console"  # the actor where the operator of the server acts on the command line


def create_site(code: str, *, name: str, district: str = "", by: Staff | str = CONSOLE) -> Site:
    """A new site. Its code starts with its country (SPEC S3): E508 otherwise."""
    if not SITE_CODE.fullmatch(code):
        fail("E508", site=code)
    if isinstance(by, Staff):
        policy.require(by, policy.Action.STAFF_WRITE, site=code)
    with transaction.atomic():
        site, new = Site.objects.get_or_create(
            code=code, defaults={"name": name, "country": code[:2], "district": district}
        )
        if new:
            audit.note(by, "site.create", code)
    return site


def create_staff(
    *,
    name: str,
    role: str,
    sites: Iterable[str],
    by: Staff | str = CONSOLE,
    username: str = "",
    password: str | None = None,
    language: str = "en",
    id: str | None = None,
) -> Staff:
    """Employ someone. Without a password she works on a phone only."""
    if role not in Role.values:
        fail("E509", what="role", value=role, nearest=nearest(role, Role.values))
    codes = sorted(set(sites))
    found = find_sites(codes)
    staff = Staff(id=id or uuid7(), name=name, role=role, language=language)
    staff.username = username or f"{name.split()[0].lower()}.{staff.id[-6:]}"
    if isinstance(by, Staff):
        _require_may_employ(by, staff, frozenset(codes))
    _set_password(staff, password)
    with transaction.atomic():
        if Staff.objects.filter(username=staff.username).exists():
            fail("E510", username=staff.username)
        staff.save(force_insert=True)
        staff.sites.set(found)
        audit.note(by, "staff.create", staff.id, role=role, sites=codes)
    return staff


def set_sites(staff: Staff, sites: Iterable[str], *, by: Staff | str = CONSOLE) -> None:
    """Where she works from now on."""
    found = find_sites(sorted(set(sites)))
    if isinstance(by, Staff):
        policy.require_manage(by, staff)
        _require_may_employ(by, staff, frozenset(site.code for site in found))
    with transaction.atomic():
        staff.sites.set(found)
        audit.note(by, "staff.sites", staff.id, sites=[site.code for site in found])


def end_employment(staff: Staff, *, by: Staff | str = CONSOLE) -> None:
    """She leaves: no log-in, no open codes, and every phone of hers wipes itself at its next contact (S11)."""
    if isinstance(by, Staff):
        policy.require_manage(by, staff)
    with transaction.atomic():
        Staff.objects.filter(pk=staff.pk).update(employed=False)
        DeviceCode.objects.filter(staff=staff, used_at=None).delete()
        Device.objects.filter(staff=staff, revoked_at=None).update(revoked_at=timezone.now())
        audit.note(by, "staff.end", staff.id)
    staff.refresh_from_db()


def find_sites(codes: list[str]) -> list[Site]:
    """The sites of these codes; E509 for one that there is not."""
    found = Site.objects.in_bulk(codes)
    for code in codes:
        if code not in found:
            known = Site.objects.values_list("code", flat=True)
            fail("E509", what="site", value=code, nearest=nearest(code, known))
    return list(found.values())


def _require_may_employ(by: Staff, staff: Staff, sites: frozenset[str]) -> None:
    policy.require(by, policy.Action.STAFF_WRITE)
    if by.role != Role.ADMIN and not (staff.role in policy.TEAM and sites and sites <= by.site_codes):
        fail("E504", name=by.name, other=staff.name)


def _set_password(staff: Staff, password: str | None) -> None:
    if password is None:
        staff.set_unusable_password()
        return
    try:
        validate_password(password, staff)
    except ValidationError as error:
        fail("E511", reason=" ".join(error.messages))
    staff.set_password(password)
