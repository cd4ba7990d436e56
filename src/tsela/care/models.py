"""Plans as last computed. All of it can be thrown away and computed again from the record."""

from typing import Any

from django.db import models

from tsela.access.fields import IdField
from tsela.care.packing import unpacked
from tsela.record.models import SITE_LENGTH


class StoredPlan(models.Model):
    """A client's plan: right on every day from `today` to the day before `recheck` (RULES R38)."""

    client = IdField(primary_key=True)
    site = models.CharField(max_length=SITE_LENGTH, db_index=True)
    today = models.DateField()
    recheck = models.DateField(null=True, db_index=True)
    version = models.CharField(max_length=120, db_index=True, help_text="of the programme")
    hash = models.CharField(max_length=16, help_text="SPEC S52")
    plan = models.BinaryField(help_text="RULES 5, as compressed JSON: a plan is long and much alike")

    def unpacked(self) -> dict[str, Any]:
        return unpacked(self.plan)


class OpenTask(models.Model):
    """A task that is due or overdue, as pages ask for it. One that waits for her next contact (RULES R33a) is not here."""

    client = IdField(db_index=True)
    name = models.CharField(max_length=160, blank=True)
    site = models.CharField(max_length=SITE_LENGTH)
    caseload = IdField(
        null=True, db_index=True, help_text="her Mentor Mother; an infant's own, or the mother's"
    )
    item = models.CharField(max_length=63)
    key = models.CharField(max_length=180)
    due = models.DateField()
    late = models.DateField()
    status = models.CharField(max_length=8)
    step = models.CharField(max_length=40, null=True)
    by = models.CharField(max_length=40, blank=True)
    anchor_form = models.CharField(max_length=63)
    anchor_date = models.DateField()

    class Meta:
        indexes = (models.Index(fields=("site", "status", "due"), name="open_task_site"),)
        constraints = (models.UniqueConstraint(fields=("client", "key"), name="open_task_key"),)
