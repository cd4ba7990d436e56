"""The lives of the simulated women: pregnancy, tests, treatment, birth, and what she misses."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tsela.kernel.dates import LAST_DAY, add, format_date
from tsela.kernel.ids import derived_id
from tsela.simulation import routine
from tsela.simulation.babies import Mother, raise_baby
from tsela.simulation.behaviour import Behaviour
from tsela.simulation.pen import Event, Pen
from tsela.simulation.places import LANGUAGES, Site, name_of
from tsela.simulation.truth import Baby, Negative, Treatment, Truth

ANC_WEEKS = (12, 20, 26, 30, 34, 36, 38, 40)
DANGER_SIGNS = ("vaginal_bleeding", "severe_headache", "fever", "severe_abdominal_pain", "visual_disturbance")
LADDER = ((1, "phone"), (3, "phone"), (7, "home_visit"), (14, "home_visit"), (30, "home_visit"))
TOPICS = (["hiv_testing"], ["adherence"], ["feeding"], ["disclosure"], ["family_planning"], ["nutrition"])


@dataclass
class Woman:
    """What is true of her now. Days are day numbers."""

    client: str
    positive: bool
    art_since: int | None = None
    ends: int | None = None  # the day on which she is lost, dies or moves
    died: int | None = None
    infected: int | None = None  # the day, where she was not yet when she came
    tests: list[tuple[int, bool]] = field(default_factory=list)


class Life:
    """One woman's years with the programme, from her first ANC contact."""

    def __init__(
        self, *, seed: str, site: Site, behaviour: Behaviour, versions: dict[str, str], start: int, until: int,
        truth: Truth,
    ):  # fmt: skip
        self.rng = Random(seed)
        self.site, self.behaviour, self.start, self.until, self.truth = site, behaviour, start, until, truth
        self.author = self.rng.choice(site.mentor_mothers)
        self.pen = Pen(self.rng, behaviour, versions, site, self.author, until)
        self.daily = Pen(Random(f"{seed} daily"), behaviour, versions, site, self.author, until)
        self.woman = Woman(derived_id("woman", seed), self._chance(behaviour.hiv_positive))
        self.born = 0
        self.babies: list[Baby] = []

    def events(self) -> list[Event]:
        """Live her life; the events that reached the log."""
        first_anc = self.rng.randint(self.start, self.until - 1)
        weeks = self.rng.choices((8, 12, 16, 20, 24, 28, 32), (10, 22, 26, 18, 12, 8, 4))[0]
        lmp = first_anc - weeks * 7 - self.rng.randrange(7)
        self._enrol(first_anc)
        birth = self._pregnancy(lmp, first_anc)
        if birth is not None and self._chance(self.behaviour.second_pregnancy):
            again = birth + self.rng.randint(300, 500)
            self._pregnancy(again, again + self.rng.randint(60, 150))
        self._tell_truth()
        return self.pen.events + self.daily.events

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _here(self, day: int) -> bool:
        return self.woman.ends is None or day < self.woman.ends

    # enrolment

    def _enrol(self, day: int) -> None:
        rng, woman, write = self.rng, self.woman, self.pen.write
        given, family = name_of(rng, self.site.country)
        known = woman.positive and self._chance(self.behaviour.known_positive)
        write(
            "registration", woman.client, day, given_name=given, family_name=family, sex="female",
            birth_date=format_date(day - rng.randint(17 * 365, 42 * 365)), birth_date_accuracy="exact",
            client_group="woman", language=LANGUAGES[self.site.country], phone=f"+0000{rng.randrange(10**8):08}",
            phone_owner=rng.choice(("own", "own", "shared")), caseload=self.author.id,
        )  # fmt: skip
        write("consent", woman.client, day, purpose="messages", granted="yes", channel="sms", tier="covert")
        art_since = day - rng.randint(120, 2000) if known else None
        write(
            "enrolment", woman.client, day, arm="pmtct", entry_point="anc",
            hiv_status="positive" if known else "unknown",
            on_art="yes" if known else None, art_start_date=format_date(art_since) if art_since else None,
        )  # fmt: skip
        if known:
            self._treatment(day, new=False)
            woman.art_since = art_since
        else:
            self._test(day, "no")

    def _test(self, day: int, retest: str) -> None:
        if day > self.until or not self._here(day):
            return
        positive = self.woman.positive
        self.woman.tests.append((day, positive))
        self.pen.write(
            "hiv_test", self.woman.client, day, test_date=format_date(day), retest=retest,
            result="positive" if positive else "negative", result_given="yes",
        )  # fmt: skip
        if positive and self.woman.art_since is None:
            delay = self.rng.choices((0, 1, 3, 7, 14), (80, 8, 5, 4, 3))[0]
            self._treatment(day + delay, new=True)

    def _tell_truth(self) -> None:
        """A child counts as exposed where its mother is known to live with HIV by the end, even if found later."""
        self.truth.babies += [replace(baby, exposed=self.woman.positive) for baby in self.babies]
        tests = self.woman.tests
        if not tests or tests[0][1]:
            return
        first, limit = tests[0][0], add(tests[0][0], 18, "months") or LAST_DAY
        second = tests[1][0] if len(tests) > 1 else None
        last = max((day for day, _ in tests[1:] if day <= limit), default=None)
        positive = next((day for day, positive in tests if positive), None)
        client, site = self.woman.client, self.site.code
        self.truth.negatives.append(
            Negative(client, site, first, second, last, positive, self.woman.infected)
        )

    # treatment

    def _treatment(self, start: int, *, new: bool) -> None:
        """ART from `start` until she is lost, dies, moves, or the simulation ends."""
        if start > self.until:
            return
        woman, write, day = self.woman, self.pen.write, format_date
        woman.art_since = start
        if new:
            write("art_start", woman.client, start, start_date=day(start), regimen="tld", line="first")
        left = self._leaves(start, new)
        pick_ups = self._pick_ups(start, new)
        self._viral_loads(start, new)
        if new:
            routine.talk_about_medicine(self.daily, woman.client, start, woman.ends)
            ups = tuple(pick_ups)
            self.truth.treatments.append(
                Treatment(woman.client, self.site.code, start, ups, left, woman.died)
            )

    def _leaves(self, start: int, new: bool) -> int | None:
        """Decide whether and how she leaves care; the day of a transfer out."""
        behaviour, woman = self.behaviour, self.woman
        if self._chance(behaviour.transferred_out):
            woman.ends = start + self.rng.randint(45, 540)
            self.pen.write("transfer_out", woman.client, woman.ends, transfer_date=format_date(woman.ends))
            return woman.ends if woman.ends <= self.until else None
        if self._chance(behaviour.mother_dies):
            woman.ends = woman.died = start + self.rng.randint(30, 700)
            self.pen.write("death", woman.client, woman.ends, "phone", death_date=format_date(woman.ends))
        elif self._chance((1 - behaviour.retention_12m) if new else 0.04):
            woman.ends = start + self.rng.randint(30, 330)
        return None

    def _pick_ups(self, start: int, new: bool) -> list[tuple[int, int]]:
        rng, write, client = self.rng, self.pen.write, self.woman.client
        made: list[tuple[int, int]] = []
        day = start
        while day <= self.until and self._here(day):
            supply = 30 if new and len(made) < 3 else 90
            missed = 0 if self._chance(0.9) else rng.randint(1, 6)
            supplied: dict[str, Any] = {"days_supplied": supply, "pills_missed": missed}
            write("art_dispense", client, day, dispense_date=format_date(day), **supplied)
            made.append((day, supply))
            due = day + supply - 2
            place = {"service": "art", "site": self.site.code}
            write("appointment", client, day, appointment_date=format_date(due), **place)
            day = self._comes(due)
        return made

    def _comes(self, due: int) -> int:
        """The day on which she comes for an appointment, with what is done where she does not come at first."""
        rng, write, client = self.rng, self.pen.write, self.woman.client
        day = due + rng.choice((-2, -1, 0, 0, 0, 0, 0, 1, 2))
        if self._chance(self.behaviour.late_pick_up):
            day = due + rng.randint(45, 100)
        elif self._chance(self.behaviour.missed_visit):
            day = due + rng.randint(4, 24)
        if not self._here(day) or day > due + 3:
            self._missed(due, day)
        if self._here(day):
            answers = {"appointment_date": format_date(due), "attended_date": format_date(day)}
            write("attendance", client, day, attended="yes", **answers)
        return day

    def _missed(self, due: int, comes: int) -> None:
        """The missed-contact ladder: calls on days 1 and 3, home visits on days 7 and 14, until she is found."""
        write, client = self.pen.write, self.woman.client
        write("attendance", client, due + 1, appointment_date=format_date(due), attended="no")
        for after, channel in LADDER:
            day = due + after + self.rng.randrange(2)
            if day >= comes and self._here(comes):
                break
            if self.woman.died is not None and day > self.woman.died:
                break
            back = self._here(comes) and self._chance(self.behaviour.returns_when_traced)
            outcome = "promised" if back else "not_found"
            mode = "phone" if channel == "phone" else "home"
            write(
                "tracing", client, day, mode, attempt_date=format_date(day), channel=channel, outcome=outcome
            )

    def _viral_loads(self, start: int, new: bool) -> None:
        for after in (180, 365, 730, 1095) if new else (1, 365, 730, 1095):
            day = start + after + self.rng.randint(0, 14)
            if not self._here(day) or not self._chance(self.behaviour.retested):
                continue
            result = day + self.rng.randint(7, 25)
            copies = self.rng.choices((0, 40, 400, 5000), (75, 15, 5, 5))[0]
            answers = {"sample_date": format_date(day), "reason": "routine"}
            if result <= self.until:
                answers |= {"result_date": format_date(result)}
            self.pen.write(
                "viral_load",
                self.woman.client,
                day,
                copies=copies if result <= self.until else None,
                **answers,
            )

    # pregnancy and birth

    def _pregnancy(self, lmp: int, first_anc: int) -> int | None:
        """One pregnancy from its first ANC contact; the day of birth where a child is born alive by `until`."""
        if not self._here(first_anc) or first_anc > self.until:
            return None
        rng, write, client = self.rng, self.pen.write, self.woman.client
        edd, delivered = lmp + 280, lmp + 280 + rng.randint(-18, 10)
        write(
            "pregnancy", client, first_anc, lmp_date=format_date(lmp), edd_date=format_date(edd),
            first_anc_date=format_date(first_anc),
        )  # fmt: skip
        lost = self._chance(self.behaviour.pregnancy_lost)
        end = max(first_anc + 10, delivered if not lost else lmp + rng.randint(80, 250))
        infected_on = self._seroconverts(first_anc)
        self._anc(lmp, first_anc, end)
        self._retest(infected_on, lmp + 34 * 7 + rng.randint(0, 10), before=end)
        if end > self.until or not self._here(end):
            return None
        if lost:
            write(
                "pregnancy_outcome", client, end, outcome="miscarriage", outcome_date=format_date(end),
                place="facility",
            )  # fmt: skip
            return None
        for after in (98, 183, 274, 365):
            self._retest(infected_on, end + after + rng.randint(-7, 7))
        self._birth(end)
        self._home_visits(end)
        return end

    def _seroconverts(self, first_anc: int) -> int | None:
        if self.woman.positive or not self._chance(self.behaviour.seroconversion * 1.1):
            return None
        return first_anc + self.rng.randint(20, 300)

    def _retest(self, infected_on: int | None, day: int, before: int | None = None) -> None:
        if self.woman.positive or not self._chance(self.behaviour.retested):
            return
        if day <= self.woman.tests[-1][0] or (before is not None and day >= before):
            return
        if day > self.until or not self._here(day):
            return
        if infected_on is not None and day >= infected_on:
            self.woman.positive, self.woman.infected = True, infected_on
        self._test(day, "yes")

    def _anc(self, lmp: int, first_anc: int, end: int) -> None:
        rng = self.rng
        planned = [lmp + weeks * 7 + rng.randint(-3, 5) for weeks in ANC_WEEKS]
        days = [first_anc] + [day for day in planned if day > first_anc + 13]
        for day in days:
            if (
                day >= end
                or not self._here(day)
                or (day != first_anc and self._chance(self.behaviour.missed_visit))
            ):
                continue
            danger = [rng.choice(DANGER_SIGNS)] if self._chance(self.behaviour.danger_sign) else None
            self.pen.write(
                "anc_contact", self.woman.client, day, contact_date=format_date(day),
                gestation_weeks=(day - lmp) // 7, systolic=rng.randint(95, 138), diastolic=rng.randint(58, 88),
                danger_signs=danger, follow_up_days=3 if danger else None, iron_folate="yes",
                syphilis_result="negative" if day == first_anc else None,
                hepatitis_b_result="negative" if day == first_anc else None,
            )  # fmt: skip

    def _birth(self, day: int) -> None:
        rng = self.rng
        twins = self._chance(self.behaviour.twins)
        infants = [self._newborn() for _ in range(2 if twins else 1)]
        self.pen.write(
            "pregnancy_outcome", self.woman.client, day + rng.randint(0, 3), outcome="live_birth",
            outcome_date=format_date(day), place="home" if self._chance(self.behaviour.home_birth) else "facility",
            infants=infants,
        )  # fmt: skip
        woman = self.woman
        mother = Mother(woman.client, woman.positive, woman.ends, woman.art_since)
        routine.visit_after_birth(self.daily, woman.client, day, woman.ends)
        if woman.positive:
            routine.viral_loads(self.daily, woman.client, day, woman.art_since, woman.ends)
        for infant in infants:
            baby = raise_baby(
                self.pen, self.daily, mother, client=infant["infant"], birth=day, sex=infant["sex"]
            )
            self.babies += [baby] if baby else []

    def _newborn(self) -> dict[str, str]:
        self.born += 1
        infant = derived_id("infant", self.woman.client, self.born)
        return {"sex": self.rng.choice(("female", "male")), "infant": infant}

    def _home_visits(self, birth: int) -> None:
        for after in (7, 42, 100, 190):
            day = birth + after + self.rng.randint(0, 9)
            if self._here(day) and self._chance(0.8):
                topics = self.rng.choice(TOPICS)
                self.pen.write(
                    "encounter", self.woman.client, day, "home", topics=topics, duration_minutes=30
                )
