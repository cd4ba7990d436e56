"""The clean layer of this site's own record."""

from pathlib import Path
from typing import Any

import pytest

from tsela.evaluation.own import own_layer
from tsela.record.programme import current

pytestmark = pytest.mark.django_db


def test_what_a_killed_reader_left_on_the_disk_goes_with_the_next(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    left = tmp_path / "clean" / "spill-of-somebody-killed"
    left.mkdir(parents=True)
    with own_layer(current()) as layer:
        assert not left.exists()
        assert layer.execute("SELECT count(*) FROM clients").fetchone() == (0,)
        assert layer.execute("SELECT current_setting('memory_limit')").fetchone() == ("488.2 MiB",)
    assert not list((tmp_path / "clean").glob("spill-*"))
