"""The audit's chain shows every change made behind its back."""

import pytest
from django.db import DatabaseError, connection, transaction

from tsela.access import audit
from tsela.access.models import AuditEntry, AuditHead

pytestmark = pytest.mark.django_db


@pytest.fixture
def five():
    """Five entries."""
    return [audit.note("test", "record.read", number, count=number) for number in range(5)]


def test_a_chain_left_alone_holds(five):
    assert audit.verify() is None


def test_an_empty_chain_holds():
    assert audit.verify() is None


def test_the_database_refuses_to_change_an_entry(five):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditEntry.objects.filter(number=3).update(actor="someone else")
    assert audit.verify() is None


TAMPERING = {
    "an entry changed": ("UPDATE access_auditentry SET actor = 'x' WHERE number = 3", 3),
    "an entry removed": ("DELETE FROM access_auditentry WHERE number = 2", 2),
    "the last entries removed": ("DELETE FROM access_auditentry WHERE number >= 4", 4),
    "the head put back": ("UPDATE access_audithead SET number = 4", 6),
}


@pytest.mark.parametrize("case", TAMPERING)
def test_whoever_goes_round_the_guard_shows(five, case):
    sql, broken = TAMPERING[case]
    with connection.cursor() as cursor:
        on = " ON access_auditentry" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER access_auditentry_grows{on}")
        cursor.execute(sql)
    assert AuditHead.objects.exists()
    assert audit.verify() == broken
