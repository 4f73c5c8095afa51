"""What is to be written down is written in order, waits while the book is away, and is lost by no end that can still write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.ordered_writer import OrderedWriter


class Away(Exception):
    pass


class Ledger:
    """Takes rows while it is ``there``; ``gate`` holds a write under way."""

    def __init__(self, *faults: Exception) -> None:
        self.rows: list[Any] = []
        self.rounds: list[int] = []
        self.there = True
        self.tries = 0
        self.faults = list(faults)
        self.gate: asyncio.Event | None = None

    async def write(self, some: Sequence[Any]) -> None:
        self.tries += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        if not self.there:
            raise Away("no database")
        self.rows += some
        self.rounds.append(len(some))

    async def tried(self, times: int) -> None:
        while self.tries < times:
            await asyncio.sleep(0)


def writer_to(ledger: Ledger, **more: Any) -> OrderedWriter[Any]:
    return OrderedWriter("test", ledger.write, (Away,), **({"again": 0.0} | more))


@asynccontextmanager
async def begun(ledger: Ledger, **more: Any) -> AsyncIterator[OrderedWriter[Any]]:
    made = writer_to(ledger, **more)
    made.start()
    try:
        yield made
    finally:
        ledger.there = True
        await made.stop()


async def test_in_order() -> None:
    ledger = Ledger()
    async with begun(ledger) as writer:
        for row in range(200):
            writer.put(row)
            if row % 7 == 0:
                await asyncio.sleep(0)
        await writer.written()
        assert ledger.rows == list(range(200))
        assert len(writer) == 0


async def test_a_ledger_that_is_away_is_waited_for_and_loses_nothing() -> None:
    """However often it fails, each row is written once, in order; it is told once when it went, and once when it is back."""
    told: list[str] = []
    ledger = Ledger()
    ledger.there = False
    lost, back = (lambda fault, row: told.append(f"{fault} {row}")), (lambda row: told.append(f"back {row}"))
    async with begun(ledger, lost=lost, back=back) as writer:
        for row in range(5):
            writer.put(row)
        await ledger.tried(4)
        assert told == ["no database 0"]
        writer.put(5)
        ledger.there = True
        await writer.written()
        assert ledger.rows == [0, 1, 2, 3, 4, 5]
        assert told == ["no database 0", "back 0"]
        ledger.there = False
        writer.put(6)
        await ledger.tried(ledger.tries + 2)
        assert told[2:] == ["no database 6"]


async def test_a_row_that_cannot_be_written_at_all_holds_nobody_up() -> None:
    ledger = Ledger(ValueError("bad"))
    async with begun(ledger) as writer:
        for row in range(3):
            writer.put(row)
        await writer.written()
    assert ledger.rows == [1, 2]


@pytest.mark.parametrize("bad", [0, 4, 9])
async def test_of_several_at_once_the_one_that_cannot_be_written_is_lost_alone(bad: int) -> None:
    """All of a round or none of it is written: what was put before the bad one, and behind it, is not lost with it."""
    ledger = Ledger()

    async def write(some: Sequence[Any]) -> None:
        if bad in some:
            raise ValueError("bad")
        await ledger.write(some)

    writer = OrderedWriter("test", write, (Away,), together=100)
    for row in range(10):
        writer.put(row)
    await writer.stop()
    assert ledger.rows == [row for row in range(10) if row != bad]
    writer.put(10)
    writer.put(11)
    await writer.stop()
    assert ledger.rounds[-1] == 2, "together again"


async def test_stop_writes_what_waits() -> None:
    """Also what was put while an earlier one was being written, and what a moment of absence had held back."""
    ledger = Ledger(Away("locked"), Away("locked"))
    ledger.gate = asyncio.Event()
    writer = writer_to(ledger, grace=60.0)
    writer.start()
    writer.put(1)
    await ledger.tried(1)
    writer.put(2)
    ending = asyncio.ensure_future(writer.stop())
    await asyncio.sleep(0)
    ledger.gate.set()
    await ending
    assert ledger.rows == [1, 2]


async def test_stop_without_a_start_writes_what_was_put() -> None:
    ledger = Ledger()
    writer = writer_to(ledger)
    writer.put(1)
    await writer.stop()
    assert ledger.rows == [1]


async def test_stop_without_grace_tries_once() -> None:
    ledger = Ledger()
    ledger.there = False
    writer = writer_to(ledger, again=3600.0)
    writer.start()
    writer.put(1)
    await ledger.tried(1)
    await writer.stop()
    assert ledger.tries == 2
    assert len(writer) == 1


async def test_a_ledger_that_is_silent_keeps_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cti.ordered_writer.LAST_TRY_SECONDS", 0.01)
    ledger = Ledger()
    ledger.gate = asyncio.Event()
    left: list[Any] = []
    writer = writer_to(ledger, left=left.extend)
    writer.start()
    writer.put(1)
    await ledger.tried(1)
    writer.put(2)
    async with asyncio.timeout(30):
        await writer.stop()
    assert ledger.rows == []
    assert left == [1, 2], "told to whoever can keep it"


async def test_an_end_that_wrote_all_leaves_nothing() -> None:
    ledger, left = Ledger(), list[Sequence[Any]]()
    writer = writer_to(ledger, left=left.append)
    writer.put(1)
    await writer.stop()
    assert (ledger.rows, left) == ([1], [])


async def test_together_and_at_most() -> None:
    ledger = Ledger()
    ledger.there = False
    async with begun(ledger, together=3, most=7) as writer:
        for row in range(10):
            writer.put(row)
        assert len(writer) == 7
        ledger.there = True
        await writer.written()
    assert ledger.rows == [3, 4, 5, 6, 7, 8, 9]
    assert ledger.rounds == [3, 3, 1]


async def test_the_later_of_one_key_takes_the_place_of_the_earlier() -> None:
    """One that came while the earlier was being written is written too."""
    ledger = Ledger()
    ledger.gate = asyncio.Event()
    async with begun(ledger, key=lambda row: row[0]) as writer:
        writer.put(("a", 1))
        await ledger.tried(1)
        writer.put(("a", 2))
        writer.put(("b", 1))
        writer.put(("a", 3))
        writer.put(("c", 1))
        writer.forget("c")
        ledger.gate.set()
        await writer.written()
    assert ledger.rows == [("a", 1), ("a", 3), ("b", 1)]


async def test_a_round_gathers_until_something_is_wanted_soon() -> None:
    ledger = Ledger()
    async with begun(ledger, together=100, gather=3600.0) as writer:
        writer.put(1, soon=False)
        writer.put(2, soon=False)
        for _turn in range(20):
            await asyncio.sleep(0)
        assert ledger.tries == 0
        writer.put(3)
        await writer.written()
        assert ledger.rounds == [3]
        writer.put(4, soon=False)
    assert ledger.rounds == [3, 1]


async def test_flush_says_that_the_ledger_is_away() -> None:
    ledger = Ledger()
    ledger.there = False
    writer = writer_to(ledger)
    writer.put(1)
    with pytest.raises(Away):
        await writer.flush()
    ledger.there = True
    await writer.flush()
    assert ledger.rows == [1]


@given(st.lists(st.sampled_from(["put", "away", "there", "turn", "bad"]), max_size=40), st.integers(1, 4))
def test_whatever_happens_the_order_holds(steps: list[str], together: int) -> None:
    """No row twice, none before an earlier one, and none lost that can be written."""

    async def story() -> None:
        ledger, put = Ledger(), 0
        async with begun(ledger, together=together) as writer:
            bad = 0
            for step in steps:
                match step:
                    case "put":
                        writer.put(put)
                        put += 1
                    case "bad" if bad == 0:
                        ledger.faults.append(ValueError("bad"))
                        bad = 1
                    case "turn":
                        for _turn in range(4):
                            await asyncio.sleep(0)
                    case _:
                        ledger.there = step == "there"
        assert ledger.rows == sorted(set(ledger.rows))
        assert len(ledger.rows) >= put - bad

    asyncio.run(story())
