"""What goes well and is written down all the same: visits after the birth, the baby's medicine, vaccines, growth, talks.

Written with a pen of its own, so that the lives themselves stay the same with and without it.
"""

from dataclasses import dataclass

from tsela.simulation.pen import Pen, format_date

AFTER_BIRTH = (1, 3, 9, 42)  # days: within 24 hours, 48-72 hours, 7-14 days, 6 weeks (WHO PNC 2022)
FIRST_VACCINES = (42, 70, 98)  # 6, 10 and 14 weeks
WEIGHED = (43, 71, 99, 183, 274, 365, 456, 548, 640, 731)
FED = ((91, "exclusive_breastfeeding"), (274, "complementary"), (365, "complementary"))
MALARIA_VACCINE = {"GH", "KE", "MW", "MZ", "UG"}  # countries that have adopted it
ADHERENCE = (14, 28, 61, 91, 122, 152, 183, 365, 548, 730)
VIRAL_LOADS = (-38, 92, 275)  # days from the birth: 34 to 36 weeks of pregnancy, then while she breastfeeds
RESULT_AFTER = 14
PLAN = "We found a place for the pills together."


@dataclass(frozen=True)
class Baby:
    """A child's days, as the routine needs them. `ends`: the day of death, or on which her mother leaves care."""

    client: str
    birth: int
    registered: int
    ends: int | None
    exposed: bool
    short_art: bool
    weaned: int
    final: int | None


def look_after(pen: Pen, baby: Baby) -> None:
    """Everything that is routine for one child, up to the day on which it ends."""
    _visits(pen, baby)
    if pen.rng.random() < pen.behaviour.child_health:
        _vaccines(pen, baby)
        _growth(pen, baby)
    if baby.exposed:
        _medicine(pen, baby)


def visit_after_birth(pen: Pen, client: str, birth: int, ends: int | None) -> None:
    """The mother's own visits."""
    for after in AFTER_BIRTH:
        day = birth + after
        if (ends is None or day < ends) and _comes(pen):
            pen.write("postnatal_contact", client, day, "home", contact_date=format_date(day), mood_score=0)


def talk_about_medicine(pen: Pen, client: str, start: int, ends: int | None) -> None:
    """Adherence talks from the start of ART; one in twenty finds it hard."""
    for after in ADHERENCE:
        day = start + after
        if day > pen.until or (ends is not None and day >= ends):
            return
        if _comes(pen):
            hard = pen.rng.random() < 0.05
            pen.write(
                "adherence", client, day, session_date=format_date(day),
                self_report_percent=70 if hard else 97, plan=PLAN if hard else None,
            )  # fmt: skip


def viral_loads(pen: Pen, client: str, birth: int, since: int | None, ends: int | None) -> None:
    """Around the birth of a woman on treatment `since`: below detection, as nearly everyone's."""
    for after in VIRAL_LOADS:
        day = birth + after
        if since is None or day < since + 28 or (ends is not None and day >= ends) or not _comes(pen):
            continue
        back = day + RESULT_AFTER
        known = back <= pen.until
        pen.write(
            "viral_load", client, day, sample_date=format_date(day), reason="routine", copies=0 if known else None,
            result_date=format_date(back) if known else None,
        )  # fmt: skip


def _comes(pen: Pen) -> bool:
    return pen.rng.random() >= pen.behaviour.missed_visit


def _here(baby: Baby, day: int) -> bool:
    return baby.ends is None or day < baby.ends


def _visits(pen: Pen, baby: Baby) -> None:
    for after in AFTER_BIRTH:
        day = baby.birth + after
        if day >= baby.registered and _here(baby, day) and _comes(pen):
            pen.write(
                "postnatal_contact", baby.client, day, "home", contact_date=format_date(day),
                feeding="exclusive_breastfeeding",
            )  # fmt: skip
    for after, pattern in FED:
        day = baby.birth + after
        if day < baby.weaned and _here(baby, day) and _comes(pen):
            pen.write("feeding", baby.client, day, "home", pattern=pattern, breastfeeding="yes")


