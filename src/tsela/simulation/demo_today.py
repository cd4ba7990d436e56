"""A few women whom a newcomer meets on the first morning: each shows one thing that the phone does."""

from random import Random
from typing import Any

from tsela.kernel.dates import format_date
from tsela.kernel.ids import derived_id
from tsela.simulation.behaviour import Behaviour
from tsela.simulation.pen import Event, Pen
from tsela.simulation.places import LANGUAGES, Site, Staff

# Numbers that nobody has. Some of them write to the programme this morning (demo_talks).
PHONES = {
    name: f"+27 00 000 000{n}" for n, name in enumerate(("Zanele", "Thembi", "Lindiwe", "Ayanda", "Nandi"), 1)
}
CAREFUL = Behaviour(late_entry=0, corrected=0, doubled=0, phone_lost=0)


class Morning:
    """Writes their events as this Mentor Mother would have, up to `today`."""

    def __init__(self, site: Site, author: Staff, versions: dict[str, str], today: int, seed: int) -> None:
        self.pen = Pen(Random(f"morning {seed}"), CAREFUL, versions, site, author, today)
        self.site, self.author, self.today, self.seed = site, author, today, seed

    def events(self) -> list[Event]:
        self._bleeds_in_pregnancy()
        self._is_late_for_her_medicine()
        self._has_a_baby_to_test()
        self._has_a_high_viral_load()
        self._missed_yesterday()
        return self.pen.events

    def _day(self, ago: int) -> str:
        return format_date(self.today - ago)

    def _write(self, form: str, client: str, ago: int, **answers: Any) -> None:
        self.pen.write(form, client, self.today - ago, **answers)

    def _woman(
        self, given: str, family: str, ago: int, *, positive: bool, pregnant_weeks: int | None = None
    ) -> str:
        """Registered and enrolled `ago` days ago; pregnant by so many weeks today."""
        client = derived_id("morning", self.seed, given)
        self._write(
            "registration", client, ago, given_name=given, family_name=family, sex="female", birth_date=self._day(26 * 365),
            birth_date_accuracy="exact", client_group="woman", language=LANGUAGES[self.site.country],
            phone=PHONES[given], phone_owner="own", caseload=self.author.id,
        )  # fmt: skip
        for purpose in ("messages", "information"):
            self._write("consent", client, ago, purpose=purpose, granted="yes", channel="sms", tier="covert")
        self._write(
            "enrolment", client, ago, arm="pmtct", entry_point="anc", hiv_status="positive" if positive else "negative",
            on_art="yes" if positive else None, art_start_date=self._day(ago + 400) if positive else None,
        )  # fmt: skip
        if pregnant_weeks is not None:
            lmp = pregnant_weeks * 7
            self._write(
                "pregnancy",
                client,
                ago,
                lmp_date=self._day(lmp),
                edd_date=self._day(lmp - 280),
                first_anc_date=self._day(ago),
            )
        return client

    def _supply(self, client: str, ago: int, days: int) -> None:
        self._write("art_dispense", client, ago, dispense_date=self._day(ago), days_supplied=days)
        back = self._day(ago - days + 2)
        self._write("appointment", client, ago, appointment_date=back, service="art", site=self.site.code)

    def _bleeds_in_pregnancy(self) -> None:
        client = self._woman("Zanele", "Radebe", 80, positive=True, pregnant_weeks=32)
        self._supply(client, 20, 90)
        self._write(
            "anc_contact", client, 1, contact_date=self._day(1), gestation_weeks=31, systolic=142, diastolic=92,
            danger_signs=["vaginal_bleeding", "severe_headache"], follow_up_days=3, iron_folate="yes",
        )  # fmt: skip

    def _is_late_for_her_medicine(self) -> None:
        client = self._woman("Thembi", "Maseko", 200, positive=True, pregnant_weeks=36)
        self._supply(client, 44, 30)
        due = self._day(16)
        self._write("attendance", client, 15, appointment_date=due, attended="no")
        self._write("tracing", client, 15, attempt_date=self._day(15), channel="phone", outcome="not_found")
        self._write("tracing", client, 12, attempt_date=self._day(12), channel="phone", outcome="not_found")

    def _has_a_baby_to_test(self) -> None:
        mother = self._woman("Lindiwe", "Zulu", 150, positive=True)
        self._supply(mother, 30, 90)
        baby = derived_id("morning", self.seed, "baby")
        self._write("pregnancy_outcome", mother, 44, outcome="live_birth", outcome_date=self._day(44), place="facility",
                    infants=[{"sex": "female", "infant": baby}])  # fmt: skip
        self._write(
            "registration", baby, 43, given_name="Naledi", sex="female", birth_date=self._day(44), birth_date_accuracy="exact",
            client_group="child", mother=mother, caseload=self.author.id,
        )  # fmt: skip
        self._write("feeding", baby, 37, pattern="exclusive_breastfeeding", breastfeeding="yes")

    def _has_a_high_viral_load(self) -> None:
        client = self._woman("Ayanda", "Ngcobo", 300, positive=True, pregnant_weeks=24)
        self._supply(client, 25, 90)
        self._write(
            "viral_load",
            client,
            12,
            sample_date=self._day(30),
            reason="routine",
            copies=14_200,
            result_date=self._day(12),
        )

    def _missed_yesterday(self) -> None:
        client = self._woman("Nandi", "Khoza", 60, positive=False, pregnant_weeks=28)
        self._write(
            "appointment", client, 30, appointment_date=self._day(2), service="anc", site=self.site.code
        )
