"""What messaging remembers. Contact points and consents are projections of the record; the rest is its own, and kept."""

from django.db import models

from tsela.access.fields import IdField
from tsela.kernel.ids import uuid7
from tsela.messaging.incoming import File as File
from tsela.messaging.incoming import Inbound as Inbound
from tsela.messaging.incoming import Notice as Notice
from tsela.record.models import SITE_LENGTH


class Channel(models.TextChoices):
    WHATSAPP = "whatsapp", "WhatsApp"
    SMS = "sms", "SMS"
    PHONE = "phone", "Phone call"


class Tier(models.TextChoices):
    COVERT = "covert", "Nothing that tells"
    OVERT_ON_REQUEST = "overt_on_request", "Only when she asks"
    OVERT = "overt", "Open"


class ContactPoint(models.Model):
    """A way to reach a person (MESSAGES M30). `client` is null while nobody knows who writes."""

    id = IdField(primary_key=True, default=uuid7, editable=False)
    client = IdField(null=True, db_index=True)
    site = models.CharField(
        max_length=SITE_LENGTH, blank=True, help_text="the client's home; whose staff sees it"
    )
    caseload = IdField(null=True, db_index=True, help_text="whose client she is")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address = models.CharField(
        max_length=160, help_text="+27821234567, or what WhatsApp calls a user without a number"
    )
    user_id = models.CharField(
        max_length=160, blank=True, help_text="WhatsApp's own name of her; stays when her number changes"
    )
    country = models.CharField(max_length=2, blank=True)
    owner = models.CharField(max_length=10, default="unknown", help_text="own, shared, other, unknown")
    readers_know = models.BooleanField(default=False, help_text="everyone who reads it knows about her")
    name = models.CharField(max_length=80, blank=True, help_text="what she wants to be called")
    language = models.CharField(max_length=20, blank=True)
    language_chosen_at = models.DateTimeField(null=True, help_text="when she chose it herself, writing here")
    tier = models.CharField(
        max_length=20, choices=Tier.choices, default=Tier.COVERT, help_text="as agreed; see consent.tier_of"
    )
    hours_from = models.PositiveSmallIntegerField(default=8 * 60, help_text="minutes after midnight, local")
    hours_to = models.PositiveSmallIntegerField(default=18 * 60)
    code_word = models.CharField(max_length=40, blank=True)
    born_on = models.DateField(null=True)
    assent = models.BooleanField(default=False, help_text="a minor's own agreement")
    stopped_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    suspended_because = models.CharField(
        max_length=40, blank=True, help_text="number_changed, not_delivered, unknown_reader"
    )
    stopped_by = IdField(null=True, help_text="the consent of her record that says so")
    vouched_by = IdField(null=True, help_text="the last contact_point event: a new one ends a suspension")
    last_inbound_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("channel", "address", "client"), name="contact_address_client"),
            models.UniqueConstraint(
                fields=("channel", "address"), condition=models.Q(client=None), name="contact_address_nobody"
            ),
        )
        indexes = (models.Index(fields=("address",), name="contact_address"),)


class Consent(models.Model):
    """Her last answer for a purpose and a channel."""

    contact = models.ForeignKey(ContactPoint, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, help_text="messages, information, research")
    granted = models.BooleanField()
    text_version = models.CharField(max_length=40, blank=True)
    given_on = models.DateField()
    event = IdField(null=True, help_text="where it stands in her record")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contact", "purpose"), name="consent_contact_purpose"),
        )


class Conversation(models.Model):
    """Everything said with one contact point, and where its flow is."""

    class With(models.TextChoices):
        FLOW = "flow", "The programme"
        PERSON = "person", "A person"
        CLOSED = "closed", "Nobody"

    id = IdField(primary_key=True, default=uuid7, editable=False)
    contact = models.OneToOneField(ContactPoint, models.CASCADE, related_name="conversation")
    state = models.JSONField(default=dict, help_text="of the flow runner (MESSAGES M20)")
    version = models.CharField(
        max_length=120, blank=True, help_text="of the programme in which the state was made"
    )
    held_by = models.CharField(max_length=10, choices=With.choices, default=With.FLOW)
    queue = models.CharField(max_length=40, blank=True)
    because = models.CharField(max_length=200, blank=True)
    urgent = models.BooleanField(default=False)
    waiting_since = models.DateTimeField(null=True, help_text="since when nobody has answered her")
    assigned_to = IdField(null=True, db_index=True)
    timer_at = models.DateTimeField(null=True, db_index=True, help_text="when the flow goes on by itself")
    caught_up = models.DateTimeField(null=True, help_text="messages sent until then are known to the state")
    guess = models.CharField(max_length=20, blank=True, help_text="the language that her words look like")
    satisfaction = models.PositiveSmallIntegerField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (models.Index(fields=("held_by", "urgent", "waiting_since"), name="conversation_waiting"),)


