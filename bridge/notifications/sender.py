"""The sender: takes notifications that are due to their door, until their end is on disk. One task in the daemon's loop.

Begun is on disk before the first byte leaves. What is unclear afterwards (a time-out, a daemon that died) is sent again only through
a door that knows keys; through another it stands as ``unsure``, for a person to send again: better once too few than twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import structlog

from bridge.delivery_retry import RetryRule
from cti import background_task

from .doors import Door, NotTaken, Outgoing, Refused, Sent, Unclear
from .rules import Channel

log = structlog.get_logger("notifications")
LOOK_SECONDS = 5.0
AT_ONCE = 20
TEXTS_A_DAY = 20
"""To one number, of however many tickets: each rings a citizen's telephone and costs the city."""


class NotificationBook(Protocol):
    """Implemented by the ledger; each method is one transaction."""

    async def due(self, now: datetime, most: int) -> Sequence[Outgoing]:
        """Waiting ones that are due and nobody else sends, the longest due first; claimed."""
        ...

    async def begun(self, ident: str) -> bool:
        """False: another sender has it."""
        ...

    async def sent(self, ident: str, receipt: str, at: datetime) -> None: ...
    async def later(self, ident: str, error: str, next_try: datetime, *, begun: bool) -> None:
        """``begun``: it may have arrived."""
        ...

    async def given_up(self, ident: str, state: str, error: str) -> None:
        """``state``: unsure | failed."""
        ...


class TextsOfADay:
    """What each number was sent today. Kept in memory: a restart begins to count anew, which nobody below an operator brings about."""

    def __init__(self, most: int = TEXTS_A_DAY) -> None:
        self._most = most
        self._day: date | None = None
        self._sent: dict[str, set[str]] = {}

    def take(self, number: str, message: str, day: date) -> bool:
        """False: it would be one more than a day's. The same message again is not one more."""
        if day != self._day:
            self._day, self._sent = day, {}
        sent = self._sent.setdefault(number, set())
        if message not in sent and len(sent) >= self._most:
            return False
        sent.add(message)
        return True


@dataclass(slots=True)
class Sender:
    book: NotificationBook
    doors: Mapping[str, Door]
    rule: RetryRule
    chance: Callable[[], float]
    lasts: timedelta = timedelta(hours=72)
    """What could not be sent for so long says nothing new any more."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    texts: TextsOfADay = field(default_factory=TextsOfADay)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _faults: int = 0

    async def start(self) -> None:
        self._task = background_task.begin(self.run(), "notifications")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        for door in self.doors.values():
            await door.close()

    def wake(self, _event: object = None) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._wake.clear()
            more = False
            try:
                more = await self.send_due()
                self._faults = 0
            except Exception:  # the loop top: what was not noted is due again
                self._faults += 1
                log.exception("notifications could not be read or noted")
            if not more:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS + min(self._faults, 12) * LOOK_SECONDS):
                        await self._wake.wait()

    async def send_due(self) -> bool:
        """True: there may be more at once."""
        found = await self.book.due(self.clock(), AT_ONCE)
        await asyncio.gather(*(self._one(one) for one in found))
        return len(found) == AT_ONCE

    async def _one(self, one: Outgoing) -> None:
        door = self.doors.get(one.channel)
        if door is None:
            await self._later(one, "no way is configured", begun=one.begun)
            return
        if one.begun and not door.repeats:
            await self._left(one, "unsure", "begun, and nobody knows whether it arrived")
            return
        if one.channel == Channel.SMS and not self.texts.take(one.target, one.id, self.clock().date()):
            await self._left(one, "failed", f"this number was sent {TEXTS_A_DAY} text messages today")
            return
        if not await self.book.begun(one.id):
            return
        match await door.send(one):
            case Sent(receipt):
                await self.book.sent(one.id, receipt, self.clock())
            case Refused(reason):
                await self._left(one, "failed", reason)
            case NotTaken(reason):
                await self._later(one, reason, begun=one.begun)
            case Unclear(reason) if door.repeats:
                await self._later(one, reason, begun=True)
            case Unclear(reason):
                await self._left(one, "unsure", reason)

    async def _later(self, one: Outgoing, reason: str, *, begun: bool) -> None:
        if self.clock() - one.made > self.lasts:
            await self._left(one, "failed", f"too old: {reason}")
            return
        log.warning("a notification was not taken", id=one.id, channel=one.channel, kind=one.kind, error=reason)
        await self.book.later(one.id, reason, self._again(one), begun=begun)

    async def _left(self, one: Outgoing, state: str, reason: str) -> None:
        log.error("a notification is left", id=one.id, channel=one.channel, kind=one.kind, state=state, error=reason)
        await self.book.given_up(one.id, state, reason)

    def _again(self, one: Outgoing) -> datetime:
        return self.rule.next_try(one.tries + 1, self.clock(), self.chance())
