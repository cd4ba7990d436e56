"""Published versions: each kept whole in a folder of its own, with a manifest of its files that is signed (Ed25519).

Layout of the shelf: `<shelf>/<version>/programme/…` (the folder as it was), `manifest.json`, `signature.json`.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tsela.kernel.errors import fail, nearest
from tsela.programme.loading import Programme, load


@dataclass(frozen=True)
class Shelf:
    """Where published versions are kept, and the key that signs them."""

    folder: Path
    key_file: Path

    @property
    def public_key(self) -> str:
        """What others check our signatures with, as hex. The key is made when it is first asked for."""
        return self._key().public_key().public_bytes_raw().hex()

    def versions(self) -> list[str]:
        """The versions that are here, by name."""
        return sorted(path.parent.name for path in self.folder.glob("*/manifest.json"))

    def keep(self, programme: Programme, *, by: str, at: str) -> Path:
        """A whole copy of the programme, signed. One that is here already stays as it is."""
        place = self.folder / programme.version
        if not (place / "manifest.json").exists():
            work = self.folder / f".{programme.version}.{os.getpid()}"
            shutil.rmtree(work, ignore_errors=True)
            shutil.copytree(programme.folder, work / "programme", ignore=shutil.ignore_patterns(".*", "~*"))
            self._sign(work, _manifest(programme, work / "programme", by, at))
            work.rename(place)
        return place

    def open(self, version: str) -> Programme:
        """A version, its signature and every file checked. Raises E240 where it is not here, E241 where it was changed."""
        place = self.folder / version
        if not (place / "manifest.json").is_file():
            fail("E240", version=version, nearest=nearest(version, self.versions()))
        check(place, self.public_key)
        return load(place / "programme")

    def manifest(self, version: str) -> dict[str, Any]:
        return dict(json.loads((self.folder / version / "manifest.json").read_text(encoding="utf-8")))

    def _sign(self, place: Path, manifest: dict[str, Any]) -> None:
        body = _canonical(manifest)
        (place / "manifest.json").write_bytes(body)
        signature = {"key": self.public_key, "signature": self._key().sign(body).hex()}
        (place / "signature.json").write_text(json.dumps(signature, indent=1) + "\n", encoding="utf-8")

    def _key(self) -> Ed25519PrivateKey:
        """The private key: 32 bytes as hex, in a file that only its owner reads."""
        self.key_file.parent.mkdir(parents=True, exist_ok=True)
        try:
            file = os.open(self.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.key_file.read_text().strip()))
        made = Ed25519PrivateKey.generate()
        with os.fdopen(file, "w", encoding="ascii") as handle:
            handle.write(made.private_bytes_raw().hex())
        return made


def check(place: Path, key: str) -> None:
    """Whether a kept version is what the owner of this key signed: E241 otherwise, with what differs."""
    body = (place / "manifest.json").read_bytes()
    try:
        said = json.loads((place / "signature.json").read_text(encoding="utf-8"))
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(said["signature"]), body)
    except (OSError, ValueError, KeyError, InvalidSignature):
        fail("E241", where=str(place), what="its signature is missing or of another key")
    signed = json.loads(body)["files"]
    found = _files(place / "programme")
    differing = sorted(name for name in signed.keys() | found.keys() if signed.get(name) != found.get(name))
    if differing:
        fail("E241", where=str(place), what=f"{', '.join(differing[:3])} differs from what was signed")


def _manifest(programme: Programme, copied: Path, by: str, at: str) -> dict[str, Any]:
    return {
        "name": programme.name, "title": programme.title, "version": programme.version,
        "engine": programme.tables["engine"], "by": by, "at": at,
        "forms": {name: form["version"] for name, form in programme.forms.items()}, "files": _files(copied),
    }  # fmt: skip


def _files(folder: Path) -> dict[str, str]:
    """SHA-256 of every file, by its path in the folder."""
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in _sorted(folder.rglob("*"))}


def _sorted(paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in paths if path.is_file())


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1).encode()
