"""Plans are stored compressed. What was stored is let go: it counts as made by other rules, and is computed anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("care", "0001_initial")]  # noqa: RUF012

    operations = [  # noqa: RUF012
        migrations.RemoveField("storedplan", "plan"),
        migrations.AddField(
            "storedplan",
            "plan",
            models.BinaryField(help_text="RULES 5, as compressed JSON: a plan is long and much alike", default=b""),
            preserve_default=False,
        ),
        migrations.RunSQL("UPDATE care_storedplan SET version = ''", migrations.RunSQL.noop),
    ]
