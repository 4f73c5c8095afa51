"""Parts begun one after the other, ended in reverse: what ``app.py`` keeps of everything it starts; the part that is one task, and the part that does the same thing again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from typing import Any, Protocol, TypeVar

import structlog

from cti import background_task


class Part(Protocol):
    """``stop`` is right at any moment: it undoes what ``start`` has done by then."""

    def start(self) -> Awaitable[None] | None: ...
    async def stop(self) -> None: ...


P = TypeVar("P", bound=Part)


class Parts:
    """A start that fails or is cut off half-way leaves exactly what it had begun, for ``stop`` to end."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()

    async def begin(self, part: P) -> P:
        self.at_end(part.stop)
        if (begun := part.start()) is not None:
            await begun
        return part

    def at_end(self, stop: Callable[[], Awaitable[None]]) -> None:
        """Before everything that was begun until now is stopped."""
        self._stack.push_async_callback(stop)

    async def stop(self) -> None:
        """One that fails keeps none of the others from its end; what it raised is raised then."""
        await self._stack.aclose()


class OneTask:
    """``run``, from ``start`` to ``stop``, which cuts it off wherever it is. One that falls over is logged: nobody waits for it who would see that."""

    def __init__(self, name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._name, self._run = name, run
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = background_task.begin(self._run(), self._name)

    async def stop(self) -> None:
        """Nothing of it is left when it returns; right also where it was never started, or fell over before."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


async def woken(wake: asyncio.Event, seconds: float | None = None) -> None:
    """Waits until ``wake`` is set, or so long at most; it is not set any more then."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake.wait()
    wake.clear()


class EachTurn(OneTask):
    """``look``, and again ``seconds`` after each turn has ended, from ``start`` to ``stop``.

    A turn that fails is logged as ``failed`` (a ledger that is away in one sentence, ``hotline/logs.py``) and the next one is made. ``lost`` is called then, where what was read
    before is not to be believed any more. ``first``: seconds before the first turn.
    """

    def __init__(
        self, name: str, look: Callable[[], Awaitable[None]], seconds: float, *,
        failed: str, lost: Callable[[], None] | None = None, first: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__(name, self._turns)
        self._log = structlog.get_logger(name)
        self._look, self._seconds, self._first = look, seconds, first
        self._failed, self._lost = failed, lost

    async def _turns(self) -> None:
        if self._first:
            await asyncio.sleep(self._first)
        while True:
            try:
                await self._look()
            except Exception:  # noqa: BLE001 - loop top
                if self._lost is not None:
                    self._lost()
                self._log.exception(self._failed)
            await asyncio.sleep(self._seconds)
