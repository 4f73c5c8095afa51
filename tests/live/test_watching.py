"""A supervisor on a real Asterisk: who hears whom while watching, and where a citizen goes who is taken over or moved."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hotline.lab.daemon_client import RestRefused
from hotline.lab.phones import Call, answering, one_at_a_time
from hotline.lab.sound import tone

from .site import Site, SiteTelephones, eventually
from .test_pages import audited
from .test_recorded import export, kept, loud
from .test_verbs import CITIZEN, ONE, TWO, far_call, hear, heard, talking

pytestmark = pytest.mark.live

HEAD = "2001"
"""The supervisor, at seat 8003, whose phone has the tone TWO."""


class Supervisor:
    """2001 at seat 8003, whose desk phone takes one call at a time."""

    def __init__(self, floor: SiteTelephones) -> None:
        self.floor = floor

    async def sit(self) -> None:
        floor = self.floor
        await floor.desk.register("8003", floor.site.secret("sip-8003"), one_at_a_time(answering(0.2, None, tone(TWO))))
        await eventually(lambda: floor.rest.login("8003", HEAD), 10)
        floor.seats.append("8003")
        await floor.rest.verb("8003", "pause", reason="会议")

    async def does(self, path: str, **words: object) -> None:
        await self.floor.rest.post(f"{path}?by={HEAD}", {"reason": "质检", **words})

    async def watches(self, mode: str, but: Call | None = None) -> Call:
        await self.does("/api/seats/8001/watch", mode=mode)
        return await far_call(self.calls, but)

    @property
    def calls(self) -> list[Call]:
        return self.floor.desk.lines["8003"].calls


async def sat(floor: SiteTelephones) -> Supervisor:
    """8001 ready with the tone ONE; the supervisor paused at 8003."""
    await floor.sit("8001", answering(0.2, None, tone(ONE)))
    supervisor = Supervisor(floor)
    await supervisor.sit()
    return supervisor


async def test_listening_whispering_barging(site: Site) -> None:
    """Listening: nobody hears the supervisor. Whispering: the agent alone. Barging: both. One watch, its mode changes."""
    async with SiteTelephones(site) as floor:
        supervisor = await sat(floor)
        call, seat = await talking(floor, "13805924001")
        ear = await supervisor.watches("listen")
        await hear((ear, {CITIZEN, ONE}), (call, {ONE}), (seat, {CITIZEN}))
        await floor.until_state("8003", "watching")
        await supervisor.does("/api/seats/8001/watch", mode="whisper")
        await hear((ear, {CITIZEN, ONE}), (call, {ONE}), (seat, {CITIZEN, TWO}))
        await supervisor.does("/api/seats/8001/watch", mode="barge")
        await hear((ear, {CITIZEN, ONE}), (call, {ONE, TWO}), (seat, {CITIZEN, TWO}))
        await supervisor.does("/api/seats/8001/watch", mode="listen")
        await hear((ear, {CITIZEN, ONE}), (call, {ONE}), (seat, {CITIZEN}))
        assert ear.up
        assert len(supervisor.calls) == 1
        await floor.rest.delete(f"/api/seats/8001/watch?by={HEAD}")
        await ear.until_ended(5)
        await hear((call, {ONE}), (seat, {CITIZEN}))
        await floor.until_state("8003", "paused")
        call.hang_up()
        await seat.until_ended(5)


async def test_watching_ends_with_the_call(site: Site) -> None:
    """The watched call is over: the supervisor's phone is free, and no wrap-up is owed."""
    async with SiteTelephones(site) as floor:
        supervisor = await sat(floor)
        call, seat = await talking(floor, "13805924002")
        ear = await supervisor.watches("whisper")
        await hear((seat, {CITIZEN, TWO}))
        call.hang_up()
        await seat.until_ended(5)
        await ear.until_ended(5)
        await floor.until_state("8003", "paused")
        await floor.until_state("8001", "ready")


async def test_taking_over(site: Site, tmp_path: Path) -> None:
    """The citizen hears the supervisor, the agent is free, the call is one call with one recording of both."""
    async with SiteTelephones(site) as floor:
        supervisor = await sat(floor)
        call, seat = await talking(floor, "13805924003")
        ear = await supervisor.watches("listen")
        await hear((ear, {CITIZEN, ONE}))
        assert await seat.until_heard(3)
        await supervisor.does("/api/seats/8001/take-over")
        await ear.until_ended(5)
        await seat.until_ended(5)
        own = await far_call(supervisor.calls, ear)
        await hear((call, {TWO}), (own, {CITIZEN}))
        await floor.until_state("8003", "talking")
        await floor.until_state("8001", "ready")
        assert await own.until_heard(3)
        call.hang_up()
        await own.until_ended(5)
    recording = await kept(site, "13805924003")
    sound = export(site, recording, tmp_path / "out.opus")
    assert recording["faults"] == []
    assert loud(sound[:, 1], ONE) > 1, "the agent is not in the recording"
    assert loud(sound[:, 1], TWO) > 2, "the supervisor is not in the recording"
    assert [row.caller for row in site.ledger()].count("13805924003") == 1
    await eventually(lambda: actions_of(site)[-3:] == ["watch", "take_over", "watch_ended"])


