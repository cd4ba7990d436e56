"""Who is at the other end: a contact point in words, with her record beside it where she has one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from tsela.access.models import Site, Staff
from tsela.care import queries as care
from tsela.care.rules import rules_at
from tsela.console.client import Line, timeline
from tsela.messaging.consent import tier_of
from tsela.messaging.models import ContactPoint
from tsela.messaging.readers import reader_of
from tsela.record.models import Client
from tsela.record.programme import current
from tsela.record.queries import events_of

TIERS = {
    "covert": "nothing that tells",
    "overt_on_request": "open only when she asks",
    "overt": "you may speak openly",
}
RULES = {
    "covert": "Others may read this phone. Name no illness, medicine, test, clinic or programme.",
    "overt_on_request": "You may speak openly while she asks you, in the 24 hours after her message.",
    "overt": "She agreed that you speak openly. Never write a result.",
}
OWNERS = {"own": "her own phone", "shared": "a shared phone", "other": "someone else's phone"}
SUSPENDED = {
    "number_changed": "the number has changed hands",
    "died": "she has died",
    "not_delivered": "messages do not arrive",
    "unknown_reader": "somebody else answered",
}
OPEN = ("overdue", "due", "upcoming")
MOST_LINES = 8


@dataclass(frozen=True)
class Who:
    """A person as the pages of messages show her."""

    name: str
    channel: str
    address: str
    language: str
    language_name: str
    guess: str
    tier: str
    owner: str
    hours: str
    code_word: str
    mother: str
    site: str
    stopped: bool
    again: bool  # … and wrote since: a person may answer her
    suspended: str

    @property
    def number(self) -> str:
        """What a telephone can dial; a WhatsApp user may have none."""
        return self.address if self.address.startswith("+") else ""

    @property
    def tier_word(self) -> str:
        return TIERS[self.tier]

    @property
    def rule(self) -> str:
        return RULES[self.tier]


@dataclass(frozen=True)
class Beside:
    """Her record in short: what is planned and why, and what was last written."""

    id: str
    name: str
    group: str
    flags: list[tuple[str, str, str]]
    tasks: list[Mapping[str, Any]]
    lines: list[Line]


def who(contact: ContactPoint, guess: str = "") -> Who:
    """Everything that may be shown of a contact point to those who see it."""
    mother = Staff.objects.filter(pk=contact.caseload).first() if contact.caseload else None
    client = Client.objects.filter(pk=contact.client).first() if contact.client else None
    reader = reader_of(contact)
    suspended = (
        SUSPENDED.get(contact.suspended_because, "somebody must ask her") if contact.suspended_at else ""
    )
    return Who(
        name=name_of(contact, client.name if client else ""),
        channel=contact.get_channel_display(),
        address=contact.address,
        language=contact.language,
        language_name=language_name(contact.site, contact.language),
        guess=language_name(contact.site, guess) if guess and guess != contact.language else "",
        tier=tier_of(reader),
        owner=OWNERS.get(contact.owner, "nobody has said whose phone it is"),
        hours=f"Safe for her: {clock(contact.hours_from)} to {clock(contact.hours_to)}.",
        code_word=contact.code_word or _word_of(contact.client),
        mother=mother.name if mother else "",
        site=site_name(contact.site),
        stopped=reader.stopped,
        again=reader.back(timezone.now()),
        suspended=suspended,
    )


def _word_of(client: str | None) -> str:
    """The word that was agreed with her for another way to reach her."""
    hers = (
        ContactPoint.objects.filter(client=client).exclude(code_word="")
        if client
        else ContactPoint.objects.none()
    )
    return hers.values_list("code_word", flat=True).first() or ""


def name_of(contact: ContactPoint | None, client_name: str = "") -> str:
    """Her name in the record, else what she calls herself, else her address."""
    if contact is None:
        return client_name or "Not registered yet"
    return client_name or contact.name or f"Somebody at {contact.address}"


def names_of(contacts: Iterable[ContactPoint]) -> dict[str, str]:
    """Contact id → name, in two queries however many they are."""
    contacts = list(contacts)
    ids = {contact.client for contact in contacts if contact.client}
    names = dict(Client.objects.filter(pk__in=ids).values_list("pk", "name"))
    return {contact.pk: name_of(contact, names.get(contact.client or "", "")) for contact in contacts}


def language_name(site: str, tag: str) -> str:
    """By its own name."""
    return current(site).language(tag).name if tag else "language not known"


def beside(client: str | None) -> Beside | None:
    """Her record in short; None where nobody knows who she is."""
    person = Client.objects.filter(pk=client).first() if client else None
    if person is None:
        return None
    plan = care.plan_of(person.pk) or {"tasks": [], "flags": []}
    texts = rules_at(person.home).texts
    order = {status: number for number, status in enumerate(OPEN)}
    tasks = sorted(
        (task for task in plan["tasks"] if task["status"] in order),
        key=lambda task: (order[task["status"]], task["due"]),
    )
    return Beside(
        id=person.pk,
        name=person.name or "Not registered yet",
        group=person.group.replace("_", " "),
        flags=[
            (
                flag["level"],
                texts.get(flag["id"], {}).get("title", ""),
                texts.get(flag["id"], {}).get("because", ""),
            )
            for flag in plan["flags"]
        ],
        tasks=[{**task, **_text(texts.get(task["item"], {}))} for task in tasks[:MOST_LINES]],
        lines=[line for line in timeline(events_of([person.pk]), person.home) if not line.state][:MOST_LINES],
    )


def site_name(code: str) -> str:
    """A site by its name; who belongs to none has none."""
    return Site.objects.filter(pk=code).values_list("name", flat=True).first() or code if code else ""


def clock(minutes: int) -> str:
    """Minutes after midnight as 08:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def staff_names(ids: Iterable[str | None]) -> dict[str, str]:
    """Staff id → name."""
    return dict(Staff.objects.filter(pk__in={id for id in ids if id}).values_list("pk", "name"))


def _text(text: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": text.get("title", ""),
        "because": text.get("because", ""),
        "remind": (text.get("remind") or {}).get("message", ""),
    }
