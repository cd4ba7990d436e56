"""Writes an evaluation: report.html and report.pdf, results.json, cells.csv and cells.parquet, manifest.json.

Nothing here reads a clock: equal data give equal bytes.
"""

import csv
import hashlib
import io
import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tsela.evaluation.charts import FONT
from tsela.evaluation.results import flat
from tsela.evaluation.story import story
from tsela.kernel.errors import fail

TEMPLATES = Path(__file__).with_name("templates")
KINDS = {
    **dict.fromkeys(("indicator", "by", "group", "unit", "method"), "VARCHAR"), "hidden": "BOOLEAN",
    "numerator": "BIGINT", "unknown": "BIGINT",
}  # fmt: skip
PDF_FONT = "Libertinus Serif"  # comes with typst: no font of the machine is used


def write(results: Mapping[str, Any], out: Path, *, pages: bool = True) -> list[Path]:
    """Everything, into a folder; without `pages` only the data. Raises E606 where the folder cannot be written."""
    rows = flat(results["indicators"])
    files = {"results.json": _json(results), "cells.csv": _csv(rows), "cells.parquet": _parquet(rows)}
    if pages:
        told = story(results)
        files |= {"report.html": html(told).encode(), "report.pdf": pdf(told)}
    hashes = {name: hashlib.sha256(body).hexdigest() for name, body in sorted(files.items())}
    about = {key: results[key] for key in ("programme", "period", "as_of", "data", "versions")}
    files["manifest.json"] = _json({**about, "definitions": _versions(results), "files": hashes})
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, body in files.items():
            (out / name).write_bytes(body)
    except OSError as error:
        fail("E606", where="--out", path=out, reason=error.strerror or str(error))
    return [out / name for name in files]


def html(told: Mapping[str, Any]) -> str:
    """One page, complete in itself: no script, no network."""
    from django.template import Context, Engine

    template = Engine(dirs=[str(TEMPLATES)], autoescape=True).get_template("report.html")
    return str(template.render(Context(told, use_l10n=False, use_tz=False)))


def pdf(told: Mapping[str, Any]) -> bytes:
    """The same story on paper."""
    import typst

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "report.typ").write_bytes((TEMPLATES / "report.typ").read_bytes())
        sections = [{**section, "charts": _files(section, folder)} for section in told["sections"]]
        (folder / "story.json").write_bytes(_json({**told, "sections": sections}))
        return bytes(typst.compile(folder / "report.typ", root=folder, ignore_system_fonts=True, timestamp=0))


def _files(section: Mapping[str, Any], folder: Path) -> list[dict[str, Any]]:
    """The charts as files beside the document, in a font that it has; their width in pixels."""
    charts = []
    for number, chart in enumerate(section["charts"]):
        path = folder / f"{section['id']}-{number}.svg"
        path.write_text(
            chart["svg"].replace(f'font-family="{FONT}"', f'font-family="{PDF_FONT}"'), encoding="utf-8"
        )
        width = re.search(r'width="([0-9.]+)"', chart["svg"])
        charts.append(
            {"title": chart["title"], "file": path.name, "width": float(width[1]) if width else 600.0}
        )
    return charts


def _versions(results: Mapping[str, Any]) -> dict[str, str]:
    return {one["id"]: one["definition_version"] for one in results["indicators"]}


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(rows: Iterable[Mapping[str, Any]]) -> bytes:
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _parquet(rows: Iterable[Mapping[str, Any]]) -> bytes:
    import duckdb

    rows = list(rows)
    columns = ", ".join(f"'{name}': '{KINDS.get(name, 'DOUBLE')}'" for name in rows[0])
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
        Path(folder, "cells.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        cells = f"SELECT * FROM read_ndjson('{folder}/cells.jsonl', columns = {{{columns}}})"
        connection.execute(f"COPY ({cells}) TO '{folder}/cells.parquet' (FORMAT parquet, COMPRESSION zstd)")
        return Path(folder, "cells.parquet").read_bytes()
