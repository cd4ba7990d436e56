"""Pages of messages: the inbox, calls, campaigns, what did not arrive, the words, and a page to try it.

In: a signed-in member of staff and what she may see. Out: pages; what she does goes through `messaging.actions`.
Each page says at its view which action it needs; `SECTIONS` are the links above all of them.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse

from tsela.access import policy
from tsela.access.models import Staff
from tsela.access.policy import Action
from tsela.console.messages import counts
from tsela.console.pages import show, staff_of

# Address, label, and the actions of which one opens it; none: all staff.
SECTIONS: list[tuple[str, str, tuple[Action, ...]]] = [
    ("inbox", "Inbox", (Action.INBOX,)),
    ("calls", "Calls", (Action.INBOX,)),
    ("delivery", "Delivery", (Action.INBOX, Action.AUDIT_READ)),  # the server's administrator mends accounts
    ("campaigns", "Campaigns", (Action.CAMPAIGN_WRITE,)),
    ("drives", "Drives", (Action.CAMPAIGN_WRITE,)),
    ("words", "Words", ()),
    ("chat", "Try it", ()),
]

AFFECTED = ("inbox", "calls", "campaigns")  # where an account that is down matters


def show_section(
    request: HttpRequest, template: str, here: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of this part, with the links to those that she may open and what waits behind them."""
    staff = staff_of(request)
    waiting = counts.waiting(staff) if policy.may(staff, Action.INBOX) else {}
    sections = [(name, label, waiting.get(name, 0)) for name, label, _ in SECTIONS if opens(staff, name)]
    outage = counts.outage() if here in AFFECTED and opens(staff, "delivery") else None
    return show(
        request, f"messages/{template}", status, sections=sections, here=here, section="messages", outage=outage, **context
    )  # fmt: skip


def opens(staff: Staff, section: str) -> bool:
    """Whether she may open a section."""
    actions = next(actions for name, _, actions in SECTIONS if name == section)
    return not actions or any(policy.may(staff, action) for action in actions)
