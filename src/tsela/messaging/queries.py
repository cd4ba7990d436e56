"""Who sees which conversations, calls and dead letters: everything that pages show starts here."""

from django.db.models import F, Q, QuerySet

from tsela.access import policy
from tsela.access.models import Staff
from tsela.access.policy import Action
from tsela.kernel.errors import fail
from tsela.messaging.models import CallTask, ContactPoint, Conversation, Message
from tsela.record.queries import clients_in

# Who waits for an answer of ours. Who wrote STOP can have none before she writes again, but is called where she may be in danger.
WAITING = Q(held_by=Conversation.With.PERSON, waiting_since__isnull=False) & (
    Q(contact__stopped_at=None) | Q(contact__last_inbound_at__gt=F("contact__stopped_at")) | Q(urgent=True)
)
DEAD = (Message.Status.FAILED, Message.Status.UNKNOWN)


def contacts_for(staff: Staff) -> QuerySet[ContactPoint]:
    """The contact points of the clients whom she sees; at sites, those of nobody yet in her countries too."""
    if not policy.may(staff, Action.INBOX):
        return ContactPoint.objects.none()
    scope = policy.scope(staff)
    seen = Q(client__in=clients_in(scope).values("pk"))
    if scope.kind == "sites":
        seen |= Q(client=None, country__in={site[:2] for site in scope.sites})
    return ContactPoint.objects.filter(seen)


def conversations_for(staff: Staff) -> QuerySet[Conversation]:
    """Her conversations: urgent ones first, then who has waited longest, then the latest."""
    return (
        Conversation.objects.filter(contact__in=contacts_for(staff))
        .select_related("contact")
        .order_by("-urgent", F("waiting_since").asc(nulls_last=True), "-updated_at")
    )


def messages_of(conversation: Conversation) -> QuerySet[Message]:
    """What was said, the oldest first."""
    return Message.objects.filter(contact=conversation.contact_id).order_by("created_at", "id")


def calls_for(staff: Staff) -> QuerySet[CallTask]:
    """The calls to make to clients whom she sees, or that are hers; what is due first."""
    if not policy.may(staff, Action.INBOX):
        return CallTask.objects.none()
    seen = Q(client__in=clients_in(policy.scope(staff)).values("pk")) | Q(contact__in=contacts_for(staff))
    return CallTask.objects.filter(seen, done_at=None).select_related("contact").order_by("due_at", "id")


def dead_letters(staff: Staff) -> QuerySet[Message]:
    """Messages that will not go by themselves: failed, or nobody knows whether they went."""
    return (
        Message.objects.filter(contact__in=contacts_for(staff), outgoing=True, status__in=DEAD)
        .select_related("contact")
        .order_by("-due_at", "id")
    )


def require_contact(staff: Staff, contact: ContactPoint) -> None:
    """E503 unless she talks with whoever is at this contact point."""
    if not contacts_for(staff).filter(pk=contact.pk).exists():
        fail("E503", name=staff.name, role=staff.get_role_display(), action=str(Action.INBOX))


def require_accounts(staff: Staff) -> None:
    """E503 unless she may say that a channel account is mended: who answers for sites, or for the server."""
    if staff.role in policy.BY_CASELOAD or not (
        policy.may(staff, Action.INBOX) or policy.may(staff, Action.AUDIT_READ)
    ):
        fail("E503", name=staff.name, role=staff.get_role_display(), action=str(Action.INBOX))


def may_answer(contact: ContactPoint) -> QuerySet[Staff]:
    """The staff to whom a conversation can be given: her Mentor Mother, and who works at her site."""
    roles = [role for role in policy.ALLOWED if policy.Action.INBOX in policy.ALLOWED[role]]
    at_site = Q(sites=contact.site) & ~Q(role__in=policy.BY_CASELOAD) if contact.site else Q(pk=None)
    found = Staff.objects.filter(Q(pk=contact.caseload) | at_site, employed=True, role__in=roles)
    return found.distinct()
