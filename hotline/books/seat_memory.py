"""What the seats were doing, in a small file beside the ledger: a start without the ledger knows them too.

Implements ``agents.ports.SeatLog`` round ``ledger.seats.SeatBook``. The file is written first, whole and
by renaming; the ledger stays the record, the file is only what the desk is restored from while the ledger is away.

What is to be written while the ledger is away stands in a second file until the ledger has it: a daemon that ends meanwhile
leaves it to the next one, which writes it before anything of its own. Otherwise the interval of before would reach to the next start.

While a centre stands (its telephone was stopped with the daemon, or lost its power) nobody is logged in: the log says so from the
end on, or, where no end could say it, from when the telephone was last seen alive. Who sat there sits there again at the next start.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeVar

import structlog

from agents.events import SeatNoted, SeatStateChanged
from agents.ports import Page, SeatLog
from agents.presence import Presence
from agents.seat_state import SeatState, pack, unpack
from cti.ids import CallId, Instant, SeatId
from ledger.errors import WRONG_OR_AWAY, LedgerUnavailable
from recordings.durable import write_new_durable

log = structlog.get_logger("seats")

ANSWER_SECONDS = 10.0
"""A ledger that says nothing for so long counts as away."""
END_SECONDS = 2.0
"""So long an end waits for the ledger to take its last pages."""
ENDED = "ended_at"
"""In the file beside the seats, which are numbers."""

T = TypeVar("T")


class SeatMemory:
    def __init__(
        self, book: SeatLog, file: Path, waiting: Path, own: Container[str] = (), now: Callable[[], float] = time.time
    ) -> None:
        """
        :param waiting: what the ledger does not have yet: a line of JSON for each page.
        :param own: our seats; the ledger may know another daemon's as well.
        """
        self._book, self._file, self._waiting, self._own, self._now = book, file, waiting, own, now
        self.stood: Callable[[], float | None] = lambda: None
        """Since when nobody could telephone, until this start; None: the telephone went on."""
        self._ended: float | None = None
        """When an end said that nobody is logged in any more."""
        self._states: dict[str, object] = {}
        self._failing = False
        self._former: list[Page] | None = None
        """What an earlier daemon left; None: not looked for yet."""
        self._kept: list[Page] = []
        """What stands in that file now."""
        self._asked: asyncio.Future[Any] | None = None
        """What the ledger has not answered yet."""

    async def last(self) -> Mapping[SeatId, SeatState]:
        """By whichever knows the seat's later state; while the ledger is away by the file alone."""
        found = await asyncio.to_thread(self._read)
        try:
            await self._answered(self._forward)
            for seat, state in (await self._answered(self._book.last)).items():
                if seat not in found or found[seat].since <= state.since:
                    found[seat] = state
        except WRONG_OR_AWAY as fault:
            log.warning("seats are restored without the ledger", seats=len(found), fault=str(fault))
        resumed = self._resumed(found)
        self._states = {str(seat): pack(state) for seat, state in resumed.items()}
        if self._ended is not None or resumed != found:
            await asyncio.to_thread(self._keep, json.dumps(self._states, ensure_ascii=False))
        if self._former:
            await asyncio.to_thread(self._leave, self._former)
            with suppress(*WRONG_OR_AWAY):
                await self._answered(self._forward)
                await asyncio.to_thread(self._leave, [])
        return resumed

    async def catch_up(self) -> None:
        """Before calls of an outage are read: who sat where meanwhile, as far as it stands in the file. Raises ``LedgerUnavailable``.

        Whoever writes calls asks the log who sat there. What is written here and again by whoever told it is the same.
        """
        await self._answered(self._forward)
        if kept := list(self._kept):
            await self._answered(lambda: self._book.write(kept))

    async def end(self) -> None:
        """The telephone stops with us: nobody is logged in from now on, and everybody who was is again at the next start."""
        at = Instant(self._now())
        states = [unpack(str(packed)) for packed in self._states.values()]
        pages = [_gone(state, at) for state in states if self._sits(state)]
        if not pages:
            return
        await asyncio.to_thread(self._keep, json.dumps(self._states | {ENDED: at}, ensure_ascii=False))
        try:
            async with asyncio.timeout(END_SECONDS):
                await self.write(pages)
        except (TimeoutError, *WRONG_OR_AWAY) as fault:
            log.warning("the next start writes when the seats ended", fault=str(fault))
            await asyncio.to_thread(self.leave, pages)

    def _resumed(self, found: Mapping[SeatId, SeatState]) -> Mapping[SeatId, SeatState]:
        """Whoever sits there after the centre stood does so from now on; what the log must say is put before all else."""
        seen = None if self._ended is not None else self.stood()
        if self._ended is None and seen is None:
            return found
        now = Instant(self._now())
        states, pages = dict(found), list[Page]()
        for seat, state in found.items():
            if not self._sits(state):
                continue
            if seen is not None:
                pages.append(_gone(state, Instant(min(max(seen, state.since), now))))
            states[seat] = again = replace(state, since=now)
            pages.append(
                SeatStateChanged(
                    seat, now, state.agent, Presence.LOGGED_OUT, state.presence, state.reason, state.call, "", again
                )
            )
        self._former = [*(self._left() if self._former is None else self._former), *pages]
        return states

    def _sits(self, state: SeatState) -> bool:
        return state.presence is not Presence.LOGGED_OUT and state.seat in self._own

    async def write(self, pages: Sequence[Page]) -> None:
        newest = {str(page.seat): pack(page.state) for page in pages}
        if any(self._states.get(seat) != state for seat, state in newest.items()):
            self._states |= newest
            await asyncio.to_thread(self._keep, json.dumps(self._states, ensure_ascii=False))
        try:
            await self._answered(lambda: self._to_ledger(pages))
        except WRONG_OR_AWAY:
            await asyncio.to_thread(self._leave, [*(self._former or ()), *pages])
            raise
        if self._kept:
            await asyncio.to_thread(self._leave, [])

    def leave(self, pages: Sequence[Page]) -> None:
        """At the end: what the ledger has not taken, for the next daemon, although the ledger may never have said that it is away."""
        if self._former is None:
            self._former = self._left()
            self._kept = list(self._former)
        self._former = [*self._former, *pages]
        self._leave(self._former)

    async def _to_ledger(self, pages: Sequence[Page]) -> None:
        await self._forward()
        await self._book.write(pages)

    async def _answered(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What the ledger says; raises ``LedgerUnavailable`` when it says nothing.

        What was begun is not cut off, for a store that must end its transaction would hold us up with it. Nothing is asked
        behind it until it is over: what it writes late must not come after what is newer.
        """
        if self._asked is not None:
            await self._over(self._asked)
        mine: asyncio.Future[T] = asyncio.ensure_future(ask())
        self._asked = mine
        mine.add_done_callback(_retrieved)
        await self._over(mine)
        return mine.result()

    async def _over(self, asked: asyncio.Future[Any]) -> None:
        """Raises ``LedgerUnavailable``."""
        await asyncio.wait([asked], timeout=ANSWER_SECONDS)
        if not asked.done():
            raise LedgerUnavailable("the ledger does not answer")
        self._asked = None

    async def _forward(self) -> None:
        """First what an earlier daemon could not write. One page that the ledger does not take holds up none behind it."""
        if self._former is None:
            self._former = await asyncio.to_thread(self._left)
            self._kept = list(self._former)
        if not self._former:
            return
        former = list(self._former)
        try:
            await self._book.write(former)
        except WRONG_OR_AWAY:
            raise
        except Exception:  # noqa: BLE001 - one of them; which one, is looked for
            for page in former:
                try:
                    await self._book.write([page])
                except WRONG_OR_AWAY:
                    raise
                except Exception:
                    log.exception("a seat's interval of before cannot be written", seat=str(page.seat), at=page.at)
        log.info("written what an earlier daemon could not", pages=len(former))
        self._former = self._former[len(former) :]

    def _leave(self, pages: Sequence[Page]) -> None:
        """For whoever comes after us."""
        if list(pages) == self._kept:  # tried again in vain, or nothing waits
            return
        try:
            text = "".join(json.dumps(_packed(page), ensure_ascii=False) + "\n" for page in pages)
            write_new_durable(self._waiting, text.encode(), mode=0o600)
        except OSError as fault:
            log.error("what the seats do is kept in memory alone", pages=len(pages), fault=str(fault))
        else:
            self._kept = list(pages)

    def _left(self) -> list[Page]:
        try:
            lines = self._waiting.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as fault:
            log.error("what the seats did before cannot be read", file=str(self._waiting), fault=str(fault))
            return []
        found = []
        for number, line in enumerate(lines, 1):
            try:
                found.append(_unpacked(json.loads(line)))
            except (ValueError, TypeError, KeyError, AttributeError) as fault:
                log.error("a line cannot be read", file=str(self._waiting), line=number, fault=str(fault))
        return found

    def _keep(self, text: str) -> None:
        try:
            write_new_durable(self._file, text.encode(), mode=0o600)
        except OSError as fault:  # a full disk: the ledger has it, or will
            if not self._failing:
                log.error("seats are not remembered", fault=str(fault))
            self._failing = True
        else:
            self._failing = False

    def _read(self) -> dict[SeatId, SeatState]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            self._ended = kept.pop(ENDED, None)
            return {SeatId(seat): unpack(state) for seat, state in kept.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as fault:
            log.error("the memory of the seats cannot be read", file=str(self._file), fault=str(fault))
            return {}


def _retrieved(asked: asyncio.Future[Any]) -> None:
    """Its fault, if nobody waits for it any more."""
    if not asked.cancelled():
        asked.exception()


def _gone(state: SeatState, at: Instant) -> Page:
    """Not logged in from then on; the memory of who sits there is kept."""
    return SeatStateChanged(state.seat, at, state.agent, state.presence, Presence.LOGGED_OUT, "", CallId(""), "", state)


def _packed(page: Page) -> dict[str, Any]:
    return {**asdict(page), "state": pack(page.state)}


def _unpacked(row: dict[str, Any]) -> Page:
    row = {**row, "state": unpack(row["state"])}
    if "new" not in row:
        return SeatNoted(**row)
    return SeatStateChanged(**{**row, "old": Presence(row["old"]), "new": Presence(row["new"])})
