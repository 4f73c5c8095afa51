"""A case store that has no key of ours and no history: found again by the list of its cases, made once by asking before.

What the drivers ``open311`` and ``old`` have in common. The key of a matter stands in the case's text, as its last line;
the store is asked for its cases before each POST, and a POST whose answer was lost is not said again before the case
had time to become visible.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Protocol
from urllib.parse import quote, unquote

from bridge.case_store_messages import Message, MessageKind
from bridge.drivers import Heard, Receipt, Rejected, Unreachable

from .seen_cases import SeenCases, Shown

OVERLAP = timedelta(days=2)
"""Asked about again each time: clocks differ, and a case may appear in the list after younger ones."""
SPELL = 10.0
"""Seconds: so long one question goes on reading old cases; the next goes on from there."""
_UNREAD = Unreachable("its list of cases is not read through yet", silent=False)
_LINE = re.compile(r"工单 (\S{1,600})\s*$")
_SAFE = "/:._-"
_UNSURE_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Pending:
    """It was taken, and its number is not known yet."""

    reason: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the cases with a key of ours, oldest first."""

    rows: Sequence[Shown]
    until: datetime
    """What was made before is read."""


class Lister(Protocol):
    """One store's wire."""

    def listed(self, since: datetime, until: datetime | None) -> AsyncIterator[Piece | Unreachable]:
        """Every case with a key of ours made in between (None: up to now), the oldest piece first; the reader may stop
        anywhere. ``Unreachable`` is the last."""
        ...

    async def post(self, message: Message) -> str | Rejected | Unreachable | Pending:
        """The number. ``Unreachable`` with ``silent=False``: it surely was not taken."""
        ...


def signature(key: str) -> str:
    """The last line of a case's text."""
    return f"工单 {quote(key, safe=_SAFE)}"


def key_in(text: str) -> str | None:
    """The key whose line stands last in ``text``; whatever stands before it is a citizen's word."""
    found = _LINE.search(text.strip())
    return unquote(found[1]) if found else None


