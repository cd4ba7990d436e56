"""Hundreds of webhooks on bad days (100,000 by hand: webhook_fuzz.py); and the bugs that such days must show."""

import pytest
from django.db import transaction

from messaging.webhook_bugs import BUGS
from messaging.webhook_fuzz import findings, fuzz

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SEEDS = 12  # by then each seeded bug must be seen


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_doubled_or_broken(seed: int) -> None:
    world = fuzz(800, seed)
    assert findings(world) == []
    assert world.counts["forged"] > 20
    assert len(world.fates) > 20, "and answers were sent"


@pytest.mark.parametrize("bug", BUGS)
def test_the_fuzz_sees(bug: str) -> None:
    for seed in range(1, SEEDS + 1):
        with transaction.atomic(), BUGS[bug]():
            found = findings(fuzz(250, seed))
            transaction.set_rollback(True)  # another world begins with nothing
        if found:
            return
    pytest.fail(f"{SEEDS} worlds went by, and nobody saw it")