async def test_watching_over_a_dead_daemon(site: Site) -> None:
    """All go on hearing each other; the daemon that comes back knows who listens, and can end it."""
    async with SiteTelephones(site) as floor:
        supervisor = await sat(floor)
        call, seat = await talking(floor, "13805924010")
        ear = await supervisor.watches("listen")
        await floor.until_state("8003", "watching")
        await asyncio.to_thread(site.kill)
        await asyncio.to_thread(site.start)
        await hear((ear, {CITIZEN, ONE}), (call, {ONE}), (seat, {CITIZEN}))
        await floor.until_state("8003", "watching")
        await supervisor.does("/api/seats/8001/watch", mode="whisper")
        await hear((ear, {CITIZEN, ONE}), (call, {ONE}), (seat, {CITIZEN, TWO}))
        await floor.rest.delete(f"/api/seats/8001/watch?by={HEAD}")
        await ear.until_ended(5)
        await floor.until_state("8003", "paused")
        call.hang_up()
        await seat.until_ended(5)


async def test_taking_over_without_listening_first(site: Site) -> None:
    """A seat that was not watched."""
    async with SiteTelephones(site) as floor:
        supervisor = await sat(floor)
        call, seat = await talking(floor, "13805924004")
        await supervisor.does("/api/seats/8001/take-over")
        await seat.until_ended(5)
        own = await far_call(supervisor.calls)
        await hear((call, {TWO}), (own, {CITIZEN}))
        call.hang_up()
        await own.until_ended(5)


async def test_forcing_waits_for_the_call(site: Site) -> None:
    """Nobody is cut off: what was forced in a call comes after it."""
    async with SiteTelephones(site) as floor:
        supervisor = await sat(floor)
        call, seat = await talking(floor, "13805924005")
        await supervisor.does("/api/seats/8001/force", force="pause")
        await hear((call, {ONE}), (seat, {CITIZEN}))
        assert await floor.state("8001") == "talking"
        call.hang_up()
        await seat.until_ended(5)
        await floor.until_state("8001", "paused")
        await supervisor.does("/api/seats/8001/force", force="ready")
        await floor.until_state("8001", "ready")
        await supervisor.does("/api/seats/8001/force", force="log_out")
        await floor.until_state("8001", "logged_out")


async def test_moving_who_waits(site: Site) -> None:
    """To the head: before who came first. To another queue: its seat gets the call."""
    async with SiteTelephones(site) as floor:
        supervisor = await sat(floor)
        await floor.rest.verb("8001", "pause", reason="小休")
        first = await floor.dial(caller="13805924006")
        await waiting(floor, "13805924006")
        second = await floor.dial(caller="13805924007")
        await waiting(floor, "13805924007")
        third = await floor.dial(caller="13805924008")
        await waiting(floor, "13805924008")
        await supervisor.does(f"/api/calls/{await call_of(floor, '13805924007')}/move", queue="mandarin", urgent=True)
        await supervisor.does(f"/api/calls/{await call_of(floor, '13805924008')}/move", queue="emergency")
        await eventually(lambda: in_queue(floor, "13805924008", "emergency"), 10)
        await floor.rest.verb("8001", "ready")  # serves mandarin and not emergency
        seat = await floor.seat_call("13805924007")
        await hear((second, {ONE}), (seat, {CITIZEN}))
        assert first.up
        assert ONE not in heard(first)  # the music he waits with may have any other pitch
        second.hang_up()
        again = await floor.seat_call("13805924006")
        await hear((first, {ONE}), (again, {CITIZEN}))
        first.hang_up()
        await floor.sit("8002", answering(0.2, None, tone(TWO)))
        await floor.seat_call("13805924008")
        await hear((third, {TWO}))
        third.hang_up()
    assert {row.outcome for row in site.ledger() if row.caller == "13805924008"} <= {"", "pending"}


async def test_only_a_supervisor_may(site: Site) -> None:
    """An agent's name is refused; so is a seat that talks with nobody, and a caller who does not wait."""
    async with SiteTelephones(site) as floor:
        supervisor = await sat(floor)
        for by, path, words in (
            ("1001", "/api/seats/8001/watch", {"mode": "listen"}),
            (HEAD, "/api/seats/8001/watch", {"mode": "listen"}),
            (HEAD, "/api/seats/8001/take-over", {}),
            (HEAD, "/api/calls/xm1-1.1/move", {"queue": "mandarin"}),
        ):
            with pytest.raises(RestRefused):
                await floor.rest.post(f"{path}?by={by}", {"reason": "质检", **words})
        call, seat = await talking(floor, "13805924009")
        with pytest.raises(RestRefused):
            await supervisor.does(f"/api/calls/{await call_of(floor, '13805924009')}/move", queue="emergency")
        call.hang_up()
        await seat.until_ended(5)


async def test_all_of_it_is_whole(site: Site) -> None:
    """Every call has its one outcome and its recording; nothing was lost on the way."""
    assert await asyncio.to_thread(site.settle) == []


def actions_of(site: Site) -> list[str]:
    """The supervisor's in the audit log, which is a moment behind."""
    return [action for actor, action, _ in audited(site) if actor == HEAD]


async def call_of(floor: SiteTelephones, caller: str) -> str:
    return next(str(row["call"]) for row in await floor.rest.live_calls() if row["caller"] == caller)


async def in_queue(floor: SiteTelephones, caller: str, queue: str) -> None:
    rows = [row for row in await floor.rest.live_calls() if row["caller"] == caller]
    assert [(row["queue"], row["state"]) for row in rows] == [(queue, "queued")]


async def waiting(floor: SiteTelephones, caller: str, queue: str = "mandarin") -> None:
    await eventually(lambda: in_queue(floor, caller, queue), 20)
