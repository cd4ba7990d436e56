"""Staff, the sites where they work, their phones, and the audit of what they read and wrote."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tsela.access.fields import IdField
from tsela.kernel.ids import uuid7


class Role(models.TextChoices):
    MENTOR_MOTHER = "mentor_mother", "Mentor Mother"
    PEER_MENTOR = "peer_mentor", "Peer Mentor"
    SITE_COORDINATOR = "site_coordinator", "Site Coordinator"
    LINKAGE_OFFICER = "linkage_officer", "Linkage Officer"
    NURSE = "nurse", "Nurse"
    ME_OFFICER = "me_officer", "M&E Officer"
    DIRECTOR = "director", "Director"
    ADMIN = "admin", "Administrator"


class Site(models.Model):
    """A place of care. Its code starts with its country: ZA-GP-TEMBISA (SPEC S3)."""

    code = models.CharField(primary_key=True, max_length=43)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    district = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Staff(AbstractBaseUser):
    """A person who works in the programme; the user of Django's log-in."""

    id = IdField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    sites = models.ManyToManyField(Site, related_name="staff", blank=True)
    language = models.CharField(max_length=20, default="en")
    employed = models.BooleanField(default=True)

    objects = BaseUserManager["Staff"]()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name", "role"]  # noqa: RUF012 — Django's own form

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Django's log-in asks this: who has left cannot come in."""
        return self.employed

    @property
    def site_codes(self) -> frozenset[str]:
        known: frozenset[str] | None = self.__dict__.get(
            "known_site_codes"
        )  # read with the device: see devices.find
        return frozenset(site.code for site in self.sites.all()) if known is None else known


class Device(models.Model):
    """A staff member's phone. Only the hash of its token is kept (SPEC S10)."""

    id = IdField(primary_key=True, default=uuid7, editable=False)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="devices")
    label = models.CharField(max_length=120, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    claimed_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    wiped_at = models.DateTimeField(null=True, help_text="when the phone was first told to wipe itself")
    last_seen_on = models.DateField(null=True)

    @property
    def revoked(self) -> bool:
        """Lost, or its owner has left (SPEC S11)."""
        return self.revoked_at is not None or not self.staff.employed


class DeviceCode(models.Model):
    """A one-time code that claims a phone for a staff member. Only its hash is kept."""

    code_hash = models.CharField(primary_key=True, max_length=64)
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="codes")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Attempt(models.Model):
    """A try at a secret, kept for as long as the rate limit looks back."""

    who = models.CharField(max_length=80)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=("who", "at"), name="attempt_who_at"),)


class AuditEntry(models.Model):
    """Who read or wrote what. Append-only; each entry's hash covers the one before, so that a change shows."""

    number = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=40)
    actor = models.CharField(max_length=60)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    detail = models.TextField(default="{}")
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("number",)


class AuditHead(models.Model):
    """The last link of the chain: one row, locked by whoever appends."""

    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")
