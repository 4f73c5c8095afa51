"""The daemon is killed or stopped under callers in every state; the telephone goes on (T7, T8)."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import pytest

from hotline.lab.hotline_instance import InstanceError
from hotline.lab.phones import Call, answering
from tests.live.site import SEAT_TONE, Site, SiteTelephones, eventually

pytestmark = pytest.mark.fault

MOST_SILENCE_S = 3.0
"""I1: no caller hears nothing for longer."""


async def all_talk_and_go(floor: SiteTelephones, calls: list[Call], seconds: float) -> None:
    """Every one of these callers is answered, talks a little and goes."""

    async def one(call: Call) -> None:
        seat = await floor.seat_call(call.caller, seconds)
        await asyncio.sleep(1.5)
        call.hang_up()
        with suppress(TimeoutError):
            await seat.until_ended(5)

    await asyncio.gather(*(one(call) for call in calls))


def queued(site: Site) -> set[str]:
    """Callers who entered a queue, by Asterisk's own log."""
    lines = site.places.queue_log.read_text(encoding="utf-8").splitlines()
    return {line.split("|")[6] for line in lines if "|ENTERQUEUE|" in line}


def assert_never_left_alone(calls: list[Call]) -> None:
    silent = {call.caller: call.line()["longest_silence"] for call in calls}
    assert all(isinstance(gap, float) and gap < MOST_SILENCE_S for gap in silent.values()), silent


@pytest.mark.always
@pytest.mark.bound(120)
async def test_ten_calls_survive_a_killed_daemon(site: Site) -> None:
    """kill -9 for 5 s with calls in notice, queue, talk and wrap-up, and new ones meanwhile: none is disturbed or lost."""
    async with SiteTelephones(site, 4, answering(0.3, None, SEAT_TONE)) as floor:
        talking = [await floor.dial(caller=f"1380001000{n}") for n in range(3)]
        wrapping = await floor.dial(caller="13800010009")
        seats = [await floor.seat_call(call.caller, 20) for call in (*talking, wrapping)]
        queued = [await floor.dial(trunk="unicom", caller=f"1380002000{n}") for n in range(3)]
        await asyncio.sleep(5)  # notice over: they wait, all seats talk
        wrapping.hang_up()
        await seats[3].until_ended(3)
        noticed = [await floor.dial(caller=f"1380003000{n}") for n in range(3)]
        for call in noticed:
            assert await call.until_heard(0.5)

        site.kill()
        fresh = [await floor.dial("12319110", trunk="unicom", caller=f"1380004000{n}") for n in range(2)]
        for call in fresh:
            assert await call.until_answered(5)
        talking[0].hang_up()
        await asyncio.sleep(5)
        assert all(call.up for call in (*talking[1:], *noticed, *fresh)), "a call was disturbed"
        await asyncio.to_thread(site.start)
        async with asyncio.timeout(10):  # whose line each is, no snapshot tells: the book does
            while {row["line"] for row in await floor.rest.live_calls()} != {"citizen", "partner"}:
                await asyncio.sleep(0.1)

        for call in talking[1:]:
            assert call.up, "a talk was disturbed"
            call.hang_up()
        await all_talk_and_go(floor, [*queued, *noticed, *fresh], 45)
        assert_never_left_alone([*talking, *queued, *noticed, *fresh])
    assert site.settle() == []


async def test_a_start_that_fails_leaves_the_calls(site: Site) -> None:
    """A port is taken when the daemon comes back: the Asterisk it found goes on, and the next start adopts it."""
    async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
        call = await floor.dial(caller="13800060001")
        seat = await floor.seat_call(call.caller, 20)
        site.kill()
        with (
            socket.create_server(("127.0.0.1", site.settings["ports"]["agi"])),
            pytest.raises(InstanceError, match="ended with status"),
        ):
            await asyncio.to_thread(site.start)
        assert call.up
        await asyncio.to_thread(site.start)
        assert call.up
        call.hang_up()
        await seat.until_ended(5)
    assert site.settle() == []


@pytest.mark.bound(120)
async def test_a_stopped_daemon_keeps_nobody_in_the_notice(site: Site) -> None:
    """SIGSTOP for 20 s: callers in the notice are in the queue within the deadline, talk, and leak no channel."""
    async with SiteTelephones(site, 2, answering(0.3, None, SEAT_TONE)) as floor:
        calls = [await floor.dial(caller=f"1380005000{n}") for n in range(3)]
        for call in calls[:2]:
            assert await call.until_heard(0.5)
        site.freeze()
        try:
            stopped = asyncio.get_running_loop().time()
            late = await floor.dial(caller="13800050009")
            await eventually(lambda: queued(site) == {call.caller for call in (*calls, late)}, 15)
            async with asyncio.timeout(8):
                while sum(seat.up for seat in floor.desk.calls) < 2:
                    await asyncio.sleep(0.05)
            for seat in [seat for seat in floor.desk.calls if seat.up]:
                seat.hang_up()
            await asyncio.sleep(max(0.0, 20 - (asyncio.get_running_loop().time() - stopped)))
        finally:
            site.thaw()
        await all_talk_and_go(floor, [call for call in (*calls, late) if call.up], 40)
        assert_never_left_alone([*calls, late])
    assert site.settle() == []
    assert site.channels() == 0
