from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("messaging", "0010_message_contact"),)

    operations = (
        migrations.AddField(
            model_name="campaign",
            name="preview",
            field=models.JSONField(null=True, help_text="see campaign_preview"),
        ),
        migrations.AddField(
            model_name="campaign",
            name="preview_wanted",
            field=models.BooleanField(default=False, help_text="somebody asks who would get it"),
        ),
        migrations.AddField(
            model_name="campaign", name="previewed_at", field=models.DateTimeField(null=True)
        ),
    )
