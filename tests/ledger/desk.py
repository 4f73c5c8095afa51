"""Small tools for the ledger's tests: a whole ledger as a value, an emptied one, a call told by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cti import events as ev
from cti.cel_reader import Mark
from cti.file_tail import Place
from cti.ids import CallId, Instant, LegId, LineId, QueueId, SeatId, TrunkId
from cti.journey_events import NoticePlayed
from ledger.tables import metadata

T0 = 1_790_000_000.0


def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, ordered; what depends on the time of writing is left out."""
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.connect() as db:
        found = {
            table.name: sorted(
                (
                    tuple(db_row)
                    for db_row in db.execute(sa.select(*(c for c in table.columns if c.name != "moved_at")))
                ),
                key=repr,
            )
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return found


def empty(url: str) -> None:
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as db:
        for table in reversed(metadata.sorted_tables):
            db.execute(sa.delete(table))
    engine.dispose()


def mark(offset: int, resume: int | None = None) -> Mark:
    read, again = Place(1, offset), Place(1, offset if resume is None else resume)
    return Mark(read, again, Place(2, 0), Place(2, 0))


class Told:
    """One call's events, told step by step; ``events`` is what the book would say."""

    def __init__(self, number: int = 1, *, caller: str = "13806010001", at: float = T0) -> None:
        self.call = CallId(f"xm1-{int(at)}.{number * 100}")
        self.leg = LegId(self.call)
        self.number = number
        self.caller = caller
        self.now = at
        self.legs = 0
        self.events: list[ev.Event] = []

    def at(self, step: float) -> Instant:
        self.now = round(self.now + step, 6)
        return Instant(self.now)

    def say(self, *events: ev.Event) -> Told:
        self.events.extend(events)
        return self

    def arrive(
        self,
        direction: ev.Direction = ev.Direction.INBOUND,
        *,
        partner: str = "",
        origin: str = "",
        line: str = "citizen",
    ) -> Told:
        at = self.at(0)
        endpoint = "telecom" if direction is ev.Direction.INBOUND else "8001"
        self.say(ev.CallArrived(self.call, at, self.leg, endpoint, direction, self.caller, "王小明", "12319"))
        self.say(ev.LegBegan(self.call, at, self.leg, endpoint))
        if direction is ev.Direction.INBOUND:
            self.say(ev.CallLined(self.call, at, LineId(line), TrunkId("telecom"), "12319", partner, "", origin))
            self.say(ev.CallAnswered(self.call, self.at(0.1), self.leg))
            self.say(ev.RecordingStarted(self.call, self.at(0.01), f"{self.leg}.raw", self.leg))
            self.say(NoticePlayed(self.call, self.at(0.1), "welcome", "journey"))
        return self

    def queue(self, after: float = 6.0) -> Told:
        return self.say(ev.CallQueued(self.call, self.at(after), QueueId("mandarin"), 1))

    def talk(self, seconds: float = 60.0, *, seat: str = "8001", ring: float = 2.0) -> Told:
        self.legs += 1
        leg = LegId(f"xm1-{int(T0)}.{self.number * 100 + self.legs}")
        chair, queue = SeatId(seat), QueueId("mandarin")
        at = self.at(0.2)
        self.say(ev.LegBegan(self.call, at, leg, seat), ev.CallOffered(self.call, at, leg, chair, queue))
        at = self.at(ring)
        self.say(
            ev.OfferEnded(self.call, at, leg, chair, queue, ev.OfferResult.ANSWERED),
            ev.CallLeftQueue(self.call, at, queue, ev.QueueExit.ANSWERED),
            ev.TalkBegan(self.call, at, leg, chair, queue),
        )
        at = self.at(seconds)
        return self.say(ev.TalkEnded(self.call, at, leg, chair), ev.LegEnded(self.call, at, leg, seat, 16))

    def leave_queue(self, result: ev.QueueExit) -> Told:
        return self.say(ev.CallLeftQueue(self.call, self.at(1), QueueId("mandarin"), result))

    def end(self, by: ev.EndedBy = ev.EndedBy.CALLER, after: float = 0.1) -> Told:
        at = self.at(after)
        talked = any(isinstance(e, ev.TalkBegan) for e in self.events)
        self.say(ev.LegEnded(self.call, at, self.leg, "telecom", 16))
        return self.say(ev.CallEnded(self.call, at, by, 16, talked))


def grow(path: Path, data: bytes) -> None:
    with open(path, "ab") as file:
        file.write(data)
