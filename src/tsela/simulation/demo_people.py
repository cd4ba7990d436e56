"""Who works in the demo's programme, and how they log in."""

import secrets
from dataclasses import dataclass
from typing import Any

from tsela.simulation.places import Site, Staff

WORDS = ("baobab", "acacia", "marula", "mopane", "protea", "rooibos", "sunbird", "lilac", "river", "savanna")


@dataclass(frozen=True)
class LogIn:
    """One person of a role that a newcomer can try, and how she gets in."""

    role: str
    name: str
    username: str
    where: str


def employ(sites: list[Site], password: str) -> list[LogIn]:
    """Sites and staff into the database; those who log in to the console."""
    from tsela.access import actions

    for site in sites:
        actions.create_site(site.code, name=site.name, district=site.district)
        for person in site.mentor_mothers:
            actions.create_staff(name=person.name, role=person.role, sites=person.sites, id=person.id)
    first, everywhere = sites[0], [site.code for site in sites]
    wanted: list[tuple[str, str, list[str], Any]] = [
        ("site_coordinator", first.coordinator.name, [first.code], "coordinator"),
        ("nurse", "Sister Dineo Molefe", [first.code], "nurse"),
        ("me_officer", "Tebogo Sesinyi", everywhere, "evaluation"),
        ("director", "Naledi Moyo", everywhere, "director"),
        ("admin", "Site administrator", [], "admin"),
    ]
    for site in sites[1:]:
        actions.create_staff(
            name=site.coordinator.name, role="site_coordinator", sites=[site.code], id=site.coordinator.id
        )
    log_ins = []
    for role, name, codes, username in wanted:
        staff = actions.create_staff(name=name, role=role, sites=codes, username=username, password=password)
        where = "" if not codes else first.name if codes == [first.code] else f"all {len(codes)} sites"
        log_ins.append(LogIn(staff.get_role_display(), name, username, where))
    return log_ins


def let_in(person: Staff, site: Site, password: str) -> LogIn:
    """The Mentor Mother whom a newcomer follows signs in to the console too, to answer clients who write."""
    from tsela.access.models import Staff as Employed

    staff = Employed.objects.get(pk=person.id)
    staff.username = "mentor"
    staff.set_password(password)
    staff.save(update_fields=["username", "password"])
    return LogIn(staff.get_role_display(), person.name, staff.username, site.name)


def device_code(person: Staff) -> str:
    """A one-time code for a phone of hers, from the administrator."""
    from tsela.access import actions
    from tsela.access.models import Staff as Employed

    admin = Employed.objects.get(username="admin")
    return actions.make_device_code(Employed.objects.get(pk=person.id), by=admin)


def make_password() -> str:
    """One for all log-ins of this demo, made anew each time."""
    return "-".join(secrets.choice(WORDS) for _ in range(2)) + f"-{secrets.randbelow(9000) + 1000}"
