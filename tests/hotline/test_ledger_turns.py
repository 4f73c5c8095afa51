"""Turns with the ledger: not before it is open, as soon as somebody says so, and again where one failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import structlog

from hotline.books import ledger_turns
from hotline.books.ledger_turns import LedgerTurns
from ledger.errors import LedgerUnavailable


class Turns:
    def __init__(self, *faults: Exception) -> None:
        self.faults, self.made, self.again = list(faults), 0, asyncio.Event()

    async def __call__(self) -> float | None:
        self.made += 1
        self.again.set()
        if self.faults:
            raise self.faults.pop(0)
        return None

    async def until(self, made: int) -> None:
        async with asyncio.timeout(5):
            while self.made < made:
                self.again.clear()
                await self.again.wait()


async def told(turns: Turns, what: Callable[[LedgerTurns], Awaitable[None]], every: float | None = None) -> list[str]:
    part = LedgerTurns("turns", turns, failed="not done yet", every=every)
    with structlog.testing.capture_logs() as logs:
        part.start()
        await what(part)
        await part.stop()
    return [f"{one['log_level']}: {one['event']}" for one in logs]


async def test_nothing_is_done_before_the_ledger_is_open() -> None:
    turns = Turns()

    async def what(part: LedgerTurns) -> None:
        part.wake()
        for _ in range(3):
            await asyncio.sleep(0)
        assert turns.made == 0
        part.open()
        await turns.until(1)
        part.wake()
        await turns.until(2)

    assert await told(turns, what) == []


async def test_so_often_though_nobody_said_that_there_is_something_to_do() -> None:
    turns = Turns()

    async def what(part: LedgerTurns) -> None:
        part.open()
        await turns.until(3)

    assert await told(turns, what, every=0.001) == []


async def test_whatever_a_turn_stumbles_over_it_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that is away is said once for each reason; what nobody thought of with its traceback, and ends nothing."""
    monkeypatch.setattr(ledger_turns, "AGAIN_SECONDS", 0.001)
    turns = Turns(LedgerUnavailable("away"), LedgerUnavailable("away"), RuntimeError("a bug"))

    async def what(part: LedgerTurns) -> None:
        part.open()
        await turns.until(4)

    assert await told(turns, what) == ["warning: not done yet", "error: not done yet"]
