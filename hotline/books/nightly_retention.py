"""What is old is deleted once a night: rows by ``ledger/retention.py``, files of Asterisk's record that the ledger has read, and
recordings by ``recording_deletion.py``.

A batch a transaction, with a rest behind each, so that whoever writes a call waits for none of it. What was deleted
stands in the audit log. ``hotline retention`` does the same by hand, and with ``--dry-run`` only counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from config.file_places import Places
from config.settings import Settings
from cti import logfiles, numbers
from hotline.parts import OneTask
from ledger import tables as t
from ledger.audit_log import AuditLog
from ledger.errors import WRONG_OR_AWAY
from ledger.recording_terms import RecordingTerms
from ledger.retention import BATCH, Retention
from ledger.store import Store
from recordings.retention import terms_of
from recordings.shelf import Shelf
from recordings.storage import keys_of, storage_of

from .recording_deletion import NotDeleted, RecordingDeletion

log = structlog.get_logger("retention")

ACTION = "retention"
FILES = "record_files"
RECORDINGS = "recordings"
REST_SECONDS = 0.2
"""Between two batches: others write meanwhile."""
AGAIN_SECONDS = 600.0
"""After a night on which the ledger was away."""
BEHIND = timedelta(days=1)
"""The ledger must have read so much beyond a file's last row before the file is deleted."""


def days(settings: Settings) -> Mapping[str, int]:
    """Name → how long it is kept; 0: for ever."""
    kept = settings.retention
    return {
        "line_checks": kept.line_checks_days, "endpoint_reach": kept.endpoint_reach_days,
        "turned_away": kept.turned_away_days, "sessions": kept.sessions_days,
        "account_changes": kept.account_changes_days, "alarms": kept.alarms_days, "notices": kept.notices_days,
        "notifications": kept.notifications_days, "seat_log": kept.seat_log_days, "audit": kept.audit_days,
        **dict.fromkeys(("nuisance_tags", "nuisance_decisions", "nuisance_appeals", "graded_calls"), kept.nuisance_days),
        FILES: kept.record_files_days,
    }  # fmt: skip


def befores(settings: Settings, now: datetime) -> Mapping[str, datetime]:
    """Name → what is older is deleted; those that are kept for ever are not there."""
    return {name: now - timedelta(days=kept) for name, kept in days(settings).items() if kept}


class Deleting:
    """One run. :param actor: for the audit log."""

    def __init__(
        self, store: Store, audit: AuditLog, settings: Settings, places: Places,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._store, self._audit, self._settings = store, audit, settings
        terms = RecordingTerms(store, terms_of(settings.retention), numbers.of_settings(settings))
        shelf = Shelf(storage_of(places), ZoneInfo(settings.centre.timezone))
        self.recordings = RecordingDeletion(terms, shelf, keys_of(settings.recording, places), audit, rest)
        self.held = 0
        """Recordings whose time is over and that a hold keeps, as the last count or run found."""
        self._rows, self._rest = Retention(store, audit), rest
        logs = settings.asterisk.log_dir or places.asterisk_log
        self._records = (logs / "cel-custom" / "hotline.csv", logs / "queue_log")

    async def count(self, now: datetime) -> dict[str, int]:
        """What a run would delete; nothing is changed."""
        wanted = befores(self._settings, now)
        found = {name: await self._rows.count(name, before) for name, before in wanted.items() if name != FILES}
        if FILES in wanted:
            found[FILES] = len(await self._files(wanted[FILES]))
        counted = await self.recordings.count(now)
        found[RECORDINGS], self.held = counted.over, counted.held
        return found

    async def run(self, now: datetime, actor: str) -> dict[str, int]:
        """All of it; what was deleted is in the audit log when it returns, also when it raises half-way."""
        wanted, gone = befores(self._settings, now), dict[str, int]()
        try:
            for name, before in wanted.items():
                if name == FILES:
                    gone[name] = await self._unlink(before)
                    continue
                done = gone[name] = await self._rows.delete(name, before)
                while done == BATCH:
                    await self._rest(REST_SECONDS)
                    done = await self._rows.delete(name, before)
                    gone[name] += done
        finally:  # the recordings' row says more
            if any(gone.values()):
                detail = {name: str(count) for name, count in gone.items() if count}
                await self._audit.append(datetime.now(UTC), actor, ACTION, detail=detail)
        lost = await self.recordings.run(now, actor)
        gone[RECORDINGS], self.held = lost.over, lost.held
        return gone

    async def _unlink(self, before: datetime) -> int:
        files = await self._files(before)
        done = 0
        for file in files:
            try:
                await asyncio.to_thread(file.unlink)
                done += 1
            except OSError as fault:  # another user's folder: theirs to delete
                log.warning("an old file of Asterisk's record was not deleted", file=str(file), fault=str(fault))
        return done

    async def _files(self, before: datetime) -> list[Path]:
        """Renamed ones alone, and only what the ledger has read to a day beyond their last row."""
        marks = sa.select(t.tail_marks.c.row_at).where(
            t.tail_marks.c.source == "cel", t.tail_marks.c.node == self._settings.centre.node
        )
        async with self._store.reading() as db:
            read = await db.scalar(marks)
        if read is None:
            return []
        last = min(before.timestamp(), float(read) - BEHIND.total_seconds())
        return await asyncio.to_thread(self._older, last)

    def _older(self, last: float) -> list[Path]:
        return [file for path in self._records for file in logfiles.siblings(path) if file.stat().st_mtime < last]


class NightlyRetention:
    """``start``, ``stop``."""

    def __init__(
        self, deleting: Deleting, settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._deleting, self._now = deleting, now
        self._zone, self._at = ZoneInfo(settings.centre.timezone), time.fromisoformat(settings.retention.at)
        self._task = OneTask("retention", self._run)

    def start(self) -> None:
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    def next(self, now: datetime) -> datetime:
        here = now.astimezone(self._zone)
        today = datetime.combine(here.date(), self._at, self._zone)
        return today if today > here else datetime.combine(here.date() + timedelta(days=1), self._at, self._zone)

    async def _run(self) -> None:
        due = self.next(self._now())
        while True:
            left = (due - self._now()).total_seconds()
            if left > 0:
                await asyncio.sleep(min(left, 3600.0))  # a clock that is set does not put it off for a day
            elif await self._once():
                due = self.next(self._now())
            else:
                await asyncio.sleep(AGAIN_SECONDS)

    async def _once(self) -> bool:
        try:
            gone = await self._deleting.run(self._now(), "hotline")
        except WRONG_OR_AWAY as fault:
            log.warning("old rows cannot be deleted now", fault=str(fault))
            return False
        except NotDeleted as fault:
            log.error("recordings whose time is over are not deleted", fault=str(fault))
            return False
        except Exception:  # loop top
            log.exception("old rows were not deleted")
            return True
        log.info("old rows deleted", **gone, held=self._deleting.held)
        return True
