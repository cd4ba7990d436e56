from django.db import migrations

from tsela.access.guards import only_grows


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunPython(only_grows("access_auditentry"), migrations.RunPython.noop)]
