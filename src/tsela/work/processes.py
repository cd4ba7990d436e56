"""What a process of the nightly pool runs first: nothing here needs Django until the settings were read."""

import gc
from datetime import date


def begin() -> None:
    """It ends with its parent, and knows the settings. What it makes is short-lived: to look for cycles in it is in vain."""
    from tsela.work.commands.serve import end_with_parent, start_django

    end_with_parent()
    start_django()
    gc.set_threshold(200_000, 20, 20)


def plan_chunk(today: date, clients: list[str]) -> tuple[int, list[str]]:
    """`nightly.plan_chunk`, found once Django is ready."""
    from tsela.work import nightly

    return nightly.plan_chunk(today, clients)
