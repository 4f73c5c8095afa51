"""The live stream from a real daemon: sessions made by sign-in, pops of real calls, a restart in mid-call, alarms."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts.cookie import NAME

from .site import Site, SiteTelephones, eventually

pytestmark = pytest.mark.live
PASSWORD = "Lu-Deng-Bu-Liang-88"


class Console:
    """One page's stream, and all it was told."""

    def __init__(self, site: Site, account: str) -> None:
        self._site, self.account, self.cookie = site, account, ""
        headers = {"X-Hotline": "1", "Origin": site.origin}
        self.client = httpx.AsyncClient(base_url=site.url, headers=headers, timeout=10.0)
        self.told: list[dict[str, Any]] = []
        self.socket: ClientConnection | None = None

    async def __aenter__(self) -> Console:
        await self.sign_in()
        return self

    async def __aexit__(self, *fault: object) -> None:
        await self.client.aclose()
        if self.socket is not None:
            await self.socket.close()

    async def sign_in(self) -> None:
        names = {row["id"]: (row["name"], row["role"]) for row in self._site.settings["agent"]}
        name, role = names[self.account]
        async with self._site.rest() as operator:
            body = {"name": name, "role": role, "password": PASSWORD}
            given = await operator.put(f"/api/accounts/{self.account}", json=body)
            if given.status_code != 422:  # it has this password already
                given.raise_for_status()
        reply = await self.client.post("/api/session", json={"account": self.account, "password": PASSWORD})
        reply.raise_for_status()
        self.cookie = f"{NAME}={reply.cookies[NAME]}"
        self.client.headers["Cookie"] = self.cookie

    async def open(self, instance: str = "page-0001", **resume: Any) -> None:
        if self.socket is not None:
            await self.socket.close()
        url = self._site.url.replace("http", "ws") + "/stream"
        headers = {"Cookie": self.cookie}
        self.socket = await connect(url, origin=self._site.origin, additional_headers=headers, max_size=None)  # type: ignore[arg-type]
        await self.socket.send(json.dumps({"t": "hello", "instance": instance, **resume}))

    async def until(self, what: str, seconds: float = 15.0, **like: Any) -> dict[str, Any]:
        """The next message of this kind with these values; the others are kept in ``told``."""
        assert self.socket is not None
        async with asyncio.timeout(seconds):
            while True:
                said: dict[str, Any] = json.loads(await self.socket.recv())
                self.told.append(said)
                if said["t"] == what and all(said.get(name) == value for name, value in like.items()):
                    return said

    async def until_row(self, kind: str, seconds: float = 20.0, **like: Any) -> dict[str, Any]:
        while True:
            for row in (await self.until("delta", seconds)).get(kind, []):
                if all(row[name] == value for name, value in like.items()):
                    return dict(row)


async def test_a_real_call_pops_before_any_delta_tells_of_it_and_a_restart_begins_another_picture(site: Site) -> None:
    async with Console(site, "1001") as agent, Console(site, "2001") as chief, SiteTelephones(site, 1) as floor:
        await agent.open()
        await chief.open()
        snapshot = await agent.until("snapshot")
        await chief.until("snapshot")
        call = await floor.dial(caller="13805928001")
        pop = await agent.until("pop", seat="8001")
        assert (pop["party"]["number"], pop["party"]["kind"]) == ("13805928001", "mobile")
        assert pop["party"]["area"] == "福建泉州"
        before = [row for told in agent.told if told["t"] == "delta" for row in told["calls"]]
        assert not before, "an agent sees a call when it is the own one, and the pop comes first"
        row = await agent.until_row("calls", state="talking")
        assert row["call"] == pop["call"]["call"]
        seqs = [told["seq"] for told in agent.told if "seq" in told]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        await chief.until_row("calls", call=row["call"], state="talking")

        notice = await chief.client.post("/api/notices", json={"text": "台风蓝色预警", "urgent": True})
        assert notice.json()["heard"] == 2
        assert (await agent.until("notice"))["text"] == "台风蓝色预警"
        assert (await agent.client.post("/api/notices", json={"text": "不许"})).status_code == 403

        last = agent.told[-1].get("seq") or seqs[-1]
        await asyncio.to_thread(site.kill)
        await asyncio.to_thread(site.start)
        with pytest.raises(ConnectionClosed):
            await agent.until("never")
        await agent.open(epoch=snapshot["epoch"], seq=last)
        again = await agent.until("snapshot")
        assert again["epoch"] != snapshot["epoch"]
        assert [one["state"] for one in again["calls"]] == ["talking"]
        assert (await agent.until("notice"))["id"] == notice.json()["id"], "for who comes within the hour"
        call.hang_up()
        gone = await agent.until("delta")
        while row["call"] not in gone["gone"]:
            gone = await agent.until("delta")


async def test_nobody_gets_in_without_a_session_or_from_another_page(site: Site) -> None:
    async with Console(site, "1002") as agent:
        await _guarded(site, agent)


async def _guarded(site: Site, agent: Console) -> None:
    url = site.url.replace("http", "ws") + "/stream"
    for headers in ({}, {"Cookie": f"{NAME}=nonsense", "Origin": site.origin}, {"Cookie": agent.cookie},
                    {"Cookie": agent.cookie, "Origin": "https://evil.example"}):  # fmt: skip
        with pytest.raises(InvalidStatus) as refused:
            async with connect(url, additional_headers=headers):
                pass
        assert refused.value.response.status_code in (401, 403)
    await agent.open()
    await agent.until("snapshot")
    (await agent.client.delete("/api/session")).raise_for_status()
    assert (await agent.until("bye"))["why"] == "signed_out"


async def test_an_alarm_is_raised_seen_and_outlives_a_restart(site: Site) -> None:
    """The second carrier's trunk of the test's house has nobody at its end."""
    async with Console(site, "2001") as chief, Console(site, "1003") as agent:
        await _alarmed(site, chief, agent)


def written(site: Site, alarm: int) -> bool:
    """In the ledger: what stands in memory alone is gone with the daemon."""
    with closing(sqlite3.connect(f"file:{site.places.ledger}?mode=ro", uri=True)) as db:
        return db.execute("SELECT 1 FROM alarms WHERE alarm_id = ?", (alarm,)).fetchone() is not None


async def _alarmed(site: Site, chief: Console, agent: Console) -> None:
    await chief.open()
    async with asyncio.timeout(30):
        alarms = (await chief.until("snapshot"))["alarms"]
        while not any(one["kind"] == "trunk_down" for one in alarms):
            alarms = (await chief.until("delta"))["alarms"]
    alarm = next(one for one in alarms if one["kind"] == "trunk_down")
    assert alarm["acknowledged_by"] == ""
    await eventually(lambda: written(site, alarm["id"]))  # shown at once, the row is a moment behind
    await asyncio.to_thread(site.kill)
    await asyncio.to_thread(site.start)
    await chief.open()
    standing = [one for one in (await chief.until("snapshot"))["alarms"] if one["subject"] == alarm["subject"]]
    assert [one["id"] for one in standing] == [alarm["id"]]
    seen = await chief.client.post(f"/api/alarms/{alarm['id']}/acknowledge", json={"note": "已报修"})
    assert seen.status_code == 200, seen.text
    assert seen.json()["acknowledged_by"] == "2001"
    told = await chief.until_row("alarms", id=alarm["id"])
    assert told["acknowledged_by"] == "2001"
    history = (await chief.client.get("/api/alarms")).json()
    assert [one["acknowledged_by"] for one in history if one["id"] == alarm["id"]] == ["2001"]
    assert (await agent.client.get("/api/alarms")).status_code == 403
