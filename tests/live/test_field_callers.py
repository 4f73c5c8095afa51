"""Citizens as carriers write them, from the INVITE to the next one's screen pop: kinds A (spellings), B (nobody) and D (pasted text)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.fakes.said import said
from tests.sampling import sampled

from .rawsip import Answer, Wire
from .site import ANSWER_SECONDS, Site, SiteTelephones, eventually

pytestmark = pytest.mark.live

TICKET: dict[str, Any] = {
    "kind": "complaint", "title": "路灯不亮", "content": "路灯不亮", "work_type": "general",
    "place": {"address_text": "湖滨南路88号"},
}  # fmt: skip
TWO_PHONES = TICKET | {"person": {"phones": ["0592-2000011", "13800000013"]}}
FROM_CONTACTS = TICKET | {
    "content": "请回电\u202d13800000001\u202c", "title": "请回电\u202d13800000001\u202c",
    "person": {"phones": ["\u202d13800000001\u202c"]},
}  # fmt: skip
FROM_SLIDES = TICKET | {
    "content": "第一段\u000b第二段", "title": "第一段\u000b第二段", "place": {"address_text": "湖滨南路\t88号"},
}  # fmt: skip
PARTNER = {"caller": "059212345", "number": "1231912345"}


def carrier(site: Site, place: int = 5, host: str = "127.0.0.2") -> Wire:
    return Wire((host, site.fixed.base + 30 + place), ("127.0.0.1", site.settings["ports"]["sip"]))


def ring(wire: Wire, caller: str, number: str = "12319", headers: str = "") -> Answer:
    """A call in just these words. ``caller``: a user part, or a whole From."""
    sender = caller if caller.startswith("<") else f"<sip:{caller}@{wire.address[0]}>"
    answer = wire.invite(f"sip:{number}@HOST", sender=sender, headers=headers, end=False)
    assert answer.status == 200, answer.text
    return answer


async def missed(site: Site, caller: str, host: str = "127.0.0.2") -> None:
    """They wait in the queue for a moment, nobody sits there, and they hang up."""
    with carrier(site, 0, host) as wire:
        answer = await asyncio.to_thread(ring, wire, caller)
        await asyncio.sleep(5)
        await asyncio.to_thread(wire.bye, answer)


@asynccontextmanager
async def talking(floor: SiteTelephones, caller: str, number: str = "12319", headers: str = "") -> AsyncIterator[str]:
    """In a talk with seat 8001: the call's id."""
    with carrier(floor.site, 1) as wire:
        answer = await asyncio.to_thread(ring, wire, caller, number, headers)
        await floor.until_state("8001", "talking", 20)
        call = await floor.rest.call_of("8001")
        await asyncio.sleep(ANSWER_SECONDS)
        yield call
        await asyncio.to_thread(wire.bye, answer)
    await floor.until_state("8001", "ready", 20)


async def popped(floor: SiteTelephones, call: str) -> dict[str, Any]:
    reply = await floor.client.get(f"/api/calls/{call}/pop")
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def told(pop: dict[str, Any]) -> tuple[list[str], list[str], bool]:
    """Callers of the earlier calls it shows, titles of the tickets, whether a call-back is owed."""
    return (
        [row["call"]["caller"] for row in pop["earlier"]],
        [row["ticket"]["title"] for row in pop["tickets"]],
        pop["callback_open"],
    )


async def known(floor: SiteTelephones, number: str, calls: int) -> None:
    """So many calls of this number are in the ledger: it is a second behind."""

    async def there() -> None:
        rows = (await floor.client.get("/api/calls", headers=said(caller=number))).json()
        assert len([row for row in rows if row["ended_at"]]) >= calls, rows

    await eventually(there, 20)


def owed(site: Site, *callers: str) -> list[tuple[str, str]]:
    rows = json.loads(site.hotline("report", "calls", "--json"))
    return sorted((row["caller"], row["callback"]) for row in rows if row["caller"] in callers and row["callback"])


async def test_what_one_nameless_caller_is_told_settles_nothing_for_another(site: Site) -> None:
    """B1: two anonymous citizens hang up waiting; a third is answered and ticketed; both are still owed a call."""
    nameless = "<sip:anonymous@anonymous.invalid>"
    before = {row["call"] for row in json.loads(site.hotline("report", "calls", "--json"))}
    await missed(site, nameless)
    await missed(site, nameless, "127.0.0.3")
    async with SiteTelephones(site, 1) as floor:
        async with talking(floor, nameless) as call:
            assert told(await popped(floor, call)) == ([], [], False)
            await floor.rest.file_ticket(call, TICKET, seat="8001")
        rows = json.loads(site.hotline("report", "calls", "--json"))
        nobody = [row for row in rows if row["outcome"] == "missed" and row["call"] not in before]
        assert [row["callback"] for row in nobody] == ["open", "open"]


