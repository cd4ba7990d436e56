"""Ids in tables: 16 bytes on PostgreSQL, text on SQLite, and always a lower-case string in Python."""

import re
from typing import Any

from django.db import models

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class IdField(models.CharField):
    """A UUID that Python code sees as the string that stands in events, never as a UUID object."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 36
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str | None:
        return "uuid" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_prep_value(self, value: Any) -> str | None:
        """What is no id (an empty choice, an address typed by hand) is equal to none, on both databases alike."""
        found = super().get_prep_value(value)
        return found if found is not None and _ID.fullmatch(found) else None

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else str(value)
