"""The hub: every console that is connected, one picture, and what goes to whom. The stream's shell.

Made by ``hotline/app.py``; ``changed_rows.py`` tells it what was touched and who must be told at once,
``endpoint.py`` brings sockets. Ten times a second the touched rows become one turn; its frame
is made once per view that differs and written to each socket a slice at a time, with the loop
free between slices, so that no wallboard delays a pop: a pop is written in the very moment its
event is heard. Nobody is waited for: a console that does not take its bytes is left out until
it does, and then gets what it missed or a fresh snapshot; one that never does is dropped.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog
from pydantic import BaseModel

from agents.commands import ConsoleGone, PhoneSaid
from cti.ids import CallId, SeatId
from cti.numbers import mask

from .. import masking, visibility
from ..access import Role
from ..authorization import Who
from ..contract import stream as said
from ..live_state import Kind, Picture
from ..ports import Desk, Live
from .connections import Connections, Seen
from .sending import UNSENT_MOST, Sending
from .shown_rows import Rows, view_of
from .socket_writer import Wire, framed
from .stream_connection import AGAIN, CODES, Act, AskAgain, AskPing, Greet, Leave, Phone, Session, Why

log = structlog.get_logger("stream")

TURN_SECONDS = 0.1
REFRESH_SECONDS = 5.0
STREAMS_MOST = 8
"""Of one session: its pages are few. The newest stay."""
SLICE = 16
"""Consoles written to before the loop may do something else: a fraction of a millisecond."""


@dataclass(frozen=True, slots=True)
class _Ringing:
    """A seat's phone rings, or (``dials``) calls somebody."""

    seat: SeatId
    call: CallId
    party: Callable[[str], said.PartyOut]
    rejoin: bool
    dials: bool