def _vaccines(pen: Pen, baby: Baby) -> None:
    """Her card. Who misses a visit comes one to five weeks later, and everything after it moves on."""
    _dose(pen, baby, baby.registered, "bcg", 0, ["hepb", "opv"])
    day = baby.birth
    for number, after in enumerate(FIRST_VACCINES, start=1):
        day = max(_delayed(pen, baby.birth + after), day + 28)
        _dose(pen, baby, day, "penta", number, ["opv", "pcv"] + (["rota"] if number < 3 else []))
    _dose(pen, baby, day, "ipv", 1)
    for number, after in enumerate((183, 366, 549), start=1):
        _dose(pen, baby, _delayed(pen, baby.birth + after), "vitamin_a", number)
    nine = _delayed(pen, baby.birth + 275)
    _dose(pen, baby, nine, "mr", 1)
    _dose(pen, baby, max(nine, day + 123), "ipv", 2)
    _dose(pen, baby, max(_delayed(pen, baby.birth + 458), nine + 28), "mr", 2)
    if pen.site.country in MALARIA_VACCINE:
        for number, after in enumerate((155, 186, 217, 600), start=1):
            _dose(pen, baby, baby.birth + after, "malaria", number)


def _delayed(pen: Pen, day: int) -> int:
    return day if _comes(pen) else day + pen.rng.randint(7, 35)


def _dose(pen: Pen, baby: Baby, day: int, antigen: str, dose: int, also: list[str] | None = None) -> None:
    if _here(baby, day):
        pen.write(
            "immunisation", baby.client, day, given_date=format_date(day), antigen=antigen, dose=dose,
            also_given=also,
        )  # fmt: skip


def _growth(pen: Pen, baby: Baby) -> None:
    """Weight by age, roughly the median of girls (WHO 2006); one child in a hundred is thin."""
    thin = pen.rng.random() < 0.01
    for after in WEIGHED:
        day = baby.birth + after
        if not _here(baby, day) or not _comes(pen):
            continue
        months = after / 30.4
        weight = 3.2 + 0.7 * min(months, 6) + 0.27 * max(0, min(months, 24) - 6)
        pen.write(
            "growth", baby.client, day, measured_date=format_date(day), weight_kg=round(weight * (0.8 if thin else 1), 1),
            muac_mm=None if after < 183 else 121 if thin else 142, trend="flat" if thin and after < 183 else "rising",
        )  # fmt: skip


def _medicine(pen: Pen, baby: Baby) -> None:
    """Risk class and medicine against HIV from the first days; co-trimoxazole from six weeks to the final result."""
    if pen.rng.random() < 0.06:
        return  # nobody came in time
    south_africa = pen.site.country == "ZA"
    pen.write(
        "hiv_exposed_infant", baby.client, baby.registered, risk="high" if baby.short_art else "low",
        risk_reason="short_art" if baby.short_art else None, risk_profile="za_2020" if south_africa else "who_2025",
    )  # fmt: skip
    strong = "azt_nvp" if south_africa else "azt_3tc_nvp"
    _give(pen, baby, baby.registered, strong if baby.short_art else "nvp", "started")
    if baby.short_art:
        _give(pen, baby, baby.birth + 43, "nvp", "continued")
    _give(pen, baby, baby.birth + (120 if baby.short_art else 43), "nvp", "completed")
    _co_trimoxazole(pen, baby)


def _co_trimoxazole(pen: Pen, baby: Baby) -> None:
    day = baby.birth + 43
    last = min(baby.final or pen.until, baby.birth + 640)
    action = "started"
    while day < last and day <= pen.until and _here(baby, day):
        _give(pen, baby, day, "ctx", action, days=90)
        day, action = _delayed(pen, day + 88), "continued"
    if baby.final is not None:
        _give(pen, baby, baby.final, "ctx", "stopped")


def _give(pen: Pen, baby: Baby, day: int, drug: str, action: str, days: int | None = None) -> None:
    if _here(baby, day):
        pen.write(
            "prophylaxis",
            baby.client,
            day,
            drug=drug,
            action=action,
            action_date=format_date(day),
            days_supplied=days,
        )
