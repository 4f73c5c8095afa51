"""The courier: takes due messages from the outbox to the case store, at least once each, until a receipt is on disk.

One task in the daemon's loop, started and stopped by ``hotline/app.py``. It wakes at
once when a ticket is filed (``wake``), else when the next row is due. It never decides
what a message says, never deletes one, and survives a book or a store that raises. The
outbox gives only the first of a stream, so order holds there; one stream never holds up
another: each delivery has its own deadline and its own place.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import structlog

from cti import background_task

from .anonymity import delivered, words_delivered
from .case_store_messages import FREE_WORDS, Message, MessageId, MessageKind
from .delivery_retry import RetryRule, StoreHealth
from .drivers import CaseStore, Receipt, Rejected, Unreachable
from .events import DeliveryFailed, MessageNotCarried, StoreBack, StoreLost, TicketDelivered, TicketPoisoned
from .ports import Outbox, Outgoing
from .storable import is_storable_receipt, storable

log = structlog.get_logger("courier")

Pause = Callable[[asyncio.Event, float | None], Awaitable[None]]
"""Return when the event is set, or after that many seconds (None: never by itself)."""

_LOOK_SECONDS = 60.0
"""However quiet, the book is looked at this often: another process may have filed or replayed."""


async def _pause(event: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass


@dataclass(slots=True)
class Courier:
    """``publish`` hears events.py; ``clock`` gives aware UTC; ``chance`` gives [0, 1)."""

    book: Outbox
    store: CaseStore
    rule: RetryRule
    publish: Callable[[object], None]
    chance: Callable[[], float]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    pause: Pause = _pause
    places: int = 8
    """Deliveries at the same time."""
    deadline: float = 10.0
    """Seconds for one question or one delivery."""
    per_second: float = 0.0
    """No more deliveries are begun; 0: as fast as the store answers."""
    ticks: Callable[[], float] = time.monotonic
    _paced: float = 0.0
    """When the next delivery may begin, by ``ticks``."""
    health: StoreHealth = field(default_factory=StoreHealth)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _flying: dict[MessageId, asyncio.Task[None]] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None
    _book_faults: int = 0
    _back: bool = False
    """The store answers again, and what waits for it is not yet told."""

    def start(self) -> None:
        """Begin in the running loop."""
        self._task = background_task.begin(self.run(), "courier")

    async def stop(self) -> None:
        """No new deliveries; those on their way are cut off (they are asked about before the next try). Leaves no task."""
        tasks = [task for task in (self._task, *self._flying.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._task = None
        self._flying.clear()

    def wake(self) -> None:
        """A ticket was filed or replayed: look now."""
        self._wake.set()

    def store_heard(self) -> None:
        """The store was away and gives answers again, to whomever: what it left unanswered goes soon, whatever its own pause."""
        self.health = self.health.heard()
        self._back = True
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._wake.clear()
            try:
                wait = await self._send_due()
                self._book_faults = 0
            except Exception:  # the loop top: a book that cannot be read is tried again, nothing is lost meanwhile
                self._book_faults += 1
                wait = self.rule.wait(self._book_faults, self.chance())
                log.exception("the book could not be read", again_in=round(wait, 1))
            await self.pause(self._wake, wait)

    async def _send_due(self) -> float:
        """Start what may start now; seconds until there may be more."""
        now = self.clock()
        if self._back:
            earlier = await self.book.store_back(now, lambda tries: self.rule.soon(tries, now))
            self._back = False
            log.info("what the case store left unanswered is sent again", messages=earlier)
        free = self._room(now)
        if free > 0 and (wait := self._pace()) > 0:
            return min(wait, _LOOK_SECONDS)
        if free > 0:
            free = 1 if self.per_second else free
            for sent in await self.book.due(now, free, frozenset(self._flying)):
                ident = sent.message.id
                task = asyncio.get_running_loop().create_task(self._carry(sent), name=f"deliver {ident}")
                self._flying[ident] = task
                self._began()
                task.add_done_callback(partial(self._landed, ident))
        if len(self._flying) >= self.places or (self.health.lost and self._flying):
            return _LOOK_SECONDS  # a landing wakes us
        return max(await self._until_next(now), self._pace())

    def _pace(self) -> float:
        """Seconds until the next delivery may begin."""
        return max(0.0, self._paced - self.ticks()) if self.per_second else 0.0

    def _began(self) -> None:
        if self.per_second:
            self._paced = max(self._paced, self.ticks()) + 1 / self.per_second

    def _room(self, now: datetime) -> int:
        if not self.health.lost:
            return self.places - len(self._flying)
        ask_at = self.health.may_ask_at(self.rule)
        return 1 if not self._flying and (ask_at is None or ask_at <= now) else 0

    async def _until_next(self, now: datetime) -> float:
        next_due = await self.book.next_due(frozenset(self._flying))
        if next_due is None:
            return _LOOK_SECONDS
        ask_at = self.health.may_ask_at(self.rule)
        moment = max(next_due, ask_at) if ask_at else next_due
        return min(_LOOK_SECONDS, max(0.0, (moment - now).total_seconds()))

    def _landed(self, message: MessageId, _: asyncio.Task[None]) -> None:
        self._flying.pop(message, None)
        self._wake.set()

    async def _carry(self, sent: Outgoing) -> None:
        message = sent.message
        try:
            if message.kind not in self.store.carries:
                await self._not_carried(sent)
            elif await self.book.begun(sent):
                await self._note(sent, await self._ask_and_deliver(sent))
            else:
                log.warning("another courier has this message now", message=message.id, kind=message.kind)
        except Exception:  # a delivery's loop top: the row is still WAITING in the book
            log.exception("a delivery could not be noted", message=message.id, call=message.ticket.call)
            # Not before a breath: the row is due at once, and the book may be what is broken.
            await self.pause(asyncio.Event(), self.rule.first)

    async def _not_carried(self, sent: Outgoing) -> None:
        """Said once, kept in the ledger, and neither tried again nor a dead letter: nobody could mend it."""
        message, now = sent.message, self.clock()
        await self.book.not_carried(sent, now)
        log.info("the case store takes no such message", message=message.id, kind=message.kind)
        self.publish(MessageNotCarried(message.ticket.id, message.ticket.call, now, message.kind))

    async def _ask_and_deliver(self, sent: Outgoing) -> Receipt | Rejected | Unreachable:
        """What may have arrived before is asked for first: not every store knows our key twice.

        The key is the matter's (``CALL/1``), not the ticket's id: an older ledger put back forgets ids, and whoever
        files the same matter of the same call again makes no second case.
        """
        key = sent.message.key
        try:
            if sent.ever_sent:
                async with asyncio.timeout(self.deadline):
                    known = await self.store.find(key)
                if known is not None:
                    return _kept(known)
            async with asyncio.timeout(self.deadline):
                return _kept(await self.store.deliver(_as_told(sent.message)))
        except TimeoutError:
            return Unreachable("no answer in time")
        except Exception as error:  # a driver's fault must not lose a message: as good as no answer
            log.exception("the driver failed", key=key)
            return Unreachable(storable(f"{type(error).__name__}: {error}")[:500])

    async def _note(self, sent: Outgoing, answer: Receipt | Rejected | Unreachable) -> None:
        message, now = sent.message, self.clock()
        ticket = message.ticket
        if isinstance(answer, Unreachable):
            if answer.silent:
                self._silent(now, answer.reason)
            else:
                self._answered(now)
            await self._later(sent, answer.reason, now, refused=False)
            return
        self._answered(now)
        if isinstance(answer, Receipt):
            await self.book.delivered(sent, answer.case_number, answer.query_code, now)
            if message.kind is MessageKind.FILE:
                self.publish(
                    TicketDelivered(ticket.id, ticket.call, answer.case_number, answer.query_code, now, sent.tries + 1)
                )
        elif self.rule.is_poison(sent.refusals + 1):
            await self.book.poisoned(sent, answer.reason, now)
            log.error(
                "a ticket needs a person", ticket=ticket.id, call=ticket.call, kind=message.kind, error=answer.reason
            )
            self.publish(TicketPoisoned(ticket.id, ticket.call, now, answer.reason, message.kind))
        else:
            await self._later(sent, answer.reason, now, refused=True)

    async def _later(self, sent: Outgoing, error: str, now: datetime, *, refused: bool) -> None:
        message = sent.message
        next_try = self.rule.next_try(sent.tries + 1, now, self.chance())
        await self.book.failed(sent, error, next_try, refused=refused)
        log.warning(
            "not delivered", ticket=message.ticket.id, call=message.ticket.call, kind=message.kind, error=error,
            refused=refused,
        )  # fmt: skip
        self.publish(DeliveryFailed(message.ticket.id, now, error, next_try, message.kind))

    def _silent(self, now: datetime, error: str) -> None:
        before, self.health = self.health.lost, self.health.unanswered(now, self.rule)
        if self.health.lost and not before:
            log.error("the case store does not answer", error=error)
            self.publish(StoreLost(now, error))

    def _answered(self, now: datetime) -> None:
        before, self.health = self.health.lost, self.health.answered()
        if before:
            log.info("the case store answers again")
            self._back = True
            self.publish(StoreBack(now))


def _kept(answer: Receipt | Rejected | Unreachable) -> Receipt | Rejected | Unreachable:
    """As the ledger can keep it; a case whose number it cannot keep is as good as not known."""
    match answer:
        case Receipt():
            return answer if is_storable_receipt(answer) else Unreachable("its case number is no text")
        case _:
            return replace(answer, reason=storable(answer.reason))


def _as_told(message: Message) -> Message:
    """As the case store may know it: without who asked for secrecy."""
    payload = {
        name: words_delivered(message.ticket, said) if name in FREE_WORDS else said
        for name, said in message.payload.items()
    }
    return replace(message, ticket=delivered(message.ticket), payload=payload)
