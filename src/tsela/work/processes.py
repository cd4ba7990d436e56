"""What a process of the nightly pool runs first: nothing here needs Django until the settings were read."""

from datetime import date


def begin() -> None:
    """It ends with its parent, and knows the settings."""
    from tsela.work.commands.serve import end_with_parent, start_django

    end_with_parent()
    start_django()


def plan_chunk(today: date, clients: list[str]) -> tuple[int, list[str]]:
    """`nightly.plan_chunk`, found once Django is ready."""
    from tsela.work import nightly

    return nightly.plan_chunk(today, clients)
