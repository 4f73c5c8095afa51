"""The shell of this room: two AMI links, the live fold, and commands with one outcome each.

The events link feeds the fold and nothing else; actions go over the other, because an
action can hold up its own session's events. After each login (Asterisk says FullyBooted)
a snapshot is folded at exactly its place in the stream; an audit repeats it every
``AUDIT_SECONDS`` and repairs only what is wrong twice running. A message that Asterisk does
not write (``ami.hear``) is not folded, is told (``EventForged``), and calls for an audit at once.
Board events are handed to ``publish`` in order. No decision is made here.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Callable

import structlog

from . import ami_actions, ami_decoder, background_task, snapshot
from . import events as ev
from . import frame_types as fr
from .call import Call
from .commands import (
    SILENT,
    AddMember,
    Command,
    ConsultEnd,
    EndConsult,
    HangUp,
    HearLeg,
    Outcome,
    RemoveMember,
    Result,
    TakeOver,
)  # fmt: skip
from .equipment_events import BoardBlind, BoardLive, EventForged
from .errors import LinkError, LinkLost, NoAnswer, Refused
from .fold import Fold
from .ids import CallId, Instant, LegId
from .link import Link
from .numbering_plan import Plan, endpoint_of

log = structlog.get_logger("switchboard")

AUDIT_SECONDS = 45.0
AUDITS_OF_A_DOUBT = (0.0, 1.0, 3.0, 10.0)
"""Pauses before the audits that a forged message calls for: two agree at least, and the forger's own leg may spoil some."""
SIGNS_KEPT = 20
COMMAND_DEADLINE = 5.0
ORIGINATE_DEADLINE = 60.0
SNAPSHOT_DEADLINE = 10.0
LISTEN_SECONDS = 1.5
"""A telephone that is there sends its sound, silence too, many times in so long."""
EAR_SECONDS = 2.0
"""How long a leg that was hung up may take to be gone."""
CONSULT_SECONDS = 3.0
"""How long the end of a consultation may take to be seen."""
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
        self._originates: dict[str, asyncio.Future[ami_decoder.Headers]] = {}
        self._watched: list[tuple[Callable[[], bool], asyncio.Event]] = []
        """What commands under way wait for on the board."""
        self._doubts: frozenset[str] = frozenset()
        self._snapshot: asyncio.Task[None] | None = None
        self._has_booted = False
        """Asterisk says so once a connection."""
        self._signs: list[tuple[str, bytes]] = []
        """Why, and the message: what was heard since the last ``EventForged`` that Asterisk does not write."""
        self._doubting: asyncio.Task[None] | None = None
        self.live = False
        self.lag = 0.0
        """Seconds between Asterisk's stamp and our reading of the newest event."""
        self.repairs = 0
        self.forged = 0
        """Messages that Asterisk did not write."""
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
            background_task.begin(self.events.run(), "ami-events"),
            background_task.begin(self.actions.run(), "ami-actions"),
            background_task.begin(self._audits(), "ami-audit"),
        ]

    async def stop(self) -> None:
        tasks = [*self._tasks, *(task for task in (self._snapshot, self._doubting) if task)]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError, LinkError):
                await task

    # -- hearing -------------------------------------------------------------------------

    def _hear(self, message: bytes) -> None:
        now = self._now()
        frames, why = ami_decoder.hear(message, Instant(now))
        if why:
            self._doubt(why, message)
        if frames:
            self.lag = now - frames[0].at
            self._apply(frames)
            return
        name = ami_decoder.name_of(message)
        if name in (b"FullyBooted", b"Shutdown"):
            self._of_its_life(name, message)

    def _of_its_life(self, name: bytes, message: bytes) -> None:
        h = ami_decoder.headers(message)
        if why := ami_decoder.flaw(name, h):
            self._doubt(why, message)
        elif name == b"Shutdown":
            self.events.reset("Asterisk is shutting down")
        elif self._has_booted:  # what it says would end every call: Asterisk says it once
            self._doubt("FullyBooted twice", message)
        else:
            self._has_booted = True
            self._booted(h)

    # -- forged messages --------------------------------------------------------------------

    def _doubt(self, why: str, message: bytes) -> None:
        """Asterisk does not write that. Nothing of it is believed; what is so, the lists must tell."""
        self.forged += 1
        if len(self._signs) < SIGNS_KEPT:
            self._signs.append((why, message))
        if self._doubting is None or self._doubting.done():
            self._doubting = asyncio.create_task(self._resolve(), name="ami-doubt")

    async def _resolve(self) -> None:
        """Say who forges, and audit until two audits have agreed and every item could be read."""
        for pause in AUDITS_OF_A_DOUBT:
            await asyncio.sleep(pause)
            signs, self._signs = self._signs, []
            if signs and not pause:
                log.error("events that Asterisk does not write", count=len(signs), why=signs[0][0])
                await self._accuse(signs)
            if not self.live:
                return  # the snapshot of the next login tells
            try:
                await self._take(self._audit)
            except LinkError as fault:
                log.warning("audit failed", reason=str(fault))
                return

    async def _accuse(self, signs: list[tuple[str, bytes]]) -> None:
        why = signs[0][0]
        channels = [ami_decoder.headers(said).get(b"Channel", b"") for _, said in signs]
        channel = next((ami_decoder.text(one) for one in channels if ami_decoder.WHOLE_CHANNEL.fullmatch(one)), "")
        address = await self._address(channel) if channel else ""
        sample = ami_decoder.text(b" ".join(said for _, said in signs)[:400])
        told = "".join(letter if letter.isprintable() else " " for letter in sample)[:200]
        self._publish(EventForged(Instant(self._now()), endpoint_of(channel), address, why, told))

    async def _address(self, channel: str) -> str:
        """Where this channel's SIP comes from; '' when it is gone, or nobody answers."""
        ask: dict[str, str | list[str]] = {
            "Action": "Getvar", "Channel": channel, "Variable": "CHANNEL(pjsip,remote_addr)",
        }  # fmt: skip
        try:
            answer = await self.actions.ask(ask, deadline=COMMAND_DEADLINE)
        except (LinkError, ValueError):  # then the alarm says the trunk alone
            return ""
        return ami_decoder.text(answer[0].get(b"Value", b""))[:64] if answer else ""

    def _hear_action(self, message: bytes) -> None:
        if ami_decoder.name_of(message) == b"OriginateResponse":
            h = ami_decoder.headers(message)
            waiting = self._originates.pop(ami_decoder.text(h.get(b"ActionID", b"")), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(h)

    def _apply(self, frames: list[fr.Frame]) -> None:
        for frame in frames:
            for event in self.fold.apply(frame):
                self._publish(event)
        for done, changed in self._watched:
            if done():
                changed.set()

    def _blind(self, reason: str) -> None:
        self._has_booted = False
        if self._snapshot is not None:
            self._snapshot.cancel()
        if self.live:
            self.live = False
            self._publish(BoardBlind(Instant(self._now()), reason))

    def _actions_down(self, reason: str) -> None:
        originates, self._originates = self._originates, {}
        for waiting in originates.values():
            if not waiting.done():
                waiting.set_exception(LinkLost(reason))

    # -- snapshots ------------------------------------------------------------------------

    def _booted(self, h: ami_decoder.Headers) -> None:
        """Asterisk is ready and our stream has begun: compare lives, take the snapshot."""
        began = Instant(self._now() - ami_decoder.number(h, b"Uptime"))
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
        self._publish(BoardLive(Instant(self._now()), self.fold.board.node_began or Instant(0.0)))

    def _recall(self) -> None:
        self._apply(snapshot.recalled(self.fold.board, self._known, Instant(self._now())))

    async def _take(self, fold: Callable[[list[fr.Frame]], None]) -> None:
        """Ask the lists; ``fold`` gets the frames in the stream, right behind the channels' list."""
        queues = await self.events.ask({"Action": "QueueStatus"}, deadline=SNAPSHOT_DEADLINE)
        devices = await self.events.ask({"Action": "DeviceStateList"}, deadline=SNAPSHOT_DEADLINE)

        def at_its_place(channels: list[ami_decoder.Headers]) -> None:
            fold(snapshot.frames(channels, queues, devices, Instant(self._now())))

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
        doubts = snapshot.contradictions(self.fold.board, frames)
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
            actions = ami_actions.encode(command)
        except ValueError as fault:
            return Outcome(command, Result.REFUSED, str(fault))
        try:
            if isinstance(command, HearLeg):
                return await self._listen(command, actions[0])
            if isinstance(command, EndConsult) and self._still_rings(command):
                actions = ami_actions.encode(
                    HangUp(command.leg)
                )  # no key ends a ringing: who asked leaves, the citizen waits for it
            for action in actions:
                await self._do(self._named(action))
                if isinstance(command, TakeOver) and action["Action"] == "Hangup":
                    await self._gone(command.ear)
            if isinstance(command, EndConsult) and (undone := await self._ends(command)):
                return Outcome(command, Result.REFUSED, undone)
        except Refused as fault:
            if _ALREADY.get(type(command), "\0") in str(fault).lower():
                return Outcome(command, Result.DONE)
            return Outcome(command, Result.REFUSED, str(fault))
        except LinkLost as fault:
            return Outcome(command, Result.LOST, f"link lost: {fault}")
        except NoAnswer as fault:
            return Outcome(command, Result.LOST, str(fault))
        return Outcome(command, Result.DONE)

    async def _listen(self, command: HearLeg, state: ami_actions.Action) -> Outcome:
        """One that is up is there when its sound comes; before, when it has said anything at all (it rings, or dials)."""
        said = await self._value(state)
        packets = {**state, "Variable": ami_actions.PACKETS}
        if said != "Up":
            there = said != "Down"
        elif not (before := await self._value(packets)).isdigit():
            return Outcome(command, Result.LOST, f"{ami_actions.PACKETS} is {before[:40]!r}")  # no leg of a telephone
        else:
            await asyncio.sleep(LISTEN_SECONDS)
            there = await self._value(packets) != before
        return Outcome(command, Result.DONE) if there else Outcome(command, Result.REFUSED, SILENT)

    async def _value(self, getvar: ami_actions.Action) -> str:
        answer = await self.actions.ask(dict(getvar), deadline=COMMAND_DEADLINE)
        return ami_decoder.text(answer[0].get(b"Value", b"")) if answer else ""

    async def _ends(self, command: EndConsult) -> str:
        """Asterisk takes a key without a word on what comes of it; the board shows that. '' when it was done."""
        leg = self.fold.board.legs.get(command.leg)
        if leg is None or command.how is ConsultEnd.CANCEL:
            return ""
        done = self._given if command.how is ConsultEnd.COMPLETE else self._joined
        try:
            async with asyncio.timeout(CONSULT_SECONDS):
                await self._until(lambda: done(command.leg))
        except TimeoutError:
            return f"not done: {command.how} was asked, and the consultation goes on"
        return ""  # not asked again: while a Local channel melts the third one is out of the bridge for a moment

    def _still_rings(self, command: EndConsult) -> bool:
        leg = self.fold.board.legs.get(command.leg)
        return command.how is ConsultEnd.COMPLETE and leg is not None and len(self.fold.heard_with(leg)) < 2

    def _given(self, leg: LegId) -> bool:
        """Gone, or out of every bridge: while the other one still rings Asterisk keeps the leg, for one who rings out."""
        found = self.fold.board.legs.get(leg)
        return found is None or found.bridge is None

    def _joined(self, leg: LegId) -> bool:
        found = self.fold.board.legs.get(leg)
        return found is None or len(self.fold.heard_with(found)) > 2

    async def _until(self, done: Callable[[], bool]) -> None:
        """Return when ``done`` is true of the board."""
        changed = asyncio.Event()
        self._watched.append((done, changed))
        try:
            if not done():
                await changed.wait()
        finally:
            self._watched.remove((done, changed))

    async def _gone(self, leg: LegId) -> None:
        """A telephone that takes one call at a time would refuse the citizen while it still has its ear in the other."""
        with contextlib.suppress(TimeoutError):  # then the phone itself says whether it takes him
            async with asyncio.timeout(EAR_SECONDS):
                await self._until(lambda: leg not in self.fold.board.legs)

    def _named(self, action: ami_actions.Action) -> dict[str, str | list[str]]:
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
            if not waiting.cancel() and not waiting.cancelled():
                waiting.exception()  # the link may have gone before anybody waited: read, or the loop complains of it
        if answer.get(b"Response") != b"Success":
            raise Refused(f"not answered (reason {ami_decoder.number(answer, b'Reason')})")
