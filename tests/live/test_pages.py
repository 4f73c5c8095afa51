"""What the pages ask for, of a real daemon after real calls: the pop, the seat's and the wall's day, the recording."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import soundfile

from hotline.lab.phones import Call, answering
from hotline.lab.sound import tone
from hotline.verbs.shell_user import actor
from tests.fakes.said import said

from .site import Site, SiteTelephones, eventually
from .test_recorded import kept
from .test_verbs import ONE

pytestmark = pytest.mark.live

CALLER = "13805925001"
TICKET = {"kind": "complaint", "title": "路灯不亮", "content": "湖滨南路路口的路灯三天不亮。"}


async def told(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def talk(floor: SiteTelephones, seconds: float = 2.0) -> tuple[Call, Call, str]:
    call = await floor.dial(caller=CALLER)
    seat = await floor.seat_call(CALLER)
    await floor.until_state("8001", "talking")
    assert await seat.until_heard(seconds)
    return call, seat, await floor.rest.call_of("8001")


async def test_who_calls_again_is_known(site: Site, tmp_path: Path) -> None:
    """The second call of a number shows the first with ticket and recording; the figures are the report's."""
    async with SiteTelephones(site) as floor, site.rest() as client:
        await floor.sit("8001", answering(0.2, None, tone(ONE)))
        call, seat, first = await talk(floor)
        pop = await told(client, f"/api/calls/{first}/pop")
        assert (pop["party"]["area"], pop["party"]["carrier"], pop["party"]["kind"]) == ("福建泉州", "移动", "mobile")
        assert (pop["line_name"], pop["earlier"], pop["calls_30_days"]) == ("12319 直拨", [], 0)
        ticket = await floor.rest.file_ticket(first, TICKET, seat="8001")
        call.hang_up()
        await seat.until_ended(5)
        await floor.until_state("8001", "ready")
        recording = await kept(site, CALLER)
        before = [one for one in floor.desk.calls if one.caller == CALLER]
        call = await floor.dial(caller=CALLER)
        await eventually(lambda: [one for one in floor.desk.calls if one.caller == CALLER and one not in before], 20)
        await floor.until_state("8001", "talking")
        second = await floor.rest.call_of("8001")
        pop = await told(client, f"/api/calls/{second}/pop")
        (earlier,) = pop["earlier"]
        assert (earlier["call"]["call"], earlier["ticket_ids"]) == (first, [ticket["id"]])
        assert [(one["part"], one["state"], one["faults"]) for one in earlier["recordings"]] == [(1, "shelved", "")]
        assert [one["ticket"]["title"] for one in pop["tickets"]] == ["路灯不亮"]
        assert (pop["open_tickets"], pop["calls_30_days"], pop["callback_open"]) == (1, 1, False)
        await asyncio.sleep(1.5)  # a shorter talk is no answer
        call.hang_up()
        await floor.until_state("8001", "ready")
        await eventually(lambda: asked_day(client), 10)
        day = await told(client, "/api/wall/day")
        figures = json.loads(site.hotline("report", "kpi", "--json", "--since", day["since"], "--until", day["until"]))
        row = next(one for one in day["figures"] if one["of"] == "all")
        counts = figures["counts"]
        assert {name: row[name] for name in ("offered", "answered", "answered_15s", "requests", "abandoned")} == {
            name: counts[name] for name in ("offered", "answered", "answered_15s", "requests", "abandoned")
        }
        assert [(one["key"], one["count"]) for one in day["tickets_by_kind"]] == [("complaint", 1)]
        bounds = {"since": day["since"], "until": day["until"]}
        behind = await told(client, "/api/wall/calls", set="answered", **bounds)
        assert [one["call"] for one in behind] == [second, first]
        assert [one["id"] for one in await told(client, "/api/wall/tickets", **bounds)] == [ticket["id"]]
        await heard(site, client, first, recording["seconds"], tmp_path / "out.opus")


