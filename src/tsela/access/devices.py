"""Phones: a one-time code becomes a token, a token becomes a device, a revoked device is told to wipe itself."""

import hashlib
import secrets
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from tsela.access import audit, policy
from tsela.access.models import Attempt, Device, DeviceCode, Staff
from tsela.kernel.errors import fail

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O, 1 I L
CODE_LENGTH = 8  # 31^8 = 8.5e11 codes, 48 hours, 10 tries a quarter of an hour
GOOD_FOR = timedelta(hours=48)
TRIES, TRIES_WINDOW = 10, timedelta(minutes=15)


def make_device_code(staff: Staff, *, by: Staff) -> str:
    """A code for one phone of one staff member, to be told to her (S10). Shown once: only its hash is kept."""
    policy.require(by, policy.Action.DEVICE_WRITE)
    policy.require_manage(by, staff)
    if not staff.employed:
        fail("E507", name=staff.name)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    with transaction.atomic():
        expires = timezone.now() + GOOD_FOR
        DeviceCode.objects.create(code_hash=digest(code), staff=staff, expires_at=expires)
        audit.note(by, "device.code", staff.id)
    return code


def claim_device(code: str, *, label: str, who: str) -> tuple[Device, str]:
    """Trade a code for a device and its token (S10). `who` is the address that asks, for the rate limit.

    E505 and E506 say why not. The code is taken by one conditional update: of two phones, one gets it.
    """
    attempt = limit_attempts(f"claim:{who}")
    hashed, now = digest(tidy(code)), timezone.now()
    with transaction.atomic():
        free = DeviceCode.objects.filter(code_hash=hashed, used_at=None, expires_at__gt=now)
        if free.update(used_at=now) != 1:
            fail("E505")
        staff = DeviceCode.objects.select_related("staff").get(pk=hashed).staff
        if not staff.employed:
            fail("E505")
        token = secrets.token_urlsafe(32)
        device = Device.objects.create(staff=staff, label=label[:120], token_hash=digest(token))
        audit.note(device, "device.claim", staff.id)
        attempt.delete()
    return device, token


def authenticate(token: str) -> Device:
    """The device that holds this token. Unknown: E501. Revoked: E502, which tells the phone to wipe itself."""
    device = find(token)
    if device is None:
        fail("E501")
    if device.revoked:
        if device.wiped_at is None:
            Device.objects.filter(pk=device.pk).update(wiped_at=timezone.now())
        fail("E502")
    return device


FIND = """
SELECT device.id, device.staff_id, device.revoked_at, device.last_seen_on, staff.name, staff.role, staff.employed,
       staff.language, works.site_id
FROM access_device AS device JOIN access_staff AS staff ON staff.id = device.staff_id
LEFT JOIN access_staff_sites AS works ON works.staff_id = staff.id WHERE device.token_hash = %s
"""


def find(token: str) -> Device | None:
    """Device, staff member and sites by one plain statement: every request asks, and the ORM would take most of its
    time to put the same question. What is not read here is read when it is asked for."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, [digest(token)])
        rows = cursor.fetchall()
    if not rows:
        return None
    id, staff, revoked_at, last_seen_on, name, role, employed, language, _ = rows[0]
    device = Device.from_db(
        "default",
        ("id", "staff_id", "revoked_at", "last_seen_on"),
        (str(id), str(staff), revoked_at, last_seen_on),
    )
    known = ("id", "name", "role", "employed", "language")
    device.staff = Staff.from_db("default", known, (str(staff), name, role, bool(employed), language))
    device.staff.known_site_codes = frozenset(row[-1] for row in rows if row[-1])
    return device


def revoke_device(device: Device, *, by: Staff) -> None:
    """From its next contact on, the phone is told to delete its keys, then its data."""
    policy.require(by, policy.Action.DEVICE_WRITE)
    policy.require_manage(by, device.staff)
    with transaction.atomic():
        Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=timezone.now())
        audit.note(by, "device.revoke", device.id)
    device.refresh_from_db()


def limit_attempts(who: str) -> Attempt:
    """Count this try; E506 where there were too many of late. Whoever succeeds takes hers back."""
    since = timezone.now() - TRIES_WINDOW
    Attempt.objects.filter(at__lt=since).delete()
    if Attempt.objects.filter(who=who[:80], at__gte=since).count() >= TRIES:
        fail("E506", minutes=int(TRIES_WINDOW.total_seconds() // 60))
    return Attempt.objects.create(who=who[:80])


def tidy(code: str) -> str:
    """As people type codes: small letters, spaces, hyphens."""
    return "".join(character for character in code.upper() if character.isalnum())


def digest(secret: str) -> str:
    """SHA-256. Codes and tokens are random, so no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
