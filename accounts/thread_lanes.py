"""Costly work off the loop, a few at once, in turns: one lane after another, however full one of them is.

Used by ``passwords.py`` and ``console/place_search.py``. A lane is an address, or a session: whoever floods his own lane waits
behind himself, the others come next. The threads are the operating system's last choice (nice), so that
hashing takes no time from the loop while a telephone rings.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from config.cores import usable

T = TypeVar("T")

LANE_MOST = 64
"""Waiting in one lane; a house of sixty seats behind one address begins its shift together."""
ALL_MOST = 1024
_NICE = 10


def fitting() -> int:
    """Half of the cores that this process may run on: telephones and the loop have the others."""
    return max(1, min(4, usable() // 2))


class Full(Exception):
    """No room in this lane, or in any."""


class ThreadLanes:
    def __init__(
        self, at_once: int | None = None, lane_most: int = LANE_MOST, all_most: int = ALL_MOST, name: str = "passwords"
    ) -> None:
        """``at_once``: so many at once; None: as many as the cores allow."""
        self._name = name
        self._at_once, self._lane_most, self._all_most = at_once or fitting(), lane_most, all_most
        self._lanes: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._waiting = self._running = 0
        self._pool: ThreadPoolExecutor | None = None

    async def do(self, lane: str, work: Callable[..., T], *args: Any) -> T:
        """``work`` in a thread, in this lane's turn. Raises Full at once when there is no room to wait."""
        await self._turn(lane)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads(), work, *args)
        finally:
            self._running -= 1
            self._next()

    async def _turn(self, lane: str) -> None:
        if self._running < self._at_once and not self._waiting:
            self._running += 1
            return
        queue = self._lanes.get(lane)
        if self._waiting >= self._all_most or (queue is not None and len(queue) >= self._lane_most):
            raise Full
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lanes.setdefault(lane, deque()).append(mine)
        self._waiting += 1
        try:
            await mine
        except asyncio.CancelledError:
            if mine.cancelled() or not mine.done():
                self._forget(lane, mine)
            else:  # the turn came in this very moment: it is the next one's
                self._running -= 1
                self._next()
            raise

    def _next(self) -> None:
        while self._waiting and self._running < self._at_once:
            lane, queue = self._lanes.popitem(last=False)
            mine = queue.popleft()
            self._waiting -= 1
            if queue:
                self._lanes[lane] = queue  # behind all others
            if not mine.done():
                self._running += 1
                mine.set_result(None)

    def _forget(self, lane: str, mine: asyncio.Future[None]) -> None:
        queue = self._lanes.get(lane)
        if queue is not None and mine in queue:
            queue.remove(mine)
            self._waiting -= 1
            if not queue:
                del self._lanes[lane]

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._at_once, self._name, initializer=_last_choice)
        return self._pool


def _last_choice() -> None:
    with contextlib.suppress(OSError, AttributeError):  # Linux has it by thread; where it is refused, all are equal
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
