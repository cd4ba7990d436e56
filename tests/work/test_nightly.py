"""The night on a real site, in processes of its own: they share nothing with the worker but the database."""

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import json, sys
from datetime import timedelta
from tsela.work.commands.serve import open_database

if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    open_database()
    from django.utils import timezone
    from support.record import phone, registration, someone
    from tsela.care.models import StoredPlan
    from tsela.record.actions import ingest
    from tsela.work.nightly import nightly, stale
    from tsela.work.worker import work_once

    thandi, today = phone(someone(name="Thandi")), timezone.localdate()
    ingest([registration(thandi, f"Client {n}") for n in range(30)], by=thandi)
    work_once()
    StoredPlan.objects.update(recheck=today + timedelta(days=1))
    tomorrow = today + timedelta(days=1)
    made = nightly(tomorrow, processes=2, many=1)
    print(json.dumps([made, len(stale(tomorrow)), StoredPlan.objects.filter(today=tomorrow).count()]))
"""


def test_many_clients_are_planned_in_processes_of_their_own(tmp_path):
    script = tmp_path / "night.py"
    script.write_text(SCRIPT)
    tests = str(Path(__file__).parents[1])
    out = subprocess.run(
        [sys.executable, script, tests], env=environment(tmp_path), check=True, stdout=subprocess.PIPE, text=True, timeout=120
    ).stdout  # fmt: skip
    assert json.loads(out) == [30, 0, 30]


def environment(home):
    database = f"sqlite:///{home}/tsela.db"
    return {**os.environ, "TSELA_MODE": "test", "TSELA_HOME": str(home), "TSELA_DATABASE_URL": database}
