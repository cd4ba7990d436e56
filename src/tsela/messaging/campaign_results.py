"""What came of a campaign: counts by wording, and the wordings compared."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from tsela.messaging.comparing import Comparison, compare
from tsela.messaging.models import Campaign, Message
from tsela.record.models import Event

ANSWERED_WITHIN = timedelta(days=7)
CAME_WITHIN = timedelta(days=30)
WENT = Q(status__in=("sent", "delivered", "read"))
STOPPED = Q(contact__stopped_at__gt=F("sent_at"), contact__stopped_at__lt=F("sent_at") + ANSWERED_WITHIN)
STATES = {
    "planned": Q(),
    "sent": WENT,
    "delivered": Q(status__in=("delivered", "read")),
    "read": Q(status="read"),
    "waiting": Q(status__in=("queued", "waiting", "sending")),
}
CAME = '"attended":"yes"'  # within an attendance, as the log stores it


@dataclass(frozen=True, slots=True)
class Arm:
    """People, each counted once, who got one of the wordings. `answered`: wrote within seven days after it left, and not STOP,
    which is `stopped`; `came`: an attendance was recorded within 30 days."""

    wording: str
    planned: int
    sent: int
    delivered: int
    read: int
    answered: int
    stopped: int
    came: int
    waiting: int
    not_sent: int


@dataclass(frozen=True)
class Results:
    """`last`: when the last message left; None while none has."""

    last: datetime | None
    arms: list[Arm]
    by_answers: list[Comparison]
    by_coming: list[Comparison]


def results(campaign: Campaign) -> Results:
    """Counts by wording, and the wordings compared by who answered and by who came."""
    arms = [_arm(campaign, wording) for wording in campaign.wordings]
    return Results(
        _rows(campaign).filter(WENT).aggregate(last=Max("sent_at"))["last"],
        arms,
        compare({arm.wording: (arm.answered, arm.sent) for arm in arms}),
        compare({arm.wording: (arm.came, arm.sent) for arm in arms}),
    )


def totals(campaign: Campaign) -> dict[str, int]:
    """People of all wordings together: to whom it was sent, whom it reached, who answered."""
    rows = _rows(campaign)
    return _counted(rows, "sent", "delivered") | {"answered": _answered(rows.filter(WENT))}


def _answered(went: QuerySet[Message]) -> int:
    return _people(went.filter(~STOPPED, Exists(_answers())))


def _arm(campaign: Campaign, wording: str) -> Arm:
    rows = _rows(campaign).filter(message=wording)
    found, went = _counted(rows, *STATES), rows.filter(WENT)
    return Arm(
        wording, **found, answered=_answered(went),
        stopped=_people(went.filter(STOPPED)), came=_people(went.filter(Exists(_visits()))),
        not_sent=max(0, found["planned"] - found["sent"] - found["waiting"]),
    )  # fmt: skip


def _rows(campaign: Campaign) -> QuerySet[Message]:
    return Message.objects.filter(campaign=campaign.pk, outgoing=True, place=0)


def _counted(rows: QuerySet[Message], *states: str) -> dict[str, int]:
    return rows.aggregate(**{
        name: Count("contact__client", distinct=True, filter=STATES[name]) for name in states
    })  # fmt: skip


def _people(rows: QuerySet[Message]) -> int:
    return rows.values("contact__client").distinct().count()


def _answers() -> QuerySet[Message]:
    """What she wrote after it left."""
    hers = Message.objects.filter(outgoing=False, contact=OuterRef("contact"))
    return hers.filter(
        created_at__gt=OuterRef("sent_at"), created_at__lt=OuterRef("sent_at") + ANSWERED_WITHIN
    )


def _visits() -> QuerySet[Event]:
    visits = Event.objects.filter(client=OuterRef("contact__client"), form="attendance", body__contains=CAME)
    return visits.filter(
        received_at__gt=OuterRef("sent_at"), received_at__lt=OuterRef("sent_at") + CAME_WITHIN
    )
