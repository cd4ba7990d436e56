"""What providers bring and what comes of it: raw requests, files that clients send, notices. Tables of this room (models)."""

from django.db import models
from django.utils import timezone

from tsela.access.fields import IdField
from tsela.kernel.ids import uuid7


class Inbound(models.Model):
    """A raw webhook request, as it came (MESSAGES M50)."""

    id = models.BigAutoField(primary_key=True)
    account = models.CharField(max_length=40, help_text="of which channel account")
    body = models.BinaryField()
    door_id = IdField(null=True, unique=True, help_text="by which a crash cannot take it over twice (door)")
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    again_at = models.DateTimeField(null=True, help_text="processing failed; not before")
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        app_label = "messaging"
        indexes = (
            models.Index(fields=("id",), condition=models.Q(processed_at=None), name="inbound_unprocessed"),
        )


class File(models.Model):
    """A picture, voice note or document that a client sent (MESSAGES M54). It goes with its message: nothing outlives it."""

    class Status(models.TextChoices):
        WAITING = "waiting", "To be fetched"
        KEPT = "kept", "Kept"
        GONE = "gone", "Gone at the provider"
        TOO_LARGE = "too_large", "Too large"
        REFUSED = "refused", "Not taken"
        UNREACHABLE = "unreachable", "Not fetched"

    id = IdField(primary_key=True, default=uuid7, editable=False)
    message = models.OneToOneField("messaging.Message", models.CASCADE, related_name="file")
    account = models.CharField(max_length=40)
    reference = models.CharField(
        max_length=2000, blank=True, help_text="what the provider calls it: an id, or its address"
    )
    type = models.CharField(
        max_length=20, help_text="image, audio, voice, video, document, sticker; as the provider says"
    )
    name = models.CharField(max_length=80, blank=True, help_text="as she called it")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WAITING)
    problem = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="not fetched before; while it is fetched: when it is tried again")
    kind = models.CharField(
        max_length=4, blank=True, help_text="by its bytes: jpg, ogg, pdf …; see files.KINDS"
    )
    size = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256")
    kept_at = models.DateTimeField(null=True)
    body = models.BinaryField(null=True)

    class Meta:
        app_label = "messaging"
        indexes = (models.Index(fields=("status", "due_at"), name="file_due"),)


class Notice(models.Model):
    """What a provider warned of, or what of its requests we could not read: the last of its sort (MESSAGES M58)."""

    account = models.CharField(max_length=40)
    code = models.CharField(max_length=4, help_text="of the error catalogue")
    about = models.CharField(max_length=160, blank=True, help_text="the template, or what of the account")
    problem = models.CharField(max_length=300)
    since = models.DateTimeField(help_text="first said, of those that were not over meanwhile")
    at = models.DateTimeField(help_text="said last")
    times = models.PositiveIntegerField(default=1)
    over_at = models.DateTimeField(
        null=True, help_text="the provider, or a person, says that it no longer holds"
    )

    class Meta:
        app_label = "messaging"
        constraints = (
            models.UniqueConstraint(fields=("account", "code", "about"), name="notice_account_code_about"),
        )
