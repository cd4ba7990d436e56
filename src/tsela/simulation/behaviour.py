"""How the simulated people behave: every rate in one place, the programme's published figures as the default."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from tsela.kernel.errors import fail, nearest


@dataclass(frozen=True)
class Behaviour:
    """Rates are shares from 0 to 1; `_days` are days. Published figures: mothers2mothers annual evaluations."""

    # who comes
    hiv_positive: float = 0.28
    known_positive: float = 0.5  # of the HIV-positive: on ART when she becomes pregnant
    twins: float = 0.015
    second_pregnancy: float = 0.08
    # outcomes
    transmission: float = 0.013  # 2018: 1.3% of infants with a final result
    retention_12m: float = 0.94  # 2018: still on treatment a year after the start
    seroconversion: float = 0.0012  # 2018: 0.12% of HIV-negative pregnant clients
    transferred_out: float = 0.03
    mother_dies: float = 0.003
    infant_dies: float = 0.015
    pregnancy_lost: float = 0.03
    # care
    missed_visit: float = 0.12
    returns_when_traced: float = 0.8
    late_pick_up: float = 0.015  # of pick-ups: more than 28 days late, then back
    eid_by_2_months: float = 0.93
    final_test: float = 0.75  # 2018: final infant test done
    danger_sign: float = 0.03
    home_birth: float = 0.1
    retested: float = 0.85
    child_health: float = 1.0  # of children: vaccines and growth are written down
    # data
    late_entry: float = 0.08
    late_entry_days: int = 21
    corrected: float = 0.02
    doubled: float = 0.004  # written twice by mistake, then voided
    phone_lost: float = 0.05  # of phones in a year; what was not sent yet is written again, from the register

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def with_settings(self, settings: dict[str, str]) -> "Behaviour":
        """A copy with settings such as `{"transmission": "0.05"}` changed."""
        known = {field.name: field.type for field in fields(self)}
        changes: dict[str, Any] = {}
        for name, text in settings.items():
            if name not in known:
                fail("E150", where="--set", name=name, nearest=nearest(name, known))
            changes[name] = _number(name, text, whole=name.endswith("_days"))
        return replace(self, **changes)


def _number(name: str, text: str, *, whole: bool) -> float | int:
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        fail("E151", where="--set", name=name, value=text)
    if not (value >= 0 if whole else 0 <= value <= 1):
        fail("E151", where="--set", name=name, value=text)
    return value
