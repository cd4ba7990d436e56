"""The lives of the simulated children: tests, feeding, and the final outcome."""

from dataclasses import dataclass

from tsela.kernel.dates import add, format_date
from tsela.simulation import routine
from tsela.simulation.behaviour import Behaviour
from tsela.simulation.pen import Pen
from tsela.simulation.truth import Baby


@dataclass(frozen=True)
class Mother:
    """What a child's life needs of its mother. `positive`: known to live with HIV; `ends`: the day she leaves care;
    `art_since`: her first day of treatment."""

    client: str
    positive: bool
    ends: int | None
    art_since: int | None


@dataclass
class _Child:
    client: str
    birth: int
    infected_on: int | None
    dies: int | None
    final: int | None = None
    outcome: str | None = None
    first_nat: int | None = None
    found: int | None = None  # the day on which an infection was found
    weaned: int = 0


def raise_baby(pen: Pen, daily: Pen, mother: Mother, *, client: str, birth: int, sex: str) -> Baby | None:
    """Write a child's events, what is routine with the pen `daily`; the truth about it, or None where it was not
    registered by the end."""
    rng, behaviour = pen.rng, pen.behaviour
    infected = mother.positive and rng.random() < _infected_share(behaviour)
    late = rng.random() < 0.4  # of infections: through breastfeeding, after the first test
    infected_on = (birth + rng.randint(70, 300) if late else birth) if infected else None
    dies = birth + rng.randint(1, 500) if rng.random() < behaviour.infant_dies else None
    child = _Child(client, birth, infected_on, dies)
    registered = birth + rng.randint(0, 5)
    given = rng.choice(
        ("Blessings", "Thabo", "Naledi", "Chisomo", "Amani", "Grace", "Kagiso", "Mirembe", "Sipho")
    )
    pen.write(
        "registration", client, registered, "home", given_name=given, sex=sex, birth_date=format_date(birth),
        birth_date_accuracy="exact", client_group="child", mother=mother.client, caseload=pen.author.id,
    )  # fmt: skip
    _feeding(pen, child)
    if mother.positive:
        _tests(pen, child, mother)
    _death(pen, child)
    if registered > pen.until:
        return None
    routine.look_after(daily, _days(child, mother, registered))
    site = pen.site.code
    return Baby(client, site, birth, mother.positive, infected, child.first_nat, child.final, child.outcome)


def _days(child: _Child, mother: Mother, registered: int) -> routine.Baby:
    ends = min((day for day in (child.dies, mother.ends) if day is not None), default=None)
    short = mother.art_since is None or child.birth - mother.art_since < 28
    final = child.final if child.outcome == "uninfected_not_breastfeeding" else None
    return routine.Baby(
        client=child.client, birth=child.birth, registered=registered, ends=ends, exposed=mother.positive,
        short_art=short, weaned=child.weaned, final=final,
    )  # fmt: skip


def _infected_share(behaviour: Behaviour) -> float:
    """Transmission is a share of the children with a final result, and infected children nearly all have one."""
    rate, final = behaviour.transmission, behaviour.final_test
    return rate * final / (1 - rate * (1 - final))


def _here(child: _Child, mother: Mother, day: int, pen: Pen) -> bool:
    if day > pen.until or (child.dies is not None and day >= child.dies):
        return False
    return mother.ends is None or day < mother.ends or pen.rng.random() < 0.3


def _tests(pen: Pen, child: _Child, mother: Mother) -> None:
    """NAT at six weeks and nine months, antibody test and final outcome from 18 months."""
    rng, share = pen.rng, pen.behaviour.eid_by_2_months
    on_time = rng.random() < share
    first = child.birth + (rng.randint(36, 52) if on_time else rng.randint(66, 150))
    if on_time or rng.random() < 0.6:
        _nat(pen, child, mother, first)
    if child.found is None and rng.random() < 0.85:
        _nat(pen, child, mother, child.birth + 270 + rng.randint(0, 25))
    if child.found is None and rng.random() < pen.behaviour.final_test:
        _final(pen, child, mother)


def _nat(pen: Pen, child: _Child, mother: Mother, day: int) -> None:
    if not _here(child, mother, day, pen):
        return
    if child.first_nat is None:
        child.first_nat = day
    positive = child.infected_on is not None and day >= child.infected_on
    back = day + pen.rng.randint(3, 24)
    known = back <= pen.until
    pen.write(
        "infant_test", child.client, day, sample_date=format_date(day), test="nat",
        result=("positive" if positive else "negative") if known else "pending",
        result_date=format_date(back) if known else None, result_given="yes" if known else None,
    )  # fmt: skip
    if positive and known:
        child.found = back
        _outcome(pen, child, "infected", back + pen.rng.randint(7, 20))


def _final(pen: Pen, child: _Child, mother: Mother) -> None:
    eighteen = add(child.birth, 18, "months")
    if eighteen is None:
        return
    day = eighteen + pen.rng.randint(0, 100)
    if not _here(child, mother, day, pen):
        return
    infected = child.infected_on is not None
    pen.write(
        "infant_test", child.client, day, sample_date=format_date(day), test="antibody",
        result="positive" if infected else "negative", result_date=format_date(day), result_given="yes",
    )  # fmt: skip
    _outcome(pen, child, "infected" if infected else "uninfected_not_breastfeeding", day)


def _outcome(pen: Pen, child: _Child, outcome: str, day: int) -> None:
    if child.final is None and pen.write(
        "infant_outcome", child.client, day, outcome=outcome, outcome_date=format_date(day)
    ):
        child.final, child.outcome = day, outcome


def _feeding(pen: Pen, child: _Child) -> None:
    stops = child.weaned = child.birth + pen.rng.randint(330, 450)
    for after, pattern in (
        (7, "exclusive_breastfeeding"),
        (45, "exclusive_breastfeeding"),
        (190, "complementary"),
    ):
        if child.dies is None or child.birth + after < child.dies:
            pen.write(
                "feeding", child.client, child.birth + after, "home", pattern=pattern, breastfeeding="yes"
            )
    if child.dies is None or stops < child.dies:
        date = format_date(stops)
        pen.write(
            "feeding",
            child.client,
            stops,
            "home",
            pattern="none",
            breastfeeding="no",
            breastfeeding_stopped_date=date,
        )


def _death(pen: Pen, child: _Child) -> None:
    if child.dies is not None:
        pen.write("death", child.client, child.dies, "home", death_date=format_date(child.dies))
        if child.final is None:
            _outcome(pen, child, "died", child.dies)
