"""The shell of this room: two AMI links, the live fold, and commands with one outcome each.

The events link feeds the fold and nothing else; actions go over the other, because an
action can hold up its own session's events. After each login (Asterisk says FullyBooted)
a snapshot is folded at exactly its place in the stream; an audit repeats it every
``AUDIT_SECONDS`` and repairs only what is wrong twice running. Board events are handed
to ``publish`` in order. No decision is made here.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Callable

import structlog

from . import ami, resync, wire
from . import events as ev
from . import frames as fr
from .call import Call
from .commands import AddMember, Command, Outcome, RemoveMember, Result, TakeOver
from .errors import LinkError, LinkLost, NoAnswer, Refused
from .fold import Fold
from .ids import CallId, Instant, LegId
from .link import Link
from .plan import Plan

log = structlog.get_logger("switchboard")

AUDIT_SECONDS = 45.0
COMMAND_DEADLINE = 5.0
ORIGINATE_DEADLINE = 60.0
SNAPSHOT_DEADLINE = 10.0
EAR_SECONDS = 2.0
"""How long a leg that was hung up may take to be gone."""
NEW_LIFE_SECONDS = 5.0
"""Start times further apart than this are two lives of Asterisk (Uptime is whole seconds)."""

_ALREADY = {AddMember: "already there", RemoveMember: "not there"}
"""Asterisk's complaint that what we ask for is so already: done."""


