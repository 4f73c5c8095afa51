"""Who is in a live call, with names and since when: ``cti.participants`` as consoles are shown it.

The board tells what is; since when it is so is remembered here from one look to the next (ten a second while somebody
looks). At the first look a party is what it is since it was called or answered; one that is held, since now.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from agents.seat_service import SeatService
from cti.board import Board
from cti.call import Call
from cti.ids import CallId, LegId, SeatId
from cti.numbers import Numbers, home
from cti.participants import Participant, PartRole, PartState, participants

SPARE = 64
"""Calls that are over are forgotten when so many more are remembered than live."""


@dataclass(frozen=True, slots=True)
class Part:
    """``console.contract.rest.ParticipantOut``."""

    leg: str
    role: str
    seat: str
    name: str
    number: str
    state: str
    group: int
    since: datetime
    by: str
    reason: str


class LiveParticipants:
    """:param phonebook: name of a number, by its national form."""

    def __init__(
        self, board: Board, floor: SeatService, phonebook: Mapping[str, str], now: Callable[[], float] = time.time,
        numbers: Numbers | None = None,
    ) -> None:  # fmt: skip
        self._board, self._floor, self._phonebook, self._now = board, floor, phonebook, now
        self._numbers = numbers or home()
        self._seen: dict[CallId, dict[LegId, tuple[PartState, float]]] = {}

    def of(self, call: Call) -> list[Part]:
        before, now = self._seen.get(call.id, {}), self._now()
        seen: dict[LegId, tuple[PartState, float]] = {}
        shown: list[Part] = []
        for one in participants(self._board, call):
            was = before.get(one.leg)
            if was is not None:
                since = was[1] if was[0] is one.state else max(now, float(one.since))
            else:
                since = now if one.state is PartState.HELD else float(one.since)
            seen[one.leg] = (one.state, since)
            shown.append(self._part(one, since))
        self._seen[call.id] = seen
        if len(self._seen) > len(self._board.calls) + SPARE:
            self._seen = {known: kept for known, kept in self._seen.items() if known in self._board.calls}
        return shown

    def _part(self, one: Participant, since: float) -> Part:
        desk = self._floor.desk
        seat, number = one.seat, one.number
        if one.state is PartState.FAILED and number in desk.seats:
            seat, number = SeatId(number), ""
        name = ""
        if seat:
            state = desk.seats.get(seat)
            person = desk.roster.people.get(state.agent) if state is not None else None
            name = person.name if person is not None else ""
        elif one.role is not PartRole.CITIZEN and number:
            name = self._phonebook.get(self._numbers.read(number).national, "")
        return Part(
            one.leg, one.role.value, seat, name, number, one.state.value, one.group, datetime.fromtimestamp(since, UTC),
            one.by, one.reason,
        )  # fmt: skip
