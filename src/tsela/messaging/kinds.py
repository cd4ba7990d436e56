"""What a file is, by its bytes: what a sender says of it is not believed (MESSAGES M56). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Shown = Literal["image", "audio", "video", ""]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is kept. `shown`: what a page makes of it; blank: it is only given out to be saved."""

    media_type: str
    shown: Shown = ""


# Nothing here can hold a script that a browser would run: no SVG, no HTML; what is not here is not kept.
KINDS: Mapping[str, Kind] = {
    "jpg": Kind("image/jpeg", "image"),
    "png": Kind("image/png", "image"),
    "gif": Kind("image/gif", "image"),
    "webp": Kind("image/webp", "image"),
    "ogg": Kind("audio/ogg", "audio"),
    "mp3": Kind("audio/mpeg", "audio"),
    "aac": Kind("audio/aac", "audio"),
    "m4a": Kind("audio/mp4", "audio"),
    "wav": Kind("audio/wav", "audio"),
    "amr": Kind("audio/amr"),  # no browser plays it
    "mp4": Kind("video/mp4", "video"),
    "3gp": Kind("video/3gpp", "video"),
    "pdf": Kind("application/pdf"),
    "docx": Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
# How a file of each kind begins: (place, bytes).
MARKS: tuple[tuple[str, tuple[tuple[int, bytes], ...]], ...] = (
    ("jpg", ((0, b"\xff\xd8\xff"),)),
    ("png", ((0, b"\x89PNG\r\n\x1a\n"),)),
    ("gif", ((0, b"GIF8"),)),
    ("webp", ((0, b"RIFF"), (8, b"WEBP"))),
    ("wav", ((0, b"RIFF"), (8, b"WAVE"))),
    ("ogg", ((0, b"OggS"),)),
    ("mp3", ((0, b"ID3"),)),
    ("mp3", ((0, b"\xff\xfb"),)),
    ("mp3", ((0, b"\xff\xf3"),)),
    ("aac", ((0, b"\xff\xf1"),)),
    ("aac", ((0, b"\xff\xf9"),)),
    ("amr", ((0, b"#!AMR"),)),
    ("m4a", ((4, b"ftypM4A"),)),
    ("3gp", ((4, b"ftyp3gp"),)),
    ("mp4", ((4, b"ftyp"),)),
    ("pdf", ((0, b"%PDF-"),)),
)
_ZIPPED = b"PK\x03\x04"


def kind_of(body: bytes, mime: str) -> str:
    """The ending of a kind; blank where it is none that is kept. A zip is what the provider says, if that is a document."""
    found = next((kind for kind, marks in MARKS if all(body.startswith(mark, at) for at, mark in marks)), "")
    said = mime.partition(";")[0].strip().lower()
    if found == "mp4" and said.startswith("audio/"):
        return "m4a"
    zipped = (kind for kind in ("docx", "xlsx") if KINDS[kind].media_type == said)
    return found or (next(zipped, "") if body.startswith(_ZIPPED) else "")
