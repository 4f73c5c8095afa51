"""Holds wire, book, spool and ledger against one another while the daemon runs; writes what is missing, and says so.

Called by ``cel_to_ledger.py`` between two readings of the book, in the one task that may write
calls. What each look costs grows with what is new, not with what there is: calls that the book
has are forgotten when it has them (``ledger/ami_only_calls.py``). The rules are in ``ledger/compare.py``.

What the wire saw and the book does not have yet is kept in a file that has its room on the disk
beforehand (``ami_only_calls_file.py``): a full disk and a killed daemon in one evening lose nothing of it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import structlog

from cti import events as ev
from cti.board import Board
from cti.cel_reader import Batch, Book
from cti.equipment_events import BoardBlind, BoardLive
from cti.ids import CallId, Instant
from hotline.parts import OneTask
from ledger import compare
from ledger.ami_only_calls import Seen, SeenCall
from ledger.differences import Difference, Kind

from .ami_only_calls_file import AmiOnlyCallsFile

log = structlog.get_logger("witnesses")

LOOK_SECONDS = 5.0
SPOOL_SECONDS = 60.0
KEEP_SECONDS = 1.0
FILE_SECONDS = 2.0
"""The book has a call within a second or two of its beginning: one it lacks for so long is put into the file."""
TAPES = (".raw", ".wav")
WHY_ENDED = "Asterisk does not list it any more, and its end stands in no record"


@dataclass(frozen=True, slots=True)
class DifferencesFound:
    """Witnesses of calls disagree; each stands in the ledger until a person accepts it."""

    at: datetime
    found: Sequence[Difference]


class Ledger(Protocol):
    """``ledger.scribe.Scribe``, and the differences' own book."""

    async def known(self, calls: Sequence[SeenCall]) -> compare.Known: ...
    async def write_seen(
        self, calls: Sequence[SeenCall], tapes: Mapping[CallId, Sequence[str]]
    ) -> list[Difference]: ...


class Differences(Protocol):
    async def fresh(self, found: Sequence[Difference]) -> list[Difference]: ...
    async def note(self, found: Sequence[Difference], at: datetime) -> None: ...