class Switchboard:
    """
    :param publish: gets every board event, in order, synchronously.
    :param known: a call as the book has it, with what the dialplan said of it before our time.
    """

    def __init__(
        self,
        plan: Plan,
        publish: Callable[[ev.Event], None],
        *,
        host: str,
        port: int,
        events_secret: str,
        actions_secret: str,
        known: Callable[[CallId], Call | None] = lambda _call: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._known = known
        self.fold = Fold(plan)
        self._publish = publish
        self._now = now
        self._tasks: list[asyncio.Task[None]] = []
        self._originates: dict[str, asyncio.Future[ami.Headers]] = {}
        self._going: dict[LegId, asyncio.Event] = {}
        """Legs whose end a command waits for."""
        self._doubts: frozenset[str] = frozenset()
        self._snapshot: asyncio.Task[None] | None = None
        self.live = False
        self.lag = 0.0
        """Seconds between Asterisk's stamp and our reading of the newest event."""
        self.repairs = 0
        self.events = Link(
            "events", host=host, port=port, user="ami-events", secret=events_secret, events=True,
            on_event=self._hear, on_down=self._blind, now=now,
        )  # fmt: skip
        self.actions = Link(
            "actions", host=host, port=port, user="ami-actions", secret=actions_secret, events=True,
            on_event=self._hear_action, on_down=self._actions_down, now=now,
        )  # fmt: skip

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self.events.run(), name="ami-events"),
            asyncio.create_task(self.actions.run(), name="ami-actions"),
            asyncio.create_task(self._audits(), name="ami-audit"),
        ]

    async def stop(self) -> None:
        tasks = [*self._tasks, *([self._snapshot] if self._snapshot else [])]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError, LinkError):
                await task

    # -- hearing -------------------------------------------------------------------------

    def _hear(self, message: bytes) -> None:
        now = self._now()
        frames = ami.decode(message, Instant(now))
        if frames:
            self.lag = now - frames[0].at
            self._apply(frames)
            return
        name = ami.name_of(message)
        if name == b"FullyBooted":
            self._booted(ami.headers(message))
        elif name == b"Shutdown":
            self.events.reset("Asterisk is shutting down")

    def _hear_action(self, message: bytes) -> None:
        if ami.name_of(message) == b"OriginateResponse":
            h = ami.headers(message)
            waiting = self._originates.pop(ami.text(h.get(b"ActionID", b"")), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(h)

    def _apply(self, frames: list[fr.Frame]) -> None:
        for frame in frames:
            for event in self.fold.apply(frame):
                self._publish(event)
        if self._going:
            for leg in [leg for leg in self._going if leg not in self.fold.board.legs]:
                self._going.pop(leg).set()

    def _blind(self, reason: str) -> None:
        if self._snapshot is not None:
            self._snapshot.cancel()
        if self.live:
            self.live = False
            self._publish(ev.BoardBlind(Instant(self._now()), reason))

    def _actions_down(self, reason: str) -> None:
        originates, self._originates = self._originates, {}
        for waiting in originates.values():
            if not waiting.done():
                waiting.set_exception(LinkLost(reason))

    # -- snapshots ------------------------------------------------------------------------

    def _booted(self, h: ami.Headers) -> None:
        """Asterisk is ready and our stream has begun: compare lives, take the snapshot."""
        began = Instant(self._now() - ami.number(h, b"Uptime"))
        known = self.fold.board.node_began
        if known is None or abs(began - known) > NEW_LIFE_SECONDS:
            self._apply([fr.NodeLife(began, "")])
        if self._snapshot is not None and not self._snapshot.done():
            self._snapshot.cancel()
        self._snapshot = asyncio.create_task(self._resync(), name="ami-snapshot")

    async def _resync(self) -> None:
        try:
            await self._take(self._apply)
        except LinkError as fault:
            log.warning("snapshot failed", reason=str(fault))
            self.events.reset(f"snapshot failed: {fault}")
            return
        self._recall()
        self.live = True
        self._doubts = frozenset()
        self._publish(ev.BoardLive(Instant(self._now()), self.fold.board.node_began or Instant(0.0)))

    def _recall(self) -> None:
        self._apply(resync.recalled(self.fold.board, self._known, Instant(self._now())))

    async def _take(self, fold: Callable[[list[fr.Frame]], None]) -> None:
        """Ask the lists; ``fold`` gets the frames in the stream, right behind the channels' list."""
        queues = await self.events.ask({"Action": "QueueStatus"}, deadline=SNAPSHOT_DEADLINE)
        devices = await self.events.ask({"Action": "DeviceStateList"}, deadline=SNAPSHOT_DEADLINE)

        def at_its_place(channels: list[ami.Headers]) -> None:
            fold(resync.frames(channels, queues, devices, Instant(self._now())))

        await self.events.ask({"Action": "CoreShowChannels"}, deadline=SNAPSHOT_DEADLINE, on_done=at_its_place)

    async def _audits(self) -> None:
        while True:
            await asyncio.sleep(AUDIT_SECONDS)
            if self.live:
                self._recall()  # of a call that came while we began, the book knew nothing yet
                try:
                    await self._take(self._audit)
                except LinkError as fault:
                    log.warning("audit failed", reason=str(fault))

    def _audit(self, frames: list[fr.Frame]) -> None:
        doubts = resync.contradictions(self.fold.board, frames)
        if doubts & self._doubts:
            self.repairs += 1
            log.warning("board repaired from the snapshot", wrong=sorted(doubts & self._doubts)[:10])
            self._apply(frames)
            doubts = frozenset()
        self._doubts = doubts

    # -- commands --------------------------------------------------------------------------

    async def perform(self, command: Command) -> Outcome:
        """Do it; exactly one outcome, within the deadline, whatever happens to the link."""
        try:
            actions = wire.encode(command)
        except ValueError as fault:
            return Outcome(command, Result.REFUSED, str(fault))
        try:
            for action in actions:
                await self._do(self._named(action))
                if isinstance(command, TakeOver) and action["Action"] == "Hangup":
                    await self._gone(command.ear)
        except Refused as fault:
            if _ALREADY.get(type(command), "\0") in str(fault).lower():
                return Outcome(command, Result.DONE)
            return Outcome(command, Result.REFUSED, str(fault))
        except LinkLost as fault:
            return Outcome(command, Result.LOST, f"link lost: {fault}")
        except NoAnswer as fault:
            return Outcome(command, Result.LOST, str(fault))
        return Outcome(command, Result.DONE)

    async def _gone(self, leg: LegId) -> None:
        """A telephone that takes one call at a time would refuse the citizen while it still has its ear in the other."""
        if leg not in self.fold.board.legs:
            return
        gone = self._going.setdefault(leg, asyncio.Event())
        with contextlib.suppress(TimeoutError):  # then the phone itself says whether it takes him
            async with asyncio.timeout(EAR_SECONDS):
                await gone.wait()
        self._going.pop(leg, None)

    def _named(self, action: wire.Action) -> dict[str, str | list[str]]:
        """app_queue knows its callers by their channels' names only."""
        caller = self.fold.board.legs.get(LegId(action.get("Caller", "")))
        return {**action, "Caller": caller.channel} if caller is not None else dict(action)

    async def _do(self, action: dict[str, str | list[str]]) -> None:
        if action.get("Action") != "Originate":
            await self.actions.ask(action, deadline=COMMAND_DEADLINE)
            return
        ident = f"originate-{uuid.uuid4()}"
        waiting = self._originates[ident] = asyncio.get_running_loop().create_future()
        try:
            await self.actions.ask({**action, "ActionID": ident}, deadline=COMMAND_DEADLINE)
            async with asyncio.timeout(ORIGINATE_DEADLINE):
                answer = await waiting
        except TimeoutError:
            raise NoAnswer("Originate: nobody answered in time") from None
        finally:
            self._originates.pop(ident, None)
        if answer.get(b"Response") != b"Success":
            raise Refused(f"not answered (reason {ami.number(answer, b'Reason')})")