class Hub:
    """
    :param again: a session's person as of now, None when it is over.
    :param greetings: what a console that has just come is told beside the snapshot.
    """

    def __init__(
        self,
        live: Live,
        desk: Desk,
        targets: said.TargetsOut,
        again: Callable[[Who], Awaitable[Who | None]],
        greetings: Callable[[Who, str], Awaitable[Iterable[BaseModel]]] | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._live, self._desk, self._again, self._greetings = live, desk, again, greetings
        self._now, self._seconds = now, seconds
        self.picture = Picture(secrets.token_hex(5), Rows(live).look, targets, framed)
        self.consoles = Connections()
        self.telling = Sending(self.picture, now, self.leave)
        self._ringing: dict[str, _Ringing] = {}
        """The seats whose phone rings, for a page that comes meanwhile."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._vitals_asked = True
        self._cold = True
        """Nobody was connected for a while: the picture is not kept up."""
        self.pops = 0
        self.dropped = 0

    async def start(self) -> None:
        await self._live.refresh(figures=True)
        self._keep(self._turns(), "stream-turns")
        self._keep(self._refreshes(), "stream-refresh")

    async def stop(self) -> None:
        """Every console is told that we go, and to come again."""
        for console in self.consoles:
            self.leave(console, "going_down")
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- what changed ----------------------------------------------------------------------

    def touch(self, kind: Kind, ident: str) -> None:
        self.picture.touch(kind, ident)

    def touch_all(self) -> None:
        self.picture.touch_all(self._live.ids())
        self._vitals_asked = True

    def look_at_vitals(self) -> None:
        self._vitals_asked = True

    # -- at once -----------------------------------------------------------------------------

    def pop(
        self, seat: SeatId, call: CallId, at: datetime, party: Callable[[str], said.PartyOut], *, rejoin: bool = False,
        dials: bool = False,
    ) -> None:  # fmt: skip
        """The seat's phone rings, or (``dials``) calls somebody: its pages hear of it now, or as soon as they come."""
        ringing = self._ringing[seat] = _Ringing(seat, call, party, rejoin, dials)
        consoles = self.consoles.at(seat)
        message = self._pop(ringing, at) if consoles else None
        if message is None:
            return
        whole = _frame(message)
        for console in consoles:
            self.telling.write(console, whole if console.view.numbers else _frame(_masked(message)))
            self.pops += 1

    def _pop(self, ringing: _Ringing, at: datetime) -> said.Pop | None:
        """Shaped only when somebody is there to see it; None: the call is over."""
        row = self._live.call(ringing.call)
        if row is None:
            return None
        shown = visibility.on_screens(row)[0].model_copy(update={"seat": ringing.seat})
        number = shown.dialled if ringing.dials else shown.origin or shown.caller
        pop = said.Pop(at=at, seat=ringing.seat, call=shown, party=ringing.party(number), rejoin=ringing.rejoin)
        return _masked(pop) if ringing.seat in visibility.only_asked(shown) else pop

    def quiet(self, seat: str) -> None:
        """Its phone rings no more."""
        self._ringing.pop(seat, None)

    def over(self, call: CallId) -> None:
        for seat in [seat for seat, ringing in self._ringing.items() if ringing.call == call]:
            del self._ringing[seat]

    def tell_seat(self, seat: str, message: BaseModel) -> int:
        return self.tell(self.consoles.at(seat), message)

    def tell_account(self, account: str, message: BaseModel) -> int:
        return self.tell(self.consoles.of(account), message)

    def tell_all(self, message: BaseModel) -> int:
        return self.tell(self.consoles, message)

    def tell(self, consoles: Iterable[Seen], message: BaseModel) -> int:
        """Written now to those that have said hello; how many."""
        whole, heard = _frame(message), 0
        for console in consoles:
            if console.seq < 0 or (console.who.locked and isinstance(message, said.NoticeSaid)):
                continue
            if console.who.locked and _telling(message):
                console.later.append(whole)
            else:
                self.telling.write(console, whole)
            heard += 1
        return heard

    # -- consoles ------------------------------------------------------------------------------

    def enter(self, who: Who, wire: Wire) -> Seen:
        seat = self._live.where(who.account)
        console = Seen(who, wire, Session(self._seconds()), seat, view_of(who, seat))
        self.consoles.add(console)
        if who.session:
            for older in self.consoles.of_session(who.session)[:-STREAMS_MOST]:
                self.leave(older, "too_many")
        return console

    async def hear(self, console: Seen, text: str | None) -> None:
        act = console.session.hear(text, self._seconds())
        if act is not None:
            await self._do(console, act)

    async def left(self, console: Seen) -> None:
        """Its socket is closed."""
        self.consoles.remove(console)
        if console.spoke and console.seat:
            others = [one for one in self.consoles.at(console.seat) if one.session.instance == console.session.instance]
            if not others:
                await self._desk.ask(ConsoleGone(SeatId(console.seat), console.session.instance))

    def revoked(self, session: str, why: Why = "signed_out") -> None:
        """This session is over: its consoles go now."""
        for console in self.consoles.of_session(session):
            self.leave(console, why)

    def covered(self, session: str, locked: bool) -> None:
        """This session's screen is locked: its consoles stand and are told less; or it is open again."""
        for console in self.consoles.of_session(session):
            console.who = replace(console.who, locked=locked)
            self._reseat(console)
            while not locked and console.later:
                self.telling.write(console, console.later.popleft())

    def moved(self, account: str) -> None:
        """This account may have sat down, or got up."""
        for console in self.consoles.of(account):
            self._reseat(console)

    def leave(self, console: Seen, why: Why) -> None:
        """Say good-bye; the endpoint then comes with ``left``."""
        if console not in self.consoles:
            return
        self.consoles.remove(console)
        if why == "slow":
            self.dropped += 1
        bye = said.Bye(why=why, again=why in AGAIN)
        console.wire.write(_frame(bye))
        if console.wire.unsent > UNSENT_MOST:
            console.wire.abort()
        else:
            console.wire.close(CODES[why])

    async def _do(self, console: Seen, act: Act) -> None:
        match act:
            case Greet():
                await self._greet(console, act)
            case Phone(words):
                await self._phone(console, words)
            case AskPing(n):
                self.telling.write(console, _frame(said.Ping(n=n)))
            case AskAgain():
                self._keep(self._ask_again(console), "stream-ask-again")
            case Leave(why):
                self.leave(console, why)

    async def _greet(self, console: Seen, hello: Greet) -> None:
        first = console.seq < 0
        if self._cold:
            self._keep(self._refresh(), "stream-refresh-now")
            await self.turn()
        missed = self.picture.missed(console.view, hello.epoch, hello.seq)
        if missed is None or sum(turn.size for turn in missed) > UNSENT_MOST:
            self.telling.snapshot(console)
        else:
            console.seq = hello.seq
            self.telling.catch_up(console, missed)
        if not first:
            return
        self.consoles.seat(console)
        if console.who.role is Role.AGENT:
            self._hold(console)
        await self._welcome(console)

    async def _welcome(self, console: Seen) -> None:
        """What a page that comes to a seat, or sits down at one, must be told at once."""
        ringing = self._ringing.get(console.seat)
        # "at" is now, not when it began to ring: a page sets its clock by what it is told
        if ringing is not None and (late := self._pop(ringing, self._now())) is not None:
            self.telling.write(console, _frame(late if console.view.numbers else _masked(late)))
        if self._greetings is not None:
            for message in await self._greetings(console.who, console.seat):
                self.telling.write(console, _frame(message))

    async def _phone(self, console: Seen, words: said.PhoneSays) -> None:
        if not console.seat:
            return
        console.spoke = True
        self._hold(console)
        word = PhoneSaid(
            SeatId(console.seat), console.session.instance, words.registered, words.audio, words.microphone,
            words.visible, words.leg, CallId(words.call),
        )  # fmt: skip
        await self._desk.ask(word)

    def _hold(self, console: Seen) -> None:
        """This is its seat's page now: another one has lost it."""
        if console.holds or not console.seat:
            return
        console.holds = True
        for other in self.consoles.at(console.seat):
            if other is not console and other.holds:
                self.leave(other, "another_tab")

    async def _ask_again(self, console: Seen) -> None:
        who = await self._again(console.who)
        if who is None:
            self.leave(console, "expired")
        elif console in self.consoles:
            console.who = who
            self._reseat(console)

    def _reseat(self, console: Seen) -> None:
        seat = self._live.where(console.who.account)
        view = view_of(console.who, seat)
        if seat == console.seat and view == console.view:
            return
        if seat == console.seat:  # it sees more or less by now, and is the same page of the same seat
            console.view = view
            if console.seq >= 0:
                self.telling.snapshot(console)
                if not console.who.locked:
                    self._keep(self._welcome(console), "stream-welcome")
            return
        self.consoles.unseat(console)
        console.holds = console.spoke = False
        console.seat, console.view = seat, view
        if console.seq >= 0:
            self.consoles.seat(console)
            if console.who.role is Role.AGENT:
                self._hold(console)
            self.telling.snapshot(console)
            if seat:
                self._keep(self._welcome(console), "stream-welcome")

    # -- time ---------------------------------------------------------------------------------------

    async def _turns(self) -> None:
        ticked = self._seconds()
        while True:
            await asyncio.sleep(TURN_SECONDS)
            try:
                await self.turn()
                if self._seconds() - ticked >= 1.0:
                    ticked = self._seconds()
                    await self.tick()
            except Exception:  # loop top: the next turn tells what this one could not
                log.exception("a turn failed")

    async def turn(self) -> None:
        """Tell what changed since the last one. While nobody is connected nothing is shaped; who comes first waits for it."""
        if not self.consoles:
            self._cold = True
            self.picture.forget_touches()
            return
        if self._cold:
            self._cold = False
            self.touch_all()
        if self._vitals_asked:
            self._vitals_asked = False
            self.picture.vitals(self._live.vitals())
        if not self.picture.waits:
            return
        turn = self.picture.turn(self._now())
        if turn is None:
            return
        at = self._seconds()
        consoles = list(self.consoles)
        for first in range(0, len(consoles), SLICE):
            for console in consoles[first : first + SLICE]:
                if console in self.consoles:
                    self.telling.deliver(console, turn, at)
            await asyncio.sleep(0)

    async def tick(self) -> None:
        """A second has passed: pings, silences, and how long people wait."""
        for ident in self._live.waiting():
            self.touch("queues", ident)
        now = self._seconds()
        for n, console in enumerate(list(self.consoles), 1):
            act = console.session.tick(now)
            if act is not None:
                await self._do(console, act)
            if n % SLICE == 0:
                await asyncio.sleep(0)

    async def _refreshes(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self._refresh()
            except Exception:  # loop top: figures may be late, the stream goes on
                log.exception("figures could not be read")

    async def _refresh(self) -> None:
        """The figures only for somebody: a wallboard is soon up to date, and nights are long."""
        await self._live.refresh(figures=bool(self.consoles))
        ids = self._live.ids()
        self.picture.touch_all({kind: ids[kind] for kind in ("figures", "queues", "lines", "trunks")})
        self._vitals_asked = True

    def _keep(self, work: Any, name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a task of the stream failed", task=task.get_name(), exc_info=task.exception())


def _frame(message: BaseModel) -> bytes:
    return framed(message.__pydantic_serializer__.to_json(message))


def _telling(message: BaseModel) -> bool:
    """It names a citizen's number or the code of a case: not for a locked screen, which is told when it is open again."""
    if isinstance(message, said.TicketMoved | said.DialEnded):
        return True
    return isinstance(message, said.SeatWarned) and message.what == "dial"


def _masked(pop: said.Pop) -> said.Pop:
    party = pop.party.model_copy(update={"number": mask(pop.party.number)})
    return pop.model_copy(update={"call": masking.masked(pop.call), "party": party})
