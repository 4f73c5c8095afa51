"""Single rows of the live house for the stream: ``console.ports.Live`` over board, floor and ledger.

A row is made when something touched it, not when somebody looks at all of them; counts are kept
by ``run_result.py``. What comes from the ledger (figures of today, backlog, call-backs) is read every
few seconds, once for all consoles, and remembered here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

import structlog

from agents.own_reasons import AgentId
from agents.seat_service import SeatService
from config.settings import Settings
from console.contract.stream import FiguresOut, VitalsOut
from console.live_state import Kind
from console.ports import CallRow
from cti.board import Board
from cti.equipment_events import BoardBlind, BoardLive, NodeStarted, Reach
from cti.ids import CallId, SeatId
from ledger.errors import WRONG_OR_AWAY

from . import live_queries
from .live_counts import LiveCounts

log = structlog.get_logger("live")


@dataclass(frozen=True, slots=True)
class Slowly:
    """What was read from the ledger last."""

    figures: Mapping[str, FiguresOut] = field(default_factory=dict)
    backlog: int = 0
    dead_letters: int = 0
    callbacks_open: int = 0
    callbacks_due: int = 0
    places_kept: int = 0
    requests_24h: int = 0
    """Of all lines, in the last 24 hours."""
    read: bool = False
    """False: nothing was read yet."""


class Live:
    """:param slowly: reads the ledger, with or without the figures; may raise, then what was read before stands."""

    def __init__(
        self, rooms: live_queries.Picture, desk: live_queries.Desk, calls: live_queries.Calls, floor: SeatService, board: Board,
        settings: Settings, slowly: Callable[[bool], Awaitable[Slowly]], alarms: Mapping[str, object],
        switches: Callable[[], Mapping[str, object]] = dict,
    ) -> None:  # fmt: skip
        self._rooms, self._desk, self._calls, self._floor, self._board = rooms, desk, calls, floor, board
        self._settings, self._slowly, self._alarms, self._switches = settings, slowly, alarms, switches
        self._names = {
            "queues": {q.id: q.name for q in settings.queue},
            "lines": {line.id: line.name for line in settings.line},
            "trunks": {trunk.id: trunk.name for trunk in settings.trunk},
        }
        self.read = Slowly()
        self._blind_since: float | None = None
        self._sits: dict[str, str] = {}
        self.counted = LiveCounts(floor.desk.roster)

    # -- hearing -------------------------------------------------------------------------

    def hear(self, event: object) -> None:
        """Board events and seats' changes, before the stream hears them."""
        if isinstance(event, BoardLive):
            self._blind_since = None
            self.recount()
        elif isinstance(event, BoardBlind):
            self._blind_since = event.at
        elif isinstance(event, NodeStarted):
            self.recount()
        else:
            self.counted.hear(event)

    def recount(self) -> None:
        self.counted.recount(self._board, self._floor.desk.seats.values())

    async def refresh(self, *, figures: bool) -> None:
        self.recount()
        try:
            self.read = await self._slowly(figures)
        except WRONG_OR_AWAY as fault:  # the ledger may be away for hours; what was read stands
            log.warning("figures of today could not be read", fault=str(fault))

    # -- console.ports.Live -----------------------------------------------------------------

    def ids(self) -> Mapping[Kind, Iterable[str]]:
        return {
            "seats": self._floor.desk.seats, "queues": self._names["queues"], "lines": self._names["lines"],
            "trunks": self._names["trunks"], "figures": self.read.figures, "calls": self._board.calls,
            "alarms": self._alarms, "switches": self._switches(),
        }  # fmt: skip

    def row(self, kind: Kind, ident: str) -> object | None:
        match kind:
            case "seats":
                return self._desk.row(SeatId(ident))
            case "queues":
                return self._queue(ident)
            case "lines":
                return self._rooms.line(ident, self.counted.lines[ident])
            case "trunks":
                reach = str(self._board.phones.get(ident, Reach.UNKNOWN))
                return live_queries.Trunk(ident, self._names["trunks"][ident], reach, self.counted.legs[ident])
            case "figures":
                return self.read.figures.get(ident)
            case "alarms":
                return self._alarms.get(ident)
            case "switches":
                return self._switches().get(ident)
        return None

    def _queue(self, ident: str) -> live_queries.Queue:
        counts = (*self.counted.wait(ident), self.counted.members[ident], self.counted.ready[ident])
        return live_queries.Queue(ident, self._names["queues"][ident], *counts)

    def call(self, call: CallId) -> CallRow | None:
        return self._calls.alive(call)

    def seats_in(self, call: CallId) -> frozenset[str]:
        found = self._board.calls.get(call)
        return frozenset(leg.endpoint for leg in found.legs.values() if leg.seat) if found else frozenset()

    def where(self, account: str) -> str:
        return self._floor.desk.where(AgentId(account)) or ""

    def waiting(self) -> Iterable[str]:
        return [queue for queue, calls in self.counted.waiting.items() if calls]

    def vitals(self) -> VitalsOut:
        return VitalsOut(
            live=self._rooms.live(), as_of=self._rooms.as_of(), blind_since=live_queries.moment(self._blind_since),
            backlog=self.read.backlog, dead_letters=self.read.dead_letters, callbacks_open=self.read.callbacks_open,
            callbacks_due=self.read.callbacks_due, places_kept=self.read.places_kept,
        )  # fmt: skip
