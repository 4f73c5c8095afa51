"""The case store is a program of its own: it outlives the daemon, and the daemon outlives it."""

from __future__ import annotations

import asyncio
import os
import signal

import httpx
import pytest

from hotline.lab.hotline_instance import InstanceError
from tests.faults import witness
from tests.live.site import Site, eventually

pytestmark = pytest.mark.fault

TICKET = {"kind": "投诉", "title": "积水", "content": "湖滨南路积水", "subject": {"code": "0406", "kind": "event"}}


async def filed(site: Site, *keys: str) -> None:
    """Tickets without a call, each under its sender's own key."""
    async with site.rest() as client:
        for key in keys:
            (
                await client.post("/api/tickets", json=TICKET, headers={"Idempotency-Key": f"filing-{key}"})
            ).raise_for_status()


async def vital(client: httpx.AsyncClient) -> bool:
    vitals = (await client.get("/api/health")).json()["vitals"]
    return bool(next(one["ok"] for one in vitals if one["name"] == "casestore"))


def cases(site: Site) -> list[str]:
    return [case.number for case in witness.cases(site.places.casestore)]


@pytest.mark.bound(150)
async def test_it_outlives_a_killed_daemon_and_ends_with_an_orderly_one(site: Site) -> None:
    """kill -9 of the daemon: the same process is adopted by the next one and takes its tickets."""
    pid = site.case_store_pid()
    assert pid is not None
    await filed(site, "before")
    await eventually(lambda: len(cases(site)) == 1, 15)
    site.kill()
    assert site.case_store_pid() == pid
    await asyncio.to_thread(site.start)
    assert site.case_store_pid() == pid
    await filed(site, "after")
    await eventually(lambda: len(cases(site)) == 2, 15)
    assert site.verify() == ()
    assert await asyncio.to_thread(site.stop) == 0
    assert site.case_store_pid() is None
    assert site.running() == []


@pytest.mark.bound(150)
async def test_tickets_wait_for_a_killed_one(site: Site) -> None:
    """It is started again by the daemon; the vital says that it is gone; nothing is lost, nothing stands twice."""
    await filed(site, "1", "2")
    await eventually(lambda: len(cases(site)) == 2, 15)
    pid = site.case_store_pid()
    assert pid is not None
    async with site.rest() as client:
        assert await vital(client)
        os.kill(pid, signal.SIGKILL)
        await eventually(lambda: _gone(client), 5)
        await filed(site, "3", "4", "5")
        await eventually(lambda: vital(client), 40)
    assert site.case_store_pid() not in (None, pid)
    await eventually(lambda: len(cases(site)) == 5, 40)
    assert len(set(cases(site))) == 5
    assert site.verify() == ()


async def _gone(client: httpx.AsyncClient) -> bool:
    return not await vital(client)


@pytest.mark.bound(150)
async def test_a_start_with_its_port_taken_is_refused(idle: Site) -> None:
    """Field and cure, before anything is started."""
    server = await asyncio.start_server(
        lambda _reader, writer: writer.close(), "127.0.0.1", idle.settings["ports"]["casestore"]
    )
    try:
        with pytest.raises(InstanceError, match=r"ports\.casestore"):
            await asyncio.to_thread(idle.start)
        assert idle.running() == []
    finally:
        server.close()
    await asyncio.to_thread(idle.start)
    assert idle.case_store_pid() is not None
