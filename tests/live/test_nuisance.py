"""Nuisance callers at their own ear: held back as a supervisor decided, with the daemon dead too; danger and partners never (decision 0050)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call, answering

from .site import SEAT_TONE, Site, SiteTelephones, eventually, usual
from .test_self_service import rows
from .tones import as_tone, tone_heard

pytestmark = pytest.mark.live

MESSAGE, SPENT, APPEALED = 1010, 1130, 1270
TONES = {"nuisance_message": MESSAGE, "nuisance_spent": SPENT, "nuisance_appealed": APPEALED}
"""Each prompt a tone of its own."""
PARTNER = "1231912345"


def graded(table: Table) -> None:
    usual(table)
    table["nuisance"] |= {"queue": "brief", "quota_minutes": 1}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), graded)
    for name, hertz in TONES.items():
        as_tone(here.places.prompts, name, hertz, 1.0)
    with here:
        yield here


async def said(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    reply = await client.post(path, json=body)
    assert reply.status_code < 300, reply.text
    told: dict[str, Any] = reply.json()
    return told


async def tagged(floor: SiteTelephones, caller: str) -> str:
    """A call of this number that a seat answered was tagged as a nuisance; gives the tag."""
    call = await floor.dial(caller=caller)
    await floor.seat_call(caller)
    live = (await floor.client.get("/api/calls/live")).json()
    ident = next(row["call"] for row in live if row["caller"] == caller)
    made = await said(floor.client, f"/api/calls/{ident}/nuisance", reason="prank", note="恶作剧")
    call.hang_up()
    await said(floor.client, f"/api/calls/{ident}/disposition", outcome="nuisance")
    await floor.until_state("8001", "ready")
    return str(made["id"])


async def decided(floor: SiteTelephones, caller: str, grade: str) -> str:
    tag = await tagged(floor, caller)
    made = await said(floor.client, f"/api/nuisance/tags/{tag}/decide", grade=grade, days=1, reason="多次恶作剧")
    assert made["in_force"]
    return str(made["decision"]["id"])


async def hears(floor: SiteTelephones, caller: str, hertz: int, number: str = "12319") -> Call:
    call = await floor.dial(number, caller=caller)
    assert await call.until_answered(10)
    assert call.answered is not None
    await tone_heard(call, hertz, call.answered)
    return call


async def served(floor: SiteTelephones, caller: str) -> None:
    """A seat talks with this caller now; he has called before."""
    await eventually(
        lambda: any(one.up and one.answered and one.caller == caller and not one.outgoing for one in floor.desk.calls),
        30,
    )


async def waits_in(site: Site, queue: str) -> None:
    """A caller from the carrier, the only one that there is."""
    await eventually(lambda: "PJSIP/telecom" in site.hotline("asterisk", "cli", f"queue show {queue}"), 20)


@pytest.mark.bound(300)
async def test_a_message_an_appeal_and_danger_whatever_has_died(site: Site) -> None:
    """Told in each spelling of the number, with the daemon dead and after Asterisk's death; 0 leads to a person at once; an appeal by
    key, upheld, and the number is as any other; a partner's call is never held back."""
    caller = "13805927001"
    async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
        await decided(floor, caller, "message")
        told = await hears(floor, caller, MESSAGE)
        told.hang_up()
        by_key = await hears(floor, f"+86{caller}", MESSAGE)
        await by_key.press("1")
        assert by_key.answered is not None
        await tone_heard(by_key, APPEALED, by_key.answered)
        await by_key.until_ended(10)
        partners = await floor.dial(PARTNER, caller=caller)
        await served(floor, caller)
        partners.hang_up()
        await asyncio.sleep(1)  # the judge tells by time whose ring at the seat it was
        await asyncio.to_thread(site.kill)

        dead = await hears(floor, caller, MESSAGE)  # the daemon is dead
        await dead.press("0")
        await waits_in(site, "emergency")
        dead.hang_up()
        await asyncio.to_thread(site.start)
        await asyncio.to_thread(site.kill_asterisk)

        async def told_again() -> None:
            call = await floor.dial(caller=caller)
            try:
                assert await call.until_answered(3)
                await tone_heard(call, MESSAGE, call.answered or time.time())
            except TimeoutError as early:
                raise AssertionError("not answered") from early
            finally:
                call.hang_up()

        await eventually(told_again, 60)
        (appeal,) = (await floor.client.get("/api/nuisance")).json()["appeals"]
        assert (appeal["how"], appeal["number"], appeal["grade"]) == ("phone", caller, "message")
        upheld = await said(
            floor.client, f"/api/nuisance/appeals/{appeal['id']}/decide", upheld=True, answer="号码已转让，予以解除"
        )
        assert upheld["in_force"]
        await floor.until_state("8001", "ready", 60)
        free = await floor.dial(caller=caller)
        await served(floor, caller)
        free.hang_up()

        def owed() -> list[tuple[Any, ...]]:
            return rows(site, "select kind, reason, number from callbacks where kind = 'appeal'")

        assert owed() == [("appeal", "appeal_upheld", caller)]
        audit = (await floor.client.get("/api/audit", params={"most": 100})).json()
        acts = {row["action"] for row in audit["rows"]}
        assert {"nuisance_tagged", "nuisance_decided", "nuisance_appealed", "appeal_decided"} <= acts
    assert site.settle() == []


@pytest.mark.bound(300)
async def test_a_queue_apart_a_quota_and_danger_that_ends_it(site: Site) -> None:
    """The other queue; a minute of talk a day, then the message, counted with the daemon dead; whoever reports danger is free at once."""
    apart, short = "13805927002", "13805927003"
    async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
        await decided(floor, apart, "queue")
        decision = await decided(floor, short, "quota")
        waiting = await floor.dial(caller=apart)
        assert await waiting.until_answered(10)
        await waits_in(site, "brief")
        waiting.hang_up()

        await asyncio.to_thread(site.kill)
        talks = await floor.dial(caller=short)
        await served(floor, short)
        await asyncio.sleep(61)  # what is counted is a minute of talk
        talks.hang_up()
        await talks.until_ended(10)
        (await hears(floor, short, SPENT)).hang_up()
        await asyncio.to_thread(site.start)
        (await hears(floor, short, SPENT)).hang_up()

        danger = {
            "kind": "help",
            "title": "燃气泄漏",
            "content": "楼道里有煤气味",
            "urgency": "critical",
            "person": {"phones": [short]},
        }
        filed = await floor.client.post("/api/tickets", json=danger, headers={"Idempotency-Key": "danger-1"})
        assert filed.status_code < 300, filed.text

        async def ended() -> None:
            rows_ = (await floor.client.get("/api/nuisance")).json()["ended"]
            assert {row["id"]: row["ended_how"] for row in rows_}.get(decision) == "danger"

        await eventually(ended, 20)
        await floor.until_state("8001", "ready", 60)
        free = await floor.dial(caller=short)
        await served(floor, short)
        free.hang_up()
        report = (await floor.client.get("/api/nuisance/report")).json()
        assert (report["mistakes"], {row["key"] for row in report["calls"]} >= {"queue/held", "quota/held", "quota/spent"}) == (
            report["appeals_upheld"] + 1, True,
        )  # fmt: skip
        file = await floor.client.get("/api/nuisance/report/csv")
        assert short in file.text
    assert site.settle() == []
