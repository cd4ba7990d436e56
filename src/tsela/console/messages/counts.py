"""How much waits for her: what stands beside the links of the pages of messages."""

from django.utils import timezone

from tsela.access.models import Staff
from tsela.messaging import queries
from tsela.messaging.models import Pause


def waiting(staff: Staff) -> dict[str, int]:
    """Page → how many wait there for somebody to do something."""
    conversations = queries.conversations_for(staff).filter(queries.WAITING)
    return {
        "inbox": conversations.count(),
        "calls": queries.calls_for(staff).filter(due_at__lte=timezone.now()).count(),
        "delivery": queries.dead_letters(staff).count(),
    }


def outage() -> Pause | None:
    """An account that refuses us, if there is one: its messages wait."""
    return Pause.objects.filter(until__gt=timezone.now()).exclude(code="").order_by("since").first()
