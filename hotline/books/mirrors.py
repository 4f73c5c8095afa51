"""What is decided or known here and obeyed by the dialplan, as one part: switches, nuisance callers, the pace of the queues."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bridge.events import TicketFiled
from config.settings import Settings
from cti.commands import Command, Outcome
from cti.equipment_events import BoardLive
from cti.journey_events import NuisanceHandled
from hotline.bus import Bus
from hotline.parts import Parts

from . import switches
from .build import Books
from .nuisance import NuisancePart
from .switches import SwitchPart
from .wait_pace import WaitPace


class Mirrors:
    """Each is told to Asterisk at each connection, as soon as the ledger is there. ``start`` once Asterisk may be told."""

    def __init__(
        self, settings: Settings, books: Books, perform: Callable[[Command], Awaitable[Outcome]],
        board: Bus, book: Bus, house: Bus,
    ) -> None:  # fmt: skip
        self.switches = SwitchPart(settings, books.store, books.audit, perform, house.publish)
        board.listen(switches.BOARD, self.switches.hear_board)
        book.listen(switches.BOOK, self.switches.hear_book)
        self.nuisance = NuisancePart(settings, books.nuisance, books.audit, perform)
        board.listen(BoardLive, self.nuisance.hear_board)
        book.listen(NuisanceHandled, self.nuisance.hear_book)
        house.listen(TicketFiled, self.nuisance.hear_filed)
        self._pace = WaitPace(settings, books.store, perform)
        self._parts = Parts()
        books.opener.when_open(self.switches.open)
        books.opener.when_open(self.nuisance.open)

    async def start(self) -> None:
        await self._parts.begin(self.switches)
        await self._parts.begin(self.nuisance)
        await self._parts.begin(self._pace)

    async def stop(self) -> None:
        await self._parts.stop()