@pytest.mark.parametrize("written", sampled(["0", "00000000", "-1", "unavailable"], 1))
async def test_a_placeholder_shows_nobodys_story(site: Site, written: str) -> None:
    """B2: A calls by it and is ticketed; B calls by the same: B's agent sees nothing of A, and no number either."""
    async with SiteTelephones(site, 1) as floor:
        async with talking(floor, written) as first:
            await floor.rest.file_ticket(first, TICKET, seat="8001")
        async with talking(floor, written) as second:
            pop = await popped(floor, second)
            assert told(pop) == ([], [], False)
            assert (pop["party"]["number"], pop["party"]["kind"]) == ("", "hidden")


async def test_a_partners_own_number_is_nobodys_story(site: Site) -> None:
    """B3: one handed over with the citizen's number is ticketed; of the next one the partner names nobody."""
    async with SiteTelephones(site, 1) as floor:
        headers = "X-Origin-Number: 13800000051\r\n"
        async with talking(floor, **PARTNER, headers=headers) as first:
            await floor.rest.file_ticket(first, TICKET, seat="8001")
        async with talking(floor, **PARTNER) as second:
            assert told(await popped(floor, second)) == ([], [], False)
        async with talking(floor, **PARTNER, headers=headers) as third:
            earlier, tickets, _owed = told(await popped(floor, third))
            assert (len(earlier), tickets) == (1, [TICKET["title"]]), "the citizen is known by the number handed over"


async def test_a_later_answered_call_in_another_spelling_settles(site: Site) -> None:
    """A2: missed as +86… on one trunk; 138… on the other is told that a call is owed, and settles it."""
    await missed(site, "+8613800000002", "127.0.0.3")
    async with SiteTelephones(site, 1) as floor:
        await known(floor, "13800000002", 1)
        assert owed(site, "+8613800000002") == [("+8613800000002", "open")]
        async with talking(floor, "13800000002") as call:
            assert told(await popped(floor, call)) == (["+8613800000002"], [], True)
            await floor.rest.file_ticket(call, TICKET, seat="8001")
        await eventually(
            lambda: asyncio.to_thread(lambda: owed(site, "+8613800000002") == [("+8613800000002", "done")]), 20
        )


async def test_every_phone_and_every_spelling_finds_the_ticket(site: Site) -> None:
    """A3: filed without a call, with two phones. A4: filed in a call as +8605922000021, found as 05922000021."""
    async with SiteTelephones(site, 1) as floor:
        reply = await floor.client.post("/api/tickets", json=TWO_PHONES, headers={"Idempotency-Key": "two-phones-1"})
        assert reply.status_code == 201, reply.text
        assert reply.json()["ticket"]["person"]["phones"] == ["05922000011", "13800000013"]
        for caller in ("05922000011", "13800000013"):
            async with talking(floor, caller) as call:
                assert told(await popped(floor, call)) == ([], [TICKET["title"]], False), caller
        async with talking(floor, "+8605922000021") as call:
            await floor.rest.file_ticket(call, TICKET, seat="8001")
        await known(floor, "05922000021", 1)
        async with talking(floor, "05922000021") as call:
            assert told(await popped(floor, call)) == (["+8605922000021"], [TICKET["title"]], False)


async def test_pasted_text_is_filed(site: Site) -> None:
    """D1 and D2, the tickets as they were pasted: invisible marks go, 0x0B and TAB are a line end and a blank."""
    async with SiteTelephones(site, 1) as floor:
        async with talking(floor, "13800000061") as call:
            await floor.rest.file_ticket(call, FROM_CONTACTS, seat="8001")
            (filed,) = (await floor.client.get(f"/api/calls/{call}/tickets")).json()
            fields = filed["ticket"]
            assert (fields["title"], fields["content"]) == ("请回电13800000001",) * 2
            assert fields["person"]["phones"] == ["13800000001"]
        async with talking(floor, "13800000062") as call:
            await floor.rest.file_ticket(call, FROM_SLIDES, seat="8001")
            (filed,) = (await floor.client.get(f"/api/calls/{call}/tickets")).json()
            fields = filed["ticket"]
            assert (fields["title"], fields["content"]) == ("第一段 第二段", "第一段\n第二段")
            assert fields["place"]["address_text"] == "湖滨南路 88号"
