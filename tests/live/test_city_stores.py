"""A citizen's call through the live daemon into each kind of store a city has, and back: ticket, driver, state, the task for the seat."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridge.case_state import CaseState
from bridge.webhook_signature import key_of, signed
from hotline.lab.hotline_instance import Table
from hotline.lab.phones import answering
from hotline.lab.sound import tone
from tests.bridge import georeport_city, old_store, sql_store, webhook_store
from tests.bridge.rigs import Rig

from .site import Site, SiteTelephones, eventually, usual
from .test_verbs import ONE, talking

pytestmark = [pytest.mark.live, pytest.mark.bound(240)]


def by_list(url: str) -> dict[str, Any]:
    return {"url": url, "poll_seconds": 1, "settle_seconds": 1, "answer_seconds": 5}


@asynccontextmanager
async def webhook(folder: Path) -> AsyncIterator[tuple[Rig, dict[str, Any], dict[str, str]]]:
    async with webhook_store.rig(folder) as rig:
        told = {"webhook": {"url": rig.server.url, "answer_seconds": 5}}  # type: ignore[attr-defined]
        yield rig, told, {"casestore-webhook": webhook_store.KEY.decode(), "casestore-callback": secrets.token_hex(16)}


@asynccontextmanager
async def old(folder: Path) -> AsyncIterator[tuple[Rig, dict[str, Any], dict[str, str]]]:
    async with old_store.rig(folder) as rig:
        yield rig, {"old": by_list(rig.server.url)}, {"casestore-key": rig.store.key}  # type: ignore[attr-defined]


@asynccontextmanager
async def open311(folder: Path) -> AsyncIterator[tuple[Rig, dict[str, Any], dict[str, str]]]:
    async with georeport_city.rig(folder) as rig:
        way = by_list(f"{rig.server.url}/v2") | {"service": "001", "address": "厦门市"}  # type: ignore[attr-defined]
        yield rig, {"open311": way}, {"casestore-key": georeport_city.KEY}


@asynccontextmanager
async def sql(folder: Path) -> AsyncIterator[tuple[Rig, dict[str, Any], dict[str, str]]]:
    url = f"sqlite:///{folder}/city.db"
    rig = sql_store.SqlRig(url)
    try:
        yield rig, {"sql": {"url": url}}, {}
    finally:
        await rig.close()


CITIES = {one.__name__: one for one in (webhook, old, open311, sql)}


def site_with(folder: Path, driver: str, told: dict[str, Any], keys: dict[str, str]) -> Site:
    def change(table: Table) -> None:
        usual(table)
        table["casestore"] = {"driver": driver, **told}
        table.setdefault("callbacks", {}).update({"reply_minutes": 0, "reply_hours": "always"})

    site = Site(folder, change)
    site.places.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, word in keys.items():
        path = site.places.secrets / name
        path.write_text(word + "\n", encoding="utf-8")
        path.chmod(0o600)
    return site


async def pushed(floor: SiteTelephones, rig: Any, secret: str) -> int:
    """The newest event, called back, signed; twice. How many of it were new to the door."""
    made = await floor.client.post("/api/programs", json={"name": "city", "scopes": ["cases:report"], "days": 30})
    token = made.json()["token"]
    body = json.dumps({"type": "case.event", "data": rig.store.events[-1]}).encode()
    new = 0
    for ident in ("a", "a", "b"):
        headers = signed([key_of(secret)], ident, datetime.now(UTC), body)
        more = {"Authorization": f"Bearer {token}", "content-type": "application/json"}
        answer = await floor.client.post("/api/case-events", content=body, headers=headers | more)
        assert answer.status_code == 200, answer.text
        new += answer.json()["events"]
    return new


@pytest.mark.parametrize("driver", CITIES)
async def test_a_call_goes_into_the_citys_store_and_its_result_comes_back(driver: str, tmp_path: Path) -> None:
    """Filed in the call, it stands once in the store; what the store says of it opens the reply at the seats; the daemon is killed
    between, and nothing is doubled."""
    async with CITIES[driver](tmp_path) as (rig, told, keys):
        site = site_with(tmp_path / "site", driver, told, keys)
        await asyncio.to_thread(site.__enter__)
        try:
            async with SiteTelephones(site) as floor:
                await floor.sit("8001", answering(0.2, None, tone(ONE)))
                caller = "13805929301"
                call, seat = await talking(floor, caller)
                name = await floor.rest.call_of("8001")
                fields = {
                    "kind": "complaint",
                    "title": "井盖丢失",
                    "content": "湖滨南路",
                    "place": {"address_text": "湖滨南路1号"},
                }
                ticket = await floor.rest.file_ticket(name, fields, seat="8001")
                await eventually_async(lambda: holds(floor, ticket["id"], "filed"), 60)
                assert await rig.keys() == [ticket["ticket"]["key"]]
                call.hang_up()
                await seat.until_ended(10)
                (key,) = await rig.keys()
                await asyncio.to_thread(site.kill)
                await asyncio.to_thread(site.start)
                result = next(state for state in rig.states if state in (CaseState.CHECKED, CaseState.CLOSED))
                moved = datetime.now(UTC)
                await rig.move(key, result)
                if driver == "webhook":
                    assert await pushed(floor, rig, keys["casestore-callback"]) == 2
                await eventually_async(lambda: owes(floor, ticket["id"]), 60)
                (task,) = await owed(floor, ticket["id"])
                print(
                    f"{driver}: the reply is a task {(datetime.fromisoformat(task['made_at']) - moved).total_seconds():.2f} s later"
                )
                assert len(await rig.keys()) == 1
                known = (await floor.client.get(f"/api/tickets/{ticket['id']}")).json()
                assert known["case_number"]
                assert known["case_state"] == "checked", (
                    "closed by a store of its own accord: the citizen is told first"
                )
        finally:
            await asyncio.to_thread(site.__exit__, None, None, None)


async def eventually_async(so: Callable[[], Any], seconds: float) -> None:
    async def check() -> None:
        assert await so()

    await eventually(check, seconds)


async def holds(floor: SiteTelephones, ticket: str, state: str) -> bool:
    told = (await floor.client.get(f"/api/tickets/{ticket}")).json()
    return bool(told["case_number"]) and told["case_state"] == state


async def owed(floor: SiteTelephones, ticket: str) -> list[dict[str, Any]]:
    rows = (await floor.client.get("/api/callbacks", params={"kind": "reply"})).json()
    rows = rows["tasks"] if isinstance(rows, dict) else rows
    return [row for row in rows if ticket in json.dumps(row)]


async def owes(floor: SiteTelephones, ticket: str) -> bool:
    return bool(await owed(floor, ticket))
