"""What lies in files and not (yet) in the ledger: read by ``hotline verify``, whether the daemon runs or not.

The book is read on from the ledger's mark, as the daemon would at its next start, without
writing anything; the spool is listed; what the daemon's live picture saw alone is read from
its file. Everything found is a ``Difference`` with the key it has, or would have, in the ledger.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from config.file_places import Places
from config.settings import Settings
from cti.asterisk_deaths import AsteriskDeaths
from cti.cel_reader import Book
from cti.ids import CallId
from hotline.numbering_plan import plan_of
from ledger import rows
from ledger import tables as t
from ledger.call_fold import Records
from ledger.chunks import chunks
from ledger.compare import PATIENCE
from ledger.differences import Difference, DifferenceBook, Kind
from ledger.recordings import RecordingTable
from ledger.scribe import Scribe
from ledger.store import Store
from recordings.shelf import Shelf
from recordings.storage import storage_of
from recordings.unfinished_files import raw_files

from .ami_only_calls_file import AmiOnlyCallsFile


async def differences(store: Store, settings: Settings, places: Places) -> list[Difference]:
    """What the ledger does not have a row of yet; raises ``LedgerUnavailable``."""
    before = time.time() - PATIENCE
    records = await _book(store, settings, places)
    found = list(_rows_of(records, settings.centre.node))
    ended = {call: r for call, r in records.changed.calls.items() if r.ended is not None and r.ended <= before}
    for call in await _absent(store, ended):
        r = ended[call]
        said = f"{r.direction} call of {r.caller or 'nobody known'}: Asterisk's record has it, the ledger does not"
        found.append(Difference(f"ledger:{call}", "ledger", Kind.UNWRITTEN, call, said, call, rows.moment(r.arrived)))
    found += await _seen_alone(store, places, before, records)
    spool = settings.asterisk.spool_dir / "monitor" if settings.asterisk.spool_dir else places.spool
    claimed = {tape.file for tape in records.changed.tapes.values()} | {f"{leg}.raw" for leg in records.changed.legs}
    found += [one for one in await unclaimed(store, spool, before) if one.subject not in claimed]
    found += await _shelf(store, places)
    return await DifferenceBook(store, settings.centre.node).fresh(found)


async def _book(store: Store, settings: Settings, places: Places) -> Records:
    """What Asterisk wrote and the ledger does not have yet, folded."""
    resumed = await Scribe(store, settings.centre.node).resume()
    log_dir = settings.asterisk.log_dir or places.asterisk_log
    cel, queue_log = log_dir / "cel-custom" / "hotline.csv", log_dir / "queue_log"
    book = Book(plan_of(settings), cel, queue_log, resumed.mark, AsteriskDeaths(places.deaths).before)
    records = Records(resumed.skip, resumed.whole_until)
    while (batch := book.read()) is not None:
        for event in batch.events:
            records.apply(event)
        if not batch.more:
            break
    return records


def _rows_of(records: Records, node: str) -> Iterator[Difference]:
    for gap in records.changed.gaps.values():
        yield rows.gap_difference(gap, node)
    for refused in records.changed.refused.values():
        yield rows.refused_difference(refused)


async def _absent(store: Store, calls: Iterable[CallId]) -> list[CallId]:
    """Those of these calls that the ledger does not have."""
    wanted = list(calls)
    known: set[str] = set()
    async with store.reading() as db:
        for some in chunks(wanted):
            there = sa.select(t.calls.c.call_id).where(t.calls.c.call_id.in_(some))
            known |= set((await db.execute(there)).scalars())
    return [call for call in wanted if call not in known]


async def _seen_alone(store: Store, places: Places, before: float, records: Records) -> list[Difference]:
    """Calls of the live picture that no record has: of a daemon that was killed before it could write them."""
    seen = {
        call.record.call: call for call in AmiOnlyCallsFile(places.seen_calls).read() if call.record.arrived <= before
    }
    in_book = set(records.changed.calls)
    found = []
    for call in await _absent(store, [call for call in seen if call not in in_book]):
        r = seen[call].record
        said = (
            f"{r.direction} call of {r.caller or 'nobody known'}: only the live picture saw it; the daemon has to run"
        )
        since = rows.moment(r.arrived)
        found.append(Difference(f"call:{call}", "wire", Kind.UNBOOKED, call, said, call, since, rows.maybe(r.ended)))
    return found


async def unclaimed(store: Store, spool: Path, before: float) -> list[Difference]:
    """Raw recordings last written before this moment, whose call the ledger does not know."""
    try:
        files = sorted(raw_files(spool, before))
    except FileNotFoundError:
        return []
    owned: set[str] = set()
    async with store.reading() as db:
        for some in chunks(files):
            of_leg = {file.rpartition(".")[0]: file for file in some}
            owned |= set(
                (await db.execute(sa.select(t.recordings.c.file).where(t.recordings.c.file.in_(some)))).scalars()
            )
            legs = sa.select(t.legs.c.leg_id).where(t.legs.c.leg_id.in_(of_leg))
            owned |= {of_leg[leg] for leg in (await db.execute(legs)).scalars()}
    return [_recording(spool / file) for file in files if file not in owned]


def _recording(file: Path) -> Difference:
    try:
        when = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        when = datetime.now(UTC)
    said = f"a raw recording of {when:%Y-%m-%d %H:%M:%S}Z lies in the spool, and no call of the ledger claims it"
    return Difference(f"recording:{file.name}", "spool", Kind.UNCLAIMED, file.name, said, until=when)


async def _shelf(store: Store, places: Places) -> list[Difference]:
    """Days on which recordings should lie on the shelf, and none do; a ledger copied by itself has no shelf beside it."""
    if not places.run.is_dir():
        return []
    days, shelf = await RecordingTable(store).days(), Shelf(storage_of(places), UTC)
    return [
        Difference(
            f"shelf:{day}", "ledger", Kind.SHELF, day, f"{many} recordings of {day} are gone from {places.shelf}"
        )
        for day, many in sorted(days.items())
        if not shelf.has_day(day)
    ]  # fmt: skip
