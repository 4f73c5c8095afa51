"""What is read for alarms alone, as one part: calls that nobody could take, what the daemon keeps on the disk, recordings finished and owed."""

from __future__ import annotations

from collections.abc import Sequence

from config.file_places import Places
from config.settings import Settings
from console.ports import Vital
from cti.board import Board
from cti.events import CallRefused
from cti.ids import CallId
from hotline.bus import Bus
from ledger.recordings import RecordingTable
from ledger.store import Store
from ledger.turned_away import TurnedAwayBook
from recordings.events import RecordingShelved

from .disk_forecast import DiskForecast
from .files_and_disk import FilesAndDisk, belongings_of
from .owed_recordings import OwedRecordings
from .shelf_inspection import ShelfInspection, inspection_of
from .turned_away import TurnedAwayCounter


class Readings:
    """``await start()``, then ``await stop()``."""

    def __init__(
        self, turned_away: TurnedAwayCounter, belongings: FilesAndDisk, recordings: ShelfInspection,
        owed: OwedRecordings, disks: DiskForecast,
    ) -> None:  # fmt: skip
        self.turned_away, self.belongings, self.recordings = turned_away, belongings, recordings
        self.owed_recordings, self.disks = owed, disks

    async def start(self) -> None:
        await self.turned_away.start()
        self.belongings.start()
        self.recordings.start()
        self.owed_recordings.start()
        self.disks.start()

    def vitals(self) -> Sequence[Vital]:
        return [Vital("recordings", not self.recordings.said, self.recordings.said)]

    async def stop(self) -> None:
        await self.disks.stop()
        await self.owed_recordings.stop()
        await self.recordings.stop()
        await self.belongings.stop()
        await self.turned_away.stop()


def build(settings: Settings, places: Places, store: Store, calls: Board, board: Bus, house: Bus) -> Readings:
    """``calls``: the live board, asked whose call was refused."""

    def facts(call: CallId) -> tuple[str, str, str]:
        found = calls.calls.get(call)
        return (str(found.trunk), found.dialled, found.caller) if found else ("", "", "")

    logs = settings.asterisk.log_dir or places.asterisk_log
    turned_away = TurnedAwayCounter(settings, logs, TurnedAwayBook(store, settings.centre.node), facts)
    board.listen(CallRefused, turned_away.hear)
    belongings = belongings_of(store, places, RecordingTable(store).days)
    house.listen(RecordingShelved, belongings.hear)
    owed = OwedRecordings(RecordingTable(store).owed)
    house.listen(RecordingShelved, owed.hear)
    spool = settings.asterisk.spool_dir / "monitor" if settings.asterisk.spool_dir else places.spool
    disks = DiskForecast({"var": places.var, "recordings": places.shelf, "spool": spool}, places.disk_samples)
    return Readings(turned_away, belongings, inspection_of(store, settings, places), owed, disks)
