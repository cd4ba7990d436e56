"""Ids in tables: 16 bytes on PostgreSQL, text on SQLite, and always a lower-case string in Python."""

import re
from typing import Any

import msgspec
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


@IdField.register_lookup
class Among(models.Lookup):
    """client__among=ids: like client__in, for thousands. They are one parameter of the statement, not one each."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, parameters = self.process_lhs(compiler, connection)
        ids = msgspec.json.encode(list(self.rhs)).decode()
        return f"{left} IN (SELECT value FROM json_each(%s))", [*parameters, ids]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::uuid[])", [*parameters, list(self.rhs)]
