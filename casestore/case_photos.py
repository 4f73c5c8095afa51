"""Photos of a case, each under the hash of its bytes: sent again, it is there once. Sealed (``photo_seal.py``), in the database, with which
it is backed up."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from accounts.file_scanner import FileScanner, ScannerAway
from config.language import say as _

from .contract import PhotoOut
from .database import Away, Database
from .photo_seal import PhotoSeal
from .staff_tables import case_photos

_P = case_photos.c
_PLAIN: sa.ColumnElement[bool] = sa.literal_column("NOT sealed")
"""Spelled out, so that the small index of them is used."""
MOST_BYTES = 4 * 1024 * 1024
"""As the guard lets in."""
MOST_PHOTOS = 40
"""Of one case."""
_BEGINNINGS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "image/webp": b"RIFF"}


class PhotoRefused(Exception):
    """What is wrong with the bytes, and the cure."""


@dataclass(frozen=True, slots=True)
class Photo:
    media_type: str
    body: bytes


def media_type_of(body: bytes) -> str:
    """By its first bytes, whatever the browser says it is. Raises ``PhotoRefused``."""
    for kind, beginning in _BEGINNINGS.items():
        if body.startswith(beginning) and (kind != "image/webp" or body[8:12] == b"WEBP"):
            return kind
    raise PhotoRefused(_("this is no JPEG, PNG or WebP picture"))


class CasePhotos:
    def __init__(self, database: Database, seal: PhotoSeal, scanner: FileScanner | None = None) -> None:
        """``scanner``: the site's, of viruses; None: it has none."""
        self._db, self._seal, self._scanner = database, seal, scanner

    async def keep(self, number: str, body: bytes, said: str, by: str, at: datetime) -> PhotoOut:
        """``said``: the hash the device reckoned; '' none. Sealed on the disk when it returns. Raises ``PhotoRefused``, ``Away``."""
        kind, sha256 = media_type_of(body), hashlib.sha256(body).hexdigest()
        if said and said != sha256:
            raise PhotoRefused(_("the picture was damaged on its way: send it again"))
        await self._scanned(body)
        row = {
            "number": number, "sha256": sha256, "media_type": kind, "size": len(body),
            "at": at.astimezone(UTC).isoformat(), "by": by, "sealed": True, "body": self._seal.seal(number, sha256, body),
        }  # fmt: skip

        def write(db: sa.Connection) -> PhotoOut:
            mine = sa.select(_P.sha256, _P.size, _P.at, _P.by).where(_P.number == number)
            known = db.execute(mine.where(_P.sha256 == sha256)).one_or_none()
            if known is None:
                count = db.execute(sa.select(sa.func.count()).where(_P.number == number)).scalar_one()
                if count >= MOST_PHOTOS:
                    raise PhotoRefused(_("a case has {most} pictures at most", most=MOST_PHOTOS))
                db.execute(sa.insert(case_photos).values(**row))
                known = db.execute(mine.where(_P.sha256 == sha256)).one()
            return _out(known)

        return await self._db.write(write)

    async def _scanned(self, body: bytes) -> None:
        if self._scanner is None:
            return
        try:
            found = await self._scanner.look(body)
        except ScannerAway as fault:
            raise Away(_("files cannot be looked at for viruses now: try again in a few minutes")) from fault
        if found:
            raise PhotoRefused(_("the virus scanner found {found} in this file", found=found))

    async def of(self, number: str) -> list[PhotoOut]:
        wanted = sa.select(_P.sha256, _P.size, _P.at, _P.by).where(_P.number == number).order_by(_P.at)
        return await self._db.read(lambda db: [_out(row) for row in db.execute(wanted)])

    async def get(self, number: str, sha256: str) -> Photo | None:
        wanted = sa.select(_P.media_type, _P.sealed, _P.body).where(_P.number == number, _P.sha256 == sha256)

        def read(db: sa.Connection) -> Photo | None:
            row = db.execute(wanted).one_or_none()
            if row is None:
                return None
            body = bytes(row.body)
            return Photo(row.media_type, self._seal.opened(number, sha256, body) if row.sealed else body)

        return await self._db.read(read)

    async def seal_one(self) -> bool:
        """One that an older version kept plain; False: there is none. Raises ``Away``."""

        def write(db: sa.Connection) -> bool:
            row = db.execute(sa.select(_P.number, _P.sha256, _P.body).where(_PLAIN).limit(1)).one_or_none()
            if row is None:
                return False
            sealed = self._seal.seal(row.number, row.sha256, bytes(row.body))
            mine = sa.and_(_P.number == row.number, _P.sha256 == row.sha256)
            db.execute(sa.update(case_photos).where(mine).values(body=sealed, sealed=True))
            return True

        return await self._db.write(write)


def _out(row: Any) -> PhotoOut:
    return PhotoOut(sha256=row.sha256, size=row.size, at=datetime.fromisoformat(row.at), by=row.by)
