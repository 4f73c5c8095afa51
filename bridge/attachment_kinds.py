"""Which files may hang on a ticket, known by what they hold and never by what they are called. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .pasted_text import cleaned

MOST_BYTES = 8 * 1024 * 1024
MOST_FILES = 20
"""Of one ticket."""
NAME_MOST = 80


@dataclass(frozen=True, slots=True)
class Kind:
    type: str
    ending: str


_JPEG, _PNG, _WEBP = Kind("image/jpeg", "jpg"), Kind("image/png", "png"), Kind("image/webp", "webp")
_PDF, _MP4 = Kind("application/pdf", "pdf"), Kind("video/mp4", "mp4")
TYPES = {one.type: one for one in (_JPEG, _PNG, _WEBP, _PDF, _MP4)}
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


def kind_of(data: bytes) -> Kind | None:
    """By the file's first and last bytes; None: it is of no kind that is taken."""
    if data.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in data[-64:]:
        return _JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR" and b"IEND" in data[-16:]:
        return _PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP" and int.from_bytes(data[4:8], "little") + 8 <= len(data) + 1:
        return _WEBP
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:]:
        return _PDF
    if data[4:8] == b"ftyp" and 8 <= int.from_bytes(data[:4], "big") <= len(data):
        return _MP4
    return None


def named(said: str, kind: Kind) -> str:
    """The name a file is given back under: without folders, with the ending of what it is."""
    plain = _FORBIDDEN.sub("_", cleaned(said, lines=False).replace("\\", "/").rpartition("/")[2]).strip(". ")
    stem = plain.rpartition(".")[0] or plain
    return f"{stem[:NAME_MOST] or 'file'}.{kind.ending}"
