"""Keeping the seat audible in the recording when the citizen's partner changes.

Asterisk leaves a new partner out of a running recording when its RTP numbers are lower than
the first one's: every second transfer (issue 507, measured). The dialplan begins the recording
anew where the citizen's leg passes through it (blind transfer, second queue); where it does
not (attended transfer, pickup, a conference that one of three leaves), the daemon presses the key for
it. ``Continuity`` decides from the board's events; ``ContinuityKeeper`` is its shell, plugged in by
``hotline/app.py``. With the daemon dead, attended transfers and conferences by desk phones can lose a voice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from cti import events as ev
from cti.commands import Command, Outcome, RenewRecording, Result
from cti.equipment_events import BoardLive
from cti.ids import CallId, LegId

log = structlog.get_logger("recordings")

HEARD = (
    ev.CallArrived, ev.LegBegan, ev.LegEnded, ev.TalkBegan, ev.CallTransferred, ev.CallsMerged, ev.CallEnded, BoardLive,
)  # fmt: skip
"""What ``Continuity`` wants to hear of the board."""
SETTLE_SECONDS = 0.4
"""A transfer is several events; the new partner is in the bridge after the last of them."""
BY_DIALPLAN = (ev.TransferKind.BLIND, ev.TransferKind.QUEUE)
"""Before whom such a transfer leads to the dialplan begins the recording anew by itself."""
CONFERENCE = 3
"""So many telephones in one call may hear one another: an offer that rings or a consultation looks the same in Asterisk's lists."""


class Continuity:
    """Pure: tell it each event, it gives the leg whose recording must begin anew, or None."""

    def __init__(self, trunks: frozenset[str]) -> None:
        self._trunks = trunks
        self._recorded: dict[CallId, LegId] = {}
        self._partner: dict[CallId, LegId] = {}
        self._conferences: set[CallId] = set()
        """Calls whose sound Asterisk mixes, or has mixed, or may."""
        self._telephones: dict[CallId, set[LegId]] = {}
        """Every leg of a call but Asterisk's own."""

    def hear(self, event: object) -> LegId | None:
        self._count(event)
        match event:
            case (
                ev.CallArrived(call=call, leg=leg, endpoint=endpoint)
                | ev.LegBegan(call=call, leg=leg, endpoint=endpoint)
            ) if endpoint in self._trunks:
                self._recorded.setdefault(call, leg)
            case ev.TalkBegan(call=call, leg=leg):
                before = self._partner.get(call)
                self._partner[call] = leg
                if before is not None and before != leg:
                    return self._recorded.get(call)
            case ev.CallTransferred(call=call, kind=kind) if kind not in BY_DIALPLAN:
                if kind is ev.TransferKind.CONFERENCE:
                    self._conferences.add(call)
                return self._recorded.get(call)
            case ev.CallsMerged(call=call, merged=merged):
                if merged in self._recorded:
                    self._recorded.setdefault(call, self._recorded.pop(merged))
                if merged in self._conferences:
                    self._conferences.add(call)
                return self._recorded.get(call)
            case ev.LegEnded(call=call, leg=leg):
                if self._recorded.get(call) == leg:  # the next trunk may be tried: then that leg is recorded
                    del self._recorded[call]
                elif call in self._conferences:
                    # mixed sound has no RTP numbers (0): of who is left, those of the upper half count as late
                    return self._recorded.get(call)
            case ev.CallEnded(call=call):
                self._recorded.pop(call, None)
                self._partner.pop(call, None)
                self._conferences.discard(call)
            case BoardLive():
                # what was brought about while nobody looked (a reload, a link that was lost) nobody tells: a needless renewal
                # costs the recording some hundredths of a second, a lost voice all of it
                many = (call for call, legs in self._telephones.items() if len(legs) >= CONFERENCE)
                self._conferences.update(call for call in many if call in self._recorded)
        return None

    def _count(self, event: object) -> None:
        match event:
            case ev.LegBegan(call=call, leg=leg, endpoint=endpoint) if endpoint:
                self._telephones.setdefault(call, set()).add(leg)
            case ev.LegEnded(call=call, leg=leg):
                self._telephones.get(call, set()).discard(leg)
            case ev.CallsMerged(call=call, merged=merged):
                self._telephones.setdefault(call, set()).update(self._telephones.pop(merged, ()))
            case ev.CallEnded(call=call):
                self._telephones.pop(call, None)

    def records(self, leg: LegId) -> bool:
        """Whether this leg is there and recorded."""
        return leg in self._recorded.values()


class RecordingContinuity:
    """Performs what ``Continuity`` decides, once for the several events of one transfer."""

    def __init__(self, trunks: frozenset[str], perform: Callable[[Command], Awaitable[Outcome]]) -> None:
        self._rule = Continuity(trunks)
        self._perform = perform
        self._timers: dict[LegId, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def hear(self, event: object) -> None:
        """A listener of the board's bus, for the classes of ``HEARD``."""
        leg = self._rule.hear(event)
        if leg is None:
            return
        loop = asyncio.get_running_loop()
        if (waiting := self._timers.pop(leg, None)) is not None:
            waiting.cancel()
        self._timers[leg] = loop.call_later(SETTLE_SECONDS, self._renew, leg)

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()

    def _renew(self, leg: LegId) -> None:
        self._timers.pop(leg, None)
        if not self._rule.records(leg):  # the citizen left in the same moment
            return
        task = asyncio.get_running_loop().create_task(self._ask(leg))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, leg: LegId) -> None:
        outcome = await self._perform(RenewRecording(leg))
        if outcome.result is not Result.DONE:
            log.warning("recording not renewed after a transfer", leg=leg, reason=outcome.reason)
