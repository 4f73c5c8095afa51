"""The ledger and what keeps it up, as one part: opened, the book read into it, the witnesses compared, the logs written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from agents.events import SeatStateChanged
from bridge.notifications.build import handed_over_to
from config import work_time
from config.file_places import Places
from config.language import say as _
from config.settings import Settings
from console.ports import Vital
from cti.call import Call
from cti.equipment_events import BoardBlind, BoardLive, EndpointReach, LineChecked
from cti.ids import CallId
from cti.numbers import of_settings
from hotline.bus import Bus
from hotline.numbering_plan import plan_of
from hotline.start_check import StartError
from hotline.verbs.verify import limits
from ledger.audit_log import AuditLog
from ledger.case_clocks import CaseClocks
from ledger.case_progress import CaseProgress
from ledger.casebook import CaseShelf
from ledger.differences import DifferenceBook
from ledger.equipment import EquipmentTable
from ledger.errors import WRONG_OR_AWAY
from ledger.invariant.rule import Breach
from ledger.missing_cases import taken_in
from ledger.notifications import NotificationShelf
from ledger.nuisance import NuisanceBook
from ledger.outbox import OutboxShelf
from ledger.partner_handovers import HandoverShelf
from ledger.partner_matters import PartnerMatters
from ledger.recordings import RecordingTable
from ledger.scribe import Scribe
from ledger.seats import SeatBook
from ledger.store import Store, url_of
from ledger.tickets import TicketShelf
from ledger.verify import verify

from . import asterisk_books, audit_key_and_heads, invariant_proof
from .ami_only_calls_file import AmiOnlyCallsFile
from .callbacks import Callbacks
from .case_clocks import CaseMarks
from .cel_to_ledger import BookReader
from .equipment_log import EquipmentLog
from .files_not_in_ledger import unclaimed
from .invariant_proof import Proving
from .ledger_opener import LedgerOpener
from .nightly_retention import Deleting, NightlyRetention
from .seat_memory import SeatMemory
from .supervision_audit import HEARD, SupervisionAudit
from .waiting_file import WaitingFile
from .witness_comparison import HEARD_OF_THE_BOARD, HEARD_OF_THE_BOOK, WitnessComparison

LEDGER_SECONDS, SETTLED_SECONDS = 5.0, 15.0
"""So long a start waits for the ledger, and for what it is behind with; then it goes on."""
EQUIPMENT = (LineChecked, EndpointReach, BoardBlind, BoardLive)
"""What the log of the equipment keeps."""


class Books:
    """``start``, ``await open()`` once Asterisk is there, then ``await stop()``. ``proving`` is a part of its own, begun late."""

    def __init__(self, settings: Settings, places: Places, board: Bus, book: Bus, house: Bus) -> None:
        """Raises StartError."""
        self._settings, self._places, self.plan = settings, places, plan_of(settings)
        node = settings.centre.node
        self.store = store = Store(url_of(settings, places), away=_("the ledger is not open yet"))
        self.opener = LedgerOpener(store)
        numbers = of_settings(settings)
        self.callbacks = Callbacks(store, settings, numbers, house.publish)
        house.listen(SeatStateChanged, self.callbacks.hear)
        self._scribe = Scribe(
            store, node, numbers=numbers, rules=self.callbacks.rules, tell=self.callbacks.tell,
            notify=self.callbacks.notify, tell_cases=self.callbacks.tell_cases, tell_closed=book.publish,
            appeal_hours=settings.nuisance.appeal_hours if settings.nuisance is not None else 24,
        )  # fmt: skip
        self.tickets = TicketShelf(store, numbers=numbers, tell=self.callbacks.tell, notify=self.callbacks.notify)
        told, work = self.callbacks.notify, work_time.of_settings(settings)
        self.progress = CaseProgress(store, numbers, ZoneInfo(settings.centre.timezone), time.time)
        self.outbox = OutboxShelf(store, node, notify=told)
        self.cases = CaseShelf(store, self.callbacks.rules, self.callbacks.tell, told, work, taken_in)
        self.marks = CaseMarks(CaseClocks(store), work)
        self.notifications = NotificationShelf(store, node, told)
        self.handovers = HandoverShelf(store, handed_over_to(settings), told)
        self.matters = PartnerMatters(store, told)
        codes = settings.nuisance.danger_codes if settings.nuisance is not None else ()
        self.nuisance = NuisanceBook(store, codes, self.callbacks.rules, self.callbacks.tell)
        self.recordings = RecordingTable(store)
        self.seats = SeatMemory(
            SeatBook(store), places.seats, places.seats_waiting, frozenset(str(seat.id) for seat in settings.seat)
        )
        unread = asterisk_books.unread(self.plan, settings, places)
        self.comparing = WitnessComparison(
            unread, self._scribe, DifferenceBook(store, node), AmiOnlyCallsFile(places.seen_calls),
            settings.asterisk.spool_dir / "monitor" if settings.asterisk.spool_dir else places.spool,
            partial(unclaimed, store), house.publish,
        )  # fmt: skip
        book.listen(HEARD_OF_THE_BOOK, self.comparing.seen.booked)
        board.listen(HEARD_OF_THE_BOARD, self.comparing.seen.hear)
        self.reader = BookReader(unread, self._scribe, book.publish, WRONG_OR_AWAY, self.comparing)
        self.audit = self._audit_log()
        self._equipment = EquipmentLog(
            EquipmentTable(store, node), WaitingFile(places.waiting("equipment"), *EQUIPMENT)
        )
        board.listen(EQUIPMENT, self._equipment.note)
        self._supervision = SupervisionAudit(self.audit, WaitingFile(places.waiting("supervision"), *HEARD))
        house.listen(HEARD, self._supervision.hear)
        self.retention = NightlyRetention(Deleting(store, self.audit, settings, places), settings)
        self.proving = Proving(self._prove, lambda: self.reader.current, places.proved, house.publish)

    def start(self) -> None:
        """The ledger is tried for; what is heard from now on waits for it."""
        self.opener.start()
        self.comparing.recall()
        self.comparing.start()
        self._equipment.start()
        self._supervision.start()

    async def open(self) -> None:
        """What Asterisk wrote is read as soon as the ledger is there; when it returns, or later."""
        resume = partial(asterisk_books.resumed, self.plan, self._settings, self._places, self._scribe)
        self.opener.when_open(self.seats.catch_up)
        self.opener.when_open(lambda: self.reader.open(resume, SETTLED_SECONDS))
        self.opener.when_open(lambda: self.audit.begin(datetime.now(UTC), "hotline"))
        if await self.opener.first_try(LEDGER_SECONDS):
            await self.settled()

    async def settled(self) -> None:
        """Nothing waits for a ledger that is there any more; or it takes too long."""
        if not self.opener.away:
            await self.opener.settled(SETTLED_SECONDS)

    async def end_seats(self, telephone_ends: Callable[[], bool]) -> None:
        """The seats' last page is written; while nobody can telephone nobody's time there runs on."""
        if telephone_ends():
            await self.seats.end()

    async def stop(self) -> None:
        """All that was heard and read is written, as far as the ledger takes it now."""
        async with AsyncExitStack() as last_first:
            last_first.push_async_callback(self.store.close)
            for part in (self.opener, self.callbacks, self.comparing, self.reader, self._equipment, self._supervision):
                last_first.push_async_callback(part.stop)

    def call(self, call: CallId) -> Call | None:
        """As the book has it."""
        return self.reader.book.fold.board.calls.get(call)

    def audit_head(self) -> int:
        """Number of the newest row of the audit log."""
        return self.audit.newest

    def vitals(self) -> Sequence[Vital]:
        return [Vital("ledger", not self.opener.away, self.opener.away)]

    def away(self) -> Sequence[str]:
        """What is not there now, with why."""
        return [_("ledger: {why}", why=self.opener.away)] if self.opener.away else []

    def _audit_log(self) -> AuditLog:
        try:
            return audit_key_and_heads.log_of(self.store, self._settings, self._places, tell=True)
        except audit_key_and_heads.KeyMissing as fault:
            raise StartError(str(fault)) from fault

    async def _prove(self, now: datetime, since: datetime) -> Sequence[Breach]:
        proof = await asyncio.to_thread(audit_key_and_heads.proof, self._settings, self._places)
        return await verify(self.store, now, limits(self._settings), invariant_proof.MOST, proof, since)


def build(settings: Settings, places: Places, board: Bus, book: Bus, house: Bus) -> Books:
    """Raises StartError."""
    return Books(settings, places, board, book, house)