class Message(models.Model):
    """One message, in or out, in the order in which they were stored."""

    class Status(models.TextChoices):
        RECEIVED = "received", "Received"
        QUEUED = "queued", "Queued"
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        READ = "read", "Read"
        UNKNOWN = "unknown", "Not known"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    id = IdField(primary_key=True, default=uuid7, editable=False)
    # Found by message_thread, which begins with it: every index more is paid for by every message.
    contact = models.ForeignKey(ContactPoint, models.CASCADE, related_name="messages", db_index=False)
    outgoing = models.BooleanField()
    key = models.CharField(max_length=240, help_text="unique: a second message of the same key is the first")
    account = models.CharField(
        max_length=40, blank=True, help_text="of the channel: through which it came or went"
    )
    message = models.CharField(
        max_length=63, blank=True, help_text="id in messages/; blank: said in a flow or by a person"
    )
    purpose = models.CharField(max_length=20, blank=True, help_text="blank: an answer (MESSAGES M40)")
    values = models.JSONField(default=dict, help_text="of placeholders")
    parts = models.JSONField(
        default=list,
        help_text="[{'text', 'options'?: [{'id', 'say'}], 'values'?, 'overt'?, 'media'?: {'type', 'id'}}]",
    )
    text = models.TextField(blank=True, help_text="what she wrote; what we said, as it left")
    place = models.PositiveSmallIntegerField(
        default=0, help_text="which body of what it renders into; the next is made when this one was sent"
    )
    rest = models.PositiveSmallIntegerField(default=0, help_text="how many bodies come after it")
    language = models.CharField(max_length=20, blank=True)
    task = models.CharField(max_length=180, blank=True, help_text="key of the task of which it reminds")
    about = IdField(null=True, help_text="whose task: herself, or her infant")
    campaign = models.BigIntegerField(null=True)
    by = IdField(null=True, help_text="the staff member who wrote it")
    status = models.CharField(max_length=10, choices=Status.choices)
    reason = models.CharField(max_length=40, blank=True, help_text="why it waits, failed or was cancelled")
    due_at = models.DateTimeField(help_text="not before; for incoming: when it came")
    expires_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=200, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    cost = models.CharField(max_length=40, blank=True, help_text="what the provider charged: ZAR 0.25")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key",), name="message_key"),)
        indexes = (
            models.Index(fields=("contact", "created_at"), name="message_thread"),
            models.Index(
                fields=("provider_id",), condition=~models.Q(provider_id=""), name="message_provider"
            ),
            # Due: in the order in which it goes (ids sort by time); campaigns apart, behind which nobody else waits.
            models.Index(
                fields=("due_at", "id"),
                condition=models.Q(status__in=("queued", "waiting"), campaign=None),
                name="message_due",
            ),
            models.Index(
                fields=("campaign", "due_at", "id"),
                condition=models.Q(status__in=("queued", "waiting"), campaign__isnull=False),
                name="message_due_campaign",
            ),
            models.Index(
                fields=("lease_until",), condition=models.Q(status="sending"), name="message_sending"
            ),
            models.Index(
                fields=("due_at",), condition=models.Q(status__in=("failed", "unknown")), name="message_dead"
            ),
            models.Index(
                fields=("campaign", "status"),
                condition=models.Q(campaign__isnull=False),
                name="message_campaign",
            ),
            models.Index(fields=("about",), condition=models.Q(about__isnull=False), name="message_about"),
        )


class Pause(models.Model):
    """A channel account that refuses us, or asked us to slow down. Its messages wait."""

    account = models.CharField(primary_key=True, max_length=40)
    until = models.DateTimeField()
    code = models.CharField(
        max_length=4, blank=True, help_text="of the error catalogue; blank: it only asked to slow down"
    )
    problem = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField()


class Note(models.Model):
    """What staff write about a conversation for each other. Never sent."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="notes")
    by = IdField()
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)


class CallTask(models.Model):
    """A call to make: asked for by a client, by a flow, or because no message reached her."""

    id = IdField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(ContactPoint, models.CASCADE, null=True)
    client = IdField(null=True, db_index=True)
    site = models.CharField(max_length=SITE_LENGTH, blank=True)
    caseload = IdField(null=True, db_index=True)
    queue = models.CharField(max_length=40, help_text="support, reminders, adherence, enrolment, urgent")
    script = models.CharField(
        max_length=63, blank=True, help_text="id of a telephone script of the programme"
    )
    because = models.CharField(max_length=200)
    key = models.CharField(max_length=240, unique=True)
    due_at = models.DateTimeField()
    assigned_to = IdField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(
        max_length=20, blank=True, help_text="reached, no_answer, wrong_number, call_again, not_safe"
    )
    done_at = models.DateTimeField(null=True)
    done_by = IdField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=("done_at", "due_at"), name="call_due"),)


class Campaign(models.Model):
    """The same message to many, once each."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PLANNING = "planning", "Being planned"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"

    title = models.CharField(max_length=120)
    audience = models.TextField(help_text="a condition of RULES over a client's record")
    sites = models.JSONField(default=list, help_text="codes; none: all that its author sees")
    purpose = models.CharField(max_length=20, default="information")
    wordings = models.JSONField(default=list, help_text="ids of messages; two or more are compared")
    values = models.JSONField(default=dict, help_text="the day and the hour that its messages name")
    per_minute = models.PositiveIntegerField(default=600)
    first = models.PositiveIntegerField(
        default=0, help_text="so many first, then it waits for a person to go on; 0: all"
    )
    starts_at = models.DateTimeField(null=True, help_text="not before")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    planned = models.PositiveIntegerField(default=0)
    planned_to = models.CharField(
        max_length=32, blank=True, help_text="the last lot that was looked at: see evaluation.audience"
    )
    planned_all = models.BooleanField(default=False, help_text="everyone of the audience was looked at")
    paused_at = models.DateTimeField(null=True)  # by a person: nothing of it leaves meanwhile
    preview_wanted = models.BooleanField(default=False, help_text="somebody asks who would get it")
    preview = models.JSONField(null=True, help_text="see campaign_preview")
    previewed_at = models.DateTimeField(null=True)
    by = IdField()
    created_at = models.DateTimeField(auto_now_add=True)


class Drive(models.Model):
    """So many clients who agree to messages: a goal that a programme works towards, in talks and calls."""

    title = models.CharField(max_length=120)
    goal = models.PositiveIntegerField(help_text="clients who agreed since it began")
    sites = models.JSONField(default=list, help_text="codes; none: everywhere")
    began_on = models.DateField()
    until = models.DateField(null=True)
    by = IdField()
    ended_at = models.DateTimeField(null=True)
