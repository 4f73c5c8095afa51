"""Opens the ledger and keeps trying: Asterisk and the daemon do not wait for a database.

Made by ``app.py``. Until it is open the store refuses (``LedgerUnavailable``, told as "the ledger is away"):
rows wait in Asterisk's files, seats go by their own memory (``seat_memory.py``), nobody can sign in. What
has to be done once the ledger is there is given to ``when_open`` and done in that order, then and only then.
A ledger that turns out to be damaged while it is used is shut again and looked at until somebody has mended it.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

import structlog

from config.language import say as _
from hotline.parts import OneTask, woken
from ledger import opening
from ledger.errors import WRONG_OR_AWAY, LedgerDamaged
from ledger.store import Store

log = structlog.get_logger("ledger")

FIRST_PAUSE, MOST_PAUSE = 1.0, 10.0
LOOK_SECONDS = 2.0
DAMAGED_PAUSE = 60.0
"""A damaged file is read whole at each look."""
T = TypeVar("T")
Step = Callable[[], Awaitable[object]]


class LedgerOpener:
    """:param open_up: as ``ledger.opening.open_up``."""

    def __init__(self, store: Store, open_up: Callable[..., list[str]] = opening.open_up) -> None:
        self.store, self._open_up = store, open_up
        store.away = store.away or _("the ledger is not open yet")
        self._steps: deque[Step] = deque()
        self._tried, self._more, self._settled = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._task = OneTask("ledger-door", self._run)

    @property
    def away(self) -> str:
        """Why it cannot be used now; '': it can."""
        return self.store.away

    def when_open(self, step: Step) -> None:
        """Done after those given before, as soon as the ledger is open; again when the ledger went away meanwhile."""
        self._steps.append(step)
        self._settled.clear()
        self._more.set()

    def start(self) -> None:
        self._task.start()

    async def first_try(self, patience: float) -> bool:
        """Whether the ledger was open within so many seconds; what waits for it is not done yet."""
        try:
            async with asyncio.timeout(patience):
                await self._tried.wait()
        except TimeoutError:
            log.warning("ledger away", why=_("its database does not answer yet"))
        return not self.away

    async def settled(self, patience: float) -> None:
        """Until nothing waits for the ledger any more, or so many seconds are over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience if self._steps else 0):
                await self._settled.wait()

    async def stop(self) -> None:
        await self._task.stop()

    # -- within ----------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            await self._until_open()
            self._tried.set()
            while not self.away:
                await self._do_steps()
                await woken(self._more, LOOK_SECONDS)
            log.error("ledger shut", why=self.away)

    async def _until_open(self) -> None:
        pause, damaged = FIRST_PAUSE, False
        while True:
            try:
                mended = await _in_thread(partial(self._open_up, self.store.url, whole=damaged))
            except WRONG_OR_AWAY as fault:
                damaged = damaged or isinstance(fault, LedgerDamaged)
                if self.store.away != (why := " ".join(str(fault).split())):
                    log.error("ledger away", why=why)
                self.store.away = why
            except Exception as fault:  # loop top: whatever it is, callers are served meanwhile
                log.exception("ledger cannot be opened")
                self.store.away = f"{type(fault).__name__}: {fault}"
            else:
                log.info("ledger open")
                if mended:
                    log.error("the ledger lacked parts of its tables: made anew, empty", names=mended)
                self.store.opened()
                return
            self._tried.set()
            await asyncio.sleep(DAMAGED_PAUSE if damaged else pause)
            pause = min(pause * 2, MOST_PAUSE)

    async def _do_steps(self) -> None:
        while self._steps:
            try:
                await self._steps[0]()
            except WRONG_OR_AWAY as fault:
                log.warning("what waits for the ledger is tried again", fault=str(fault))
                return
            except Exception:  # loop top: one step that fails must not keep the others from the ledger
                log.exception("a step of opening the ledger failed")
            self._steps.popleft()
        self._settled.set()


async def _in_thread(work: Callable[[], T]) -> T:
    """In a thread that nobody waits for at the end: a database host that is silent holds up no exit."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: Callable[[], None]) -> None:
        if not done.done():  # else given up
            result()

    def run() -> None:
        try:
            result = partial(done.set_result, work())
        except BaseException as fault:  # noqa: BLE001 - given to whoever waits
            result = partial(done.set_exception, fault)
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result)

    threading.Thread(target=run, name="ledger-opening", daemon=True).start()
    return await done
