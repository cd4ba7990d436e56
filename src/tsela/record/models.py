"""The log, and its projections. Rows of Event are never changed or deleted: the database itself refuses it."""

from django.db import models

from tsela.access.fields import IdField
from tsela.access.models import Device

SITE_LENGTH = 43


class Event(models.Model):
    """One event, numbered at its client's home (SPEC S5, S6).

    `id` is unique by itself, not within its site: the same event sent twice stays one, even where its client's home
    moved in between. To shard by site, that promise needs a table of ids of its own.
    """

    id = IdField(primary_key=True)
    site = models.CharField(max_length=SITE_LENGTH)
    seq = models.BigIntegerField()
    client = IdField()
    form = models.CharField(max_length=63)
    received_at = models.DateTimeField()
    body = models.TextField(help_text="the event as JSON, keys in order")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("site", "seq"), name="event_site_seq"),)
        indexes = (models.Index(fields=("client", "site", "seq"), name="event_client"),)


class Client(models.Model):
    """Who a client is and where, by her last live registration. A projection: `tsela record rebuild` makes it again."""

    id = IdField(primary_key=True)
    home = models.CharField(max_length=SITE_LENGTH, db_index=True)
    first_site = models.CharField(max_length=SITE_LENGTH, help_text="her home while no registration is live")
    registration = IdField(null=True, help_text="the last live registration")
    caseload = IdField(null=True, db_index=True, help_text="the staff member whose client she is")
    mother = IdField(null=True, db_index=True)
    name = models.CharField(max_length=160, blank=True)
    group = models.CharField(max_length=63, blank=True)


class SiteCounter(models.Model):
    """A site's numbers. The row stays locked from the number's taking to the commit, so order of number is order of
    commit (SPEC S6). `moves` counts registrations: a writer who read the clients before one of them starts again."""

    site = models.CharField(primary_key=True, max_length=SITE_LENGTH)
    seq = models.BigIntegerField(default=0)
    moves = models.BigIntegerField(default=0)


class ScopeChange(models.Model):
    """A client may have entered or left someone's scope; numbered by the same counters as events (SPEC S33)."""

    site = models.CharField(max_length=SITE_LENGTH)
    seq = models.BigIntegerField()
    client = IdField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("site", "seq"), name="scope_change_site_seq"),)


class EventProblem(models.Model):
    """What is wrong with an event's answers, for a person to see (SPEC S24). Made again whenever the event is read."""

    event = IdField(db_index=True)
    site = models.CharField(max_length=SITE_LENGTH, db_index=True)
    client = IdField()
    code = models.CharField(max_length=4)
    question = models.CharField(max_length=120, blank=True)
    what = models.TextField()
    remedy = models.TextField(blank=True)


class Attachment(models.Model):
    """A photo or recording that an event names (SPEC S60): whole, and what its name says."""

    name = models.CharField(primary_key=True, max_length=70, help_text="SHA-256 and ending")
    body = models.BinaryField()
    received_at = models.DateTimeField()


class Piece(models.Model):
    """What has come so far of an attachment that a phone is sending (SPEC S62)."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE)
    name = models.CharField(max_length=70)
    body = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("device", "name"), name="piece_device_name"),)


class Publication(models.Model):
    """A version of the programme put in force, everywhere or at some sites (SPEC S41). The last that was not withdrawn holds."""

    version = models.CharField(max_length=120)
    sites = models.JSONField(default=list, help_text="codes; none: everywhere")
    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)


class Position(models.Model):
    """How far a follower of the log has come at a site."""

    follower = models.CharField(max_length=40)
    site = models.CharField(max_length=SITE_LENGTH)
    seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("follower", "site"), name="position_follower_site"),)
