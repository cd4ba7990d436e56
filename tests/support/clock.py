"""The clock on the wall of the tests: an ordinary afternoon, at whatever hour and on whatever day they run.

It is later than the noon that tests pass in as `now`: who reads the clock where a moment was given is found out. Each look is a
millisecond after the one before, however fast the machine is. A site (support.site) is a process of its own, with the real
clock.
"""

from datetime import UTC, datetime, timedelta
from itertools import count

from django.utils import timezone

AFTERNOON = "2026-11-20T15:30+02:00"  # a Friday


def set_clock(at: datetime) -> None:
    """Django's clock, of which every clock of ours is made, shows `at`."""
    looks = count()
    timezone.now = lambda: (at + timedelta(milliseconds=next(looks))).astimezone(UTC)