async def test_an_agents_own_things(site: Site) -> None:
    """Signed in: the draft ends with the ticket, the work is one's own, a colleague gets none of it."""
    async with (
        SiteTelephones(site) as floor, site.rest() as operator, signed_in(site, operator, "1001") as me,
        signed_in(site, operator, "1002") as other, signed_in(site, operator, "2001", "supervisor") as chief,
    ):  # fmt: skip
        await floor.sit("8001", answering(0.2, None, tone(ONE)))
        call, seat, ident = await talk(floor)
        draft = f"/api/calls/{ident}/draft"
        assert (await me.put(draft, json={"version": 1, "fields": {"title": "路灯"}})).status_code == 200
        assert [one["call"] for one in await told(me, "/api/my/drafts")] == [ident]
        assert (await told(me, f"/api/calls/{ident}/pop"))["call"]["caller"] == CALLER
        assert (await other.get(f"/api/calls/{ident}/pop")).status_code == 403
        filed = await me.post(f"/api/calls/{ident}/tickets", json=TICKET)
        assert filed.status_code == 201, filed.text
        assert await told(me, "/api/my/drafts") == []
        assert (await me.post("/api/seats/8001/watch", json={"mode": "listen", "reason": "x"})).status_code == 403
        forced = await chief.post("/api/seats/8001/force", json={"force": "pause", "reason": "小休"})
        assert forced.json()["detail"] == "after_call"
        call.hang_up()
        await seat.until_ended(5)
        await floor.until_state("8001", "paused")
        # the audit log is a moment behind
        await eventually(lambda: [row for row in audited(site) if row[1] == "force"] == [("2001", "force", ident)])
        assert [one["id"] for one in await told(me, "/api/my/tickets")][:1] == [filed.json()["id"]]
        await eventually(lambda: last_call(me, ident), 10)
        assert await told(other, "/api/my/calls") == []
        assert (await told(me, "/api/my/day"))["tickets"] >= 1
        listen = f"/api/calls/{ident}/recording"
        await eventually(lambda: answers(me, listen, 200), 30)
        assert await answers(other, listen, 403)


async def last_call(client: httpx.AsyncClient, call: str) -> None:
    assert [one["call"] for one in await told(client, "/api/my/calls")][:1] == [call]


async def answers(client: httpx.AsyncClient, path: str, status: int) -> bool:
    return (await client.get(path, headers=said(purpose="复核"))).status_code == status


@asynccontextmanager
async def signed_in(
    site: Site, operator: httpx.AsyncClient, account: str, role: str = "agent"
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's session, without the browser."""
    password = "Lu-Deng-Bu-Liang-88"
    name = next(one["name"] for one in site.settings["agent"] if one["id"] == account)
    made = await operator.put(f"/api/accounts/{account}", json={"name": name, "role": role, "password": password})
    assert made.status_code == 200, made.text
    async with httpx.AsyncClient(base_url=site.url, headers={"X-Hotline": "1"}, timeout=10.0) as client:
        answer = await client.post("/api/session", json={"account": account, "password": password})
        assert answer.status_code == 200, answer.text
        client.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]
        yield client


async def asked_day(client: httpx.AsyncClient) -> None:
    """The book is a moment behind the telephone."""
    day = await told(client, "/api/seats/8001/day")
    assert (day["agent"], day["answered"]) == ("1001", 2)
    assert day["talk_seconds_mean"] > 1
    assert {state for _, state, _ in day["states"]} >= {"ready", "ringing", "talking", "wrap_up"}


async def heard(site: Site, client: httpx.AsyncClient, call: str, seconds: float, target: Path) -> None:
    """Piece by piece as a browser seeks, it is the recording that the command line exports; one audit row."""
    path = f"/api/calls/{call}/recording"
    whole = await client.get(path, headers=said(purpose="回访核实"))
    assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/ogg; codecs=opus")
    size = int(re.fullmatch(r"bytes 0-99/(\d+)", (await part(client, path, 0, 99)).headers["content-range"])[1])  # type: ignore[index]
    pieces = [(await part(client, path, at, min(at + 4999, size - 1))).content for at in range(0, size, 5000)]
    assert b"".join(pieces) == whole.content
    target.write_bytes(whole.content)
    sound, rate = soundfile.read(target, always_2d=True)
    assert (rate, sound.shape[1]) == (8000, 2)
    assert abs(len(sound) / rate - seconds) < 0.2
    export = target.with_name("export.opus")
    site.hotline("recording", "export", call, str(export), "--purpose", "technical", "--words", "a test")
    assert export.read_bytes() == whole.content
    assert [row for row in audited(site) if row[1] == "listened"] == [
        ("operator", "listened", call), (actor(), "listened", call),
    ]  # fmt: skip


async def part(client: httpx.AsyncClient, path: str, first: int, last: int) -> httpx.Response:
    headers = said(purpose="回访核实") | {"Range": f"bytes={first}-{last}"}
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 206
    return answer


def audited(site: Site) -> list[tuple[str, str, str]]:
    """Actor, action and call of every row of the audit log, oldest first."""
    with sqlite3.connect(f"file:{site.places.ledger}?mode=ro", uri=True) as db:
        return list(db.execute("SELECT actor, action, call_id FROM audit ORDER BY seq"))
