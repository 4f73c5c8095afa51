"""What hangs on a seat or a session ends with it: the one listener of both kinds of end. Made by ``app.py``.

Whatever ended it (sign-out, another's word, lock, password, role, time, a call that was the last one), the desk says
that nobody sits there any more, or ``accounts/sessions.py`` that a session is over, and here goes at once:

- the seat's right to dial, which the dialplan reads from Asterisk's own database (``SetAttended``), as it does which of
  a seat's two devices rings and may dial (``SetDevice``);
- the key of its browser's phone, and the socket of that phone, with which Asterisk forgets the contact;
- a watch of a supervisor who is to be gone after it.

Nobody who asks for an end need know what hung on it. What is not done (no link, no proxy) stays to be done and is tried
again until it is; what was true while nobody looked is set right at each new link. No call is cut off: a phone in a
call goes on until that is over, and can begin no other one. Where the seat is kept by another session of the same
person, the dialplan would still let it dial: then the ended session's key goes at once, for a call that stands needs none.

nginx may have been told yes a moment before an end: what is cut is looked for once more when no such handshake can be
under way any longer (``HANDSHAKE_SECONDS``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container, Coroutine, Mapping

import structlog

from accounts.events import SessionEnded
from agents.commands import Answer, Refused, Request, Unwatch
from agents.events import SeatNoted, SeatStateChanged
from agents.own_reasons import AgentId
from agents.presence import ON_PHONE
from agents.seat_state import SeatState, Then
from config.sections.seats import Device
from cti.commands import Command, Outcome, Result, SetAttended, SetDevice
from cti.equipment_events import BoardLive
from cti.ids import SeatId
from hotline.programs.browser_phone_keys import PhoneKeys
from hotline.programs.phone_proxy_control import PhoneProxyControl, Unanswered

log = structlog.get_logger("powers")

SEAT_EVENTS = (SeatStateChanged, SeatNoted)
AGAIN_SECONDS = 1.0
HANDSHAKE_SECONDS = 8.0
"""Longer than nginx waits for the gate (5 s) and then for the phones' way to be reached (3 s)."""

Work = Callable[[], Awaitable[bool]]
"""True: done."""


