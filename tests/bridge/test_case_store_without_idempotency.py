"""A long list of cases is read a spell at a time: whoever asks gets on, however often they are cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

import bridge.case_store_without_idempotency
from bridge.case_state import CaseState
from bridge.case_store_messages import Message, filing
from bridge.case_store_without_idempotency import SPELL, ListedStore, Pending, Piece, signature
from bridge.drivers import Heard, Receipt, Unreachable
from bridge.drivers.open311 import Open311
from bridge.seen_cases import Shown

from .georeport_city import Habits, city_with, way
from .made import ticket

NOW = datetime(2026, 11, 1, tzinfo=UTC)
A_DAY, PIECE = 1000, 50
SECONDS_A_PIECE = 1.0


class LongList:
    """90,000 cases of 90 days, 50 a piece, a second each; asked from anywhere."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.pieces = 0
        self.cut_after = 0
        """Whoever reads is cut off within the piece after so many; 0: never."""

    async def listed(self, since: datetime, until: datetime | None) -> AsyncIterator[Piece | Unreachable]:
        step = timedelta(days=PIECE / A_DAY)
        at, end = since, until or NOW
        while at < end:
            self.pieces += 1
            self.seconds += SECONDS_A_PIECE
            if self.cut_after and self.pieces % self.cut_after == 0:
                raise asyncio.CancelledError
            first = round((NOW - at) / timedelta(days=1) * A_DAY)
            numbers = [str(first - n) for n in range(PIECE) if first - n > 0]
            at += step
            yield Piece([Shown(f"k/{n}", n, CaseState.FILED, None) for n in numbers], min(at, end))

    async def post(self, message: Message) -> str | Pending:
        return "new"


def store() -> tuple[LongList, ListedStore]:
    made = LongList()
    born = datetime(2000, 1, 1, tzinfo=UTC)
    return made, ListedStore(made, clock=lambda: NOW, ticks=lambda: made.seconds, born=born, whole=1e9)


async def test_finding_gets_on_a_spell_at_a_time() -> None:
    """Never longer than a spell and the last two days; nothing old is read twice; until then nothing is taken for absent."""
    wire, one = store()
    for _ask in range(400):
        began = wire.seconds
        answer = await one.find("nobody/1")
        assert wire.seconds - began <= SPELL + 45
        if answer is None:
            break
        assert isinstance(answer, Unreachable)
        assert not answer.silent
    else:
        pytest.fail("never read through")
    assert wire.pieces <= 90 * A_DAY / PIECE + 5
    assert await one.find("k/77777") == Receipt("77777", "")
    assert await one.deliver(filing(ticket(1))) == Receipt("new", "")


async def test_hearing_tells_what_is_read_already() -> None:
    """From the first spell on, each case once."""
    wire, one = store()
    mark, heard = "", list[str]()
    for _ask in range(400):
        began = wire.seconds
        told = await one.hear(mark, 100_000)
        assert isinstance(told, Heard)
        assert wire.seconds - began <= SPELL + 45
        assert heard or told.events, "nothing was told of what was read"
        mark = told.mark
        heard += [event.case_number for event in told.events]
        if len(heard) == 90 * A_DAY:
            break
        wire.seconds += one.poll
    assert len(set(heard)) == len(heard) == 90 * A_DAY


async def test_who_is_cut_off_has_read_something() -> None:
    wire, one = store()
    wire.cut_after = 7
    for _ask in range(2000):
        try:
            await one.find("nobody/1")
        except asyncio.CancelledError:
            if wire.pieces > 90 * A_DAY / PIECE * 8 / 7:
                break
    wire.cut_after = 0
    before = wire.pieces
    assert await one.find("nobody/1") is None
    assert wire.pieces - before < 45


async def test_a_server_that_cuts_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """A spell of one piece: every question goes on where the one before ended, and all are heard."""
    monkeypatch.setattr(bridge.case_store_without_idempotency, "SPELL", 0.0)
    async with city_with(Habits(cap=50)) as (city, server):
        one = Open311(way(server), poll=0, settle=0.2)
        try:
            begin = datetime.now(UTC).replace(microsecond=0) - timedelta(days=80)
            keys = [f"call-{n}/1" for n in range(600)]
            for n, key in enumerate(keys):
                city.add(f"积水\n{signature(key)}", begin + timedelta(hours=3 * n))
            first = await one.hear("", 1000)
            assert isinstance(first, Heard)
            assert 0 < len(first.events) < 60
            asked = 1
            while isinstance(await one.find("nobody/1"), Unreachable):
                asked += 1
                assert asked < 60
            told = await one.hear("", 1000)
            assert isinstance(told, Heard)
            assert {event.key for event in told.events} == set(keys)
        finally:
            await one.close()
