"""What the wire saw: calls of the live board, each kept until the book has it too. Pure.

``hear`` gets every board event, ``booked`` every event of the book once it is committed. A call
that ended on the wire is kept with its legs, offers and talks; it is forgotten when the book
has its beginning and its end. ``overdue`` gives those the book should have by now. How long ago is
told by a clock that only goes on: the machine's may jump.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from cti import events as ev
from cti.equipment_events import BoardBlind, BoardLive
from cti.ids import CallId, Instant, LegId

from .call_fold import Records
from .call_record import CallRecord, Leg
from .unwritten_rows import Changed

MOST = 50_000
"""Calls kept: about a hundred megabytes. What is beyond waits in Asterisk's files alone."""
REMEMBERED = 16_384
TALK_SECONDS = 2.0
"""A talk shorter than this may be seen by one witness alone: its first and last row cross."""


class Numbers(Protocol):
    """An event, a record or a row of a call."""

    @property
    def direction(self) -> str: ...
    @property
    def caller(self) -> str: ...
    @property
    def dialled(self) -> str: ...


def number_of(call: Numbers) -> str:
    """The citizen's: who called us, or whom a seat called."""
    return call.dialled if call.direction == ev.Direction.OUTBOUND else call.caller


@dataclass(slots=True)
class SeenCall:
    record: CallRecord
    legs: dict[LegId, Leg] = field(default_factory=dict)
    whole: bool = True
    """False: it was found on the board by a snapshot; its beginning was not heard."""
    end_unseen: bool = False
    """It was over when the wire was there again: when it ended, the wire does not know."""
    heard: float = field(default=0.0, compare=False)
    kept: float = field(default=0.0, compare=False)
    """When we heard of its beginning, and of its end."""

    @property
    def ended(self) -> Instant:
        return self.record.ended if self.record.ended is not None else Instant(0.0)

    def talked(self) -> bool:
        return self.record.talk_seconds >= TALK_SECONDS

    @property
    def citizen(self) -> str:
        """The citizen's number; '' when withheld."""
        return number_of(self.record)


@dataclass(slots=True)
class _Booked:
    begun: bool = False
    """The book has the call's first leg."""
    ended: bool = False
    talked: bool = False
    numbered: bool = False
    """It has the citizen's number."""
    lined: bool = False


class Seen:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._records = Records()
        self._living: dict[CallId, SeenCall] = {}
        self.ended: dict[CallId, SeenCall] = {}
        """Not in the book yet, in the order of their ends."""
        self._book: dict[CallId, _Booked] = {}
        self._live = False
        self.lost = 0
        """Calls forgotten because there were too many."""

    # -- the wire ---------------------------------------------------------------------

    def hear(self, event: ev.Event) -> None:
        """A board event."""
        if isinstance(event, BoardLive | BoardBlind):
            self._live = isinstance(event, BoardLive)
            return
        if not hasattr(event, "call"):
            return
        records = self._records
        records.apply(event)
        if isinstance(event, ev.CallArrived):
            record = records.open.get(event.call)
            if record is not None and event.call not in self._living:
                self._living[event.call] = SeenCall(record, whole=self._live, heard=self._clock())
        changed, records.changed = records.changed, Changed()
        for leg in changed.legs.values():
            if (call := self._living.get(leg.call)) is not None:
                call.legs[leg.leg] = leg
        for record in changed.closed:
            if (call := self._living.pop(record.call, None)) is not None:
                self.keep(call)

    def keep(self, call: SeenCall) -> None:
        """It is over on the wire; unless the book has it already, it waits for the book."""
        if not call.record.endpoint or self._agrees(call, self._book.get(call.record.call)):
            return  # what has no telephone is Asterisk's own
        call.kept = self._clock()
        self.ended[call.record.call] = call
        if len(self.ended) > MOST:
            del self.ended[next(iter(self.ended))]
            self.lost += 1

    # -- the book ---------------------------------------------------------------------

    def booked(self, event: ev.Event) -> None:
        """An event of the book that is in the ledger."""
        match event:
            case ev.LegBegan() if str(event.leg) == str(event.call):
                self._of(event.call).begun = True
            case ev.CallArrived():
                self._of(event.call).numbered |= bool(number_of(event))
            case ev.CallDialled():
                self._of(event.call).numbered |= bool(event.number)
            case ev.CallLined():
                known = self._of(event.call)
                known.numbered |= bool(event.caller)
                known.lined |= bool(event.line)
            case ev.TalkBegan():
                self._of(event.call).talked = True
            case ev.CallEnded():
                known = self._of(event.call)
                known.ended, known.talked = True, known.talked or event.talked
                seen = self.ended.get(event.call)
                if seen is not None and self._agrees(seen, known):
                    del self.ended[event.call]

    def _of(self, call: CallId) -> _Booked:
        known = self._book.get(call)
        if known is None:
            known = self._book[call] = _Booked()
            if len(self._book) > REMEMBERED:
                del self._book[next(iter(self._book))]
        return known

    @staticmethod
    def _agrees(seen: SeenCall, known: _Booked | None) -> bool:
        """The book has this call's beginning, its end, and that somebody talked in it."""
        if known is None or not known.ended:
            return False
        return Seen._begins(seen, known) and (known.talked or not seen.talked())

    @staticmethod
    def _begins(seen: SeenCall, known: _Booked) -> bool:
        """And whose it is: number and line stand in rows of their own, which a full disk may have kept out."""
        return known.begun and (known.numbered or not seen.citizen) and (known.lined or not seen.record.line)

    # -- what is missing ----------------------------------------------------------------

    def overdue(self, before: float) -> list[SeenCall]:
        """Those of whose end we heard before this moment of the clock, and that are not in the book."""
        return [call for call in self.ended.values() if call.kept <= before]

    def forget(self, calls: Iterable[CallId]) -> None:
        """The ledger has these, or they were written."""
        for call in calls:
            self.ended.pop(call, None)

    def unwritten(self, before: float) -> list[SeenCall]:
        """Living or ended ones that the book should have by now: begun before this moment it lacks them, or ended it does."""
        nothing = _Booked()
        living = [call for call in self._living.values() if call.record.endpoint]
        return [
            call
            for call in (*self.ended.values(), *living)
            if (call.record.ended is not None and call.kept <= before)
            or (call.heard <= before and not self._begins(call, self._book.get(call.record.call, nothing)))
        ]
