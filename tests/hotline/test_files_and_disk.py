"""What the daemon keeps is still there: files, folders, days of recordings, a ledger that takes writing."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config import language
from cti.ids import CallId
from hotline.alarms import files_and_disk
from hotline.alarms.files_and_disk import FOLDERS_SECONDS, FilesAndDisk
from ledger.errors import LedgerUnavailable
from recordings.errors import TryLater
from recordings.events import RecordingShelved
from recordings.ids import RecordingId
from recordings.local_storage import LocalStorage
from recordings.ports import Shelved
from recordings.shelf import Shelf


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_language", "en")


class FakeHotline:
    def __init__(self, var: Path) -> None:
        self.var, self.fault, self.days = var, "", {"2026/11/27": 3, "2026/11/28": 2}
        self.shelf = Shelf(LocalStorage(var / "recordings"), UTC)
        for day in self.days:
            self.shelf.storage.put(f"{day}/x.opus", [b"sound"])
        (var / "ledger.db").write_bytes(b"x")
        paths = {"casestore": var / "ledger.db", "spool": var / "spool"}
        self.kept = FilesAndDisk(self._probe, paths, self._has_day, var / "recordings", self._days)
        self.shelf_fault = ""
        self.now = 1000.0

    async def _probe(self) -> None:
        if self.fault == "hangs":
            await asyncio.sleep(60)
        if self.fault:
            raise LedgerUnavailable(self.fault)

    def _has_day(self, day: str) -> bool:
        if self.shelf_fault:
            raise TryLater("io_error", self.shelf_fault)
        return self.shelf.has_day(day)

    async def _days(self) -> Mapping[str, int]:
        return self.days

    async def look(self) -> FilesAndDisk:
        self.now += FOLDERS_SECONDS
        await self.kept.look(self.now)
        return self.kept


async def test_nothing_is_wrong(tmp_path: Path) -> None:
    fake = FakeHotline(tmp_path)
    for _ in range(3):
        kept = await fake.look()
    assert (kept.ledger, kept.gone) == ("", {})


async def test_a_file_removed_replaced_or_put_back(tmp_path: Path) -> None:
    fake, file = FakeHotline(tmp_path), tmp_path / "ledger.db"
    await fake.look()
    file.rename(tmp_path / "aside")
    assert "removed" in (await fake.look()).gone["casestore"]
    file.write_bytes(b"x")
    assert "replaced" in (await fake.look()).gone["casestore"]
    (tmp_path / "aside").rename(file)
    assert (await fake.look()).gone == {}


async def test_a_folder_that_is_made_later_is_kept_from_then_on(tmp_path: Path) -> None:
    fake = FakeHotline(tmp_path)
    await fake.look()
    (tmp_path / "spool").mkdir()
    assert (await fake.look()).gone == {}
    shutil.rmtree(tmp_path / "spool")
    assert set((await fake.look()).gone) == {"spool"}


async def test_days_of_recordings_that_are_gone_are_counted_and_named(tmp_path: Path) -> None:
    """All of them, one day of them, and one that was shelved today."""
    fake = FakeHotline(tmp_path)
    await fake.look()
    shutil.rmtree(tmp_path / "recordings" / "2026" / "11" / "27")
    told = (await fake.look()).gone["recordings"]
    assert "3 recordings" in told
    assert "2026/11/27" in told
    now = datetime.now(UTC)
    fresh = Shelved(RecordingId(CallId("c")), "2026/11/29/c.opus", "opus", 1.0, 1, "", 1, "", False, now)
    fake.kept.hear(RecordingShelved(fresh))
    shutil.rmtree(tmp_path / "recordings")
    told = (await fake.look()).gone["recordings"]
    assert "6 recordings of 3 days" in told
    assert "2026/11/29" in told


async def test_a_day_without_a_single_file_is_gone_and_a_shelf_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """An emptied folder is as good as none; a disk that does not answer is no missing day."""
    fake = FakeHotline(tmp_path)
    await fake.look()
    (tmp_path / "recordings/2026/11/27/x.opus").unlink()
    assert "3 recordings of 1 days" in (await fake.look()).gone["recordings"]
    fake.shelf_fault = "input/output error"
    assert "input/output error" in (await fake.look()).gone["recordings"]
    fake.shelf_fault = ""
    fake.shelf.storage.put("2026/11/27/x.opus", [b"sound"])
    assert (await fake.look()).gone == {}


async def test_a_ledger_that_takes_nothing_or_hangs_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeHotline(tmp_path)
    fake.fault = "locked"
    assert (await fake.look()).ledger == "locked"
    fake.fault = "hangs"
    monkeypatch.setattr(files_and_disk, "PROBE_DEADLINE", 0.05)
    assert (await fake.look()).ledger
    fake.fault = ""
    assert (await fake.look()).ledger == ""
