"""What a role may do and see: the one layer that every door asks.

`may` and `require` answer for an action; `scope` says whose records a staff member sees (SPEC S30).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from django.db.models import QuerySet

from tsela.access.models import Role, Site, Staff
from tsela.kernel.errors import fail


class Action(StrEnum):
    RECORD_READ = "record.read"  # single clients, within one's scope
    RECORD_WRITE = "record.write"
    TEAM_READ = "team.read"  # overdue clients and caseloads of one's sites
    EVALUATION_READ = "evaluation.read"  # figures without names
    STAFF_WRITE = "staff.write"
    DEVICE_WRITE = "device.write"
    AUDIT_READ = "audit.read"
    PROGRAMME_PUBLISH = "programme.publish"
    INBOX = "inbox"  # talk with clients, and see what failed to reach them, within one's scope
    CAMPAIGN_WRITE = "campaign.write"  # one message to many


A = Action
FIELD = frozenset({A.RECORD_READ, A.RECORD_WRITE, A.INBOX})
ALLOWED: dict[Any, frozenset[Action]] = {
    Role.MENTOR_MOTHER: FIELD,
    Role.PEER_MENTOR: FIELD,
    Role.LINKAGE_OFFICER: FIELD | {A.TEAM_READ},
    Role.NURSE: FIELD | {A.TEAM_READ},
    Role.SITE_COORDINATOR: FIELD | {A.TEAM_READ, A.EVALUATION_READ, A.STAFF_WRITE, A.DEVICE_WRITE},
    Role.ME_OFFICER: frozenset(
        {A.RECORD_READ, A.TEAM_READ, A.EVALUATION_READ, A.PROGRAMME_PUBLISH, A.CAMPAIGN_WRITE}
    ),
    Role.DIRECTOR: frozenset({A.EVALUATION_READ}),
    Role.ADMIN: frozenset(
        {A.STAFF_WRITE, A.DEVICE_WRITE, A.AUDIT_READ, A.PROGRAMME_PUBLISH, A.CAMPAIGN_WRITE}
    ),
}
# Whom a Site Coordinator may employ and equip: nobody who sees more than she does.
TEAM = frozenset({Role.MENTOR_MOTHER, Role.PEER_MENTOR, Role.LINKAGE_OFFICER, Role.NURSE})
BY_CASELOAD = frozenset({Role.MENTOR_MOTHER, Role.PEER_MENTOR})
EVERYWHERE = frozenset({Role.DIRECTOR, Role.ADMIN})  # of figures, or of accounts; never of records


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose records: nobody's, those of a caseload and their mothers and infants, or those at home at some sites."""

    kind: Literal["none", "caseload", "sites"]
    staff: str
    sites: frozenset[str]


def may(staff: Staff, action: Action | str, *, site: str | None = None) -> bool:
    """Whether she may do this, and (where a site is named) do it there."""
    if not staff.employed or action not in ALLOWED.get(staff.role, ()):
        return False
    return site is None or staff.role in EVERYWHERE or site in staff.site_codes


def require(staff: Staff, action: Action | str, *, site: str | None = None) -> None:
    """E503 unless she may."""
    if not may(staff, action, site=site):
        fail("E503", name=staff.name, role=staff.get_role_display(), action=str(action))


def may_manage(by: Staff, other: Staff) -> bool:
    """Whether she may give devices to this staff member, or end his employment: her own team, at her own sites."""
    if not may(by, Action.STAFF_WRITE):
        return False
    return by.role == Role.ADMIN or (other.role in TEAM and other.site_codes <= by.site_codes)


def require_manage(by: Staff, other: Staff) -> None:
    """E504 unless she may manage this staff member."""
    if not may_manage(by, other):
        fail("E504", name=by.name, other=other.name)


def scope(staff: Staff) -> Scope:
    """Whose records she sees (S30)."""
    if not may(staff, Action.RECORD_READ):
        return Scope("none", staff.id, frozenset())
    kind: Literal["caseload", "sites"] = "caseload" if staff.role in BY_CASELOAD else "sites"
    return Scope(kind, staff.id, staff.site_codes)


def visible_sites(staff: Staff) -> QuerySet[Site]:
    """The sites that she may name on a page."""
    return Site.objects.all() if staff.role in EVERYWHERE else staff.sites.all()


def visible_staff(staff: Staff) -> QuerySet[Staff]:
    """The staff whom she may see: herself, or all who work at her sites."""
    if staff.role in EVERYWHERE:
        return Staff.objects.filter(role__in=Role.values)
    if staff.role in BY_CASELOAD:
        return Staff.objects.filter(pk=staff.pk)
    return Staff.objects.filter(sites__in=staff.sites.all()).distinct()