class Powers:
    """
    :param seats: the desk's, as they are now.
    :param watched: the seat that this person listens to; '' none.
    :param sockets: None where there are no browser seats.
    :param two: seats with two devices; ``device``: the one that rings.
    """

    def __init__(
        self, seats: Mapping[SeatId, SeatState], perform: Callable[[Command], Awaitable[Outcome]],
        ask: Callable[[Request], Awaitable[Answer]], watched: Callable[[AgentId], SeatId],
        keys: PhoneKeys, sockets: PhoneProxyControl | None, again: float = AGAIN_SECONDS,
        handshake: float = HANDSHAKE_SECONDS, two: Container[SeatId] = (),
        device: Callable[[SeatId], Device] = lambda _seat: Device.DESK,
    ) -> None:  # fmt: skip
        self._two, self._device = two, device
        self._seats, self._perform, self._ask, self._watched = seats, perform, ask, watched
        self._keys, self._sockets, self._again, self._handshake = keys, sockets, again, handshake
        self._told: dict[SeatId, tuple[bool, bool | None]] = {}
        """What Asterisk was told of each seat by now."""
        self._untold: dict[SeatId, None] = {}
        self._after_call: dict[SeatId, set[str]] = {}
        """Sessions that ended while the phone was in a call: it is cut when the call is over."""
        self._live = asyncio.Event()
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._keep(self._tell_asterisk(), "powers-attended")

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- hearing ---------------------------------------------------------------------------

    def hear_seat(self, event: SeatStateChanged | SeatNoted) -> None:
        state = event.state
        if self._told.get(state.seat) != self._wanted(state.seat):
            self._untold[state.seat] = None
            self._wake.set()
        if isinstance(event, SeatStateChanged) and event.agent and not state.agent:
            self._after_call.pop(state.seat, None)
            self._end_phone(state.seat)
        elif state.presence not in ON_PHONE and (sessions := self._after_call.pop(state.seat, None)):
            for session in sessions:
                self._end_phone(state.seat, session)
        if state.then is Then.LOG_OUT and (watched := self._watched(state.agent)):
            self._keep(self._unwatch(state.agent, watched), "powers-unwatch")

    def hear_session(self, event: SessionEnded) -> None:
        seat = SeatId(event.seat)
        state = self._seats.get(seat)
        if state is not None and state.agent == event.account and state.presence in ON_PHONE:
            self._after_call.setdefault(seat, set()).add(event.session)
            if attended(state):
                self._end_key(seat, event.session)
                if self._keys.holder(seat) == event.session and (watched := self._watched(state.agent)):
                    self._keep(self._unwatch(state.agent, watched), "powers-unwatch")
            return
        if state is not None and state.agent:  # kept by another session, or taken by somebody else
            self._end_phone(seat, event.session)
        else:
            self._cut(session=event.session)

    def hear_board(self, _event: BoardLive) -> None:
        """A new link: this may be another Asterisk, and what was said while there was none is not known."""
        self._told.clear()
        self._untold = dict.fromkeys(self._seats)
        self._live.set()
        self._wake.set()
        empty = {seat: self._keys.issued(seat) for seat in self._keys.seats if not self._seats[seat].agent}
        self._keep(self._try("keys", lambda: self._keys.drop(empty)), "powers-keys")

    async def look(self, live: Callable[[str], Awaitable[object | None]]) -> None:
        """The sockets that an earlier daemon let through: those of sessions that are over go. ``live``: a session, or None."""
        if self._sockets is None:
            return
        try:
            there = await self._sockets.sockets()
        except Unanswered as fault:
            log.warning("the sockets of phones cannot be looked at", fault=str(fault))
            return
        for seat, session in there:
            state = self._seats.get(SeatId(seat))
            if state is None or not state.agent or (state.presence not in ON_PHONE and await live(session) is None):
                self._cut(seat=seat)

    # -- ending ----------------------------------------------------------------------------

    def _end_phone(self, seat: SeatId, session: str = "") -> None:
        """Key and socket of this seat; with ``session``: if they are that session's."""
        if seat not in self._keys.seats:
            return
        self._end_key(seat, session)
        self._cut(seat=seat, session=session)

    def _end_key(self, seat: SeatId, session: str = "") -> None:
        """This seat's key; with ``session``: if it is that session's, or nobody knows whose."""
        if seat not in self._keys.seats or (session and self._keys.holder(seat) not in ("", session)):
            return
        wanted = self._keys.issued(seat)
        self._keep(self._try("key", lambda: self._keys.revoke(seat, wanted)), "powers-key")

    def _cut(self, *, seat: str = "", session: str = "") -> None:
        """Now, and once more when a handshake that was let through before cannot be under way any longer."""
        if (sockets := self._sockets) is None:
            return

        async def late() -> None:
            await asyncio.sleep(self._handshake)
            state = self._seats.get(SeatId(seat))
            if session or state is None or not state.agent:
                await self._try("socket", cut)

        async def cut() -> bool:
            try:
                await sockets.cut(seat=seat, session=session)
            except Unanswered as fault:
                log.warning("a phone's socket was not cut", seat=seat, session=session, fault=str(fault))
                return sockets.pid is None  # with the proxy all of its sockets are gone
            return True

        self._keep(self._try("socket", cut), "powers-socket")
        self._keep(late(), "powers-socket-late")

    async def _unwatch(self, agent: AgentId, seat: SeatId) -> None:
        answer = await self._ask(Unwatch(seat, agent))
        if isinstance(answer, Refused):
            log.warning("a watch was not ended", by=agent, seat=seat, why=str(answer.why))

    async def _try(self, what: str, work: Work) -> None:
        while not await work():
            log.warning("not ended yet", what=what)
            await asyncio.sleep(self._again)

    # -- who sits where, for the dialplan -------------------------------------------------------

    async def _tell_asterisk(self) -> None:
        """In order, one at a time; what is not taken is said again."""
        while True:
            await self._live.wait()
            await self._wake.wait()
            self._wake.clear()
            while self._untold:
                seat = next(iter(self._untold))
                del self._untold[seat]
                wanted = sits, desk = self._wanted(seat)
                told: list[Command] = [] if desk is None else [SetDevice(seat, desk)]
                for command in (*told, SetAttended(seat, sits)):
                    done = await self._perform(command)
                    if done.result is not Result.DONE:
                        break
                if done.result is Result.DONE:
                    self._told[seat] = wanted
                    if self._wanted(seat) != wanted:
                        self._untold[seat] = None
                    continue
                log.warning("Asterisk was not told who sits where", seat=seat, attended=sits, reason=done.reason)
                self._told.pop(seat, None)
                self._untold[seat] = None
                await asyncio.sleep(self._again)

    def _wanted(self, seat: SeatId) -> tuple[bool, bool | None]:
        """Somebody sits there; and of two devices the desk phone is chosen, None: there are not two."""
        desk = None if seat not in self._two else self._device(seat) is Device.DESK
        return attended(self._seats[seat]), desk

    def _keep(self, work: Coroutine[object, object, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a power was not ended", task=task.get_name(), exc_info=task.exception())


def attended(state: SeatState) -> bool:
    """Somebody sits there, and is not to be gone after this call: who was put out begins no other one."""
    return bool(state.agent) and state.then is not Then.LOG_OUT
