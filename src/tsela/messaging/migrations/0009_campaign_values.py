from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("messaging", "0008_requests_by_the_door"),)

    operations = (
        migrations.AddField(
            model_name="campaign",
            name="values",
            field=models.JSONField(default=dict, help_text="the day and the hour that its messages name"),
        ),
    )