class WitnessComparison:
    """
    :param spool: where raw recordings lie.
    :param unclaimed: those of them last written before a moment whose call the ledger does not know.
    """

    def __init__(
        self, book: Book, ledger: Ledger, differences: Differences, file: AmiOnlyCallsFile, spool: Path,
        unclaimed: Callable[[Path, float], Awaitable[list[Difference]]], publish: Callable[[object], None],
        now: Callable[[], float] = time.time, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._book, self._ledger, self._differences, self._file = book, ledger, differences, file
        self._spool, self._unclaimed, self._publish, self._now = spool, unclaimed, publish, now
        self._clock = clock
        self.seen = Seen(clock)
        self._stale = compare.Stale()
        self._board: Board | None = None
        self._task = OneTask("seen-calls", self._keeps)
        self._live: Callable[[], bool] = lambda: False
        self._looked = self._listed = -SPOOL_SECONDS
        self._told: set[str] = set()
        self._filed: frozenset[tuple[CallId, bool, int, int]] = frozenset()
        self._recalled: list[SeenCall] = []

    def read_from(self, book: Book) -> None:
        """The book that is read from now on."""
        self._book = book

    def watch(self, board: Board, live: Callable[[], bool]) -> None:
        """``live``: the board is true now."""
        self._board, self._live = board, live

    def recall(self) -> None:
        """What an earlier life of the daemon saw and the book did not have; at the start."""
        self._recalled = self._file.read()
        try:
            self._file.reserve()
        except OSError as fault:
            log.error("no room for what only the live picture sees", fault=str(fault))
        for call in self._recalled:
            if call.record.ended is not None:
                self.seen.keep(call)

    def start(self) -> None:
        """The file is kept whether or not the ledger takes anything: it is for when it does not."""
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    async def _keeps(self) -> None:
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            try:
                await self._keep(self._clock())
            except Exception:  # loop top: the next round writes all of it anew
                log.exception("what only the live picture saw could not be kept")

    async def look(self, caught_up: float, commit: Callable[[Batch], object]) -> None:
        """``caught_up``: when (``clock``) the book was read to its end, all of it in the ledger. May raise ``LedgerUnavailable``."""
        now = self._clock()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        if not self._live() or self._board is None:
            return  # who cannot see may not say that something is gone
        self._take_up()
        await self._end_stale(now, commit)
        await self._write_unbooked(min(now, caught_up) - compare.PATIENCE)
        await self._look_at_spool(now)

    async def _keep(self, now: float) -> None:
        """The file holds what the book should have by now and has not."""
        late = self.seen.unwritten(now - FILE_SECONDS)
        told = frozenset(
            (call.record.call, call.record.ended is not None, len(call.record.talks), len(call.legs)) for call in late
        )
        if told != self._filed:
            try:
                await asyncio.to_thread(self._file.write, late)
            except OSError as fault:
                log.error("what only the live picture saw is not on the disk", calls=len(late), fault=str(fault))
                return
            self._filed = told

    def _take_up(self) -> None:
        """Calls that were alive when the daemon before this one was killed, and are not any more."""
        recalled, self._recalled = self._recalled, []
        now = self._now()
        for call in recalled:
            if call.record.ended is None and self._board is not None and call.record.call not in self._board.calls:
                call.record.ended, call.end_unseen = Instant(now), True
                for talk in call.record.talks:
                    talk.ended = talk.ended or Instant(now)
                self.seen.keep(call)

    async def _end_stale(self, now: float, commit: Callable[[Batch], object]) -> None:
        assert self._board is not None
        living = self._book.fold.board.calls
        calls = self._stale.look(living, self._board.legs, now)
        if not calls:
            return
        at = Instant(self._now())
        ends = {call: compare.end_of(living[call], self.seen.ended.get(call), at) for call in calls}
        found = [_unended(living[call].caller, call, end) for call, end in ends.items()]
        await self._differences.note(found, datetime.now(UTC))
        done = commit(self._book.end(ends, WHY_ENDED))
        if asyncio.iscoroutine(done):
            await done
        self._tell(found)

    async def _write_unbooked(self, before: float) -> None:
        late = [call for call in self.seen.overdue(before) if call.record.call not in self._book.fold.board.calls]
        if not late:
            return
        missing = compare.unbooked(late, await self._ledger.known(late))
        if missing:
            tapes = await asyncio.to_thread(self._tapes, missing)
            self._tell(await self._ledger.write_seen(missing, tapes))
        self.seen.forget([call.record.call for call in late])

    def _tapes(self, calls: Sequence[SeenCall]) -> dict[CallId, list[str]]:
        """Raw recordings are named by a leg of their call: the first one as a rule."""
        return {call.record.call: found for call in calls if (found := self._raw_files(call))}

    def _raw_files(self, call: SeenCall) -> list[str]:
        legs = sorted(call.legs.values(), key=lambda leg: (leg.began, leg.leg))
        names = dict.fromkeys(
            name + ending for name in (call.record.call, *(leg.leg for leg in legs)) for ending in TAPES
        )
        return [name for name in names if (self._spool / name).is_file()]

    async def _look_at_spool(self, now: float) -> None:
        """A raw recording that has come to rest and whose call nobody knows."""
        if now - self._listed < SPOOL_SECONDS:
            return
        self._listed, before = now, self._now() - compare.PATIENCE
        theirs = {leg for call in self.seen.ended.values() for leg in call.legs} | set(self._book.fold.board.legs)
        if self._board is not None:
            theirs |= set(self._board.legs)
        found = [
            one for one in await self._unclaimed(self._spool, before)
            if one.key not in self._told and one.subject.rpartition(".")[0] not in theirs
        ]  # fmt: skip
        self._told |= {one.key for one in found}
        fresh = await self._differences.fresh(found)
        await self._differences.note(fresh, datetime.now(UTC))
        if fresh:
            self._tell(fresh)

    def _tell(self, found: Sequence[Difference]) -> None:
        for one in found:
            log.error("witnesses differ", kind=str(one.kind), subject=one.subject, said=one.detail)
        self._publish(DifferencesFound(datetime.now(UTC), found))


def _unended(caller: str, call: CallId, at: Instant) -> Difference:
    when = datetime.fromtimestamp(at, UTC)
    said = f"call of {caller or 'nobody known'}: {WHY_ENDED}; ended at {when:%Y-%m-%d %H:%M:%S}Z at the latest"
    return Difference(f"end:{call}", "book", Kind.UNENDED, call, said, call, until=when)


HEARD_OF_THE_BOARD = (*ev.CallEvent.__args__, BoardLive, BoardBlind)
HEARD_OF_THE_BOOK = (ev.LegBegan, ev.TalkBegan, ev.CallEnded)