@dataclass(slots=True)
class ListedStore:
    """``days``: how far back the store is asked for its cases; seconds otherwise."""

    lister: Lister
    days: int = 90
    poll: float = 30.0
    """No oftener it is asked what changed lately."""
    whole: float = 600.0
    """No oftener it is asked for everything."""
    settle: float = 60.0
    """So long a case may take to become visible, after a POST whose answer was lost."""
    born: datetime = field(default_factory=lambda: datetime.now(UTC))
    """What was filed before may have been posted by the daemon before this one."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ticks: Callable[[], float] = time.monotonic
    carries: frozenset[MessageKind] = frozenset({MessageKind.FILE})
    seen: SeenCases = field(default_factory=SeenCases)
    _unsure: OrderedDict[str, float] = field(default_factory=OrderedDict)
    _locks: dict[str, tuple[asyncio.Lock, list[None]]] = field(default_factory=dict)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _asked: float | None = None
    """When the last answered question began."""
    _asked_at: datetime | None = None
    _whole_at: float | None = None
    _read_to: datetime | None = None
    """While old cases are read: up to where."""
    _old_to: datetime | None = None
    """Until where they are read; what is younger is asked for each time."""
    _through: bool = False
    """Old cases were read to their end once."""

    async def find(self, key: str) -> Receipt | Unreachable | None:
        if (number := self.seen.number(key)) is not None:
            return Receipt(number, "")
        if (away := await self._refresh()) is not None:
            return away
        if (number := self.seen.number(key)) is not None:
            self._unsure.pop(key, None)
            return Receipt(number, "")
        return self._perhaps(key)

    async def deliver(self, message: Message) -> Receipt | Rejected | Unreachable:
        """Whoever says the same key at the same time waits for the first."""
        lock, users = self._locks.setdefault(message.key, (asyncio.Lock(), []))
        users.append(None)
        try:
            async with lock:
                return await self._deliver(message)
        finally:
            users.pop()
            if not users:
                self._locks.pop(message.key, None)

    async def hear(self, mark: str, most: int) -> Heard | Unreachable:
        if self._asked is None or self.ticks() - self._asked >= self.poll:
            away = await self._refresh(again=True)
            if away is not None and away is not _UNREAD:
                return away
        return self.seen.after(mark, most)

    async def _deliver(self, message: Message) -> Receipt | Rejected | Unreachable:
        key = message.key
        known = await self.find(key)
        if known is not None:
            return known
        left = self.settle - (self.clock() - self.born).total_seconds()
        if message.ticket.filed_at < self.born and left > 0:
            return Unreachable(
                f"it may have been sent before the start: looked for once more in {left:.0f} s", silent=False
            )
        self._doubt(key)
        answer = await self.lister.post(message)
        match answer:
            case str():
                self._unsure.pop(key, None)
                return Receipt(answer, "")
            case Pending():
                return Unreachable(answer.reason, silent=False)
            case Rejected():
                self._unsure.pop(key, None)
                return answer
            case Unreachable():
                if not answer.silent:
                    self._unsure.pop(key, None)
                    return Unreachable(answer.reason)
                return answer

    def _doubt(self, key: str) -> None:
        self._unsure[key] = self.ticks()
        self._unsure.move_to_end(key)
        while len(self._unsure) > _UNSURE_MOST:
            self._unsure.popitem(last=False)

    def _perhaps(self, key: str) -> Unreachable | None:
        """It was posted and is not in the list: for a while that says nothing."""
        since = self._unsure.get(key)
        if since is None:
            return None
        left = self.settle - (self.ticks() - since)
        if left <= 0:
            del self._unsure[key]
            return None
        return Unreachable(f"perhaps made: looked for once more in {left:.0f} s", silent=False)

    async def _refresh(self, again: bool = False) -> Unreachable | None:
        """Whoever asks while an answer is awaited that was asked for later than they came takes that.

        Old cases are read once before anything is known, and ``again`` now and then, a spell at a time: what was read
        is kept, whoever asks and however they are cut off.
        """
        came = self.ticks()
        async with self._asking:
            if self._asked is not None and self._asked > came:
                return None
            began, now = self.ticks(), self.clock()
            if self._read_to is None and (self._whole_at is None or began - self._whole_at >= self.whole):
                self._read_to, self._old_to = now - timedelta(days=self.days), now - OVERLAP
                self._whole_at = began
            if not self._through and (away := await self._read_old()) is not None:
                return away
            far = now - timedelta(days=self.days)
            since = max(far, self._old_to or far) if self._asked_at is None else max(far, self._asked_at - OVERLAP)
            async for piece in self.lister.listed(since, None):
                if isinstance(piece, Unreachable):
                    return piece
                self.seen.take(piece.rows, now)
            self._asked, self._asked_at = began, now
            if again and self._read_to is not None and (away := await self._read_old()) is not _UNREAD:
                return away
            return None

    async def _read_old(self) -> Unreachable | None:
        """None: to their end."""
        assert self._read_to is not None
        assert self._old_to is not None
        began = self.ticks()
        if self._read_to < self._old_to:
            async for piece in self.lister.listed(self._read_to, self._old_to):
                if isinstance(piece, Unreachable):
                    return piece
                self.seen.take(piece.rows, self.clock())
                self._read_to = max(self._read_to, piece.until)
                if self._read_to < self._old_to and self.ticks() - began >= SPELL:
                    return _UNREAD
        self._read_to, self._through = None, True
        return None


class Wire(Lister, Protocol):
    async def close(self) -> None: ...


class ListedDriver:
    """A driver over such a store: it files, and hears by the list. ``days``, ``poll``, ``settle``: see ``ListedStore``."""

    carries = frozenset({MessageKind.FILE})
    no_kind: ClassVar[str]
    """What is said of every other kind, before its name."""

    def __init__(self, wire: Wire, *, days: int = 90, poll: float = 30.0, settle: float = 60.0) -> None:
        self.wire = wire
        self.store = ListedStore(wire, days=days, poll=poll, settle=settle)

    async def close(self) -> None:
        await self.wire.close()

    async def find(self, key: str) -> Receipt | Unreachable | None:
        return await self.store.find(key)

    async def deliver(self, message: Message) -> Receipt | Rejected | Unreachable:
        if message.kind not in self.carries:
            return Rejected(f"{self.no_kind} {message.kind}")
        return await self.store.deliver(message)

    async def hear(self, mark: str, most: int) -> Heard | Unreachable:
        return await self.store.hear(mark, most)
