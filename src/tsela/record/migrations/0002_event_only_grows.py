from django.db import migrations

from tsela.access.guards import only_grows


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [migrations.RunPython(only_grows("record_event"), migrations.RunPython.noop)]
