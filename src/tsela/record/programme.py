"""The programme in force at each site: what was published there, else the folder of the settings (SPEC S41).

Looked up again every two seconds, so that every process follows a publication; loaded once and kept.
"""

import logging
import threading
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from tsela import programme
from tsela.kernel.errors import TselaError
from tsela.programme.editions import Shelf
from tsela.record.models import Publication

log = logging.getLogger(__name__)
LOOK_AGAIN = 2.0  # seconds
_lock = threading.RLock()


class InForce(NamedTuple):
    """A publication that was not withdrawn."""

    version: str
    sites: frozenset[str]

    def covers(self, site: str) -> bool:
        return not self.sites or site in self.sites


class _Seen:
    """What was looked up, and when it is to be looked up again."""

    publications: tuple[InForce, ...] = ()
    publications_until = 0.0
    kept: dict[str, "programme.Programme | None"] = {}  # noqa: RUF012 — one for the process
    folder: "tuple[tuple[Path, int], programme.Programme] | None" = None
    folder_until = 0.0


def current(site: str = "") -> "programme.Programme":
    """The programme in force at a site; without a site, the one in force everywhere."""
    for publication in publications():
        if publication.covers(site):
            kept = published(publication.version)
            if kept is not None:
                return kept
    return from_folder()


def all_in_force() -> list["programme.Programme"]:
    """Of every site, each once."""
    found = {one.version: one for one in (current(), *map(current, _named()))}
    return list(found.values())


def versions() -> tuple[str, dict[str, str]]:
    """The version in force everywhere, and those of sites where it is another one."""
    everywhere = current().version
    found = {site: current(site).version for site in _named()}
    return everywhere, {site: version for site, version in found.items() if version != everywhere}


def _named() -> list[str]:
    """The sites for which something was published by name."""
    return sorted({site for publication in publications() for site in publication.sites})


def wrote(form: str, form_version: str, site: str) -> "programme.Programme":
    """The programme with which an event was written: the one that has this version of its form, if it was published."""
    here = current(site)
    if here.forms.get(form, {}).get("version") == form_version:
        return here
    version = _forms(tuple(shelf().versions())).get((form, form_version))
    return (published(version) if version else None) or here


def publications() -> tuple[InForce, ...]:
    """Those in force, the newest first."""
    with _lock:
        if time.monotonic() >= _Seen.publications_until:
            rows = (
                Publication.objects.filter(withdrawn_at=None).order_by("-id").values_list("version", "sites")
            )
            _Seen.publications = tuple(InForce(version, frozenset(sites)) for version, sites in rows)
            _Seen.publications_until = time.monotonic() + LOOK_AGAIN
        return _Seen.publications


def published(version: str) -> "programme.Programme | None":
    """A version from the shelf; None, and a line in the log, where it is not what was signed."""
    with _lock:
        if version not in _Seen.kept:
            try:
                _Seen.kept[version] = shelf().open(version)
            except TselaError:
                log.exception(
                    "The published version %s cannot be used; the one before stays in force", version
                )
                _Seen.kept[version] = None
        return _Seen.kept[version]


def forget() -> None:
    """Look everything up again: something was published or withdrawn in this process."""
    with _lock:
        _Seen.publications_until = 0.0
        _Seen.kept = {version: kept for version, kept in _Seen.kept.items() if kept is not None}


def shelf() -> Shelf:
    """Where this site keeps what was published, and its key."""
    return Shelf(Path(settings.HOME) / "programmes", Path(settings.HOME) / "programme_key")


def from_folder() -> "programme.Programme":
    """The folder of the settings. Where it changed and no longer loads, what it was stays and the log says why."""
    folder: Path = settings.PROGRAMME
    with _lock:
        seen = _Seen.folder
        if seen is not None and seen[0][0] == folder and time.monotonic() < _Seen.folder_until:
            return seen[1]
        _Seen.folder_until = time.monotonic() + LOOK_AGAIN
        state = (folder, newest(folder))
        if seen is None or seen[0] != state:
            _Seen.folder = seen = (state, _load(folder, seen))
        return seen[1]


def newest(folder: Path) -> int:
    """When anything in the folder last changed."""
    return max((path.stat().st_mtime_ns for path in folder.rglob("*")), default=0)


def _load(
    folder: Path, before: "tuple[tuple[Path, int], programme.Programme] | None"
) -> "programme.Programme":
    try:
        return programme.load(folder)
    except TselaError:
        if before is None or before[0][0] != folder:
            raise
        log.exception("The changed programme is not valid; the one before stays in force")
        return before[1]


@lru_cache(maxsize=4)
def _forms(names: Iterable[str]) -> dict[tuple[str, str], str]:
    """Which published version has which version of a form."""
    manifests = {name: shelf().manifest(name) for name in names}
    return {
        (form, version): name
        for name, manifest in manifests.items()
        for form, version in manifest["forms"].items()
    }
