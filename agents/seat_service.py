"""The floor: the asyncio shell round the desk. The only file of this room with tasks and a clock.

Made by ``hotline/app.py``: ``await floor.open()`` reads the seats back from the book,
``floor.hear`` is put on the board bus for what the desk has ``HEARD`` of, ``await floor.ask(request)``
gives each request its one answer, ``await floor.close()`` ends it. Decisions are the
desk's; here they are carried out: events published, presences written to the book in
order, commands performed one after another per seat and paced over all seats, timers
armed. It never decides, and no seat waits for the book.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import get_args

import structlog

from cti import commands as tel
from cti import events as ev
from cti.ids import Instant, SeatId
from cti.numbering_plan import seat_at
from cti.ordered_writer import OrderedWriter

from . import commands as req
from . import events as out
from .commands import Accepted, Answer, Refused, Why
from .desk import Desk
from .ports import Page, SeatLog, Switchboard
from .seats import Decision

log = structlog.get_logger("floor")

PACE_SECONDS = 0.01
"""Between two membership commands: at most 100 a second (a burst of 800 made Asterisk drop calls)."""
BOOK_GATHER_SECONDS = 0.3
BOOK_REST_SECONDS = 1.0
"""What the telephone changes within so long is written in one transaction; a person's wish is written at once."""
BOOK_RETRY_SECONDS = 1.0
BOOK_MOST_WAITING = 50_000

_ORIGINATE = (tel.CallSeat, tel.DialOut, tel.WatchSeat)
"""Answered as soon as they are on their way: the seat's phone rings for up to half a minute."""
_BESIDE = (*_ORIGINATE, tel.HearLeg)
"""Take their time, and hold up nothing that follows at the same seat."""
_TELEPHONED = (*get_args(req.VerbRequest), req.Watch, req.Unwatch, req.TakeOver, req.MoveCall)
"""Requests that end with what Asterisk says of their last command."""


