"""Tables that only grow: the database refuses to change or delete their rows, whoever asks."""

from typing import Any

POSTGRESQL = """
CREATE OR REPLACE FUNCTION tsela_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME; END $$;
CREATE TRIGGER {table}_grows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION tsela_refuse();
"""
# SQLite empties tables between tests by DELETE, so there only changes are refused; the audit's chain shows the rest.
SQLITE = """
CREATE TRIGGER {table}_grows BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END;
"""


def only_grows(table: str) -> Any:
    """A migration's step, for RunPython."""

    def install(apps: Any, schema_editor: Any) -> None:
        text = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
        schema_editor.execute(text.format(table=table), None)

    return install
