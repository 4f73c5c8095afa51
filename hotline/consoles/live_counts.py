"""Counts that change with every event and would else be counted anew each time. No I/O; kept by ``live_rows.py``.

Heard on the board bus and the house bus before anybody reads them; ``recount`` sets them right
from the whole picture, at each snapshot and every few seconds.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from agents.events import SeatStateChanged
from agents.own_reasons import AgentId
from agents.presence import Presence
from agents.roster import Roster
from agents.seat_state import SeatState
from cti import events as ev
from cti.board import Board
from cti.call import Call
from cti.events import Direction
from cti.ids import CallId, Instant, SeatId


class LiveCounts:
    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self.lines: Counter[str] = Counter()
        self.legs: Counter[str] = Counter()
        """By endpoint."""
        self.waiting: dict[str, dict[CallId, Instant]] = {}
        self.members: Counter[str] = Counter()
        self.ready: Counter[str] = Counter()
        self._line_of: dict[CallId, str] = {}
        self._sits: dict[SeatId, tuple[AgentId, Presence]] = {}

    def recount(self, board: Board, seats: Iterable[SeatState]) -> None:
        self._line_of = {c.id: c.line for c in board.calls.values() if c.line and c.direction is Direction.INBOUND}
        self.lines = Counter(self._line_of.values())
        self.legs = Counter(leg.endpoint for leg in board.legs.values())
        self.waiting = {}
        for call in sorted((c for c in board.calls.values() if c.queue), key=_queued):
            self.waiting.setdefault(call.queue, {})[call.id] = _queued(call)
        self.members.clear()
        self.ready.clear()
        self._sits = {}
        for state in seats:
            self._sit(state.seat, state.agent, state.presence)

    def hear(self, event: Any) -> None:
        match event:
            case ev.CallLined():
                self._line_of[event.call] = event.line
                self.lines[event.line] += 1
            case ev.CallEnded():
                if (line := self._line_of.pop(event.call, None)) is not None:
                    self.lines[line] -= 1
            case ev.LegBegan():
                self.legs[event.endpoint] += 1
            case ev.LegEnded():
                self.legs[event.endpoint] -= 1
            case ev.CallQueued():
                self.waiting.setdefault(event.queue, {})[event.call] = event.at
            case ev.CallLeftQueue():
                self.waiting.get(event.queue, {}).pop(event.call, None)
            case SeatStateChanged():
                self._sit(event.seat, event.state.agent, event.new)

    def wait(self, queue: str) -> tuple[int, float]:
        """How many wait there now, and the longest of them how many seconds."""
        calls = self.waiting.get(queue)
        return (len(calls), round(max(0.0, time.time() - min(calls.values())), 1)) if calls else (0, 0.0)

    def _sit(self, seat: SeatId, agent: AgentId, presence: Presence) -> None:
        before = self._sits.get(seat)
        if before is not None:
            self._count(*before, -1)
        self._sits[seat] = (agent, presence)
        self._count(agent, presence, 1)

    def _count(self, agent: AgentId, presence: Presence, by: int) -> None:
        person = self._roster.people.get(agent)
        if person is None or presence is Presence.LOGGED_OUT:
            return
        for queue in person.skills:
            self.members[queue] += by
            self.ready[queue] += by * (presence is Presence.READY)


def _queued(call: Call) -> Instant:
    return call.queued_at or call.arrived