class SeatService:
    """
    :param publish: hears every event of this room, in order, synchronously.
    :param away: what the book raises when it is away: that is waited for, and an alarm. A page of which it says
        anything else is given up, and holds up none behind it.
    """

    def __init__(
        self,
        desk: Desk,
        switchboard: Switchboard,
        book: SeatLog,
        publish: Callable[[out.Event], None],
        away: tuple[type[Exception], ...],
        *,
        now: Callable[[], float] = time.time,
        left: Callable[[Sequence[Page]], None] = lambda _pages: None,
    ) -> None:
        """``left``: told at the end which pages the book has not taken."""
        self.desk = desk
        self._switchboard = switchboard
        self._book = book
        self._publish = publish
        self._now = now
        self._waiting: dict[SeatId, deque[tuple[tel.Command, asyncio.Future[tel.Outcome] | None]]] = {}
        self._workers: dict[SeatId, asyncio.Task[None]] = {}
        self._originates: set[asyncio.Task[None]] = set()
        self._next_slot = 0.0
        self._pages: OrderedWriter[Page] = OrderedWriter(
            "seats", book.write, away, together=BOOK_MOST_WAITING, most=BOOK_MOST_WAITING,
            gather=BOOK_GATHER_SECONDS, rest=BOOK_REST_SECONDS, again=BOOK_RETRY_SECONDS,
            lost=self._lost_book, back=self._book_is_back, left=left,
        )  # fmt: skip
        """The book may be away for hours: the seats go on."""
        self._alarm_clock: asyncio.TimerHandle | None = None
        self._alarm_due: Instant | None = None
        self._closing = False

    async def open(self) -> None:
        """Read the seats back and begin. The board must not have been connected yet."""
        restored = self.desk.restore(await self._book.last(), self._time())
        self._pages.start()
        self._carry_out(restored)

    async def close(self) -> None:
        """Stop performing; what waits for the book is written if the book can take it now."""
        self._closing = True
        if self._alarm_clock is not None:
            self._alarm_clock.cancel()
        tasks = [*self._workers.values(), *self._originates]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._pages.stop()

    # -- in ------------------------------------------------------------------------------

    def hear(self, event: ev.Event) -> None:
        """A board event of ``desk.HEARD``; in order."""
        self._carry_out(self.desk.hear(event, self._time()))

    async def ask(self, request: req.Request, by: str = "") -> Answer:
        """Exactly one answer. For a verb in a call: after Asterisk has said yes or no (5 s at most)."""
        answer, decision = self.desk.ask(request, self._time(), by)
        wanted = decision.commands[-1] if isinstance(request, _TELEPHONED) and decision.commands else None
        outcome = self._carry_out(decision, wanted)
        if isinstance(answer, Refused) or outcome is None or isinstance(wanted, _ORIGINATE):
            return answer
        try:
            became = await asyncio.shield(outcome)
        except asyncio.CancelledError:
            if not outcome.cancelled():
                raise
            return Refused(Why.TELEPHONE, "lost: stopped")
        if became.result is tel.Result.DONE:
            return Accepted()
        return Refused(Why.TELEPHONE, f"{became.result}: {became.reason}")

    # -- out -----------------------------------------------------------------------------

    def _carry_out(self, decision: Decision, watched: tel.Command | None = None) -> asyncio.Future[tel.Outcome] | None:
        """Perform first, tell afterwards: a listener may ask for more while it hears."""
        future: asyncio.Future[tel.Outcome] | None = None
        for command in decision.commands if not self._closing else ():
            told = None
            if command is watched:
                told = future = asyncio.get_running_loop().create_future()
            self._line_up(command, told)
        for event in decision.events:
            if isinstance(event, out.SeatStateChanged | out.SeatNoted):
                self._pages.put(event, soon=isinstance(event, out.SeatNoted) or bool(event.by))
            self._publish(event)
        self._arm()
        return future

    def _line_up(self, command: tel.Command, told: asyncio.Future[tel.Outcome] | None) -> None:
        seat = self._seat(command)
        self._waiting.setdefault(seat, deque()).append((command, told))
        if seat not in self._workers:
            self._workers[seat] = asyncio.create_task(self._work(seat), name=f"seat-{seat}")

    def _seat(self, command: tel.Command) -> SeatId:
        match command:
            case tel.AddMember() | tel.RemoveMember() | tel.PauseMember():
                return SeatId(seat_at(command.seat))
            case (
                tel.CallSeat()
                | tel.DialOut()
                | tel.WatchSeat()
                | tel.SetPhoneKey()
                | tel.SetAttended()
                | tel.SetDevice()
            ):
                return command.seat
            case tel.HangUpAll() | tel.DropPhoneKeys() | tel.SetPace() | tel.SetSwitch() | tel.SetNuisance():
                return SeatId("")
            case _:
                leg = self.desk.phones.legs.get(command.leg)
                return leg.seat if leg is not None else SeatId("")

    async def _work(self, seat: SeatId) -> None:
        """One seat's commands, in order; an originate does not hold up what follows it."""
        line = self._waiting[seat]
        try:
            while line:
                command, told = line.popleft()
                if isinstance(command, _BESIDE):
                    task = asyncio.create_task(self._perform(command, told), name=f"originate-{seat}")
                    self._originates.add(task)
                    task.add_done_callback(self._originates.discard)
                    continue
                if isinstance(command, tel.AddMember | tel.RemoveMember | tel.PauseMember):
                    await self._pace()
                await self._perform(command, told)
        finally:
            for _, told in line:  # stopped: whoever waits for an outcome gets one
                if told is not None:
                    told.cancel()
            del self._waiting[seat], self._workers[seat]

    async def _pace(self) -> None:
        loop = asyncio.get_running_loop()
        slot = max(self._next_slot, loop.time())
        self._next_slot = slot + PACE_SECONDS
        if slot > loop.time():
            await asyncio.sleep(slot - loop.time())

    async def _perform(self, command: tel.Command, told: asyncio.Future[tel.Outcome] | None) -> None:
        outcome = tel.Outcome(command, tel.Result.LOST, "stopped")
        try:
            outcome = await self._switchboard.perform(command)
            if outcome.result is not tel.Result.DONE:
                log.warning("command not done", command=command, result=outcome.result, reason=outcome.reason)
        except Exception as fault:  # loop top of a seat: the switchboard promises never to raise
            log.exception("switchboard failed", command=command)
            outcome = tel.Outcome(command, tel.Result.LOST, type(fault).__name__)
        finally:
            if told is not None and not told.done():
                told.set_result(outcome)
            self._carry_out(self.desk.outcome(outcome, self._time()))

    # -- time -------------------------------------------------------------------------------

    def _time(self) -> Instant:
        return Instant(self._now())

    def _arm(self) -> None:
        due = self.desk.due()
        if self._alarm_clock is not None:
            if due == self._alarm_due and not self._closing:
                return
            self._alarm_clock.cancel()
            self._alarm_clock = None
        self._alarm_due = due
        if due is not None and not self._closing:
            # the wall clock may jump: look again after a second at the latest
            wait = min(max(due - self._now(), 0.0), 1.0)
            self._alarm_clock = asyncio.get_running_loop().call_later(wait, self._tick)

    def _tick(self) -> None:
        self._alarm_clock = None
        self._carry_out(self.desk.tick(self._time()))

    # -- the book ------------------------------------------------------------------------------

    def _lost_book(self, fault: Exception, page: Page) -> None:
        log.error("seat book failed", seat=page.seat, exc_info=fault)
        self._publish(out.SeatAlarm(page.seat, self._time(), out.Alarm.LOG, repr(fault)[:200]))

    def _book_is_back(self, page: Page) -> None:
        self._publish(out.SeatAlarmCleared(page.seat, self._time(), out.Alarm.LOG))
