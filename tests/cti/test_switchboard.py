"""The switchboard's commands against a scripted peer: what is said in which order. Live: tests/live/test_watching.py."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from cti import switchboard
from cti.commands import Result, TakeOver
from cti.ids import LegId, SeatId
from cti.switchboard import Switchboard
from tests.fakes.ami import FakeAmi, answer

from .story import PLAN

SEAT, EAR = LegId("t-1.2"), LegId("t-1.9")
LEG = (
    "Event: {event}\r\nTimestamp: 1000.0\r\nChannel: PJSIP/8003-00000009\r\nChannelState: 6\r\nUniqueid: {leg}\r\n"
    "Linkedid: {leg}\r\nExten: s\r\nCause: 16\r\n\r\n"
)


@contextlib.asynccontextmanager
async def connected() -> AsyncIterator[tuple[Switchboard, FakeAmi]]:
    server = FakeAmi()
    server.script = obeys
    await server.start()
    board = Switchboard(
        PLAN, lambda _event: None, host="127.0.0.1", port=server.port, events_secret="e", actions_secret="a"
    )
    board.start()
    await until(lambda: board.events.up and board.actions.up)
    try:
        yield board, server
    finally:
        await board.stop()
        await server.stop()


def obeys(action: dict[str, str], writer: asyncio.StreamWriter) -> bool:
    if action["Action"] not in ("Hangup", "BlindTransfer"):
        return False
    writer.write(answer(action, "Success"))
    return True


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


def says(server: FakeAmi, event: str, leg: LegId) -> None:
    server.send(LEG.format(event=event, leg=leg).encode())


async def test_taking_over_waits_until_the_ear_is_gone() -> None:
    """A phone that takes one call at a time refuses the citizen while it has its ear in another."""
    async with connected() as (board, server):
        says(server, "Newchannel", EAR)
        await until(lambda: EAR in board.fold.board.legs)
        doing = asyncio.create_task(board.perform(TakeOver(SEAT, SeatId("8003"), EAR)))
        await until(lambda: server.named("Hangup"))
        await asyncio.sleep(0.1)
        assert server.named("BlindTransfer") == []
        says(server, "Hangup", EAR)
        assert (await doing).result is Result.DONE
        assert [action["Channel"] for action in server.named("BlindTransfer")] == [SEAT]


async def test_an_ear_that_stays_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past its time, or unknown to begin with: the telephone itself says whether it takes the citizen."""
    monkeypatch.setattr(switchboard, "EAR_SECONDS", 0.05)
    async with connected() as (board, server):
        says(server, "Newchannel", EAR)
        await until(lambda: EAR in board.fold.board.legs)
        assert (await board.perform(TakeOver(SEAT, SeatId("8003"), EAR))).result is Result.DONE
        assert (await board.perform(TakeOver(SEAT, SeatId("8003"), LegId("t-1.8")))).result is Result.DONE
        assert len(server.named("BlindTransfer")) == 2
