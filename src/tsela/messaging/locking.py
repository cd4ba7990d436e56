"""One worker each, where there are several."""

from typing import Any

from django.db import connection


def locked(rows: Any) -> Any:
    """Rows that no other worker has in hand, until the transaction ends."""
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows
