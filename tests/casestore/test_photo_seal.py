"""Photos as they lie: nothing of the picture can be read without the secret; altered, exchanged or of another secret they do not open."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from casestore.case_photos import CasePhotos, Photo
from casestore.database import Database
from casestore.photo_seal import MARK, PhotoSeal, SealBroken
from casestore.staff_tables import case_photos
from tests.bridge.made import NOON

OLD, NEW = PhotoSeal(["a" * 32]), PhotoSeal(["b" * 32, "a" * 32])
JPEG = b"\xff\xd8\xff" + b"a person's face " * 50
NAME = hashlib.sha256(JPEG).hexdigest()


async def opened(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder}/casestore.db")
    await database.open()
    return database


def raw(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("casestore.db*"))


async def test_what_lies_on_the_disk_shows_nothing(tmp_path: Path) -> None:
    database = await opened(tmp_path)
    photos = CasePhotos(database, OLD)
    told = await photos.keep("1", JPEG, NAME, "worker", NOON)
    assert (told.sha256, told.size) == (NAME, len(JPEG))
    assert await photos.get("1", NAME) == Photo("image/jpeg", JPEG)
    assert await CasePhotos(database, NEW).get("1", NAME) == Photo("image/jpeg", JPEG), "the secret was changed"
    with pytest.raises(SealBroken):
        await CasePhotos(database, PhotoSeal(["b" * 32])).get("1", NAME)
    database.close()
    assert b"a person's face" not in raw(tmp_path)


async def test_what_an_older_version_kept_plain_is_read_and_sealed(tmp_path: Path) -> None:
    """One by one, a kill between two loses nothing; afterwards nothing of it is left in the file."""
    database = await opened(tmp_path)
    photos = CasePhotos(database, OLD)

    def plain(db: sa.Connection) -> None:
        for number in ("1", "2"):
            db.execute(
                sa.insert(case_photos).values(
                    number=number,
                    sha256=NAME,
                    media_type="image/jpeg",
                    size=len(JPEG),
                    at=NOON.isoformat(),
                    by="w",
                    body=JPEG,
                )
            )

    await database.write(plain)
    assert await photos.get("1", NAME) == Photo("image/jpeg", JPEG)
    assert [await photos.seal_one() for _ in range(3)] == [True, True, False]
    for number in ("1", "2"):
        assert await photos.get(number, NAME) == Photo("image/jpeg", JPEG)
    database.close()
    with closing(sqlite3.connect(tmp_path / "casestore.db")) as db:
        assert {row[0][: len(MARK)] for row in db.execute("SELECT body FROM case_photos")} == {MARK}
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"a person's face" not in raw(tmp_path)


def test_altered_or_exchanged_it_does_not_open() -> None:
    sealed = OLD.seal("1", NAME, JPEG)
    assert OLD.opened("1", NAME, sealed) == JPEG
    assert OLD.seal("1", NAME, JPEG) != sealed, "each has a salt of its own"
    for number, name, body in (
        ("2", NAME, sealed), ("1", "0" * 64, sealed), ("1", NAME, sealed[:-1]), ("1", NAME, sealed[:20]), ("1", NAME, b""),
        ("1", NAME, JPEG), *(("1", NAME, sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]) for at in (0, 5, 40, 60, -1 % len(sealed) - 1)),
    ):  # fmt: skip
        with pytest.raises(SealBroken):
            OLD.opened(number, name, body)
