"""What is to be written down somewhere that may be away: in order, nobody waiting for it, nothing lost meanwhile.

The one queue towards the ledger: seats, alarms, checks of the equipment, what supervisors did and calls turned away are each
written by one of these. Who notes something goes on at once; one task writes, and tries again while the book is away.
What waits then stands on the disk as well, so that an end of the daemon loses none of it (of calls turned away the logs keep it).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from itertools import count, islice
from typing import Generic, Protocol, TypeVar

import structlog

from . import background_task

log = structlog.get_logger("writer")

LAST_TRY_SECONDS = 2.0
"""What the end may take beyond the writer's own grace: one try at least is made."""

T = TypeVar("T")


class Kept(Protocol[T]):
    """Where what waits outlives the daemon."""

    def read(self) -> list[T]:
        """What an earlier daemon left, in order."""

    def leave(self, waiting: Sequence[T], /) -> None:
        """What waits now, all of it; nothing, when all is written."""


class OrderedWriter(Generic[T]):
    """``start``, then ``put`` whatever comes, then ``stop``."""

    def __init__(
        self, name: str, write: Callable[[Sequence[T]], Awaitable[object]], away: tuple[type[Exception], ...], *,
        together: int = 1, most: int | None = None, key: Callable[[T], Hashable] | None = None,
        gather: float = 0.0, rest: float = 0.0, again: float = 2.0, grace: float = 0.0,
        lost: Callable[[Exception, T], None] = lambda _fault, _first: None,
        back: Callable[[T], None] = lambda _first: None,
        left: Callable[[Sequence[T]], None] = lambda _waiting: None, kept: Kept[T] | None = None,
    ) -> None:  # fmt: skip
        """
        :param write: all of these or none, in order; durable when it returns.
        :param away: what it raises when it is to be tried again. Whatever else it raises is a fault of one of these:
            that one is looked for (by fewer at once), given up, and holds up none behind it.
        :param together: so many at once.
        :param most: so many may wait; then the oldest is given up.
        :param key: of two that wait and have the same one, the later takes the place of the earlier.
        :param gather: seconds a round waits for more, unless something is wanted ``soon``.
        :param rest: seconds between two rounds, likewise.
        :param again: seconds until the next try while the book is away.
        :param grace: so many seconds ``stop`` tries again.
        :param lost: once, when the book went away, with the first that waits; ``back``: once, when it took that again.
        :param left: told at the end what waits still, in order, if anything does; also of a book that never answered.
        :param kept: has what waits while the book is away and at the end, and what an earlier daemon left there is written
            first. After a kill between a write and its last word something may be written twice.
        """
        self._name, self._write, self._away = name, write, away
        self._together, self._most, self._key = together, most, key
        self._gather, self._rest, self._again, self._grace = gather, rest, again, grace
        self._lost, self._back, self._left, self._kept = lost, back, left, kept
        self._waiting: OrderedDict[Hashable, T] = OrderedDict()
        self._numbers = count()
        self._writing, self._keeping = asyncio.Lock(), asyncio.Lock()
        self._wanted, self._wanted_soon, self._empty = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._empty.set()
        self._failing = self._recalled = False
        self._few: int | None = None
        """So many at once while one that cannot be written is looked for."""
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def put(self, item: T, *, soon: bool = True) -> None:
        """To be written after all that was put before. Returns at once."""
        self._waiting[next(self._numbers) if self._key is None else self._key(item)] = item
        if self._most is not None and len(self._waiting) > self._most:
            _key, oldest = self._waiting.popitem(last=False)
            log.error("not written: too many wait", queue=self._name, lost=repr(oldest)[:200])
        self._empty.clear()
        self._wanted.set()
        if soon:
            self._wanted_soon.set()

    def forget(self, key: Hashable) -> None:
        """What waits under this key is not to be written any more."""
        self._waiting.pop(key, None)
        self._look_whether_empty()

    def start(self) -> None:
        self.recall()
        self._task = background_task.begin(self._run(), f"writer-{self._name}")

    def recall(self) -> list[T]:
        """What an earlier daemon left waits before all else; once."""
        if self._kept is None or self._recalled:
            return []
        self._recalled = True
        before, since = self._kept.read(), list(self._waiting.items())
        self._waiting.clear()
        for one in before:
            self.put(one)
        for key, one in since:
            self._waiting[key] = one
        return before

    async def flush(self) -> None:
        """All that waits is written when it returns; raises what ``write`` raises."""
        async with self._writing:
            while self._waiting:
                some = list(islice(self._waiting.items(), self._few or self._together))
                await self._write([item for _key, item in some])
                for key, item in some:
                    if self._waiting.get(key) is item:  # else a later one came meanwhile, and is still to be written
                        del self._waiting[key]
                if self._failing:
                    self._failing = False
                    log.info("written again", queue=self._name)
                    self._back(some[0][1])
            self._look_whether_empty()

    async def written(self) -> None:
        """Until nothing waits."""
        await self._empty.wait()

    async def stop(self) -> None:
        """What waits is written first, if it can be written now; also what was put before a start that never came."""
        self.recall()
        last = asyncio.create_task(self._last_tries(), name=f"writer-{self._name}-end")
        await asyncio.wait({last}, timeout=self._grace + LAST_TRY_SECONDS)
        if self._waiting:
            log.error("not written: the end came", queue=self._name, count=len(self._waiting))
            await self._leave()
            self._left(list(self._waiting.values()))
        tasks = [task for task in (self._task, last) if task is not None]
        for task in tasks:  # only now: a store that is in the middle of a statement may hold up whoever waits for this
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _last_tries(self) -> None:
        clock = asyncio.get_running_loop().time
        until = clock() + self._grace
        while not await self._try() and clock() < until:  # noqa: ASYNC110 - a book does not say when it is back
            await asyncio.sleep(self._again)

    # -- within ----------------------------------------------------------------------------

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        ended = -self._rest
        while True:
            await self._wanted.wait()
            if (pause := max(self._gather, ended + self._rest - clock())) > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._wanted_soon.wait()
            self._wanted.clear()
            self._wanted_soon.clear()
            ended = clock()
            while not await self._try():  # noqa: ASYNC110 - as above
                await asyncio.sleep(self._again)

    async def _try(self) -> bool:
        """Whether nothing waits any more; else the book is away."""
        while True:
            try:
                await self.flush()
            except self._away as fault:
                self._went_away(fault)
                await self._leave()
                return False
            except Exception:  # one that cannot be written must not hold up those behind it (the loop top)
                if not self._waiting:
                    continue
                tried = min(self._few or self._together, len(self._waiting))
                if tried > 1:  # one of them; what was before it is written, and is not to be lost with it
                    self._few = tried // 2
                    continue
                self._few = None
                _key, first = self._waiting.popitem(last=False)
                log.exception("cannot be written", queue=self._name, lost=repr(first)[:200])
            else:
                self._few = None
                await self._leave()
                return True

    async def _leave(self) -> None:
        if self._kept is not None:
            async with self._keeping:
                await asyncio.to_thread(self._kept.leave, list(self._waiting.values()))

    def _went_away(self, fault: Exception) -> None:
        if self._failing or not self._waiting:
            return
        self._failing = True
        log.warning("what is to be written waits", queue=self._name, count=len(self._waiting), fault=str(fault))
        self._lost(fault, next(iter(self._waiting.values())))

    def _look_whether_empty(self) -> None:
        if not self._waiting:
            self._empty.set()
