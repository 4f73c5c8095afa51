"""Watches what the daemon keeps: that the ledger takes writing, and that files and folders are still those it began with.

A file that was removed or replaced under a running program goes on being written, into nothing;
a folder that was removed is made anew, empty. Neither shows by itself: here both do, within
``FOLDERS_SECONDS``. Read by the vitals and by the alarm_service. One task; everything that may wait has a deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC
from pathlib import Path

import structlog

from config.file_places import Places
from config.language import say as _
from hotline.parts import EachTurn
from ledger.errors import WRONG_OR_AWAY
from ledger.store import Store
from recordings import layout
from recordings.errors import RecordingError
from recordings.events import RecordingShelved
from recordings.shelf import Shelf
from recordings.storage import storage_of

log = structlog.get_logger("belongings")

PROBE_SECONDS = 2.0
PROBE_DEADLINE = 2.0
FOLDERS_SECONDS = 10.0
DAYS_SECONDS = 3600.0
"""The ledger is asked so often on which days recordings should lie."""
LEDGER = "ledger"

Identity = tuple[int, int]


class FilesAndDisk:
    """
    :param probe: one empty transaction; raises ``LedgerUnavailable``.
    :param paths: name for people → file or folder that must stay the one it is.
    :param has_day: does anything lie on the shelf under YYYY/MM/DD? Blocking; raises ``RecordingError``.
    :param shelf: where that is, for people.
    :param days: YYYY/MM/DD → recordings the ledger says lie there; may raise ``LedgerUnavailable``.
    """

    def __init__(
        self, probe: Callable[[], Awaitable[None]], paths: Mapping[str, Path], has_day: Callable[[str], bool],
        shelf: Path, days: Callable[[], Awaitable[Mapping[str, int]]],
    ) -> None:  # fmt: skip
        self._probe, self._paths, self._has_day, self._shelf, self._ask_days = probe, paths, has_day, shelf, days
        self._were: dict[str, Identity] = {}
        self._days: dict[str, int] = {}
        self._days_asked = self._looked = 0.0
        self.ledger = ""
        """Why the ledger takes nothing now; '' when it does."""
        self.gone: Mapping[str, str] = {}
        """Name of what is gone or replaced → what is missing, in a sentence."""
        self._task = EachTurn(
            "belongings",
            lambda: self.look(asyncio.get_running_loop().time()),
            PROBE_SECONDS,
            failed="could not look after the daemon's files",
        )

    def start(self) -> None:
        self._were = {name: found for name, path in self._paths.items() if (found := _identity(path)) is not None}
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    def hear(self, event: RecordingShelved) -> None:
        day = layout.day_of(event.shelved.path)
        self._days[day] = self._days.get(day, 0) + 1

    async def look(self, now: float) -> None:
        """One look. ``now``: seconds of a clock that only goes on."""
        try:
            async with asyncio.timeout(PROBE_DEADLINE):
                await self._probe()
            fault = ""
        except (*WRONG_OR_AWAY, TimeoutError) as found:
            fault = str(found) or _("no answer within {seconds} s", seconds=PROBE_DEADLINE)
        if fault and not self.ledger:
            log.error("the ledger takes nothing", fault=fault)
        self.ledger = fault
        if now - self._looked < FOLDERS_SECONDS and self._looked:
            return
        self._looked = now
        if not fault and (now - self._days_asked >= DAYS_SECONDS or not self._days_asked):
            try:
                self._days = dict(await self._ask_days())
                self._days_asked = now
            except WRONG_OR_AWAY as unavailable:  # asked again at the next look
                log.warning("on which days recordings lie cannot be read", fault=str(unavailable))
        gone = await asyncio.to_thread(self._missing)
        for name in gone.keys() - self.gone.keys():
            log.error("gone or replaced", what=name, missing=gone[name])
        self.gone = gone

    def _missing(self) -> dict[str, str]:
        out: dict[str, str] = {}
        for name, path in self._paths.items():
            was, now = self._were.get(name), _identity(path)
            mended = name == LEDGER and not self.ledger  # the store has opened another one: somebody restored it
            if (was is None or mended) and now is not None:
                self._were[name] = now
            elif was is not None and now != was:
                text = _("{path} was removed while the daemon ran", path=path)
                out[name] = text if now is None else _("{path} was replaced while the daemon ran", path=path)
        try:
            missing = sorted(day for day in self._days if not self._has_day(day))
        except RecordingError as fault:
            out["recordings"] = _("{path} cannot be read: {fault}", path=self._shelf, fault=fault)
            return out
        if missing:
            count = sum(self._days[day] for day in missing)
            out["recordings"] = _(
                "{count} recordings of {days} days are gone from {path} ({first} to {last})", count=count,
                days=len(missing), path=self._shelf, first=missing[0], last=missing[-1],
            )  # fmt: skip
        return out


def _identity(path: Path) -> Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def belongings_of(store: Store, places: Places, days: Callable[[], Awaitable[Mapping[str, int]]]) -> FilesAndDisk:
    """Of this installation."""
    kept = {
        "recordings": places.shelf, "recording-keys": places.recording_keys, "spool": places.spool,
        "cel": places.cel.parent, "casestore": places.casestore, "secrets": places.secrets,
    }  # fmt: skip
    if store.sqlite:
        kept[LEDGER] = places.ledger
    shelf = Shelf(storage_of(places), UTC)
    return FilesAndDisk(store.probe, kept, shelf.has_day, places.shelf, days)
