"""What her answers become in her record (M31): she will come, another day, what a flow asked, who she is."""

from datetime import datetime
from typing import Any

from tsela.access.models import Site, Staff
from tsela.care.rules import rules_at
from tsela.kernel.ids import uuid7
from tsela.messaging import contacts, writing
from tsela.messaging.models import Consent, ContactPoint, Message
from tsela.messaging.points import FORMS
from tsela.record.models import Event
from tsela.record.queries import decode

SENT = ("sent", "delivered", "read", "unknown")
SOON = 3  # days for which who is late and says that she comes is left in peace
SERVICES = {  # the form that does a task → the service of its new appointment
    "anc_contact": "anc", "art_dispense": "art", "infant_test": "eid", "viral_load": "vl", "immunisation": "immunisation",
    "tb_screen": "tb", "family_planning": "family_planning", "blood_pressure": "ncd", "glucose": "ncd",
}  # fmt: skip


def will_come(contact: ContactPoint, now: datetime) -> None:
    """She said that she comes on the day of which she was reminded last; or, if that is over, soon."""
    reminder = _last_reminder(contact)
    who = (reminder and reminder.about) or contact.client
    if who:
        writing.write(who, "reply", {"reply": "will_come", **_about(reminder, contact.country, now)}, now=now)


def another_day(contact: ContactPoint, day: str, now: datetime) -> None:
    """Another day was agreed: an appointment of the same service, in the place of the one before."""
    reminder = _last_reminder(contact)
    who = (reminder and reminder.about) or contact.client
    if who:
        about = _about(reminder, contact.country, now) | {"reply": "another_day"}
        about.pop("days_until", None)
        writing.write(who, "reply", about, now=now)
        service = _service(reminder, contact.site) if reminder else "other"
        writing.write(who, "appointment", {"appointment_date": day, "service": service}, now=now)


def _about(reminder: Message | None, country: str, now: datetime) -> dict[str, Any]:
    """Which appointment she speaks of; where its day is over, within how many days she comes."""
    day = reminder.values.get("date") if reminder else None
    if not day:
        return {}
    late = day < writing.today(country, now).isoformat()
    return {"appointment_date": day} | ({"days_until": SOON} if late else {})


def record(
    contact: ContactPoint, form: str, answers: dict[str, Any], now: datetime, *, by: Staff | None = None
) -> ContactPoint:
    """An event of her record, told by her or `by` who read it. Who is not in it yet: a registration makes her a client, a
    consent is kept with the contact point, anything else waits until staff know who she is."""
    if contact.client:
        writing.write(contact.client, form, answers, by=by, now=now)
        if form in FORMS:  # what she agrees to holds at once
            contacts.Projected([contact.client]).store()
            contact.refresh_from_db()
    elif form == "registration":
        return _register(contact, answers, now)
    elif form == "consent":
        _keep(contact, answers, now)
    return contact


def _register(contact: ContactPoint, answers: dict[str, Any], now: datetime) -> ContactPoint:
    site = Site.objects.filter(country=contact.country).order_by("code").first()
    if site is None:
        return contact
    client = uuid7()
    writing.write(client, "registration", answers, site=site.code, now=now)
    return contacts.belongs(contact, client, now)


def _keep(contact: ContactPoint, answers: dict[str, Any], now: datetime) -> None:
    today = writing.today(contact.country, now)
    Consent.objects.update_or_create(
        contact=contact,
        purpose=str(answers.get("purpose", ""))[:20],
        defaults={
            "granted": answers.get("granted") == "yes", "given_on": today, "event": None,
            "text_version": str(answers.get("text_version", ""))[:40],
        },
    )  # fmt: skip
    if answers.get("granted") == "yes" and answers.get("purpose") == "messages":
        ContactPoint.objects.filter(pk=contact.pk).update(stopped_at=None)


def _last_reminder(contact: ContactPoint) -> Message | None:
    reminders = Message.objects.filter(contact=contact, outgoing=True, status__in=SENT).exclude(task="")
    return reminders.order_by("-sent_at").first()


def _service(reminder: Message, site: str) -> str:
    """Of the appointment that she moves; of another task, by the form that does it."""
    item, _, root = reminder.task.split(":", 2)
    anchor = Event.objects.filter(pk=root, form="appointment").values_list("body", flat=True).first()
    if anchor:
        return str((decode(anchor)["answers"] or {}).get("service") or "other")
    return SERVICES.get(str(rules_at(site).texts.get(item, {}).get("form")), "other")
